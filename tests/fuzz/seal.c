/* Proves of the seal, for any file: judging and sealing end with a status, touch no memory but
 * their own and leak none; a fault is named with its file; what could be sealed then passes as its
 * own kind and no other; and a sealed file with any one bit changed, cut off or lengthened is
 * refused.
 *
 * Input: a byte that chooses what is done, two for the place of the damage, then the file. */
#include "fuzz.h"

#include "lockstep/base/hash.h"
#include "lockstep/base/memory.h"
#include "lockstep/io/seal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHECK_AT 40 /* of the block's own checksum, over all before it */

/* Makes the block's own checksum right, so that what it guards is judged too. */
static void mend_check(uint8_t *file, size_t size)
{
    if (size >= CHECK_AT + 8) {
        uint64_t hash = ls_hash64(file, CHECK_AT);
        for (int i = 0; i < 8; i++) {
            file[CHECK_AT + i] = (uint8_t)(hash >> (8 * i));
        }
    }
}

static void check_kinds(const char *path)
{
    int passed = 0;
    for (int kind = LS_SEAL_CHECKPOINT; kind <= LS_SEAL_CODES; kind++) {
        passed += fuzz_judge(ls_seal_check(path, (ls_seal_kind)kind), path);
    }
    bool any = fuzz_judge(ls_seal_check(path, LS_SEAL_ANY), path);
    fuzz_require(passed <= any, "a file that is not whole passes as one kind");
    fuzz_require(passed <= 1, "a file passes as two kinds");
    fuzz_require(!any || ls_seal_present(path), "a sealed file has no magic");
}

static void refuse(const char *path, const char *what)
{
    fuzz_require(!fuzz_judge(ls_seal_check(path, LS_SEAL_ANY), path), what);
}

/* `at`: which bit, from the file's beginning, wrapping round. The file is changed and left so. */
static void damage(const char *path, size_t at, size_t size)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    uint8_t byte = 0;
    off_t place = (off_t)(at / 8 % size);
    bool done = fd >= 0 && pread(fd, &byte, 1, place) == 1;
    byte = (uint8_t)(byte ^ (1U << at % 8));
    done = done && pwrite(fd, &byte, 1, place) == 1;
    refuse(path, "a changed bit passes");
    byte = (uint8_t)(byte ^ (1U << at % 8));
    done = done && pwrite(fd, &byte, 1, place) == 1 && ftruncate(fd, (off_t)size + 1) == 0;
    refuse(path, "a lengthened file passes");
    done = done && ftruncate(fd, place) == 0;
    refuse(path, "a file cut off passes");
    fuzz_require(done, "the file in memory can't be damaged");
    close(fd);
}

static void seal(const char *path, ls_seal_kind kind, size_t at, size_t size)
{
    if (!fuzz_judge(ls_seal_write(path, kind), path)) {
        return;
    }
    fuzz_require(ls_seal_check(path, kind) == LS_OK, "a sealed file is refused");
    check_kinds(path);
    damage(path, at, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3) {
        return 0;
    }
    int64_t live = ls_alloc_live();
    size_t bytes = size - 3;
    uint8_t *file = (uint8_t *)fuzz_text(data + 3, bytes);
    if ((data[0] & 4) != 0) {
        mend_check(file, bytes);
    }
    const char *path = fuzz_file(file, bytes);
    check_kinds(path);
    if ((data[0] & 8) != 0) {
        seal(path, (ls_seal_kind)(data[0] & 3), (size_t)data[1] | (size_t)data[2] << 8, bytes);
    }
    free(file);
    fuzz_require(ls_alloc_live() == live, "memory of ls_alloc is kept");
    return 0;
}
