/* Proves that the closed forms of lane arithmetic equal a plain walk through the epoch, for many
 * (images, batch, lane, size): every position is in one lane, lanes differ by at most one, the
 * larger first, and each rank's places are counted rightly. */
#include "unit/cmocka_all.h"

#include "lockstep/data/lanes.h"

#define RANKS_MAX 9

/* What a walk through the epoch has seen so far. */
typedef struct walk {
    int64_t position, g;
    int64_t rank_images[RANKS_MAX];
} walk;

static void check_lane(const ls_lanes *lanes, walk *w, int64_t b, int64_t count, int size)
{
    ls_lane lane = ls_lanes_at(lanes, b, w->g);
    assert_true(lane.first == w->position);
    assert_true(lane.count == count);
    assert_true(ls_lanes_batch(lanes, w->g) == b);
    for (int64_t i = 0; i < count; i++) {
        assert_true(ls_lanes_of(lanes, w->position + i) == w->g);
    }
    int64_t rank = w->g % size;
    assert_true(ls_lanes_slot(lanes, w->g, size) == w->rank_images[rank]);
    w->rank_images[rank] += count;
    w->position += count;
    w->g++;
}

/* A batch dealt out one image at a time: the sizes by a rule that is not the code's. */
static void check_batch(const ls_lanes *lanes, walk *w, int64_t b, int64_t images, int size)
{
    assert_true(ls_lanes_batch_images(lanes, b) == images);
    assert_true(ls_lanes_first(lanes, b) == w->g);
    int64_t count[128] = {0};
    int64_t used = 1;
    while (used * lanes->lane < images) {
        used++;
    }
    for (int64_t i = 0; i < images; i++) {
        count[i % used]++;
    }
    for (int64_t k = 0; k < used; k++) {
        check_lane(lanes, w, b, count[k], size);
    }
}

static void check_epoch(int64_t images, int64_t batch, int64_t lane, int size)
{
    ls_lanes lanes = {images, batch, lane};
    walk w = {0};
    int64_t b = 0;
    for (int64_t left = images; left > 0; b++) {
        int64_t n = left < batch ? left : batch;
        check_batch(&lanes, &w, b, n, size);
        left -= n;
    }
    assert_true(ls_lanes_batches(&lanes) == b);
    assert_true(ls_lanes_first(&lanes, b) == w.g);
    for (int r = 0; r < size; r++) {
        assert_true(ls_lanes_rank_images(&lanes, r, size) == w.rank_images[r]);
    }
}

static void equal_a_walk(void **state)
{
    (void)state;
    const int64_t images[] = {0, 1, 2, 7, 16, 50, 63, 64, 65, 127, 200, 333};
    const int64_t batches[] = {1, 5, 16, 50, 64, 100, 400};
    const int64_t lanes[] = {1, 3, 4, 7, 16, 50, 500};
    for (size_t n = 0; n < sizeof images / sizeof *images; n++) {
        for (size_t b = 0; b < sizeof batches / sizeof *batches; b++) {
            for (size_t l = 0; l < sizeof lanes / sizeof *lanes; l++) {
                for (int size = 1; size <= RANKS_MAX; size++) {
                    if (batches[b] / lanes[l] < 128) {
                        check_epoch(images[n], batches[b], lanes[l], size);
                    }
                }
            }
        }
    }
}

/* The example of the design: 50 with lane 16 are 13, 13, 12, 12. */
static void cut_fifty(void **state)
{
    (void)state;
    ls_lanes lanes = {50, 64, 16};
    const int expected[4] = {13, 13, 12, 12};
    for (int g = 0; g < 4; g++) {
        assert_int_equal(ls_lanes_at(&lanes, 0, g).count, expected[g]);
    }
    assert_true(ls_lanes_first(&lanes, 1) == 4);
}

/* Numbers near those of the largest sets: ranks' images add up to all, and neighbours agree. */
static void large_numbers(void **state)
{
    (void)state;
    ls_lanes lanes = {1000000007, 8190, 48};
    int64_t sum = 0;
    for (int r = 0; r < 1000; r++) {
        sum += ls_lanes_rank_images(&lanes, r, 1000);
    }
    assert_true(sum == lanes.images);
    int64_t g = 12345678;
    ls_lane lane = ls_lanes_at(&lanes, ls_lanes_batch(&lanes, g), g);
    assert_true(ls_lanes_slot(&lanes, g + 1000, 1000) ==
                ls_lanes_slot(&lanes, g, 1000) + lane.count);
    assert_true(ls_lanes_of(&lanes, lane.first) == g);
    assert_true(ls_lanes_of(&lanes, lane.first - 1) == g - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_a_walk),
        cmocka_unit_test(cut_fifty),
        cmocka_unit_test(large_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
