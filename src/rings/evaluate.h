/* rings/evaluate.h: how good a ranked list of leads is, when the answer is known.
 *
 * In    truth (ring_id,pattern,entity_type,entity_id or ring,person_id), innocent groups (group_id,kind,entity_type,
 *       entity_id), leads (a case folder, or a members.csv in rank order)
 * Out   RsEvaluation: per ring, per lead, per pattern, and in all
 * Cost  time O(all members); memory the same
 * From  Yang & Leskovec, Overlapping community detection at scale, WSDM 2013 (best-match F1); average precision as in
 *       Manning, Raghavan & Schütze, Introduction to Information Retrieval, 2008, chapter 8
 *
 * F1 of a lead and a true ring counts persons; for `steering` doctors and institutions instead; for `duplicate` persons or,
 * where the lead is one of billing twice (or does not say), institutions, whichever is better. Leads are taken in rank
 * order: each claims the still unclaimed ring it fits best, if F1 >= 2/3 (then it is a hit: Jaccard >= 1/2). A second lead
 * on the same ring is wrong. This file knows files and sets, not claims. */
#ifndef RS_RINGS_EVALUATE_H
#define RS_RINGS_EVALUATE_H

#include "base/output.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum { RS_SCORED_PERSON, RS_SCORED_DOCTOR, RS_SCORED_INSTITUTION, RS_SCORED_DRUG, RS_N_SCORED } RsScoredKind;

/* The order of RsPattern in rings/ring.h, and UNKNOWN for lists that do not say. */
enum { RS_SCORED_BATCH, RS_SCORED_RESALE, RS_SCORED_STEERING, RS_SCORED_CROSSREGION, RS_SCORED_DUPLICATE, RS_SCORED_TRAVEL,
  RS_SCORED_TRACE, RS_SCORED_MIXED, RS_SCORED_UNKNOWN, RS_N_SCORED_PATTERNS };
extern const char *const rs_scored_pattern_name[RS_N_SCORED_PATTERNS];

typedef struct {
  char *id, *kind;              /* kind: pattern or innocent kind as written; NULL: not given */
  unsigned pattern;             /* RS_SCORED_*; UNKNOWN for innocent groups */
  GArray *member[RS_N_SCORED];  /* of uint32_t, entity numbers, ascending, distinct */
} RsScoredGroup;

typedef struct RsScoredNames RsScoredNames; /* entity texts to numbers, shared by the lists that are compared */
RsScoredNames *rs_scored_names_new(void);
void rs_scored_names_free(RsScoredNames *names);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsScoredNames, rs_scored_names_free)
/* Reads CASE.ids (entity_type,id_masked,id): pseudonyms read afterwards stand for these ids. */
bool rs_scored_names_unmask(RsScoredNames *names, const char *path, GError **error);

typedef struct { GPtrArray *group; /* of RsScoredGroup; owned; in the order of first sight, leads by rank */ } RsScoredList;
void rs_scored_list_free(RsScoredList *list); /* NULL allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsScoredList, rs_scored_list_free)

/* error: RS_ERROR_IO; RS_ERROR_INPUT with file and line: no header, a missing column, an empty cell, an unknown pattern or
 * entity type, one ring under two patterns, a ring without what it is matched on. A header alone is a ring-free city. */
RsScoredList *rs_scored_truth_read(RsScoredNames *names, const char *path, GError **error);
RsScoredList *rs_scored_innocent_read(RsScoredNames *names, const char *path, GError **error);
/* path: a case folder (rings.csv beside members.csv tells rank and pattern, CASE.ids is used if it is there) or a
 * members.csv. error: as above; members of a ring that rings.csv does not know; pseudonyms that no id map explains. */
RsScoredList *rs_scored_leads_read(RsScoredNames *names, const char *path, GError **error);

typedef struct {
  uint32_t n_rings, n_found, n_leads, n_hits; /* found: leads of this pattern; hits: of rings of this pattern */
  uint32_t n_right;                           /* leads of this pattern that are hits of any ring */
  /* over the rings of this pattern; the list cut down to its hits and the wrong leads of that name */
  double mean_f1, average_precision;
} RsScoredPattern;

typedef struct {
  uint32_t n_rings, n_leads, n_hits;
  double *ring_f1;        /* [n_rings] best over leads */
  uint32_t *ring_lead;    /* [n_rings] the lead that claimed it, from 0; UINT32_MAX: none */
  double *lead_f1;        /* [n_leads] best over rings */
  uint32_t *lead_ring;    /* [n_leads] the ring it claimed */
  uint32_t *lead_innocent;/* [n_leads] the innocent group it mostly covers, if it is no hit; UINT32_MAX: none */
  double mean_ring_f1, mean_lead_f1, average_f1; /* recall side, precision side, harmonic mean */
  double group_precision, recall, average_precision;
  double precision_at_k;  /* k = n_rings: hits among the first k leads / k */
  double precision_at[3]; /* 10, 50, 100: hits among the first min(k, n_leads), divided by that */
  uint32_t n_innocent_at_k, n_innocent; /* k = max(n_rings, 10); in the whole list */
  double person_precision, person_recall, person_f1; /* rings and leads of steering left out: patients are not members */
  RsScoredPattern pattern[RS_N_SCORED_PATTERNS];
} RsEvaluation;

/* innocent may be NULL. Undefined ratios are 0; with no true ring, precision and recall say nothing: look at n_leads. */
RsEvaluation *rs_evaluation_new(const RsScoredList *truth, const RsScoredList *innocent, const RsScoredList *leads);
void rs_evaluation_free(RsEvaluation *evaluation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsEvaluation, rs_evaluation_free)

/* A plain table for people; the same as one JSON object. */
void rs_evaluation_print(const RsEvaluation *evaluation, const RsScoredList *truth, const RsScoredList *innocent,
                         const RsScoredList *leads, RsOutput *output);
void rs_evaluation_json(const RsEvaluation *evaluation, const RsScoredList *truth, const RsScoredList *innocent,
                        const RsScoredList *leads, RsOutput *output);

#endif
