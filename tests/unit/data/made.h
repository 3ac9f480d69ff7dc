/* A small CIFAR data set that tests write themselves: every image carries its split and number in
 * its pixels, so that a test knows which image it has before it. */
#ifndef LOCKSTEP_TESTS_DATA_MADE_H
#define LOCKSTEP_TESTS_DATA_MADE_H

#include <stdbool.h>
#include <stdint.h>

#define MADE_SIDE       32
#define MADE_PIXELS     (MADE_SIDE * MADE_SIDE * 3)
#define MADE_PATH_CHARS 1024

/* Records of the files in their order: five of training and one of test, or (CIFAR-100) two. */
typedef struct made_set {
    int classes; /* 10 or 100 */
    int64_t records[6];
} made_set;

/* The image as a source must give it: [32, 32, 3]. */
void made_image(bool test, int64_t number, uint8_t pixels[MADE_PIXELS]);
uint8_t made_label(int classes, bool test, int64_t number);
int64_t made_training_images(const made_set *set);
int64_t made_test_images(const made_set *set);

/* A new, empty folder below the system's folder for temporary files. */
void made_folder(char folder[MADE_PATH_CHARS]);
void made_remove(const char *folder);
/* Writes the binary files into the new folder `folder`/`name`. */
void made_write(const char *folder, const char *name, const made_set *set);
/* Runs a shell command that must succeed. */
void made_run(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
