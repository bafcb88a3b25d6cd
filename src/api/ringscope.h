/* ringscope.h: claims in, ranked leads out, from C. The whole interface of libringscope.
 *
 *   ringscope_claims *claims = ringscope_claims_open(paths, &options, &error);    read the claim files
 *   ringscope_graph *graph = ringscope_graph_new(claims, &error);                 persons, doctors, institutions, drugs and what ties them
 *   ringscope_rings *rings = ringscope_rings_find(graph, &error);                 the ranked leads
 *   ringscope_case_write(rings, "case", NULL, digest, &error);                    the case folder, as `ringscope analyze` writes it
 *
 * Each handle borrows the one it was made from: free them in the reverse order. Text is UTF-8, NUL-terminated, borrowed from the handle it
 * was read through and valid until that handle is freed. A handle may be read from several threads at once, as nothing changes it, but for
 * ringscope_case_write, one call at a time.
 *
 * Identifiers are those of the claims: nothing is masked here. What is written by ringscope_case_write is, unless an authority is given.
 * A lead is for review; it proves nothing by itself.
 *
 * Money is whole cents (fen). Options and results are as in `ringscope analyze --help` and README.md. Functions and fields are only
 * added while the library's soname stays; structs given by the caller begin with their size for that reason.
 */
#ifndef RINGSCOPE_H
#define RINGSCOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define RINGSCOPE_API __attribute__((visibility("default")))
#else
#define RINGSCOPE_API
#endif

/* The version of the library in use, such as "0.1.0". */
RINGSCOPE_API const char *ringscope_version(void);

/* Filled in by a call that fails; may be NULL where nobody wants to know. The codes are the program's exit codes. */
typedef enum {
  RINGSCOPE_ERROR_IO = 1,        /* a file cannot be read or written */
  RINGSCOPE_ERROR_USAGE = 2,     /* an option that does not exist */
  RINGSCOPE_ERROR_INPUT = 3,     /* the claims cannot be used; the message names file, line and reason */
  RINGSCOPE_ERROR_LIMIT = 4,     /* it would not fit into options.memory */
  RINGSCOPE_ERROR_INTEGRITY = 5,
} ringscope_error_code;
typedef struct {
  int code;
  char message[2000]; /* one or more lines; cut between characters where longer */
} ringscope_error;

/* ---- claims ---- */

typedef struct {
  size_t size;                   /* sizeof(ringscope_options) */
  const char *map;               /* mapping name or file; NULL: chosen by the header */
  const char *settlements;       /* the national platform's second table, or NULL */
  const char *persons, *doctors, *institutions, *drugs; /* attribute tables, or NULL */
  const char *since, *until;     /* "2025-03-01", both inclusive, or NULL */
  const char *temp;              /* folder for temporary files; NULL: the system's */
  uint64_t memory;               /* bytes the whole run may use; 0: no limit */
  unsigned threads;              /* 0: all cores; never changes the result */
  bool allow_rejects;            /* go on when more than 0.5 % of the rows are rejected */
  const char *patterns;          /* "batch,resale"; NULL: all */
  uint64_t seed;                 /* 0: 1, the program's default */
  uint32_t top;                  /* at most this many leads; 0: no limit */
} ringscope_options;

typedef struct ringscope_claims ringscope_claims;

/* Reads claim files or folders of them. paths ends with NULL; options NULL: defaults. NULL on failure. Time and memory grow with the claims. */
RINGSCOPE_API ringscope_claims *ringscope_claims_open(const char *const *paths, const ringscope_options *options, ringscope_error *error);
RINGSCOPE_API void ringscope_claims_free(ringscope_claims *claims);

/* What became of the rows that were read: read = used + outside + repeated + reversed + rejected, for rows and for money. */
typedef struct {
  uint64_t read, used, outside, repeated, reversed, rejected;
  int64_t amount_read, amount_used, amount_outside, amount_repeated, amount_reversed, amount_rejected;
} ringscope_balance;
RINGSCOPE_API void ringscope_claims_balance(const ringscope_claims *claims, ringscope_balance *balance);

/* ---- graph ---- */

typedef enum { RINGSCOPE_PERSON, RINGSCOPE_DOCTOR, RINGSCOPE_INSTITUTION, RINGSCOPE_DRUG } ringscope_kind;
typedef enum {
  RINGSCOPE_VISITED,    /* person to doctor */
  RINGSCOPE_FILLED_AT,  /* person to institution */
  RINGSCOPE_BOUGHT,     /* person to drug */
  RINGSCOPE_PRESCRIBED, /* doctor to drug */
  RINGSCOPE_DISPENSED,  /* institution to drug */
  RINGSCOPE_REFERS_TO,  /* doctor to institution */
} ringscope_relation_kind;

