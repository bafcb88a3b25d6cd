/* mining/affinity.h: which co-visiting pairs meet more than their habits and the outlet's hours explain.
 *
 * In    RsClaims, RsTimeline, RsKnowledge (days of each person at each institution), RsCovisits
 * Out   RsLoad: how visits of one institution fall on days and on the clock
 *       RsAffinity: the pairs kept, with weight = -log10 of the number of chance partners as good that a person would have
 * Cost  O(visits + pairs * institutions per person)
 * From  null 1: K meetings of a pair within a width are Poisson with mean sum over institutions of
 *       days_a * days_b * (chance of one day) * (chance of one window); Tumminello et al., PLoS ONE 6 (2011) for validated projections
 *
 * A pair whose meetings alone say too little is looked at again by what it bought: meetings at which both bought one drug, against the
 * chance that two such baskets share one. This is how people who come over hours, not minutes, are still seen together.
 *
 * Tokens (rare drugs shared on one day, mining/token.h) add pairs that met but once: there the rarity of the drug carries the evidence.
 *
 * The load is measured so that the very group that is looked for does not explain itself away: day counts are cut off at four
 * times the usual day before they are squared, because in a small pharmacy a ring IS the load of its days.
 */
#ifndef RS_MINING_AFFINITY_H
#define RS_MINING_AFFINITY_H

#include "graph/knowledge.h"
#include "mining/basket.h"
#include "mining/covisit.h"
#include "mining/token.h"

enum { RS_CLOCK_BINS = 288, RS_CLOCK_MINUTES = 5, RS_N_WIDTHS = 4 };
extern const uint16_t rs_width_minutes[RS_N_WIDTHS]; /* 3, 15, 60, 1440 */

typedef struct {
  uint32_t n_institutions;
  uint32_t n_days;                    /* calendar days from the first to the last claim */
  bool has_clock;
  float *day_collision;               /* [n] chance that two visits fall on one day */
  float (*clock_collision)[RS_N_WIDTHS]; /* [n] chance that two visits of one day fall within each width */
  float (*clock)[RS_CLOCK_BINS];      /* [n] share of visits by 5 minutes, shrunk to the city's profile with 50 visits; sums to 1 */
  double (*half_hour)[RS_CLOCK_BINS]; /* [n] share of visits within 30 minutes of a visit in each 5 minutes, as rs_load_share() */
  double *log10_days;                 /* [n_days + 1] log10 of so many days: those of a person at an institution */
  uint8_t *degenerate;                /* [n] 1: time stamps come in batches, so nearness in time says nothing */
} RsLoad;

RsLoad *rs_load_new(const RsClaims *claims, const RsTimeline *timeline, unsigned n_threads);
void rs_load_free(RsLoad *load);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsLoad, rs_load_free)
/* Share of the institution's visits within `minutes` before or after the time of day; 1 for a whole day or a degenerate clock. */
double rs_load_share(const RsLoad *load, uint32_t institution, uint32_t time, uint32_t minutes);

typedef struct {
  uint32_t n;
  uint32_t *a, *b; /* [n] a < b, sorted by (a, b) */
  float *weight;   /* [n] >= RS_AFFINITY_BAR, at most 30, rounded to 1e-6 */
  uint32_t n_windows;   /* of them, those found by nearness in time; the first in covisits' order: */
  uint32_t *pair;       /* [n_windows] pair of the covisits */
  double *log_p;        /* [n_windows] log p by null 1 */
} RsAffinity;
#define RS_AFFINITY_BAR 0.5 /* at most 0.3 chance partners each */

/* What the days that are looked at do not change: a repeat over some of them (rings/stability.h) takes it from here. */
typedef struct { double mean[RS_N_WIDTHS], log_mean[RS_N_WIDTHS]; } RsPairChance; /* expected meetings within each width */
typedef struct {
  RsPairChance *pair; /* [pairs] */
  double *meeting;    /* [tokens] log10 of the chance of the meeting whose first token it is */
} RsChances;

RsChances *rs_chances_new(const RsClaims *claims, const RsKnowledge *knowledge, const RsLoad *load, const RsBasket *basket,
                          const RsCovisits *covisits, const RsTokens *tokens, unsigned n_threads);
/* Columns to be filled by the caller. */
RsChances *rs_chances_room(uint32_t n_pairs, uint64_t n_tokens);
void rs_chances_free(RsChances *chances);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsChances, rs_chances_free)

/* tokens NULL: none. chances: of these pairs and tokens, or NULL. */
RsAffinity *rs_affinity_new(const RsClaims *claims, const RsKnowledge *knowledge, const RsTimeline *timeline, const RsLoad *load,
                            const RsBasket *basket, const RsCovisits *covisits, const RsTokens *tokens, const RsChances *chances,
                            unsigned n_threads);
/* [n drugs] 1: bought in at most 2 % of the visits, so that sharing it says something. NULL where there are no drugs; owned. */
uint8_t *rs_affinity_rare_drugs(const RsBasket *basket);
void rs_affinity_free(RsAffinity *affinity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsAffinity, rs_affinity_free)

/* How many of the pairs also pass the strict bar: null 1 at Benjamini-Hochberg 5 % over all pairs that could have met twice (those that
 * could not are no tests: Gilbert, J. R. Stat. Soc. C 54, 2005), and null 2, nearness given the days on which both came, at 0.001; both
 * with the pair's own visits left out of the outlet's clock. Without times of day null 1 alone. covisits are those it was made from. */
uint32_t rs_affinity_validated(const RsAffinity *affinity, const RsClaims *claims, const RsTimeline *timeline, const RsLoad *load,
                               const RsCovisits *covisits);

/* Distinct days of a person at an institution. O(log institutions of the person). */
uint32_t rs_affinity_days(const RsKnowledge *knowledge, uint32_t person, uint32_t institution);

#endif
