#include "cli/options.h"

#include "base/calendar.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/words.h"
#include "claims/mapping.h"

#include <stdio.h>
#include <string.h>

#define NOT_GIVEN G_MININT

/* help NULL: said with the option before it. */
typedef struct { const char *name; char letter; GOptionArg arg; size_t offset; const char *help, *value; } Option;

/* Texts are taken as bytes (ARG_FILENAME), whatever the locale: an authority reference in Chinese must pass under LC_ALL=C too. */
#define AT(field) G_STRUCT_OFFSET(RsOptions, field)
static const Option all_options[] = {
    {"output", 'o', G_OPTION_ARG_FILENAME, AT(output), N_("where the result goes"), "PATH"},
    {"map", 'm', G_OPTION_ARG_FILENAME, AT(map), N_("column mapping: ringscope, nhsa, medicare or a file; by default the header decides"), "NAME|FILE"},
    {"settlements", 0, G_OPTION_ARG_FILENAME, AT(settlements), N_("the platform's second table"), "FILE"},
    {"persons", 0, G_OPTION_ARG_FILENAME, AT(persons), N_("what is known of them, id first"), "FILE"},
    {"doctors", 0, G_OPTION_ARG_FILENAME, AT(doctors), NULL, "FILE"},
    {"institutions", 0, G_OPTION_ARG_FILENAME, AT(institutions), NULL, "FILE"},
    {"drugs", 0, G_OPTION_ARG_FILENAME, AT(drugs), NULL, "FILE"},
    {"since", 0, G_OPTION_ARG_FILENAME, AT(since), N_("first and last day that count"), "YYYY-MM-DD"},
    {"until", 0, G_OPTION_ARG_FILENAME, AT(until), NULL, "YYYY-MM-DD"},
    {"patterns", 0, G_OPTION_ARG_FILENAME, AT(patterns), N_("only these patterns, separated by commas"), "LIST"},
    {"top", 0, G_OPTION_ARG_INT, AT(top), N_("at most this many: leads, rows of a list, nodes"), "N"},
    {"allow-rejects", 0, G_OPTION_ARG_NONE, AT(allow_rejects), N_("go on with many unusable rows"), NULL},
    {"unmask", 0, G_OPTION_ARG_NONE, AT(unmask), N_("clear ids in the output; needs --authority"), NULL},
    {"authority", 0, G_OPTION_ARG_FILENAME, AT(authority), N_("reference of the order that allows clear ids"), "REF"},
    {"operator", 0, G_OPTION_ARG_FILENAME, AT(operator_name), N_("who works, for the log"), "NAME"},
    {"policy", 0, G_OPTION_ARG_FILENAME, AT(policy), N_("which data are masked beside persons, claims and settlements"), "FILE"},
    {"mask-key", 0, G_OPTION_ARG_FILENAME, AT(mask_key), N_("reuse the masking key of another case"), "FILE"},
    {"threads", 't', G_OPTION_ARG_INT, AT(threads), N_("threads, 1 to 64 (default: all cores)"), "N"},
    {"seed", 0, G_OPTION_ARG_INT64, AT(seed), N_("seed of everything random (default 1)"), "N"},
    {"memory", 0, G_OPTION_ARG_FILENAME, AT(memory), N_("keep to this, such as 4G; rest in --temp"), "SIZE"},
    {"sheet", 0, G_OPTION_ARG_FILENAME, AT(sheet), N_("sheet of an Excel workbook (default: the first)"), "NAME"},
    {"temp", 0, G_OPTION_ARG_FILENAME, AT(temp), N_("folder for temporary files"), "DIR"},
    {"watch", 0, G_OPTION_ARG_FILENAME, AT(watch), N_("people, doctors, outlets, drugs or boxes to answer about: type,id,note"), "FILE"},
    {"cleared", 0, G_OPTION_ARG_FILENAME, AT(cleared), N_("what was looked into and cleared: subject,reason,by,until"), "FILE"},
    {"dossiers", 0, G_OPTION_ARG_NONE, AT(dossiers), N_("a sheet to print of each lead, in CASE/dossiers"), NULL},
    {"former", 0, G_OPTION_ARG_FILENAME, AT(former), N_("last time's case: leads that stay keep their key"), "CASE"},
    {"outcomes", 0, G_OPTION_ARG_FILENAME, AT(outcomes), N_("what came of each lead: lead_key,outcome"), "FILE"},
    {"claims", 0, G_OPTION_ARG_FILENAME_ARRAY, AT(claims), N_("claim files to read the lines in full from; may be given again"), "FILE"},
    {"split-by", 0, G_OPTION_ARG_FILENAME, AT(split_by), N_("one sheet for each: person_region"), "COLUMN"},
    {"format", 'f', G_OPTION_ARG_FILENAME, AT(format), N_("graphml, gexf, csv, neo4j, i2, xlsx or html"), "F"},
    {"ring", 0, G_OPTION_ARG_FILENAME, AT(ring), N_("one ring of the case, such as R0001"), "R"},
    {"all", 0, G_OPTION_ARG_NONE, AT(all), N_("the whole case (the default)"), NULL},
    {"per-ring", 0, G_OPTION_ARG_NONE, AT(per_ring), N_("one file a ring, in a new folder"), NULL},
    {"force", 0, G_OPTION_ARG_NONE, AT(force), N_("write even what the usual reader does not bear"), NULL},
    {"strict-graphml", 0, G_OPTION_ARG_NONE, AT(strict_graphml), N_("no kind in <edge>, for the official schema"), NULL},
    {"gephi-guard", 0, G_OPTION_ARG_NONE, AT(gephi_guard), N_("INF that Gephi does not show as Infinity"), NULL},
    {"quiet-gephi", 0, G_OPTION_ARG_NONE, AT(quiet_gephi), N_("no graph attributes: Gephi warns of them"), NULL},
    {"gexf", 0, G_OPTION_ARG_FILENAME, AT(gexf), N_("1.2 for networkx (default: 1.3)"), "VERSION"},
    {"ego", 0, G_OPTION_ARG_FILENAME, AT(ego), N_("only this entity and what is near it"), "TYPE:ID"},
    {"hops", 0, G_OPTION_ARG_INT, AT(hops), N_("how near, with --ego (default 1)"), "N"},
    {"key", 'k', G_OPTION_ARG_FILENAME, AT(key), N_("private key to sign with"), "FILE"},
    {"public-key", 0, G_OPTION_ARG_FILENAME, AT(public_key), N_("public key that a pack must be signed with"), "FILE"},
    {"sealed", 0, G_OPTION_ARG_FILENAME, AT(sealed), N_("a pack of this case: the log must go on from what was sealed"), "PACK"},
    {"rerun", 0, G_OPTION_ARG_NONE, AT(rerun), N_("compute the case again from these files, and compare"), NULL},
    {"truth", 0, G_OPTION_ARG_FILENAME, AT(truth), N_("which groups are rings"), "FILE"},
    {"innocent", 0, G_OPTION_ARG_FILENAME, AT(innocent), N_("which groups are innocent"), "FILE"},
    {"people", 0, G_OPTION_ARG_INT, AT(n_people), N_("insured persons"), "N"},
    {"days", 0, G_OPTION_ARG_INT, AT(days), N_("days of claims"), "N"},
    {"lines", 0, G_OPTION_ARG_INT64, AT(n_lines), N_("claim lines, about"), "N"},
    {"rings", 0, G_OPTION_ARG_FILENAME, AT(rings), N_("how many rings: batch, resale, steering, crossregion, duplicate, travel, trace"), "N,N,..."},
    {"hard", 0, G_OPTION_ARG_DOUBLE, AT(hard), N_("0 careless rings .. 1 careful ones"), "X"},
    {"innocent-level", 0, G_OPTION_ARG_DOUBLE, AT(innocent_level), N_("0 no innocent groups .. 1 the usual number"), "X"},
    {"json", 0, G_OPTION_ARG_NONE, AT(json), N_("the result as JSON on stdout"), NULL},
    {"lang", 0, G_OPTION_ARG_FILENAME, AT(lang), N_("language: zh or en (default: from LANG)"), "zh|en"},
    {"quiet", 'q', G_OPTION_ARG_NONE, AT(quiet), N_("say nothing but errors and results"), NULL},
};

