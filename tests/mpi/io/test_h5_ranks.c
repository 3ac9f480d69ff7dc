/* Proves on any number of ranks: rows that the ranks write together (some of them none) are the
 * rows that one process alone reads, and the other way round; a file laid out by rank 0 alone is
 * filled by all; deflated chunks too; a fault of one rank fails all of them and hangs none. */
#include "unit/cmocka_all.h"

#include "lockstep/base/text.h"
#include "lockstep/comm/comm.h"
#include "lockstep/io/files.h"
#include "lockstep/io/h5.h"
#include "lockstep/io/seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROWS    37
#define COLUMNS 5

static ls_comm *comm;
static int rank, size;
static char folder[64];
static char path[LS_PATH_CHARS];

static const ls_h5_info matrix = {LS_H5_F32, 2, {ROWS, COLUMNS}};

/* What stands in row i, column j. */
static float value_at(int64_t i, int64_t j)
{
    return (float)(i * 100 + j) + 0.25F;
}

/* This rank's rows: equal shares, or all on the last rank so that the others have none. */
static ls_h5_rows share(bool lopsided)
{
    if (lopsided) {
        return (ls_h5_rows){0, rank == size - 1 ? ROWS : 0};
    }
    int64_t first = (int64_t)ROWS * rank / size;
    return (ls_h5_rows){first, (int64_t)ROWS * (rank + 1) / size - first};
}

static void fill(float *values, ls_h5_rows rows)
{
    for (int64_t i = 0; i < rows.count; i++) {
        for (int64_t j = 0; j < COLUMNS; j++) {
            values[i * COLUMNS + j] = value_at(rows.first + i, j);
        }
    }
}

static void expect(const float *values, ls_h5_rows rows)
{
    for (int64_t i = 0; i < rows.count; i++) {
        for (int64_t j = 0; j < COLUMNS; j++) {
            assert_true(values[i * COLUMNS + j] == value_at(rows.first + i, j));
        }
    }
}

static void write_share(ls_h5 *file, const char *name, bool lopsided)
{
    float values[ROWS * COLUMNS];
    ls_h5_rows rows = share(lopsided);
    fill(values, rows);
    assert_int_equal(ls_h5_write(file, name, LS_H5_F32, rows, rows.count > 0 ? values : NULL),
                     LS_OK);
}

static void read_share(ls_h5 *file, const char *name, bool lopsided)
{
    float values[ROWS * COLUMNS];
    ls_h5_rows rows = share(lopsided);
    memset(values, 0, sizeof values);
    assert_int_equal(ls_h5_read(file, name, LS_H5_F32, rows, rows.count > 0 ? values : NULL),
                     LS_OK);
    expect(values, rows);
}

/* Every rank reads the whole file by itself, without MPI. */
static void expect_alone(const char *name)
{
    ls_h5 *file;
    float values[ROWS * COLUMNS];
    assert_int_equal(ls_h5_open(&file, path, LS_H5_READ, NULL), LS_OK);
    assert_int_equal(ls_h5_read(file, name, LS_H5_F32, (ls_h5_rows){0, ROWS}, values), LS_OK);
    expect(values, (ls_h5_rows){0, ROWS});
    assert_int_equal(ls_h5_close(file), LS_OK);
    assert_int_equal(ls_comm_barrier(comm), LS_OK);
}

static void put_attributes(ls_h5 *file, const char *text)
{
    assert_int_equal(ls_h5_put_i64(file, "/model/group", "step", INT64_C(1) << 40), LS_OK);
    assert_int_equal(ls_h5_put_f64(file, "/model/group", "loss", 0.1), LS_OK);
    assert_int_equal(ls_h5_put_text(file, "/model/group", "text", text), LS_OK);
}

static void expect_attributes(ls_h5 *file, const char *text)
{
    int64_t step = 0;
    double loss = 0;
    ls_text found;
    assert_int_equal(ls_h5_get_i64(file, "/model/group", "step", &step), LS_OK);
    assert_int_equal(ls_h5_get_f64(file, "/model/group", "loss", &loss), LS_OK);
    assert_int_equal(ls_h5_get_text(file, "/model/group", "text", &found), LS_OK);
    assert_true(step == INT64_C(1) << 40);
    assert_true(loss == 0.1);
    assert_string_equal(found.data, text);
    ls_text_free(&found);
}

