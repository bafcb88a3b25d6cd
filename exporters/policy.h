/* exporters/policy.h: which data are masked: a policy file, and a case disguised by it.
 *
 * A key file of GLib's kind gives each kind of entity and each kind of column a class: general, sensitive or core. A cell has the higher of the two; what is of
 * the class `from` or higher is masked, in every output. Without a file persons are core, claims and settlements sensitive, all else is general, and
 * `from` is sensitive:
 *
 *   [entity]  person=core  claim=sensitive  settlement=sensitive  doctor=general  institution=general  drug=general
 *   [column]  id=general  name=general  region=general
 *   [mask]    from=sensitive
 *
 * Persons, claims and settlements cannot be cleared by a policy: that takes --unmask --authority. */
#ifndef RS_EXPORTERS_POLICY_H
#define RS_EXPORTERS_POLICY_H

#include "exporters/case.h"

struct RsPolicy {
  bool id[RS_N_KINDS], name[RS_N_KINDS]; /* masked; a masked id has no name */
  bool region;                           /* of anybody */
  bool institution_region;               /* of institutions, as they are of a masked class themselves */
  char *text;                            /* what it says, on one line, for the manifest */
};

/* error: RS_ERROR_IO; RS_ERROR_INPUT: an unknown group, key or class, or one that would clear persons, claims or settlements. */
RsPolicy *rs_policy_read(const char *path, GError **error);
RsPolicy *rs_policy_parse(const char *text, gsize length, const char *path, GError **error);
void rs_policy_free(RsPolicy *policy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsPolicy, rs_policy_free)
/* Whether anything but persons, claims and settlements is masked. */
bool rs_policy_hides(const RsPolicy *policy);

/* The same case with pseudonyms (d: doctor, i: institution, m: drug, n: name, g: region) where the policy says so: every output writes what
 * stands there, so none can forget. Numbers are those of the case. */
typedef struct {
  RsCase c;
  RsClaims claims;
  RsKnowledge knowledge;
  RsText *text[RS_N_KINDS], *region, *drug_name, *institution_name; /* NULL: as they are */
  uint32_t *institution_region;
  RsRings rings;           /* borrows all but the ranks: equal institutions in the order of what is printed */
  RsInstitutionRank *rank; /* NULL: as they are */
  const RsText *clear[RS_N_KINDS]; /* the case's own */
} RsDisguise;

/* c, its mask (not clear) and policy (NULL allowed, then nothing is disguised) are borrowed and must outlive it. */
RsDisguise *rs_disguise_new(const RsCase *c);
void rs_disguise_free(RsDisguise *disguise);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsDisguise, rs_disguise_free)

#endif