static const Option *option_find(const char *name) {
  for (size_t i = 0; i < G_N_ELEMENTS(all_options); i++)
    if (strcmp(all_options[i].name, name) == 0) return &all_options[i];
  return NULL;
}

bool rs_options_is_known(const char *name) { return option_find(name) != NULL; }

bool rs_options_is_flag(const char *name) {
  const Option *option = option_find(name);
  return option != NULL && option->arg == G_OPTION_ARG_NONE;
}

static bool takes(const RsCommand *command, const char *name) {
  if (strcmp(name, "lang") == 0 || strcmp(name, "quiet") == 0) return true;
  g_auto(GStrv) names = g_strsplit(command->takes, " ", -1);
  return g_strv_contains((const gchar *const *)names, name);
}

static GOptionEntry *entries_of(const RsCommand *command, RsOptions *options) {
  GOptionEntry *entry = g_new0(GOptionEntry, G_N_ELEMENTS(all_options) + 1);
  size_t n = 0;
  for (size_t i = 0; i < G_N_ELEMENTS(all_options); i++) {
    const Option *o = &all_options[i];
    if (!takes(command, o->name)) continue;
    entry[n++] = (GOptionEntry){o->name, o->letter, 0, o->arg, G_STRUCT_MEMBER_P(options, o->offset), o->help, o->value};
  }
  return entry;
}