/* A text longer than the 64 KiB that fit an object's header. */
static char *long_text(void)
{
    size_t length = 200000;
    char *text = malloc(length + 1);
    assert_non_null(text);
    for (size_t i = 0; i < length; i++) {
        text[i] = (char)('a' + i % 26);
    }
    text[length] = '\0';
    return text;
}

static void slices_together(void **state)
{
    (void)state;
    ls_h5 *file;
    char *text = long_text();
    assert_int_equal(ls_h5_open(&file, path, LS_H5_CREATE, comm), LS_OK);
    assert_int_equal(ls_h5_create(file, "/model/group/even", &matrix, 0, 0), LS_OK);
    assert_int_equal(ls_h5_create(file, "/model/group/lopsided", &matrix, 0, 0), LS_OK);
    put_attributes(file, text);
    write_share(file, "/model/group/even", false);
    write_share(file, "/model/group/lopsided", true);
    assert_int_equal(ls_h5_close(file), LS_OK);

    expect_alone("/model/group/even");
    expect_alone("/model/group/lopsided");
    assert_int_equal(ls_h5_open(&file, path, LS_H5_READ, comm), LS_OK);
    assert_true(ls_h5_has(file, "/model/group/even"));
    assert_false(ls_h5_has(file, "/model/other/even"));
    expect_attributes(file, text);
    read_share(file, "/model/group/even", true);
    read_share(file, "/model/group/lopsided", false);
    assert_int_equal(ls_h5_close(file), LS_OK);
    free(text);
}

static ls_status lay_out(void)
{
    ls_h5 *file;
    LS_TRY(ls_h5_open(&file, path, LS_H5_CREATE, NULL));
    LS_TRY(ls_h5_create(file, "/model/group/even", &matrix, 0, 0));
    LS_TRY(ls_h5_create(file, "/model/lopsided", &matrix, 0, 0));
    LS_TRY(ls_h5_create(file, "/empty", &(ls_h5_info){LS_H5_I64, 1, {0}}, 0, 0));
    put_attributes(file, "short");
    LS_TRY(ls_h5_close(file));
    int64_t bytes;
    LS_TRY(ls_file_size(path, &bytes));
    return ls_file_reserve(path, bytes);
}

/* As a checkpoint is written: rank 0 makes the structure, all ranks the content, each for itself,
 * and once all are done rank 0 seals. */
static void filled_after_serial_layout(void **state)
{
    (void)state;
    ls_h5 *file;
    assert_int_equal(ls_comm_agree(comm, rank == 0 ? lay_out() : LS_OK), LS_OK);
    assert_int_equal(ls_h5_open(&file, path, LS_H5_UPDATE, comm), LS_OK);
    write_share(file, "/model/group/even", false);
    write_share(file, "/model/lopsided", true);
    assert_int_equal(ls_h5_write(file, "/empty", LS_H5_I64, (ls_h5_rows){0, 0}, NULL), LS_OK);
    expect_attributes(file, "short");
    assert_int_equal(ls_comm_agree(comm, ls_h5_close(file)), LS_OK);
    ls_status sealed = rank == 0 ? ls_seal_write(path, LS_SEAL_CHECKPOINT) : LS_OK;
    assert_int_equal(ls_comm_agree(comm, sealed), LS_OK);
    assert_int_equal(ls_seal_check(path, LS_SEAL_CHECKPOINT), LS_OK);
    expect_alone("/model/group/even");
    expect_alone("/model/lopsided");
    assert_int_equal(ls_comm_barrier(comm), LS_OK); /* before anyone makes another */
}

static ls_status copy_file(const char *to)
{
    ls_text content;
    LS_TRY(ls_file_read(path, &content));
    ls_status status = ls_file_replace(to, content.data, content.length);
    ls_text_free(&content);
    return status;
}

/* The bytes do not tell how many ranks wrote the rows: the layout filled by all ranks equals the
 * layout filled by one. */
