/* Averages of the parameters over the steps of training: the end of the state block. */
#include "model_private.h"

#include <string.h>

float *ls_model_averages(ls_model *model)
{
    return model->average > 0 ? model->state + model->state_count : NULL;
}

void ls_model_start_averages(ls_model *model)
{
    float *averages = ls_model_averages(model);
    if (averages != NULL) {
        memcpy(averages, model->parameters, sizeof(float) * (size_t)model->parameter_count);
    }
}

/* a += (1 - average) * (w - a): an average that has come to its weight stays there. */
static void follow(float rate, int64_t count, const float *restrict w, float *restrict a)
{
    for (int64_t i = 0; i < count; i++) {
        a[i] += rate * (w[i] - a[i]);
    }
}

/* 1 - d */
static float rate_of(const ls_model *model, int64_t step)
{
    double early = 9.0 / (10.0 + (double)step);
    double late = 1.0 - (double)model->average;
    return (float)(early > late ? early : late);
}

void ls_model_follow_averages(ls_model *model, int64_t step, int64_t low, int64_t high)
{
    float *averages = ls_model_averages(model);
    if (averages != NULL) {
        follow(rate_of(model, step), high - low, model->parameters + low, averages + low);
    }
}

void ls_model_exchange_averages(ls_model *model)
{
    float *averages = ls_model_averages(model);
    float *parameters = averages != NULL ? ls_model_parameters(model) : NULL;
    for (int64_t i = 0; averages != NULL && i < model->parameter_count; i++) {
        float w = parameters[i];
        parameters[i] = averages[i];
        averages[i] = w;
    }
}