size_t rs_options_info(const RsCommand *command, RsOptionInfo info[RS_MAX_OPTIONS]) {
  size_t n = 0;
  for (size_t i = 0; i < G_N_ELEMENTS(all_options); i++) {
    const Option *o = &all_options[i];
    if (takes(command, o->name)) info[n++] = (RsOptionInfo){o->name, o->letter, o->value, o->help};
  }
  g_assert(n == 0 || info[0].help != NULL);
  return n;
}

const char *const *rs_options_mappings(void) { return rs_mapping_names(); }

unsigned rs_options_distance(const char *a, const char *b) {
  return g_utf8_validate(a, -1, NULL) && g_utf8_validate(b, -1, NULL) ? rs_mapping_distance(a, b) : G_MAXUINT;
}

const char *rs_options_nearest(const char *word, const char *const *words) {
  const char *best = NULL;
  unsigned best_distance = (unsigned)strlen(word) / 3 + 2;
  for (; *words != NULL; words++) {
    unsigned distance = rs_options_distance(word, *words);
    if (distance < best_distance) best_distance = distance, best = *words;
  }
  return best;
}

/* By its name, or by its letter. */
static const Option *option_meant(const char *name) {
  for (size_t i = 0; i < G_N_ELEMENTS(all_options); i++)
    if (all_options[i].letter != '\0' && name[0] == all_options[i].letter && name[1] == '\0') return &all_options[i];
  return option_find(name);
}

static void unknown_option(const RsCommand *command, const char *word, GError **error) {
  const char *names[G_N_ELEMENTS(all_options) + 1] = {0};
  size_t n = 0;
  for (size_t i = 0; i < G_N_ELEMENTS(all_options); i++)
    if (takes(command, all_options[i].name)) names[n++] = all_options[i].name;
  const bool long_one = g_str_has_prefix(word, "--");
  const char *nearest = long_one ? rs_options_nearest(word + 2, names) : NULL;
  if (long_one && option_find(word + 2) != NULL && !takes(command, word + 2))
    g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("'%s' does not go with %s; see ringscope %s --help"), word, command->name, command->name);
  else if (nearest != NULL)
    g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("unknown option '%s'; did you mean --%s?"), word, nearest);
  else g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("unknown option '%s'; see ringscope %s --help"), word, command->name);
}

