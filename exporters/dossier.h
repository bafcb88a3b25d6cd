/* exporters/dossier.h: one lead as a sheet of paper: what an officer takes along, checks, fills in and signs.
 *
 * In    a case, in memory while it is made or in its folder; a ring of it; the claim files, where lines are wanted in full (exporters/source_lines.h)
 * Out   HTML that prints on A4, or a workbook; of the whole lead, of one person's part in it, or of the part of one insured region
 * Cost  one walk over the ring's evidence a sheet
 *
 * A part's sheet shows the people, claim lines and money of the part, and of the others only what is common: facts of the lead as a whole, outlets,
 * doctors and bursts with counts. The money of all parts adds up to the lead's, for every line has one person and every person one region. */
#ifndef RS_EXPORTERS_DOSSIER_H
#define RS_EXPORTERS_DOSSIER_H

#include "exporters/page_parts.h"
#include "exporters/source_lines.h"

typedef struct { guint64 lines; gint64 amount, fund, account; guint people; } RsDossierSum;

typedef struct {
  char *key;          /* id, month or region; "" unknown */
  RsDossierSum own, all;
  GHashTable *seen;   /* people, private */
} RsDossierRow;

/* What all sheets of a case have in common. */
typedef struct {
  RsCaseSource source;
  char *name;                   /* of the case, as it stands on the sheet */
  bool masked;
  RsLanguage language;
  RsCaseRows *notices, *account;
  RsNames *names;
} RsDossierCase;

/* folder: the case's, for its name. What the source refers to is borrowed. error: RS_ERROR_INPUT. */
RsDossierCase *rs_dossier_case_new(const RsCaseSource *source, const char *folder, RsLanguage language, GError **error);
void rs_dossier_case_free(RsDossierCase *of); /* NULL allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsDossierCase, rs_dossier_case_free)

typedef struct {
  const RsDossierCase *of;      /* borrowed */
  char *ring_id;
  RsRingStory *story;
  RsCaseRows *evidence, *attendance;
  const RsSourceLines *lines;   /* borrowed, or NULL: not reread */
  GHashTable *clear;            /* pseudonym -> clear id, borrowed, or NULL: as the case prints */
  const char *authority;        /* borrowed */
  /* the part: both NULL for the whole */
  const char *region, *person;
  uint8_t *own;                 /* [evidence->n] */
  RsDossierSum sum_own, sum_all;
  bool has_account;             /* some line has a payment from the personal account */
  GPtrArray *by[RS_N_KINDS], *by_month, *by_region; /* of RsDossierRow, most own money first; months and regions in order */
} RsDossier;

/* of and clear are borrowed; from memory, several threads may make sheets at once. error: RS_ERROR_INPUT, RS_ERROR_INTEGRITY. */
RsDossier *rs_dossier_new(const RsDossierCase *of, const char *ring_id, GHashTable *clear, GError **error);
void rs_dossier_free(RsDossier *dossier);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsDossier, rs_dossier_free)
/* Limits it to a region or a person (NULL: no limit) and adds up. */
void rs_dossier_limit(RsDossier *dossier, const char *region, const char *person);
/* The id to print: clear where it may be. */
const char *rs_dossier_id(const RsDossier *dossier, RsKind kind, const char *id);
/* What to look at next, in one place: outlet, records, people. n texts of ours (for rs_say), by the lead's pattern. */
typedef enum { RS_CHECK_OUTLET, RS_CHECK_RECORDS, RS_CHECK_PEOPLE, RS_N_CHECKS } RsCheck;
guint rs_dossier_checks(const RsDossier *dossier, RsCheck where, const char *text[8]);
/* The cells of a claim line that may be shown, as name and text; the number of columns left out because the sheet is masked. */
typedef void (*RsDossierCell)(const char *name, const char *text, void *data);
guint rs_dossier_line(const RsDossier *dossier, guint row, RsDossierCell cell, void *data);

/* A whole page of several sheets, one after the other, each on a new sheet of paper. */
GString *rs_dossier_html(RsDossier *const *dossier, guint n);
/* Where a case made with --dossiers keeps a lead's sheet: "dossiers/R0001.html". Owned by the caller. */
char *rs_dossier_file(const char *ring_id);
/* The caller closes output. error: RS_ERROR_LIMIT. */
bool rs_dossier_xlsx(RsDossier *const *dossier, guint n, RsOutput *output, GError **error);

#endif
