/* Lane arithmetic in closed form: nothing here loops over an epoch, so a rank finds its place in
 * any epoch at once.
 *
 * A batch of n images in L = ceil(n / lane) lanes: the first n mod L of them have one image more
 * than the others, n / L. All batches but the last are alike, so a lane of theirs is large or small
 * by its number mod L alone.
 */
#include "lockstep/data/lanes.h"

typedef struct cut {
    int64_t lanes; /* of the batch */
    int64_t small; /* images of a small lane */
    int64_t large; /* lanes with one image more, the first ones */
} cut;

static int64_t divide_up(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

static cut cut_batch(const ls_lanes *lanes, int64_t images)
{
    int64_t count = divide_up(images, lanes->lane);
    if (count == 0) {
        return (cut){0, 0, 0};
    }
    return (cut){count, images / count, images % count};
}

/* Batches that have all their images, and how many lanes those have together. */
static int64_t full_batches(const ls_lanes *lanes)
{
    return lanes->images / lanes->batch;
}

static int64_t full_lanes(const ls_lanes *lanes)
{
    return full_batches(lanes) * divide_up(lanes->batch, lanes->lane);
}

int64_t ls_lanes_batches(const ls_lanes *lanes)
{
    return divide_up(lanes->images, lanes->batch);
}

int64_t ls_lanes_batch_images(const ls_lanes *lanes, int64_t b)
{
    int64_t rest = lanes->images - b * lanes->batch;
    return rest < lanes->batch ? rest : lanes->batch;
}

int64_t ls_lanes_first(const ls_lanes *lanes, int64_t b)
{
    int64_t full = full_batches(lanes);
    if (b <= full) {
        return b * divide_up(lanes->batch, lanes->lane);
    }
    return full_lanes(lanes) + divide_up(lanes->images % lanes->batch, lanes->lane);
}

int64_t ls_lanes_batch(const ls_lanes *lanes, int64_t g)
{
    int64_t full = full_lanes(lanes);
    return g < full ? g / divide_up(lanes->batch, lanes->lane) : full_batches(lanes);
}

ls_lane ls_lanes_at(const ls_lanes *lanes, int64_t b, int64_t g)
{
    cut batch = cut_batch(lanes, ls_lanes_batch_images(lanes, b));
    int64_t k = g - ls_lanes_first(lanes, b);
    int64_t larger = k < batch.large ? k : batch.large;
    return (ls_lane){.first = b * lanes->batch + k * batch.small + larger,
                     .count = (int)(batch.small + (k < batch.large ? 1 : 0))};
}

int64_t ls_lanes_of(const ls_lanes *lanes, int64_t position)
{
    int64_t b = position / lanes->batch;
    int64_t within = position % lanes->batch;
    cut batch = cut_batch(lanes, ls_lanes_batch_images(lanes, b));
    int64_t in_large = batch.large * (batch.small + 1);
    int64_t k = within < in_large ? within / (batch.small + 1)
                                  : batch.large + (within - in_large) / batch.small;
    return ls_lanes_first(lanes, b) + k;
}

/* sum of floor((a i + b) / m) for i = 0 .. n-1, by the steps of Euclid's algorithm on (a, m).
 * All arguments are >= 0 and m > 0. */
static int64_t floor_sum(int64_t n, int64_t m, int64_t a, int64_t b)
{
    int64_t sum = 0;
    while (n > 0) {
        sum += n * (n - 1) / 2 * (a / m) + n * (b / m);
        a %= m;
        b %= m;
        int64_t top = a * n + b;
        if (top < m) {
            break;
        }
        /* The lattice points below the line, counted along the other axis. */
        n = top / m;
        b = top % m;
        int64_t old = m;
        m = a;
        a = old;
    }
    return sum;
}

/* How many of the numbers rank, rank + size, ... are below `end`. */
static int64_t count_below(int64_t end, int64_t rank, int64_t size)
{
    return end <= rank ? 0 : divide_up(end - rank, size);
}

/* How many of `count` numbers first, first + step, ... are below `large` modulo `period`: a number
 * x is when floor(x / period) - floor((x - large) / period) is 1. */
static int64_t count_large(int64_t count, int64_t first, int64_t step, int64_t period,
                           int64_t large)
{
    return floor_sum(count, period, step, first + period) -
           floor_sum(count, period, step, first + period - large);
}

/* Images of those lanes of `rank` that are numbered below `end`. */
static int64_t images_below(const ls_lanes *lanes, int64_t end, int64_t rank, int64_t size)
{
    int64_t full = full_lanes(lanes);
    int64_t sum = 0;
    if (full > 0) {
        cut batch = cut_batch(lanes, lanes->batch);
        int64_t count = count_below(end < full ? end : full, rank, size);
        sum += count * batch.small + count_large(count, rank, size, batch.lanes, batch.large);
    }
    if (end > full) {
        cut last = cut_batch(lanes, lanes->images % lanes->batch);
        int64_t end_large = full + last.large < end ? full + last.large : end;
        int64_t before = count_below(full, rank, size);
        sum += (count_below(end, rank, size) - before) * last.small;
        sum += count_below(end_large, rank, size) - before;
    }
    return sum;
}

int64_t ls_lanes_rank_images(const ls_lanes *lanes, int rank, int size)
{
    return images_below(lanes, ls_lanes_first(lanes, ls_lanes_batches(lanes)), rank, size);
}

int64_t ls_lanes_slot(const ls_lanes *lanes, int64_t g, int size)
{
    return images_below(lanes, g, g % size, size);
}
