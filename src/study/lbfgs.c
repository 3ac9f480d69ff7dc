/* Limited-memory BFGS with a line search for the weak conditions of Wolfe by bisection (Lewis and
 * Overton 2013, algorithm 2.6). Near a minimum, where values differ by their rounding alone, slopes
 * decide (the approximate conditions of Hager and Zhang 2005). */
#include "lbfgs.h"

#include "lockstep/base/memory.h"

#include <math.h>
#include <string.h>

#define MEMORY  10   /* pairs of steps and gradients' changes */
#define TRIALS  30   /* of a line search */
#define ENOUGH  1e-4 /* decrease, of what the slope promises */
#define FLATTER 0.9  /* than so much of the slope where it began */
#define NOISE   1e-6 /* of a value: what rounding may do to it */

typedef struct pair {
    double *s, *y; /* [n] the step, and the gradient's change */
    double rho;    /* 1 / (s y) */
} pair;

typedef struct search {
    const ls_lbfgs_rule *rule;
    ls_objective objective;
    void *context;
    int64_t n;
    double *x, *gradient;           /* [n] where it stands; x is the caller's */
    double *trial, *trial_gradient; /* [n] */
    double *direction;              /* [n] */
    double value, trial_value;
    pair pairs[MEMORY];           /* a ring */
    int newest, stored;           /* of the ring: the next to be written is newest + 1 */
    double recent[LS_LBFGS_SPAN]; /* values before the last steps, a ring */
    ls_arena arena;               /* owns the arrays */
    ls_lbfgs_end *end;
} search;

