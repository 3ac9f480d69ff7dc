/* tar by POSIX.1-1988, and gzip (RFC 1952) with stored blocks alone (RFC 1951, 3.2.4). */
#include "pack.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

enum { BLOCK = 512, AT_SIZE = 124, AT_SUM = 148, AT_TYPE = 156, STORED_MAX = 65535 };

static void mend_header(uint8_t header[BLOCK])
{
    unsigned sum = 0;
    memset(header + AT_SUM, ' ', 8);
    for (int i = 0; i < BLOCK; i++) {
        sum += header[i];
    }
    snprintf((char *)header + AT_SUM, 8, "%06o", sum);
}

static size_t size_field(const uint8_t *header)
{
    size_t size = 0;
    for (int i = AT_SIZE; i < AT_SIZE + 12 && header[i] >= '0' && header[i] <= '7'; i++) {
        size = size * 8 + (size_t)(header[i] - '0');
    }
    return header[AT_TYPE] >= '1' && header[AT_TYPE] <= '6' ? 0 : size;
}

void pack_mend_tar(uint8_t *tar, size_t bytes)
{
    static const uint8_t zeros[BLOCK];
    while (bytes >= BLOCK && memcmp(tar, zeros, BLOCK) != 0) {
        mend_header(tar);
        size_t blocks = 1 + (size_field(tar) + BLOCK - 1) / BLOCK;
        if (blocks > bytes / BLOCK) {
            return;
        }
        tar += blocks * BLOCK;
        bytes -= blocks * BLOCK;
    }
}

void pack_add_file(ls_text *tar, const char *name, const uint8_t *data, size_t bytes)
{
    static const uint8_t zeros[BLOCK];
    uint8_t header[BLOCK] = {0};
    snprintf((char *)header, 100, "%s", name);
    snprintf((char *)header + AT_SIZE, 12, "%011zo", bytes);
    header[AT_TYPE] = '0';
    mend_header(header);
    ls_text_add_bytes(tar, header, BLOCK);
    ls_text_add_bytes(tar, data, bytes);
    ls_text_add_bytes(tar, zeros, (BLOCK - bytes % BLOCK) % BLOCK);
}

void pack_add_end(ls_text *tar)
{
    static const uint8_t zeros[2 * BLOCK];
    ls_text_add_bytes(tar, zeros, sizeof zeros);
}

static void add_number(ls_text *out, uint64_t value, int bytes)
{
    uint8_t digits[8];
    for (int i = 0; i < bytes; i++) {
        digits[i] = (uint8_t)(value >> (8 * i));
    }
    ls_text_add_bytes(out, digits, (size_t)bytes);
}

void pack_gzip(ls_text *out, const void *data, size_t bytes)
{
    static const uint8_t head[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};
    const uint8_t *next = data;
    size_t rest = bytes;
    ls_text_add_bytes(out, head, sizeof head);
    do {
        size_t count = rest < STORED_MAX ? rest : STORED_MAX;
        add_number(out, count == rest, 1);
        add_number(out, count, 2);
        add_number(out, ~(uint64_t)count, 2);
        ls_text_add_bytes(out, next, count);
        next += count;
        rest -= count;
    } while (rest > 0);
    add_number(out, crc32(0, data, (uInt)bytes), 4);
    add_number(out, bytes, 4);
}
