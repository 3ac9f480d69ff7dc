/* Runs a fuzz target over stored inputs, without libFuzzer: files, and all files of folders. It
 * fails by the target's own abort, by a sanitizer, or when there is nothing to run. */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static int inputs;

static void run_file(const char *path, size_t bytes)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(bytes > 0 ? bytes : 1);
    if (file == NULL || data == NULL || fread(data, 1, bytes, file) != bytes) {
        perror(path);
        exit(1);
    }
    fclose(file);
    fprintf(stderr, "%s\n", path); /* before it runs: the last name is that of a finding */
    LLVMFuzzerTestOneInput(data, bytes);
    free(data);
    inputs++;
}

static void run_path(const char *path)
{
    struct stat entry;
    if (stat(path, &entry) != 0) {
        perror(path);
        exit(1);
    }
    if (S_ISREG(entry.st_mode)) {
        run_file(path, (size_t)entry.st_size);
        return;
    }
    DIR *folder = opendir(path);
    if (folder == NULL) {
        perror(path);
        exit(1);
    }
    for (struct dirent *next; (next = readdir(folder)) != NULL;) {
        char below[4096];
        snprintf(below, sizeof below, "%s/%s", path, next->d_name);
        if (next->d_name[0] != '.') {
            run_path(below);
        }
    }
    closedir(folder);
}

int main(int count, char **paths)
{
    for (int i = 1; i < count; i++) {
        run_path(paths[i]);
    }
    printf("%d inputs\n", inputs);
    return inputs > 0 ? 0 : 1;
}
