/* completion: scripts with which bash, zsh and fish complete commands, options and the values of options. */
#include "base/error.h"
#include "base/words.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "exporters/exporter.h"

#include <stdio.h>
#include <string.h>

/* What an option's value may be: some words, or any file, or neither. */
typedef struct {
  GString *words; /* separated by spaces */
  bool files;
} Values;

static void add_word(Values *values, const char *word) {
  if (values->words->len > 0) g_string_append_c(values->words, ' ');
  g_string_append(values->words, word);
}

static void values_clear(Values *values) { g_string_free(values->words, TRUE); }
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Values, values_clear)

/* From the value's placeholder, such as "zh|en" or "FILE", and the tables that know the names. */
static void values_init(Values *values, const RsOptionInfo *info) {
  *values = (Values){g_string_new(NULL), false};
  if (info->value == NULL) return;
  values->files = strstr(info->value, "FILE") != NULL || strstr(info->value, "PATH") != NULL || strstr(info->value, "DIR") != NULL;
  if (strcmp(info->name, "format") == 0)
    for (size_t i = 0; i < RS_N_EXPORTERS; i++) add_word(values, rs_exporter[i].name);
  else if (strcmp(info->name, "patterns") == 0)
    for (int p = 0; p < RS_MIXED; p++) add_word(values, rs_pattern_name[p]);
  else if (strcmp(info->name, "map") == 0)
    for (const char *const *name = rs_options_mappings(); *name != NULL; name++) add_word(values, *name);
  else if (strcmp(info->name, "ego") == 0)
    for (int k = 0; k < RS_N_KINDS; k++) {
      g_autofree char *start = g_strconcat(rs_kind_name[k], ":", NULL);
      add_word(values, start);
    }
  else {
    g_auto(GStrv) word = g_strsplit(info->value, "|", -1);
    for (char **w = word; word[1] != NULL && *w != NULL; w++)
      if (g_ascii_islower(**w)) add_word(values, *w);
  }
}

/* Single quotes for all three shells; ours has none of its own besides an apostrophe in a text. */
static char *quoted(const char *text) {
  g_auto(GStrv) part = g_strsplit(text, "'", -1);
  g_autofree char *joined = g_strjoinv("'\\''", part);
  return g_strdup_printf("'%s'", joined);
}

/* ---- bash ---- */

static void bash_values(void) {
  g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
  size_t n_commands;
  const RsCommand *command = rs_commands(&n_commands);
  for (size_t c = 0; c < n_commands; c++) {
    RsOptionInfo info[RS_MAX_OPTIONS];
    const size_t n = rs_options_info(&command[c], info);
    for (size_t i = 0; i < n; i++) {
      if (info[i].value == NULL || !g_hash_table_add(seen, (gpointer)info[i].name)) continue;
      g_auto(Values) values = {0};
      values_init(&values, &info[i]);
      printf("    --%s", info[i].name);
      if (info[i].letter != '\0') printf(" | -%c", info[i].letter);
      printf(") COMPREPLY=($(compgen%s -W \"%s\" -- \"$current\")); return ;;\n", values.files ? " -f" : "", values.words->str);
    }
  }
}

static void bash_print(void) {
  size_t n_commands;
  const RsCommand *command = rs_commands(&n_commands);
  printf("# bash completion of ringscope, made by: ringscope completion bash\n"
         "_ringscope() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
         "  COMPREPLY=()\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then COMPREPLY=($(compgen -W \"");
  for (size_t c = 0; c < n_commands; c++) printf("%s ", command[c].name);
  printf("--help --version\" -- \"$current\")); return; fi\n  case $before in\n");
  bash_values();
  printf("  esac\n  case $current in -*) ;; *) COMPREPLY=($(compgen -f -- \"$current\")); return ;; esac\n  case ${COMP_WORDS[1]} in\n");
  for (size_t c = 0; c < n_commands; c++) {
    RsOptionInfo info[RS_MAX_OPTIONS];
    const size_t n = rs_options_info(&command[c], info);
    printf("    %s) COMPREPLY=($(compgen -W \"", command[c].name);
    for (size_t i = 0; i < n; i++) printf("--%s ", info[i].name);
    printf("--help\" -- \"$current\")) ;;\n");
  }
  printf("  esac\n}\ncomplete -o filenames -F _ringscope ringscope\n");
}

/* ---- zsh ---- */

