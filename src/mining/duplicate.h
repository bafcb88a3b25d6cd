/* mining/duplicate.h: one purchase billed in two places: the same person, the same drugs in equal quantities, two institutions, two days
 * at most apart, so that nothing of the first purchase can have been used up.
 *
 * In    RsClaims, RsBasket (how usual each drug is)
 * Out   RsTwice by pair of outlets: each pair of visits that share a drug and quantity, with the number expected there
 * Cost  O(lines): visits of one person within the window, whose lines are merged in order of drug; twice over the visits, in parallel
 * From  detection by exact facts first and a test of their rate per pair of outlets
 *
 * A match weighs -log10 of the share of visits to such an institution that hold the drug, so that fees that everybody pays weigh nothing.
 * Tablets that a person also buys once at a time are a habit: they weigh by the share of the person's visits that hold them so, and all of
 * them together as the rarest one, since a regimen is bought together; but not across prefectures, where nobody refills twice. A purchase that
 * is always doubled is none. A hit needs RS_DUPLICATE_WEIGHT. What two hospitals did once to a person, of which no pharmacy sells anything, is
 * an examination that the second did again, and set aside (n_aside): those who bill treatments twice come again, or bill more at once.
 * Expected: how often people who are at both outlets within the window buy the same thing twice, by
 * kinds of institution (two pharmacies, hospital and pharmacy, ...) and by nearness of their regions, times how often the pair was met.
 * Where no drug is given, equal amounts stand for equal drugs, each weighing by how few lines have it; where no quantity is, the amount does.
 */
#ifndef RS_MINING_DUPLICATE_H
#define RS_MINING_DUPLICATE_H

#include "mining/basket.h"
#include "mining/twice.h"

enum {
  RS_DUPLICATE_DAYS = 2,
  RS_DUPLICATE_MOST_LINES = 256, /* longer bills are cut off there */
  RS_DUPLICATE_EXAMINATIONS = 4, /* the fee and three tests: what is done again at once, not a stay's bill */
};
#define RS_DUPLICATE_WEIGHT 1.0

RsTwice *rs_duplicates_new(const RsClaims *claims, const RsBasket *basket, unsigned n_threads);

/* How often a person bought each drug, and how often not as one of two: sorted by drug. */
typedef struct { uint32_t drug, lines, doubled; } RsOwnDrug;
typedef struct { const RsOwnDrug *drug; uint32_t n_drugs, n_visits; } RsOwnDrugs;
/* Drugs bought at both visits in equal quantity, their weight, and the first such lines (or NULL). own NULL: habits are not looked at.
 * matched (of uint64_t: drug << 32 | visit, or NULL) gets both visits of each. */
uint32_t rs_duplicate_match(const RsClaims *claims, const RsBasket *basket, const RsOwnDrugs *own, uint32_t visit, uint32_t other,
                            double *weight, uint64_t line[2], GArray *matched);

#endif
