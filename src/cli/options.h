/* cli/options.h: the command line, read once for all commands; each command says which options it takes. */
#ifndef RS_CLI_OPTIONS_H
#define RS_CLI_OPTIONS_H

#include "claims/reader.h"
#include "exporters/xml_writer.h"
#include "rings/ring.h"

#include <glib.h>

typedef struct {
  char **operand;  /* NULL-terminated: what is left after the options */
  guint n_operands;
  char *output, *map, *settlements, *persons, *doctors, *institutions, *drugs;
  char *since, *until, *patterns, *memory, *sheet, *temp, *lang, *authority, *mask_key;
  char *key, *public_key, *sealed, *operator_name, *policy;
  char *truth, *innocent, *rings, *format, *ring, *ego, *gexf;
  char *watch, *cleared, *former, *outcomes, *split_by;
  char **claims;
  int threads, top, days, n_people, hops;
  gint64 seed, n_lines;
  double hard, innocent_level;
  gboolean allow_rejects, dossiers, unmask, json, quiet, all, per_ring, force, rerun;
  gboolean strict_graphml, gephi_guard, quiet_gephi;
  /* worked out from the above */
  unsigned n_threads, pattern_bits;
  uint64_t memory_bytes;    /* 0: no limit */
  uint16_t since_day, until_day;
  RsLanguage language;      /* of the terminal: --lang, else LANG */
  RsLanguage text_language; /* of files for machines: English unless --lang zh */
} RsOptions;

typedef struct {
  const char *name, *operands, *summary;
  const char *takes; /* the option names this command takes, separated by spaces; --help, --quiet and --lang always */
  const char *example;
  int (*run)(const RsOptions *options, GError **error); /* exit code, or an error whose code is the exit code */
  guint min_operands, max_operands;
} RsCommand;

/* Reads argv[1..] (argv[0] is the command). error: RS_ERROR_USAGE. */
RsOptions *rs_options_new(const RsCommand *command, int argc, char **argv, GError **error);
void rs_options_free(RsOptions *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsOptions, rs_options_free)

/* Whether there is such an option, and whether it stands alone. */
bool rs_options_is_known(const char *name);
bool rs_options_is_flag(const char *name);

/* What is known of an option: for --help, man pages and completions. */
typedef struct {
  const char *name;
  char letter;       /* 0: none */
  const char *value; /* its placeholder, such as FILE or zh|en; NULL: a switch */
  const char *help;  /* to be said with _(); NULL: shares the line of the option before it */
} RsOptionInfo;
#define RS_MAX_OPTIONS 64
/* The options a command takes, in the order they are shown; returns how many. */
size_t rs_options_info(const RsCommand *command, RsOptionInfo info[RS_MAX_OPTIONS]);

/* The names --map knows, NULL-terminated. */
const char *const *rs_options_mappings(void);

/* How GraphML and GEXF files are to be written. */
RsXmlStyle rs_options_style(const RsOptions *options);
/* What the reader needs of them; operands become claim paths. */
RsReadOptions rs_options_read(const RsOptions *options);
/* The nearest word by edit distance, or NULL when none is near. */
const char *rs_options_nearest(const char *word, const char *const *words);
/* Edits between two words; a large number where one is no UTF-8. */
unsigned rs_options_distance(const char *a, const char *b);

#endif