/* Four sums side by side, always in the same order. */
static double dot(int64_t n, const double *a, const double *b)
{
    double sum[4] = {0};
    int64_t i = 0;
    for (; i + 4 <= n; i += 4) {
        for (int k = 0; k < 4; k++) {
            sum[k] += a[i + k] * b[i + k];
        }
    }
    for (; i < n; i++) {
        sum[0] += a[i] * b[i];
    }
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* y += a x */
static void add_scaled(int64_t n, double a, const double *x, double *y)
{
    for (int64_t i = 0; i < n; i++) {
        y[i] += a * x[i];
    }
}

static double largest(int64_t n, const double *x)
{
    double most = 0;
    for (int64_t i = 0; i < n; i++) {
        most = fabs(x[i]) > most ? fabs(x[i]) : most;
    }
    return most;
}

static ls_status reserve(search *s)
{
    size_t bytes = sizeof(double) * (size_t)s->n;
    for (int i = 0; i < 2 * MEMORY + 4; i++) {
        ls_arena_plan(&s->arena, bytes);
    }
    LS_TRY(ls_arena_reserve(&s->arena, "the memory of L-BFGS"));
    size_t stride = s->arena.planned / (2 * MEMORY + 4);
    for (int i = 0; i < MEMORY; i++) {
        s->pairs[i].s = ls_arena_at(&s->arena, (size_t)(2 * i) * stride);
        s->pairs[i].y = ls_arena_at(&s->arena, (size_t)(2 * i + 1) * stride);
    }
    s->gradient = ls_arena_at(&s->arena, 2 * MEMORY * stride);
    s->trial = ls_arena_at(&s->arena, (2 * MEMORY + 1) * stride);
    s->trial_gradient = ls_arena_at(&s->arena, (2 * MEMORY + 2) * stride);
    s->direction = ls_arena_at(&s->arena, (2 * MEMORY + 3) * stride);
    return LS_OK;
}

/* direction = -H gradient by the two loops over the pairs, from the newest and back. */
static void find_direction(search *s)
{
    double alpha[MEMORY];
    double *d = s->direction;
    for (int64_t i = 0; i < s->n; i++) {
        d[i] = -s->gradient[i];
    }
    for (int k = 0; k < s->stored; k++) {
        const pair *p = &s->pairs[(s->newest + MEMORY - k) % MEMORY];
        alpha[k] = p->rho * dot(s->n, p->s, d);
        add_scaled(s->n, -alpha[k], p->y, d);
    }
    if (s->stored > 0) {
        const pair *p = &s->pairs[s->newest];
        double scale = 1 / (p->rho * dot(s->n, p->y, p->y));
        for (int64_t i = 0; i < s->n; i++) {
            d[i] *= scale;
        }
    }
    for (int k = s->stored; k-- > 0;) {
        const pair *p = &s->pairs[(s->newest + MEMORY - k) % MEMORY];
        double beta = p->rho * dot(s->n, p->y, d);
        add_scaled(s->n, alpha[k] - beta, p->s, d);
    }
}

/* The trial point at `length` along the direction. */
static ls_status try_length(search *s, double length)
{
    memcpy(s->trial, s->x, sizeof *s->trial * (size_t)s->n);
    add_scaled(s->n, length, s->direction, s->trial);
    s->end->calls++;
    return s->objective(s->context, s->trial, &s->trial_value, s->trial_gradient);
}

/* Whether the trial point, where the slope is `there`, is low enough; false where it is NaN. */
static bool is_low(const search *s, double length, double slope, double there)
{
    return s->trial_value <= s->value + ENOUGH * length * slope ||
           (s->trial_value <= s->value + NOISE * fabs(s->value) &&
            there <= (2 * ENOUGH - 1) * slope);
}

/* A trial point that is low and flat enough, if *found. */
static ls_status search_line(search *s, bool *found)
{
    double slope = dot(s->n, s->gradient, s->direction);
    double low = 0;
    double high = HUGE_VAL;
    double length = s->stored > 0 ? 1 : 1 / sqrt(-slope); /* the first one: a step of length 1 */
    *found = false;
    for (int i = 0; i < TRIALS && !*found; i++) {
        LS_TRY(try_length(s, length));
        double there = dot(s->n, s->trial_gradient, s->direction);
        if (!is_low(s, length, slope, there)) {
            high = length;
        } else if (there < FLATTER * slope) {
            low = length;
        } else {
            *found = true;
        }
        length = high < HUGE_VAL ? (low + high) / 2 : 2 * low;
    }
    return LS_OK;
}

/* The trial point becomes where it stands. */
static void move(search *s)
{
    int next = (s->newest + 1) % MEMORY;
    pair *p = &s->pairs[next];
    for (int64_t i = 0; i < s->n; i++) {
        p->s[i] = s->trial[i] - s->x[i];
        p->y[i] = s->trial_gradient[i] - s->gradient[i];
    }
    double curvature = dot(s->n, p->s, p->y);
    if (curvature > 0) { /* as the line search promises, but for rounding */
        p->rho = 1 / curvature;
        s->newest = next;
        s->stored = s->stored < MEMORY ? s->stored + 1 : MEMORY;
    }
    memcpy(s->x, s->trial, sizeof *s->x * (size_t)s->n);
    memcpy(s->gradient, s->trial_gradient, sizeof *s->gradient * (size_t)s->n);
    s->recent[s->end->steps++ % LS_LBFGS_SPAN] = s->value;
    s->value = s->trial_value;
}

static bool is_done(const search *s)
{
    ls_lbfgs_end *end = s->end;
    end->value = s->value;
    end->gradient = largest(s->n, s->gradient);
    end->converged = end->gradient <= s->rule->gradient;
    if (end->steps >= LS_LBFGS_SPAN) {
        double before = s->recent[end->steps % LS_LBFGS_SPAN];
        end->converged |= before - s->value < s->rule->decrease * fabs(s->value);
    }
    return end->converged || end->steps >= s->rule->steps;
}

static ls_status walk(search *s)
{
    s->end->calls = 1;
    LS_TRY(s->objective(s->context, s->x, &s->value, s->gradient));
    while (!is_done(s)) {
        find_direction(s);
        bool found;
        LS_TRY(search_line(s, &found));
        if (found) {
            move(s);
        } else if (s->stored > 0) {
            s->stored = 0; /* once more, straight down the gradient */
        } else {
            break;
        }
    }
    return LS_OK;
}

ls_status ls_lbfgs(ls_comm *comm, const ls_lbfgs_rule *rule, int64_t n, double *x,
                   ls_objective objective, void *context, ls_lbfgs_end *end)
{
    *end = (ls_lbfgs_end){0};
    search s = {
        .rule = rule, .objective = objective, .context = context, .n = n, .x = x, .end = end};
    ls_status status = ls_comm_agree(comm, reserve(&s));
    if (status == LS_OK) {
        status = walk(&s);
    }
    ls_arena_release(&s.arena);
    return status;
}
