/* exporters/case.h: the case folder, written as a whole or not at all. */
#ifndef RS_EXPORTERS_CASE_H
#define RS_EXPORTERS_CASE_H

#include "claims/reader.h"
#include "exporters/mask.h"
#include "exporters/xml_writer.h"
#include "rings/ring.h"
#include "rings/cleared.h"
#include "rings/watch.h"

typedef struct RsPolicy RsPolicy; /* exporters/policy.h */

typedef struct RsCase {
  RsReader *reader;               /* for the texts of evidence lines */
  const RsReport *report;
  const RsClaims *claims;
  const RsKnowledge *knowledge;
  const RsRings *rings;
  const RsClearances *clearances; /* --cleared, or NULL; what became of them is in rings */
  bool plain_keys;                /* keys by content alone, not those kept from a former case: for the digest */
  const RsWatch *watch;           /* --watch, or NULL */
  bool dossiers;                  /* --dossiers: a sheet of each lead in the folder (exporters/dossier.h) */
  const RsMask *mask;
  const char *authority;          /* --authority, or NULL */
  const char *operator_name;      /* --operator, or NULL */
  RsLanguage text_language;       /* of CSV, GraphML, SQLite */
  RsLanguage language;            /* of index.html and leads.xlsx: the terminal's */
  const char *command_line;       /* for the log: as typed, with claim paths */
  const char *const *options;     /* NULL-terminated pairs: name, value: every option that can change the result */
  const char *mapping;            /* the text of a mapping file, for who makes the case again; NULL: none, or one of the program's own */
  RsXmlStyle style;               /* of the GraphML files; the result digest does not know it */
  uint64_t seed;
  unsigned n_threads;
  const RsPolicy *policy;         /* which data are masked beside persons, claims and settlements; NULL: none */
  const struct RsCase *disguised_from; /* the case with its own ids, which the digest covers, where this one is a disguise; else NULL */
} RsCase;

/* Takes the lock on `folder` and recovers what an interrupted run left. error: RS_ERROR_IO: not writable, or another run holds it. */
typedef struct RsCaseLock RsCaseLock;
RsCaseLock *rs_case_lock(const char *folder, GError **error);
void rs_case_unlock(RsCaseLock *lock); /* NULL allowed */

/* Builds the folder beside its final name and exchanges it in one step; digest (65 bytes, hex SHA-256) gets the result digest. Also
 * writes FOLDER.key and FOLDER.ids unless unmasked. error: RS_ERROR_IO, and nothing changed. */
bool rs_case_write(const RsCase *c, const char *folder, char digest[65], GError **error);
/* The result digest alone: nothing is written. c->mask is clear. error: RS_ERROR_IO. */
bool rs_case_digest(const RsCase *c, char digest[65], GError **error);
/* FOLDER.rejects.csv for a run that could not go on. */
bool rs_case_write_rejects(const RsReport *report, const RsMask *mask, RsLanguage language, const char *folder, GError **error);
/* The whole knowledge graph as GraphML; component, core and community NULL where not computed, else by global node number (persons, doctors,
 * institutions, drugs in that order); style NULL for none; what was altered is added to *counts (NULL allowed). */
bool rs_graphml_write_knowledge(const RsKnowledge *knowledge, const RsMask *mask, const uint32_t *component, const uint32_t *core,
                                const uint32_t *community, const RsXmlStyle *style, RsXmlCounts *counts, const char *path, GError **error);

#endif