/* GOption's words, said as ours: which option was meant, what a value looks like. Its texts end in the option's name. */
static void explain_failure(const RsCommand *command, const GError *failed, GError **error) {
  const char *space = strrchr(failed->message, ' ');
  g_autofree char *word = g_strdup(space != NULL ? space + 1 : failed->message);
  const Option *option = option_meant(word + strspn(word, "-"));
  if (g_error_matches(failed, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION)) unknown_option(command, word, error);
  else if (option != NULL && option->value != NULL && g_str_has_prefix(failed->message, "Missing"))
    g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("%s needs a value: %s %s"), word, word, option->value);
  else if (option != NULL) g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("%s: the value is no number"), word);
  else g_set_error(error, RS_ERROR, RS_ERROR_USAGE, "%s", failed->message);
}

static bool read_day(const char *name, const char *text, uint16_t *day, GError **error) {
  uint32_t seconds;
  RsTimeStatus status = rs_time_parse(text, strlen(text), &seconds);
  if (status == RS_TIME_OK || status == RS_TIME_DATE_ONLY) {
    *day = (uint16_t)(seconds / RS_DAY_SECONDS);
    return true;
  }
  g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("--%s: '%s' is no date like 2025-03-01"), name, text);
  return false;
}

/* "4G", "512M", "2.5g": bytes by powers of 1024. */
static bool read_size(const char *text, uint64_t *bytes, GError **error) {
  char *end = NULL;
  double value = g_ascii_strtod(text, &end);
  const char *units = "kmgt", *unit = *end != '\0' ? strchr(units, g_ascii_tolower(*end)) : NULL;
  double factor = unit == NULL ? 1 : 1024;
  for (const char *u = units; unit != NULL && u < unit; u++) factor *= 1024;
  const char *rest = unit == NULL ? end : end + 1;
  if (*rest == 'B' || *rest == 'b') rest++;
  if (end != text && *rest == '\0' && value * factor >= 1 && value * factor < 1e18) {
    *bytes = (uint64_t)(value * factor);
    return true;
  }
  g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("--memory: '%s' is no size like 4G"), text);
  return false;
}

static bool read_patterns(RsOptions *options, GError **error) {
  const char *names[RS_N_PATTERNS + 1] = {0};
  for (int p = 0; p < RS_MIXED; p++) names[p] = rs_pattern_name[p];
  g_auto(GStrv) word = g_strsplit(options->patterns, ",", -1);
  for (char **w = word; *w != NULL; w++) {
    int p = 0;
    for (; p < RS_MIXED && strcmp(g_strstrip(*w), names[p]) != 0; p++) continue;
    if (p < RS_MIXED) {
      options->pattern_bits |= 1u << p;
      continue;
    }
    const char *nearest = rs_options_nearest(*w, names);
    g_set_error(error, RS_ERROR, RS_ERROR_USAGE, nearest ? _("--patterns: unknown pattern '%s'; did you mean '%s'?") : _("--patterns: unknown pattern '%s'%s"),
                *w, nearest ? nearest : "");
    return false;
  }
  return true;
}

static bool language_of(RsOptions *options, GError **error) {
  if (options->lang != NULL && strcmp(options->lang, "zh") != 0 && strcmp(options->lang, "en") != 0) {
    g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("--lang: '%s' is neither zh nor en"), options->lang);
    return false;
  }
  const bool zh = options->lang != NULL ? strcmp(options->lang, "zh") == 0 : rs_words_environment() == RS_LANG_ZH;
  options->language = zh ? RS_LANG_ZH : RS_LANG_EN;
  options->text_language = options->lang != NULL && zh ? RS_LANG_ZH : RS_LANG_EN;
  return true;
}

static bool gexf_known(const RsOptions *options, GError **error) {
  if (options->gexf == NULL || strcmp(options->gexf, "1.2") == 0 || strcmp(options->gexf, "1.3") == 0) return true;
  g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("--gexf: '%s' is neither 1.2 nor 1.3"), options->gexf);
  return false;
}

