/* Writing the small data set, record by record, from the description of the format alone. */
#include "unit/data/made.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes 0 to 3 say which image it is; the others depend on it. */
void made_image(bool test, int64_t number, uint8_t pixels[MADE_PIXELS])
{
    for (int i = 0; i < MADE_PIXELS; i++) {
        pixels[i] = (uint8_t)((number * 31 + i * 7 + i / 256) & 255);
    }
    pixels[0] = (uint8_t)(number & 255);
    pixels[1] = (uint8_t)((number >> 8) & 255);
    pixels[2] = (uint8_t)((number >> 16) & 255);
    pixels[3] = test ? 1 : 0;
}

uint8_t made_label(int classes, bool test, int64_t number)
{
    return (uint8_t)((number * 3 + (test ? 1 : 0)) % classes);
}

int64_t made_training_images(const made_set *set)
{
    int files = set->classes == 10 ? 5 : 1;
    int64_t sum = 0;
    for (int i = 0; i < files; i++) {
        sum += set->records[i];
    }
    return sum;
}

int64_t made_test_images(const made_set *set)
{
    return set->records[set->classes == 10 ? 5 : 1];
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

void made_folder(char folder[MADE_PATH_CHARS])
{
    const char *root = getenv("TMPDIR");
    snprintf(folder, MADE_PATH_CHARS, "%s/lockstep-data-XXXXXX", root != NULL ? root : "/tmp");
    if (mkdtemp(folder) == NULL) {
        fail(folder);
    }
}

void made_run(const char *format, ...)
{
    char command[2 * MADE_PATH_CHARS];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    if (system(command) != 0) {
        fail(command);
    }
}

void made_remove(const char *folder)
{
    made_run("rm -rf '%s'", folder);
}

static void write_record(FILE *file, int classes, bool test, int64_t number)
{
    uint8_t pixels[MADE_PIXELS];
    made_image(test, number, pixels);
    uint8_t label = made_label(classes, test, number);
    if (classes == 100) {
        putc(label / 5, file); /* the coarse label comes first */
    }
    putc(label, file);
    for (int c = 0; c < 3; c++) {
        for (int i = 0; i < MADE_SIDE * MADE_SIDE; i++) {
            putc(pixels[i * 3 + c], file);
        }
    }
}

static void write_file(const char *path, int classes, bool test, int64_t first, int64_t count)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        fail(path);
    }
    for (int64_t i = 0; i < count; i++) {
        write_record(file, classes, test, first + i);
    }
    if (fclose(file) != 0) {
        fail(path);
    }
}

void made_write(const char *folder, const char *name, const made_set *set)
{
    static const char *const ten[6] = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                                       "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"};
    static const char *const hundred[2] = {"train.bin", "test.bin"};
    int files = set->classes == 10 ? 6 : 2;
    int64_t first = 0;
    made_run("mkdir '%s/%s'", folder, name);
    for (int i = 0; i < files; i++) {
        bool test = i == files - 1;
        char path[2 * MADE_PATH_CHARS];
        snprintf(path, sizeof path, "%s/%s/%s", folder, name,
                 set->classes == 10 ? ten[i] : hundred[i]);
        write_file(path, set->classes, test, test ? 0 : first, set->records[i]);
        first += set->records[i];
    }
}
