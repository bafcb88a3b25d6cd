#include "base/error.h"
#include "base/interrupt.h"
#include "base/words.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "exporters/checksum.h"
#include "exporters/xml_check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define READING "map settlements persons doctors institutions drugs since until allow-rejects threads sheet temp memory seed"

static const RsCommand commands[] = {
    {"analyze", "CLAIMS... -o CASE", N_("claims in, a case folder with ranked leads out"),
     READING " output patterns top unmask authority operator policy mask-key json watch cleared former dossiers strict-graphml gephi-guard quiet-gephi", "ringscope analyze claims.csv.gz -o case", rs_command_analyze, 1, G_MAXUINT},
    {"graph", "CLAIMS... -o FILE", N_("the knowledge graph as GraphML: whole, around one entity, or the best-connected entities"),
     READING " output unmask authority policy mask-key ego hops top force json strict-graphml gephi-guard quiet-gephi gexf",
     "ringscope graph claims.csv.gz -o city.graphml\n  ringscope graph claims.csv.gz --ego institution:P01 --hops 1 -o near.gexf", rs_command_graph, 1, G_MAXUINT},
    {"explain", "CASE RING|TYPE:ID", N_("why: facts, points, counter-facts, people, bursts, and the claim lines behind them"), "mask-key top json",
     "ringscope explain case R0001\n  ringscope explain case person:P1", rs_command_explain, 2, 2},
    {"export", "CASE --format F -o PATH", N_("what the case holds, for another program: graphml gexf csv neo4j i2 xlsx html"), "format ring all per-ring top force output mask-key operator authority json strict-graphml gephi-guard quiet-gephi gexf",
     "ringscope export case --format gexf --ring R0001 -o R0001.gexf\n  ringscope export case --format neo4j -o neo4j", rs_command_export, 1, 1},
    {"dossier", "CASE RING|person:ID -o FILE", N_("a lead as a sheet to print, take along, fill in and sign: HTML for A4, or xlsx"),
     "output claims map unmask authority operator mask-key split-by json",
     "ringscope dossier case R0001 --claims claims.csv.gz -o R0001.html\n  ringscope dossier case R0001 --split-by person_region -o R0001.html", rs_command_dossier, 2, 2},
    {"diff", "OLD NEW", N_("what became of the leads from one case to the next: new, grown, shrunk, split, merged, gone"), "output mask-key top json",
     "ringscope diff case-may case-june\n  ringscope diff case-may case-june -o changes.csv", rs_command_diff, 2, 2},
    {"seal", "CASE --key FILE -o PACK", N_("a case, or one ring of it, as one signed file"), "ring key output operator authority json",
     "ringscope seal case --key my.key -o case.pack", rs_command_seal, 1, 1},
    {"keygen", "-o KEY", N_("a pair of keys to seal with: KEY and KEY.pub"), "output json", "ringscope keygen -o my.key", rs_command_keygen, 0, 0},
    {"verify", "CASE|PACK [--rerun FILE...]", N_("whether a case or a sealed pack is as it was written; computed again, whether it comes out the same"),
     "json public-key sealed rerun cleared former mask-key map settlements persons doctors institutions drugs threads sheet temp memory",
     "ringscope verify case\n  ringscope verify case.pack --public-key my.key.pub\n  ringscope verify case --rerun claims.csv persons.csv", rs_command_verify, 1, G_MAXUINT},
    {"plan", "CLAIMS...", N_("rows, memory, time and disk of a run, from a sample; says no before one that cannot fit"),
     "map settlements since until threads sheet temp memory json", "ringscope plan claims.csv.gz --memory 4G", rs_command_plan, 1, G_MAXUINT},
    {"map", "FILE", N_("looks at a file's header and first rows and proposes a mapping"), "sheet json", "ringscope map export.csv > my.ini", rs_command_map, 1, 1},
    {"simulate", "-o DIR", N_("synthetic claims with planted rings, innocent look-alikes and the truth about both"),
     "output seed people days lines rings hard innocent-level json", "ringscope simulate --seed 7 -o city", rs_command_simulate, 0, 0},
    {"score", "CASE --truth FILE", N_("precision and recall of a case against the truth, or of its patterns by what came of the leads"), "truth innocent outcomes mask-key json",
     "ringscope score case --truth city/truth.csv\n  ringscope score case --outcomes outcomes.csv", rs_command_score, 1, 1},
    {"completion", "bash|zsh|fish", N_("a script with which the shell completes commands and options"), "",
     "source <(ringscope completion bash)", rs_command_completion, 1, 1},
};

const RsCommand *rs_command_find(const char *name) {
  for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
    if (strcmp(commands[i].name, name) == 0) return &commands[i];
  return NULL;
}