typedef struct ringscope_graph ringscope_graph;
RINGSCOPE_API ringscope_graph *ringscope_graph_new(const ringscope_claims *claims, ringscope_error *error);
RINGSCOPE_API void ringscope_graph_free(ringscope_graph *graph);

/* Entities of a kind are numbered from 0; NULL past the last. */
RINGSCOPE_API uint32_t ringscope_graph_entities(const ringscope_graph *graph, ringscope_kind kind);
RINGSCOPE_API const char *ringscope_graph_id(const ringscope_graph *graph, ringscope_kind kind, uint32_t entity);

/* Relations of a kind are numbered from 0, by (from, to). */
typedef struct {
  uint32_t from, to;     /* entity numbers; their kinds follow from the relation's kind */
  uint32_t visits, lines, days;
  int64_t amount, fund;  /* cents; fund: 0 where the claims have no such column */
} ringscope_relation;
RINGSCOPE_API uint64_t ringscope_graph_relations(const ringscope_graph *graph, ringscope_relation_kind kind);
/* False past the last. Cost: O(log entities). */
RINGSCOPE_API bool ringscope_graph_relation(const ringscope_graph *graph, ringscope_relation_kind kind, uint64_t i, ringscope_relation *relation);

/* ---- leads ---- */

typedef struct ringscope_rings ringscope_rings;
RINGSCOPE_API ringscope_rings *ringscope_rings_find(const ringscope_graph *graph, ringscope_error *error);
RINGSCOPE_API void ringscope_rings_free(ringscope_rings *rings);

typedef struct {
  const char *pattern;   /* "batch", "resale", ... */
  int score;             /* the sum of the facts' points */
  char stability;        /* 'A', 'B', 'C', or 0 where it was not computed */
  const char *lead_key;  /* from the content: the same next month while the lead is the same */
  const char *summary;   /* one line, English */
  const char *first_date, *last_date;
  uint32_t n_members, n_facts;
  uint64_t n_lines;      /* claim lines that are its evidence */
  int64_t amount, amount_exclusive, fund; /* cents; exclusive: lines of no better-ranked lead; fund: 0 where the claims have no such column */
} ringscope_ring;
typedef struct {
  ringscope_kind kind;
  const char *id;
  const char *role;      /* "core", "member", "outlet", "prescriber", "item" */
  double strength;       /* 0 to 1 */
} ringscope_member;
typedef struct {
  const char *code;      /* "bursts", "rotation", ... as in facts.csv */
  const char *text;      /* English */
  double value, expected;/* NaN: none */
  int points;            /* below 0: speaks against the lead */
} ringscope_fact;
typedef struct {
  const char *file;      /* name of the claim file */
  uint64_t line;         /* physical line in it, the header being line 1 */
  const char *person, *institution;
  const char *doctor, *drug; /* "" where the line has none */
  char time[20];         /* "2025-03-04 19:38:05" */
  int64_t amount, fund;  /* cents; fund: 0 where the claims have no such column */
} ringscope_line;

/* Leads are numbered from 0 by rank. Each call fills its last argument, or returns false past the last. */
RINGSCOPE_API uint32_t ringscope_rings_count(const ringscope_rings *rings);
RINGSCOPE_API bool ringscope_rings_get(const ringscope_rings *rings, uint32_t i, ringscope_ring *ring);
RINGSCOPE_API bool ringscope_rings_member(const ringscope_rings *rings, uint32_t i, uint32_t member, ringscope_member *out);
RINGSCOPE_API bool ringscope_rings_fact(const ringscope_rings *rings, uint32_t i, uint32_t fact, ringscope_fact *out);
RINGSCOPE_API bool ringscope_rings_line(const ringscope_rings *rings, uint32_t i, uint64_t line, ringscope_line *out);

/* Writes the case folder in one step. authority NULL: masked, and FOLDER.key and FOLDER.ids are written beside it; else clear, and the
 * reference is logged. digest, which may be NULL, gets 64 hex digits. */
RINGSCOPE_API bool ringscope_case_write(const ringscope_rings *rings, const char *folder, const char *authority, char digest[65],
                                        ringscope_error *error);

#ifdef __cplusplus
}
#endif
#endif
