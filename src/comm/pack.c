/* Integers in as many bytes as they need, for the way between hosts. A block of them has one width,
 * that of its largest, which stands in front. */
#include "comm_private.h"

#include <string.h>

#define BLOCK 256

/* Bytes of an integer that is written or read at once, whatever its width is: behind the last one
 * there must be room. */
#define WHOLE sizeof(int64_t)

size_t ls_packed_most(size_t count)
{
    return count * WHOLE + (count + BLOCK - 1) / BLOCK + WHOLE;
}

/* The least w so that each value is the sign extension of its lowest w bytes. */
static size_t width_of(size_t count, const int64_t *values)
{
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
    (void)count, (void)values;
    return WHOLE; /* the lowest bytes are not the first */
#else
    uint64_t bits = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t value = (uint64_t)values[i];
        bits |= value ^ (0 - (value >> 63)); /* below zero turned over */
    }
    size_t width = 1;
    while (width < WHOLE && bits >> (8 * width - 1) != 0) {
        width++;
    }
    return width;
#endif
}

size_t ls_pack_i64(size_t count, const int64_t *values, void *packed)
{
    char *to = packed;
    for (size_t done = 0; done < count; done += BLOCK) {
        size_t n = count - done < BLOCK ? count - done : BLOCK;
        size_t width = width_of(n, values + done);
        *to++ = (char)width;
        for (size_t i = 0; i < n; i++, to += width) {
            memcpy(to, values + done + i, WHOLE);
        }
    }
    return (size_t)(to - (char *)packed);
}

/* values[i] += the n integers of `width` bytes; returns what is behind them. */
static const char *add_block(size_t n, size_t width, const char *from, int64_t *values)
{
    const int above = (int)(8 * (WHOLE - width)); /* bits of the next ones */
    for (size_t i = 0; i < n; i++, from += width) {
        uint64_t bits;
        memcpy(&bits, from, WHOLE);
        values[i] += (int64_t)(bits << above) >> above;
    }
    return from;
}

void ls_add_packed(size_t count, const void *packed, int64_t *values)
{
    const char *from = packed;
    for (size_t done = 0; done < count; done += BLOCK) {
        size_t n = count - done < BLOCK ? count - done : BLOCK;
        size_t width = (size_t)*from++;
        from = add_block(n, width, from, values + done);
    }
}
