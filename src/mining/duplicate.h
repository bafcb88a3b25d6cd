/* mining/duplicate.h: one purchase billed in two places: the same person, the same drugs in equal quantities, two institutions, two days
 * at most apart, so that nothing of the first purchase can have been used up.
 *
 * In    RsClaims, RsBasket (how usual each drug is)
 * Out   RsTwice by pair of outlets: each pair of visits that share a drug and quantity, with the number expected there
 * Cost  O(lines): visits of one person within the window, whose lines are merged in order of drug; twice over the visits, in parallel
 * From  detection by exact facts first and a test of their rate per pair of outlets
 *
 * A match weighs -log10 of the share of visits that hold the drug, visits to such an institution or the person's own other visits (in
 * this quantity), whichever is more: fees that everybody pays weigh nothing, and the tablets somebody takes every day little. A hit needs
 * RS_DUPLICATE_WEIGHT. Expected: how often people who are at both outlets within the window buy the same thing twice, by
 * kinds of institution (two pharmacies, hospital and pharmacy, ...) and by nearness of their regions, times how often the pair was met.
 * Where no drug is given, equal amounts stand for equal drugs; where no quantity is, the amount does.
 */
#ifndef RS_MINING_DUPLICATE_H
#define RS_MINING_DUPLICATE_H

#include "mining/basket.h"
#include "mining/twice.h"

enum { RS_DUPLICATE_DAYS = 2, RS_DUPLICATE_MOST_LINES = 256 /* longer bills are cut off there */ };
#define RS_DUPLICATE_WEIGHT 1.0

RsTwice *rs_duplicates_new(const RsClaims *claims, const RsBasket *basket, unsigned n_threads);

/* What a person buys again and again: drug and quantity of each line, sorted. */
typedef struct { uint32_t drug; float quantity; } RsOwnDrug;
typedef struct { const RsOwnDrug *line; uint32_t n_lines, n_visits; } RsOwnDrugs;
/* Drugs bought at both visits in equal quantity, their weight, and the first such lines (or NULL). own NULL: not looked at. */
uint32_t rs_duplicate_match(const RsClaims *claims, const RsBasket *basket, const RsOwnDrugs *own, uint32_t visit, uint32_t other,
                            double *weight, uint64_t line[2]);

#endif