static bool check(const RsCommand *command, RsOptions *options, GError **error) {
  if (options->threads != NOT_GIVEN && (options->threads < 1 || options->threads > 64))
    return g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("--threads: %d is not between 1 and 64"), options->threads), false;
  if (options->top < 0) return g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("--top: %d is negative"), options->top), false;
  if (options->unmask && (options->authority == NULL || *options->authority == '\0'))
    return g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("--unmask needs --authority REF, the order that allows clear ids")), false;
  if (options->unmask && options->policy != NULL)
    return g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("--unmask shows all ids, --policy hides some: give one of them")), false;
  options->n_threads = options->threads != NOT_GIVEN ? (unsigned)options->threads : rs_parallel_default_threads();
  options->until_day = UINT16_MAX;
  if (options->since != NULL && !read_day("since", options->since, &options->since_day, error)) return false;
  if (options->until != NULL && !read_day("until", options->until, &options->until_day, error)) return false;
  if (options->since_day > options->until_day)
    return g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("--since %s is after --until %s"), options->since, options->until), false;
  if (options->memory != NULL && !read_size(options->memory, &options->memory_bytes, error)) return false;
  if (options->patterns != NULL && !read_patterns(options, error)) return false;
  if (!language_of(options, error) || !gexf_known(options, error)) return false;
  if (options->n_operands < command->min_operands || options->n_operands > command->max_operands) {
    g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("usage: ringscope %s %s; see ringscope %s --help"), command->name, command->operands, command->name);
    return false;
  }
  if (options->json && g_strcmp0(options->output, "-") == 0)
    return g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("--json and -o - both want standard output")), false;
  if (strstr(command->operands, "-o") != NULL && options->output == NULL)
    return g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("%s needs -o PATH: where the result goes"), command->name), false;
  return true;
}

RsOptions *rs_options_new(const RsCommand *command, int argc, char **argv, GError **error) {
  g_autoptr(RsOptions) options = g_new0(RsOptions, 1);
  options->seed = 1;
  options->threads = NOT_GIVEN;
  options->hard = options->innocent_level = -1;
  g_autofree GOptionEntry *entry = entries_of(command, options);
  GOptionContext *context = g_option_context_new(NULL);
  g_option_context_add_main_entries(context, entry, NULL);
  g_option_context_set_help_enabled(context, FALSE);
  g_auto(GStrv) words = g_new0(char *, (gsize)argc + 1);
  for (int i = 0; i < argc; i++) words[i] = g_strdup(argv[i]);
  GError *failed = NULL;
  gboolean ok = g_option_context_parse_strv(context, &words, &failed);
  g_option_context_free(context);
  if (!ok) {
    explain_failure(command, failed, error);
    g_error_free(failed);
    return NULL;
  }
  options->operand = g_strdupv(words + (words[0] != NULL));
  options->n_operands = g_strv_length(options->operand);
  if (options->n_operands > 0 && strcmp(options->operand[0], "--") == 0) {
    g_free(options->operand[0]);
    memmove(options->operand, options->operand + 1, options->n_operands-- * sizeof(char *));
  }
  return check(command, options, error) ? g_steal_pointer(&options) : NULL;
}

void rs_options_free(RsOptions *options) {
  if (options == NULL) return;
  g_strfreev(options->operand);
  for (size_t i = 0; i < G_N_ELEMENTS(all_options); i++)
    if (all_options[i].arg == G_OPTION_ARG_FILENAME)
      g_free(*(char **)G_STRUCT_MEMBER_P(options, all_options[i].offset));
  g_strfreev(options->claims);
  g_free(options);
}

RsXmlStyle rs_options_style(const RsOptions *options) {
  return (RsXmlStyle){.strict = options->strict_graphml, .gephi_guard = options->gephi_guard, .gephi_quiet = options->quiet_gephi,
                      .gexf_12 = options->gexf != NULL && strcmp(options->gexf, "1.2") == 0};
}

RsReadOptions rs_options_read(const RsOptions *options) {
  return (RsReadOptions){.paths = (const char *const *)options->operand,
                         .map = options->map,
                         .settlements = options->settlements,
                         .persons = options->persons,
                         .doctors = options->doctors,
                         .institutions = options->institutions,
                         .drugs = options->drugs,
                         .has_since = options->since != NULL,
                         .has_until = options->until != NULL,
                         .since = options->since_day,
                         .until = options->until_day,
                         .allow_rejects = options->allow_rejects,
                         .n_threads = options->n_threads,
                         .memory = options->memory_bytes,
                         .sheet = options->sheet,
                         .temp = options->temp,
                         .quiet = options->quiet};
}