static void bytes_do_not_depend_on_ranks(void **state)
{
    (void)state;
    char other[LS_PATH_CHARS];
    ls_h5 *file;
    snprintf(other, sizeof other, "%s/together.h5", folder);
    filled_after_serial_layout(state);
    assert_int_equal(ls_comm_agree(comm, rank == 0 ? copy_file(other) : LS_OK), LS_OK);
    if (rank == 0) {
        float values[ROWS * COLUMNS];
        ls_text a;
        ls_text b;
        fill(values, (ls_h5_rows){0, ROWS});
        assert_int_equal(lay_out(), LS_OK);
        assert_int_equal(ls_h5_open(&file, path, LS_H5_UPDATE, NULL), LS_OK);
        for (int i = 0; i < 2; i++) {
            assert_int_equal(ls_h5_write(file, i == 0 ? "/model/group/even" : "/model/lopsided",
                                         LS_H5_F32, (ls_h5_rows){0, ROWS}, values),
                             LS_OK);
        }
        assert_int_equal(ls_h5_close(file), LS_OK);
        assert_int_equal(ls_seal_write(path, LS_SEAL_CHECKPOINT), LS_OK);
        assert_int_equal(ls_file_read(path, &a), LS_OK);
        assert_int_equal(ls_file_read(other, &b), LS_OK);
        assert_int_equal(a.length, b.length);
        assert_memory_equal(a.data, b.data, a.length);
        ls_text_free(&a);
        ls_text_free(&b);
    }
    assert_int_equal(ls_comm_barrier(comm), LS_OK);
}

static void deflated_chunks(void **state)
{
    (void)state;
    ls_h5 *file;
    assert_int_equal(ls_h5_open(&file, path, LS_H5_CREATE, comm), LS_OK);
    assert_int_equal(ls_h5_create(file, "/even", &matrix, 4, 6), LS_OK);
    assert_int_equal(ls_h5_create(file, "/lopsided", &matrix, 100, 6), LS_OK);
    assert_int_equal(ls_h5_create(file, "/plain", &matrix, 8, 0), LS_OK);
    write_share(file, "/even", false);
    write_share(file, "/lopsided", true);
    write_share(file, "/plain", false);
    assert_int_equal(ls_h5_close(file), LS_OK);
    expect_alone("/even");
    expect_alone("/lopsided");
    expect_alone("/plain");
    assert_int_equal(ls_h5_open(&file, path, LS_H5_READ, comm), LS_OK);
    read_share(file, "/even", true);
    read_share(file, "/lopsided", false);
    read_share(file, "/plain", false);
    assert_int_equal(ls_h5_close(file), LS_OK);
}

/* The last rank alone asks for rows that are not there. */
static void faults_reach_all(void **state)
{
    (void)state;
    ls_h5 *file;
    float values[ROWS * COLUMNS] = {0};
    ls_h5_rows wrong = {rank == size - 1 ? ROWS : 0, 1};
    assert_int_equal(ls_comm_agree(comm, rank == 0 ? lay_out() : LS_OK), LS_OK);
    assert_int_equal(ls_h5_open(&file, path, LS_H5_READ, comm), LS_OK);
    assert_int_equal(ls_h5_read(file, "/model/lopsided", LS_H5_F32, wrong, values), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "rows 37 to 38 wanted, there are 37"));
    assert_int_equal(ls_h5_read(file, "/nowhere", LS_H5_F32, wrong, values), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "no dataset /nowhere"));
    assert_int_equal(ls_h5_write(file, "/model/lopsided", LS_H5_F32, share(false), values),
                     LS_BAD_INPUT);
    assert_int_equal(ls_h5_close(file), LS_OK);
    assert_int_equal(ls_h5_open(&file, "/nowhere/x.h5", LS_H5_READ, comm), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "/nowhere/x.h5: can't open: No such file"));
    assert_int_equal(ls_h5_open(&file, "/nowhere/x.h5", LS_H5_CREATE, comm), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "/nowhere/x.h5: can't create the HDF5 file"));
}

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/lockstep-h5-XXXXXX");
    bool made = rank != 0 || mkdtemp(folder) != NULL;
    int failed = ls_comm_broadcast(comm, folder, sizeof folder, 0) != LS_OK;
    snprintf(path, sizeof path, "%s/ranks.h5", folder);
    return !made || failed;
}

static int remove_folder(void **state)
{
    (void)state;
    if (ls_comm_barrier(comm) == LS_OK && rank == 0) {
        char other[LS_PATH_CHARS];
        snprintf(other, sizeof other, "%s/together.h5", folder);
        unlink(other);
        unlink(path);
        rmdir(folder);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (ls_comm_start(&argc, &argv, &comm) != LS_OK) {
        return EXIT_FAILURE;
    }
    rank = ls_comm_rank(comm);
    size = ls_comm_size(comm);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_together),
        cmocka_unit_test(filled_after_serial_layout),
        cmocka_unit_test(bytes_do_not_depend_on_ranks),
        cmocka_unit_test(deflated_chunks),
        cmocka_unit_test(faults_reach_all),
    };
    int failed = cmocka_run_group_tests(tests, make_folder, remove_folder);
    ls_comm_finish(comm);
    return failed;
}
