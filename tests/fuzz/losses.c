/* Proves of loss.terms, for any text: reading it ends with a status and touches no memory but its
 * own; a fault is named with its option; and what is read has types, positive weights and arguments
 * within their ranges, each type once.
 *
 * Input: the text. */
#include "fuzz.h"

#include "lockstep/loss/loss.h"

#include <stdlib.h>

static void judge(const ls_loss_terms *terms)
{
    fuzz_require(terms->count > 0 && terms->count <= ls_loss_type_count(), "no or too many terms");
    for (int i = 0; i < terms->count; i++) {
        const ls_loss_term *term = &terms->terms[i];
        fuzz_require(term->weight > 0 && term->weight <= 1e6, "a weight is out of range");
        fuzz_require(term->type->argument == NULL ||
                         (term->argument >= term->type->low && term->argument <= term->type->high),
                     "an argument is out of range");
        for (int k = 0; k < i; k++) {
            fuzz_require(terms->terms[k].type != term->type, "a type stands twice");
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    ls_loss_terms terms;
    if (fuzz_judge(ls_loss_terms_read(text, &terms), "loss.terms")) {
        judge(&terms);
    }
    free(text);
    return 0;
}
