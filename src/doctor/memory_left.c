/* Memory left, by /proc/meminfo and the memory limits of control groups of version 1 and 2.
 *
 * A group's use counts pages of files that would be given back at once (inactive_file): they are
 * not in the way. A limit of a group holds for all below it, so the way up to the root is asked. */
#include "memory_left.h"

#include "lockstep/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The files of a version of control groups. */
typedef struct version {
    const char *mount, *limit, *use, *cache;
} version;

static const version one = {"/sys/fs/cgroup/memory", "memory.limit_in_bytes",
                            "memory.usage_in_bytes", "total_inactive_file"};
static const version two = {"/sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"};

/* The number behind `key`, with which a line of the file begins; -1 = there is none. */
static int64_t read_number(const char *path, const char *key)
{
    char line[512];
    int64_t value = -1;
    size_t length = strlen(key);
    FILE *file = fopen(path, "re");
    while (file != NULL && value < 0 && fgets(line, sizeof line, file) != NULL) {
        char *end;
        if (strncmp(line, key, length) == 0) {
            int64_t number = strtoll(line + length, &end, 10);
            value = end != line + length ? number : -1;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return value;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

static int64_t number_in(const char *folder, const char *name, const char *key)
{
    char path[LS_PATH_CHARS];
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    return length > 0 && (size_t)length < sizeof path ? read_number(path, key) : -1;
}

/* What one group leaves; -1 = it has no limit ("max", or the largest number in version 1). */
static int64_t left_in(const version *v, const char *folder)
{
    int64_t limit = number_in(folder, v->limit, "");
    int64_t use = number_in(folder, v->use, "");
    int64_t cache = number_in(folder, "memory.stat", v->cache);
    if (limit < 0 || use < 0 || limit > INT64_MAX / 4) {
        return -1;
    }
    int64_t left = limit - use + (cache > 0 ? cache : 0);
    return left > 0 ? left : 0;
}

/* The group and all above it. In a container the path may be the host's, which is not there: then
 * the root of what is mounted stands for it. */
static int64_t left_from(const version *v, const char *root, const char *group)
{
    char folder[LS_PATH_CHARS];
    int64_t left = -1;
    int begin = snprintf(folder, sizeof folder, "%s%s", root, v->mount);
    int length = snprintf(folder, sizeof folder, "%s%s%s", root, v->mount, group);
    if (length <= 0 || (size_t)length >= sizeof folder) {
        return -1;
    }
    for (;;) {
        left = least(left, left_in(v, folder));
        char *slash = strrchr(folder + begin, '/');
        if (slash == NULL) {
            return left;
        }
        *slash = '\0';
    }
}

/* Lines of /proc/self/cgroup: "4:memory:/job" in version 1, "0::/job" in version 2. */
static int64_t left_by_groups(const char *root)
{
    char path[LS_PATH_CHARS];
    char line[LS_PATH_CHARS];
    int64_t left = -1;
    snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        const char *list = strchr(line, ':');
        const char *group = list != NULL ? strchr(list + 1, ':') : NULL;
        if (group == NULL) {
            continue;
        }
        if (strncmp(list, "::", 2) == 0) {
            left = least(left, left_from(&two, root, group + 1));
        } else if (strncmp(list, ":memory:", 8) == 0) {
            left = least(left, left_from(&one, root, group + 1));
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return left;
}

int64_t ls_memory_left_under(const char *root)
{
    char path[LS_PATH_CHARS];
    snprintf(path, sizeof path, "%s/proc/meminfo", root);
    int64_t kib = read_number(path, "MemAvailable:");
    return least(kib < 0 ? -1 : kib * 1024, left_by_groups(root));
}

int64_t ls_memory_left(void)
{
    return ls_memory_left_under("");
}
