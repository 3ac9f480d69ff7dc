/* cmocka with the headers it wants before it. */
#ifndef LOCKSTEP_TESTS_CMOCKA_ALL_H
#define LOCKSTEP_TESTS_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* cmocka's own assert_float_equal compares in single precision. */
#define assert_near(a, b, tolerance)                                                               \
    do {                                                                                           \
        double near_a_ = (a);                                                                      \
        double near_b_ = (b);                                                                      \
        double near_difference_ = near_a_ < near_b_ ? near_b_ - near_a_ : near_a_ - near_b_;       \
        if (!(near_difference_ <= (tolerance))) {                                                  \
            fail_msg("%s = %.12g, expected %.12g", #a, near_a_, near_b_);                          \
        }                                                                                          \
    } while (0)

#endif