/* In an _arguments specification brackets and colons are signs. */
static char *zsh_text(const char *text) {
  GString *out = g_string_new(NULL);
  for (; *text != '\0'; text++) {
    if (strchr("[]:\\", *text) != NULL) g_string_append_c(out, '\\');
    g_string_append_c(out, *text);
  }
  return g_string_free(out, FALSE);
}

static void zsh_option(const RsOptionInfo *info, const char *help) {
  g_auto(Values) values = {0};
  values_init(&values, info);
  g_autofree char *text = zsh_text(help);
  g_autoptr(GString) spec = g_string_new(NULL);
  g_string_append_printf(spec, "--%s[%s]", info->name, text);
  if (info->value != NULL) {
    g_string_append_printf(spec, ":%s:", info->value);
    if (values.files) g_string_append(spec, "_files");
    else if (values.words->len > 0) g_string_append_printf(spec, "(%s)", values.words->str);
  }
  g_autofree char *shown = quoted(spec->str);
  printf(" \\\n        %s", shown);
  if (info->letter == '\0') return;
  spec->str[0] = '-', spec->str[1] = info->letter;
  g_string_erase(spec, 2, (gssize)strlen(info->name));
  g_autofree char *letter = quoted(spec->str);
  printf(" \\\n        %s", letter);
}

static void zsh_print(void) {
  size_t n_commands;
  const RsCommand *command = rs_commands(&n_commands);
  printf("#compdef ringscope\n# zsh completion of ringscope, made by: ringscope completion zsh\n_ringscope() {\n  local -a commands\n  commands=(\n");
  for (size_t c = 0; c < n_commands; c++) {
    g_autofree char *text = zsh_text(_(command[c].summary)), *line = g_strdup_printf("%s:%s", command[c].name, text), *shown = quoted(line);
    printf("    %s\n", shown);
  }
  printf("  )\n  if (( CURRENT == 2 )); then _describe command commands; return; fi\n  local command=$words[2]\n  shift words; (( CURRENT-- ))\n  case $command in\n");
  for (size_t c = 0; c < n_commands; c++) {
    RsOptionInfo info[RS_MAX_OPTIONS];
    const size_t n = rs_options_info(&command[c], info);
    const char *help = "";
    printf("    %s)\n      _arguments", command[c].name);
    for (size_t i = 0; i < n; i++) {
      if (info[i].help != NULL) help = info[i].help;
      zsh_option(&info[i], _(help));
    }
    printf(" \\\n        '--help[%s]' '*:file:_files' ;;\n", _("this help"));
  }
  printf("  esac\n}\n_ringscope \"$@\"\n");
}

/* ---- fish ---- */

static void fish_option(const RsCommand *command, const RsOptionInfo *info, const char *help) {
  g_auto(Values) values = {0};
  values_init(&values, info);
  g_autofree char *text = quoted(help);
  printf("complete -c ringscope -n '__fish_seen_subcommand_from %s' -l %s", command->name, info->name);
  if (info->letter != '\0') printf(" -s %c", info->letter);
  if (info->value != NULL) printf(values.files ? " -rF" : " -x");
  if (values.words->len > 0) printf(" -a '%s'", values.words->str);
  printf(" -d %s\n", text);
}

static void fish_print(void) {
  size_t n_commands;
  const RsCommand *command = rs_commands(&n_commands);
  printf("# fish completion of ringscope, made by: ringscope completion fish\n");
  for (size_t c = 0; c < n_commands; c++) {
    RsOptionInfo info[RS_MAX_OPTIONS];
    const size_t n = rs_options_info(&command[c], info);
    const char *help = "";
    g_autofree char *text = quoted(_(command[c].summary));
    printf("complete -c ringscope -n __fish_use_subcommand -f -a %s -d %s\n", command[c].name, text);
    for (size_t i = 0; i < n; i++) {
      if (info[i].help != NULL) help = info[i].help;
      fish_option(&command[c], &info[i], _(help));
    }
    printf("complete -c ringscope -n '__fish_seen_subcommand_from %s' -l help -d '%s'\n", command[c].name, _("this help"));
  }
}

int rs_command_completion(const RsOptions *options, GError **error) {
  static const struct { const char *shell; void (*print)(void); } shells[] = {{"bash", bash_print}, {"zsh", zsh_print}, {"fish", fish_print}};
  for (size_t i = 0; i < G_N_ELEMENTS(shells); i++)
    if (strcmp(options->operand[0], shells[i].shell) == 0) {
      shells[i].print();
      return 0;
    }
  g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("'%s' is none of bash, zsh and fish"), options->operand[0]);
  return RS_ERROR_USAGE;
}
