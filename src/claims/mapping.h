/* claims/mapping.h: which column of a claims file plays which role: column names, aliases and the words in their cells.
 *
 * A mapping is a GKeyFile .ini text. [columns] holds the aliases of each role in a table of claim lines,
 * [settlements] those in the platform's second table (keys not given there are taken from [columns]), [institution_types]
 * words for `pharmacy`, `hospital`, `clinic` as they stand in cells, [institution_prefixes] the first letters of institution ids,
 * [values] the words of the valid and refund flags and of empty cells. The built-in ones (ringscope, nhsa, medicare) are compiled into the program.
 * Names match exactly but for case, surrounding space, a BOM, and full- or half-width letters, digits and brackets.
 * Within a role the first alias that stands in the header wins, so the order of aliases is the order of preference. */
#ifndef RS_CLAIMS_MAPPING_H
#define RS_CLAIMS_MAPPING_H

#include "claims/table.h"

#include <stddef.h>

typedef enum {
  RS_COLUMN_PERSON,
  RS_COLUMN_INSTITUTION,
  RS_COLUMN_TIME,       /* claims: the line's own time; settlements: the settlement's */
  RS_COLUMN_VISIT_TIME, /* claims only: the settlement's time where the line has both (nhsa flat exports); else -1 */
  RS_COLUMN_CLAIM_ID,
  RS_COLUMN_SETTLEMENT,
  RS_COLUMN_DOCTOR,
  RS_COLUMN_INSTITUTION_NAME,
  RS_COLUMN_INSTITUTION_TYPE,
  RS_COLUMN_DRUG,
  RS_COLUMN_DRUG_NAME,
  RS_COLUMN_QUANTITY,
  RS_COLUMN_AMOUNT, /* claims: the line's amount; settlements: the total */
  RS_COLUMN_FUND,   /* claims: the line's fund payment; settlements: the whole fund payment */
  RS_COLUMN_PERSON_REGION,
  RS_COLUMN_SERVICE_REGION,
  RS_COLUMN_DIAGNOSIS,
  RS_COLUMN_TRACE,
  RS_COLUMN_TERMINAL,
  RS_COLUMN_VALID_FLAG,
  RS_COLUMN_REFUND_FLAG,
  RS_N_COLUMNS
} RsColumnRole; /* RsRole is a ring member's role, rings/ring.h */
extern const char *const rs_column_role_name[RS_N_COLUMNS]; /* as in contract and .ini: "person_id", "institution_id", "time", ... */

typedef enum { RS_TABLE_CLAIMS, RS_TABLE_SETTLEMENTS, RS_N_TABLE_KINDS } RsTableKind;

typedef struct {
  char *name;                                 /* "nhsa", or the path given */
  char **alias[RS_N_TABLE_KINDS][RS_N_COLUMNS];    /* NULL-terminated and folded by rs_mapping_fold, or NULL */
  char **type_words[RS_TYPE_CLINIC + 1];      /* folded words for a type, or NULL */
  char **type_prefixes[RS_TYPE_CLINIC + 1];   /* folded beginnings of institution ids, or NULL */
  char **valid_values;                        /* a valid_flag with one of these is valid; NULL: the flag says nothing */
  char **refund_values;                       /* a refund_flag with one of these is a refund; NULL: the flag says nothing */
  char **empty_values;                        /* cells that mean empty, such as NA; compared exactly; or NULL */
} RsMapping;

/* A built-in name or the path of an .ini file in UTF-8, GB18030 or UTF-16, with or without a byte order mark, lines ended either way. error: RS_ERROR_USAGE unknown name, RS_ERROR_IO cannot read,
 * RS_ERROR_INPUT the file is no mapping (the message names the file, the group and the key). */
RsMapping *rs_mapping_new(const char *name_or_path, GError **error);
/* From .ini text; `name` goes into messages. */
RsMapping *rs_mapping_parse(const char *name, const char *text, size_t length, GError **error);
/* The built-in mapping with the most roles in this header among those that have person, institution and time (for settlements: the
 * settlement); ties by the order ringscope, nhsa, medicare. error: RS_ERROR_INPUT: none; the message begins with `file`, names what is
 * missing and found and the nearest guess. */
RsMapping *rs_mapping_choose(RsTableKind table, const char *const *fields, size_t n_fields, const char *file, GError **error);
void rs_mapping_free(RsMapping *mapping);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsMapping, rs_mapping_free)
#define RS_MAPPING_LIMIT ((gsize)1 << 20) /* a longer file is refused */
const char *const *rs_mapping_names(void); /* the built-in ones, NULL-terminated */

/* column[role] is the field playing that role, or -1. Returns how many roles are played. fields need not be valid UTF-8. */
unsigned rs_mapping_match(const RsMapping *mapping, RsTableKind table, const char *const *fields, size_t n_fields,
                          int column[RS_N_COLUMNS]);
/* The same, and RS_ERROR_INPUT as in rs_mapping_choose when a needed role is missing. */
bool rs_mapping_bind(const RsMapping *mapping, RsTableKind table, const char *const *fields, size_t n_fields, const char *file,
                     int column[RS_N_COLUMNS], GError **error);

/* By the word in the institution_type cell if it is known, else by the id's prefix. Words are NUL-terminated, "" if missing. */
RsInstitutionType rs_mapping_institution_type(const RsMapping *mapping, const char *word, const char *id);
/* An empty cell, or a mapping without values, is valid and no refund. Spaces around the text are ignored. */
bool rs_mapping_is_valid(const RsMapping *mapping, const char *text, size_t length);
bool rs_mapping_is_refund(const RsMapping *mapping, const char *text, size_t length);
/* True for a cell that means empty ("" itself included). Cheap when the mapping has no such words. */
bool rs_mapping_is_empty(const RsMapping *mapping, const char *text, size_t length);

/* Which field of a foreign header serves which column, from names and the first rows. */
typedef struct {
  int column[RS_N_COLUMNS];   /* position in fields; -1: none looks like it */
  bool certain[RS_N_COLUMNS]; /* by an exact name */
  const char *fits;           /* the built-in mapping that fits the header, or NULL; static */
} RsMappingGuess;
void rs_mapping_guess_all(const char *const *fields, size_t n_fields, const char *const *const *rows, size_t n_rows, RsMappingGuess *guess);
/* A complete .ini text for a foreign file from its header and first rows (rows[i] has n_fields texts, n_rows may be 0), with a comment
 * beside each uncertain choice. Never fails. */
char *rs_mapping_propose(const char *file, const char *const *fields, size_t n_fields, const char *const *const *rows, size_t n_rows);

/* The field that by its name most likely plays the role, or -1. */
int rs_mapping_guess(RsColumnRole role, const char *const *fields, size_t n_fields);

/* Lower case, half width, trimmed, without BOM: the form in which names are compared. Bad UTF-8 is replaced. Owned by the caller. */
char *rs_mapping_fold(const char *text);
/* Edits (insert, delete, change, swap of neighbours) between two texts, by character. */
unsigned rs_mapping_distance(const char *a, const char *b);

#endif
