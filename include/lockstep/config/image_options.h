/* The options of images: where they come from and how they are changed. The first part of the one
 * table, lockstep/config/options.h, where the columns are explained. */
#ifndef LOCKSTEP_CONFIG_IMAGE_OPTIONS_H
#define LOCKSTEP_CONFIG_IMAGE_OPTIONS_H

/* clang-format off */
#define LS_IMAGE_OPTION_LIST(INT, REAL, TEXT, CHOICE, INTS)                                        \
    TEXT(data, path, "synthetic", FIXED,                                                           \
         "a folder or .tar.gz of CIFAR-10 or CIFAR-100 binary files, an HDF5 file, a folder of "   \
         "PNGs with one subfolder a class, or synthetic")                                          \
    INT(data, holdout, 0, 0, 1000000000, FIXED,                                                    \
        "validate on this many training images kept apart; 0 = validate on the test split")        \
    INT(data, split_seed, 0, 0, INT64_MAX, FIXED,                                                  \
        "seed of the permutation that chooses the holdout")                                        \
    INT(data, limit, 0, 0, INT64_MAX, FIXED, "use the first n training images; 0 = all")           \
    INT(data, labels, 0, 0, 1000000000, FIXED,                                                     \
        "train on this many images of each class, chosen by data.split_seed; 0 = on all")          \
    INT(data, synthetic_train, 2048, 1, 100000000, FIXED, "training images that synthetic makes")  \
    INT(data, synthetic_test, 512, 1, 100000000, FIXED, "test images that synthetic makes")        \
    INT(data, synthetic_size, 32, 4, 4096, FIXED, "height and width of a synthetic image")         \
    INT(data, synthetic_channels, 3, 1, 3, FIXED, "channels of a synthetic image: 1 or 3")         \
    INT(augment, flip, 0, 0, 1, FIXED,                                                             \
        "1 = training images are mirrored left to right, each with probability 1/2")               \
    INT(augment, shift, 0, 0, 4096, FIXED,                                                         \
        "training images are moved by up to this many pixels in both directions, with reflected "  \
        "borders: a random crop of the padded image")                                              \
    REAL(augment, jitter, 0, 0, 1, FIXED,                                                          \
         "brightness, contrast and saturation of training images are each changed by a factor "    \
         "between 1 - this and 1 + this")                                                          \
    TEXT(corrupt, kind, "none", FIXED,                                                             \
         "done to the network's input, while its target stays clean: none, gaussian, mask, "       \
         "salt_pepper, rectangle, text, downscale, or several of them, as gaussian+mask")          \
    REAL(corrupt, sigma_low, 0, 0, 255, FIXED,                                                     \
         "gaussian: the least standard deviation of the noise, in units of 1/255")                 \
    REAL(corrupt, sigma_high, 55, 0, 255, FIXED,                                                   \
         "gaussian: the largest one; each image has its own, uniform between them")                \
    REAL(corrupt, fraction, 0.25, 0, 1, FIXED,                                                     \
         "mask, salt_pepper: the share of an image's pixels, or values, that is replaced")         \
    REAL(corrupt, rectangle, 0.5, 0, 1, FIXED,                                                     \
         "rectangle: the erased rectangle's sides as a share of the image's")                      \
    INT(corrupt, factor, 2, 2, 16, FIXED,                                                          \
        "downscale: how many times the image is made smaller before it is brought back")
/* clang-format on */

#endif
