/* Finding the images of a folder of PNGs. */
#include "png_list.h"

#include "lockstep/base/memory.h"
#include "lockstep/io/files.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define TEST_EACH     10
#define FIRST_ENTRIES 1024

static bool is_png(const char *name)
{
    size_t length = strlen(name);
    return length > 4 && strcasecmp(name + length - 4, ".png") == 0;
}

static ls_status make_room(ls_png_list *list)
{
    if (list->count < list->room) {
        return LS_OK;
    }
    int64_t room = list->room > 0 ? 2 * list->room : FIRST_ENTRIES;
    void *memory = NULL;
    LS_TRY(ls_alloc(&memory, (size_t)room * sizeof(ls_png_entry), "a list of PNGs"));
    if (list->count > 0) {
        memcpy(memory, list->entries, (size_t)list->count * sizeof(ls_png_entry));
    }
    ls_free(list->entries);
    list->entries = memory;
    list->room = room;
    return LS_OK;
}

static ls_status add(ls_png_list *list, const char *folder, const char *name, ls_split split,
                     int label)
{
    LS_TRY(make_room(list));
    list->entries[list->count++] =
        (ls_png_entry){list->paths.length, split, list->images[split]++, (uint8_t)label};
    ls_text_add(&list->paths, "%s/%s\n", folder, name);
    return LS_OK;
}

/* The PNGs of one class. given: LS_SPLIT_COUNT = divide them here. */
static ls_status list_class(ls_png_list *list, const char *folder, ls_split given, int label)
{
    ls_names names = {0};
    LS_TRY(ls_folder_list(folder, &names));
    ls_status status = LS_OK;
    for (int i = 0; i < names.count && status == LS_OK; i++) {
        ls_split divided = list->count % TEST_EACH == TEST_EACH - 1 ? LS_TEST : LS_TRAIN;
        if (is_png(names.name[i])) {
            status =
                add(list, folder, names.name[i], given != LS_SPLIT_COUNT ? given : divided, label);
        }
    }
    ls_names_free(&names);
    LS_TRY(status);
    return LS_OK;
}

/* The subfolders of `root` are classes. */
static ls_status list_classes(ls_png_list *list, const char *root, ls_split given)
{
    ls_names names = {0};
    LS_TRY(ls_folder_list(root, &names));
    ls_status status = LS_OK;
    int classes = 0;
    for (int i = 0; i < names.count; i++) {
        char folder[LS_PATH_CHARS];
        LS_TRY_GOTO(status, ls_path_join(folder, root, names.name[i]), done);
        if (ls_folder_exists(folder)) {
            LS_TRY_GOTO(status, list_class(list, folder, given, classes), done);
            classes++;
        }
    }
    list->classes = classes > list->classes ? classes : list->classes;
done:
    ls_names_free(&names);
    return status;
}

static ls_status list_all(ls_png_list *list, const char *root)
{
    char train[LS_PATH_CHARS];
    char test[LS_PATH_CHARS];
    LS_TRY(ls_path_join(train, root, "train"));
    LS_TRY(ls_path_join(test, root, "test"));
    if (ls_folder_exists(train)) {
        LS_TRY(list_classes(list, train, LS_TRAIN));
        if (ls_folder_exists(test)) {
            int classes = list->classes;
            LS_TRY(list_classes(list, test, LS_TEST));
            LS_REQUIRE(list->classes == classes, LS_BAD_INPUT,
                       "%s: more classes (subfolders) than in %s", test, train);
        }
    } else {
        LS_TRY(list_classes(list, root, LS_SPLIT_COUNT));
    }
    LS_TRY(ls_text_check(&list->paths));
    LS_REQUIRE(list->images[LS_TRAIN] > 0, LS_BAD_INPUT,
               "%s: no PNGs in it: must be CLASS/NAME.png, or train/CLASS/NAME.png and "
               "test/CLASS/NAME.png",
               root);
    LS_REQUIRE(list->classes <= LS_CLASSES_MAX, LS_BAD_INPUT, "%s: %d classes: at most %d", root,
               list->classes, LS_CLASSES_MAX);
    return LS_OK;
}

ls_status ls_png_list_make(ls_png_list *out, const char *root)
{
    *out = (ls_png_list){0};
    ls_status status = list_all(out, root);
    if (status != LS_OK) {
        ls_png_list_free(out);
    }
    LS_TRY(status);
    return LS_OK;
}

void ls_png_list_free(ls_png_list *list)
{
    ls_text_free(&list->paths);
    ls_free(list->entries);
    *list = (ls_png_list){0};
}

ls_status ls_png_list_path(const ls_png_list *list, int64_t i, char path[LS_PATH_CHARS])
{
    const char *begin = list->paths.data + list->entries[i].path;
    size_t length = (size_t)(strchr(begin, '\n') - begin);
    LS_REQUIRE(length < LS_PATH_CHARS, LS_BAD_INPUT, "a path of %zu characters is too long",
               length);
    memcpy(path, begin, length);
    path[length] = '\0';
    return LS_OK;
}
