/* mining/indication.h: which diagnoses a drug is given for, as the claims themselves show.
 *
 * In    RsClaims with drugs and diagnoses; the drugs that are asked about
 * Out   RsIndication: distinct persons by drug and diagnosis, and by drug; lines by diagnosis
 * Cost  O(lines), and the asked drugs times the diagnoses
 * From  over-representation of an attribute given the margins (Tumminello et al., J. Stat. Mech. 2011), without a list of indications:
 *       there is none for billing codes
 *
 * A diagnosis fits a drug where a hundredth of the drug's other people have it with the drug, or where they have it twice as often as it
 * stands on the city's lines, three of them at least: a rare disease has its drugs too. Persons are counted once a drug and diagnosis, and
 * a group's own are left out of what is usual. A diagnosis that does not fit happens to anybody: the other people's rate, drug by drug, is the null. */
#ifndef RS_MINING_INDICATION_H
#define RS_MINING_INDICATION_H

#include "claims/table.h"

enum { RS_INDICATION_PAIRS = 1 << 24 /* drugs * diagnoses; beyond that nothing is said */, RS_INDICATION_OTHERS = 100 /* people a drug needs */ };

typedef struct {
  uint32_t n_drugs, n_diagnoses;
  uint64_t n_lines;       /* with a diagnosis */
  uint32_t *slot;         /* [1 + drugs of the claims] row of an asked drug, or RS_NONE; first that of lines without one */
  uint32_t *drug_persons; /* [n_drugs] pairs of a person and a diagnosis */
  uint32_t *pair;         /* [n_drugs * n_diagnoses] persons */
  uint32_t *diagnosis;    /* [n_diagnoses] lines */
} RsIndication;

/* NULL: no diagnoses, or too many of them. drug [n], distinct. */
RsIndication *rs_indication_new(const RsClaims *claims, const uint32_t *drug, uint32_t n, unsigned n_threads);
void rs_indication_free(RsIndication *indication);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsIndication, rs_indication_free)

/* A group held against everybody else. */
typedef struct {
  uint32_t n_persons;   /* who get an asked drug with some diagnosis */
  uint32_t n_unfit;     /* of them, those with a drug none of whose diagnoses fits */
  double expected;      /* of n_unfit, by the other people's rates */
  double log_p;         /* of n_unfit or more: Poisson binomial over the persons; diagnoses must have had no part in finding the group */
} RsIndicationTest;
/* line [n_lines] ascending: the group's lines. unfit [n_lines] (or NULL) gets whether the line is one of such a drug and person. */
RsIndicationTest rs_indication_test(const RsIndication *indication, const RsClaims *claims, const uint64_t *line, uint64_t n_lines, bool *unfit);

#endif