const RsCommand *rs_commands(size_t *n) {
  *n = G_N_ELEMENTS(commands);
  return commands;
}

static int usage_error(const char *given) {
  g_autofree char *name = rs_terminal_text(given);
  const char *names[G_N_ELEMENTS(commands) + 1] = {0};
  for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) names[i] = commands[i].name;
  const char *nearest = rs_options_nearest(name, names);
  if (*given == '-') fprintf(stderr, _("ringscope: '%s' stands before the command; options come after it: ringscope COMMAND [OPTIONS]\n"), name);
  else if (nearest != NULL) fprintf(stderr, _("ringscope: no command '%s'; did you mean '%s'?\n"), name, nearest);
  else fprintf(stderr, _("ringscope: no command '%s'; see ringscope --help\n"), name);
  return RS_ERROR_USAGE;
}

static bool has_word(int argc, char **argv, const char *word) {
  for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
    if (strcmp(argv[i], word) == 0) return true;
  return false;
}

static bool asks_help(int argc, char **argv) { return has_word(argc, argv, "--help") || has_word(argc, argv, "-h"); }

/* command NULL: of the whole program. */
static int help(const RsCommand *command, bool json) {
  if (json) return rs_help_json(command, NULL) ? 0 : RS_ERROR_IO;
  if (command != NULL) rs_help_command(command);
  else rs_help_program(stdout);
  return 0;
}

static int run(const RsCommand *command, int argc, char **argv) {
  if (asks_help(argc, argv)) return help(command, has_word(argc, argv, "--json"));
  GError *error = NULL;
  g_autoptr(RsOptions) options = rs_options_new(command, argc, argv, &error);
  int code = options == NULL ? RS_ERROR_USAGE : command->run(options, &error);
  rs_progress_stop();
  rs_interrupt_hold(); /* an interrupted run says no more */
  rs_interrupt_resume();
  if (error != NULL) {
    g_autofree char *message = rs_terminal_text(error->message); /* it may show names and cells of foreign files */
    fprintf(stderr, "%sringscope:%s %s\n", rs_terminal_style(stderr, RS_STYLE_ALARM), rs_terminal_style(stderr, RS_STYLE_PLAIN), message);
    code = error->domain == RS_ERROR ? error->code : RS_ERROR_IO;
    g_clear_error(&error);
  }
  return code;
}

/* What was printed must have arrived. */
static int printed(int code) {
  if (fflush(stdout) != 0 || ferror(stdout)) {
    fprintf(stderr, "%s", _("ringscope: standard output: cannot write\n"));
    if (code == 0) code = RS_ERROR_IO;
  }
  return code;
}

/* Also called in a signal handler. */
static void end_without_memory(void) {
  static const char text[] = "ringscope: no memory left\n";
  if (write(STDERR_FILENO, text, sizeof text - 1) < 0) _exit(RS_ERROR_LIMIT);
  rs_interrupt_end(RS_ERROR_LIMIT);
}

/* GLib ends the program when memory is gone; so do we, but with our exit code and nothing half-written behind. */
static void log_or_end(const char *domain, GLogLevelFlags level, const char *message, gpointer unused) {
  if ((level & G_LOG_LEVEL_ERROR) == 0 || strstr(message, "failed to allocate") == NULL) {
    g_log_default_handler(domain, level, message, unused);
    return;
  }
  end_without_memory();
}

/* --lang, looked at before anything else: what is wrong with the other options is said in it, too. */
static RsLanguage language_of(int argc, char **argv) {
  for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
    const char *lang = strcmp(argv[i], "--lang") == 0 && i + 1 < argc ? argv[i + 1] : g_str_has_prefix(argv[i], "--lang=") ? argv[i] + 7 : "";
    if (strcmp(lang, "zh") == 0) return RS_LANG_ZH;
    if (strcmp(lang, "en") == 0) return RS_LANG_EN;
  }
  return rs_words_environment();
}

int main(int argc, char **argv) {
  g_log_set_default_handler(log_or_end, NULL);
  rs_interrupt_start(end_without_memory);
  rs_checksum_memory();
  rs_xml_memory();
  rs_words_terminal_set(language_of(argc, argv));
  if (argc < 2) {
    rs_help_program(stderr);
    return RS_ERROR_USAGE;
  }
  const bool json = has_word(argc, argv, "--json"), about = strcmp(argv[1], "help") == 0;
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || (about && (argc == 2 || argv[2][0] == '-'))) return printed(help(NULL, json));
  if (strcmp(argv[1], "--version") == 0) return printf("ringscope %s\n", RS_VERSION), printed(0);
  const RsCommand *command = rs_command_find(argv[about ? 2 : 1]);
  if (command != NULL) return printed(about ? help(command, json) : run(command, argc - 1, argv + 1));
  return usage_error(argv[about ? 2 : 1]);
}
