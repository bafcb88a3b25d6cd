/* exporters/tables.h: the case as tables: what stands in each cell, said once for CSV, SQLite and whatever comes next.
 *
 * A table is a list of columns and a walk that hands over row after row; a format is a function that takes a row. Persons, claims and
 * settlements are printed under the view's mask, and rows within a ring are ordered by what is printed, so that order tells
 * nothing about masked ids. Cost: linear but for the sorting of each ring's rows. */
#ifndef RS_EXPORTERS_TABLES_H
#define RS_EXPORTERS_TABLES_H

#include "exporters/case.h"
#include "exporters/subgraph.h"

/* What stood in the source for the evidence lines, each distinct line once; and whatever else is computed once a case. */
typedef struct {
  const RsCase *c;
  RsEntities *entities;
  RsMemberships *memberships;
  RsSubgraph *subgraph;
  size_t n_lines;
  uint64_t *line;                            /* [n_lines] ascending line numbers of the claims table */
  uint32_t *visit, *person;                  /* [n_lines] whose line it is */
  uint64_t *claim_id, *settlement_id, *time; /* [n_lines] offsets into texts */
  uint64_t *moment;                          /* [n_lines] below 2^34, ordered as the printed times are */
  GString *texts;                            /* NUL-terminated texts; offset 0 is "" */
} RsCaseData;

/* Fetches the source texts of all rings' evidence from the files. error: RS_ERROR_IO. */
RsCaseData *rs_case_data_new(const RsCase *c, GError **error);
void rs_case_data_free(RsCaseData *data);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsCaseData, rs_case_data_free)

/* One ring's claim line. */
typedef struct {
  uint64_t order; /* the person's place among the printed ids, and the moment */
  uint64_t line;  /* of the claims table */
  uint32_t at;    /* in RsCaseData */
  uint32_t facts; /* bits: facts of the ring */
} RsEvidenceRow;

/* The case as seen through one mask: pseudonyms are computed and evidence is sorted once, by several threads. */
typedef struct {
  const RsCaseData *data;
  const RsCase *c;
  const RsMask *mask;
  uint32_t *shown;                         /* [n_shown] person numbers in any ring, ascending */
  uint32_t n_shown;
  uint32_t *place;                         /* [data->n_lines] where each line's person stands in shown */
  uint32_t *shown_rank;                    /* [n_shown] place of each among the printed ids, sorted */
  char (*shown_text)[20];                  /* [n_shown] pseudonyms; NULL unmasked */
  char (*claim_text)[20], (*settlement_text)[20]; /* [data->n_lines], NULL unmasked */
  RsEvidenceRow *evidence;                 /* [first_evidence[n_rings]] ring after ring, in printed order */
  uint64_t *first_evidence;                /* [n_rings + 1] */
} RsCaseView;
RsCaseView *rs_case_view_new(const RsCaseData *data, const RsMask *mask);
void rs_case_view_free(RsCaseView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsCaseView, rs_case_view_free)

/* The printed id of any entity of a ring, or of the case's subgraph. */
const char *rs_case_view_id(const RsCaseView *view, RsKind kind, uint32_t id);

typedef enum {
  RS_CELL_TEXT,
  RS_CELL_INTEGER,
  RS_CELL_MONEY,   /* fen, printed with two decimals */
  RS_CELL_DECIMAL, /* at most six decimals; NaN is empty */
  RS_CELL_TINY,    /* a probability: six significant digits, scientific where small; NaN is empty */
} RsCellType;

typedef struct { const char *name; RsCellType type; bool no_digest; /* left out of the result digest */ } RsTableColumn;

/* text is NULL or "" for an empty cell of any type but INTEGER and MONEY; for those, `empty`. */
typedef struct { const char *text; int64_t integer; double number; bool empty; } RsCell;

typedef struct RsTable RsTable;
typedef void (*RsRowFunc)(const RsTable *table, const RsCell *cell /* [n_columns] */, void *data);
struct RsTable {
  const char *name, *file; /* in SQLite; as CSV, or NULL */
  unsigned n_columns;
  const RsTableColumn *column;
  void (*whole)(const RsCaseView *view, RsRowFunc row, void *data);                   /* a table of the case, */
  void (*of_ring)(const RsCaseView *view, uint32_t ring, RsRowFunc row, void *data); /* or one of each ring: its rows of that ring */
};

enum { RS_TABLE_RING, RS_TABLE_MEMBER, RS_TABLE_FACT, RS_TABLE_EVIDENCE, RS_TABLE_INSTITUTION, RS_TABLE_REJECT, RS_TABLE_ENTITY,
       RS_TABLE_RELATION, RS_TABLE_BURST, RS_TABLE_ATTENDANCE, RS_TABLE_SENTENCE, RS_TABLE_SPELL, RS_TABLE_RULE,
       RS_TABLE_ACCOUNT, RS_TABLE_NOTICE, RS_TABLE_INPUT, RS_TABLE_WATCH, RS_TABLE_EXPANSION, RS_TABLE_CLEARED, RS_TABLE_CLEARED_MEMBER,
       RS_N_TABLES };
extern const RsTable rs_table[RS_N_TABLES];
#define RS_MAX_COLUMNS 20

/* The file of a table that this case has: NULL where it has none, as watch.csv without a watch list. */
const char *rs_table_file(unsigned table, const RsCase *c);
/* Hands over all rows; those of rings in rank order. */
void rs_table_walk(const RsTable *table, const RsCaseView *view, RsRowFunc row, void *data);
/* The reject table needs no case: view may be NULL there. */
void rs_table_walk_rejects(const RsReport *report, const RsMask *mask, RsLanguage language, RsRowFunc row, void *data);

#endif
