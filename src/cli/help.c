#include "cli/help.h"

#include "base/words.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "exporters/json.h"

#include <string.h>

#define SCREEN_COLUMNS 80
#define OPTION_COLUMNS 30 /* where what an option does begins */

/* ---- text ---- */

/* Adds text in lines of at most SCREEN_COLUMNS; all but the first begin at indent. Words end at spaces, Chinese anywhere. */
static void add_wrapped(GString *page, const char *text, int column, int indent) {
  while (*text != '\0') {
    const char *end = text;
    int width = 0;
    while (*end != '\0' && *end != ' ' && (end == text || !rs_terminal_is_wide(g_utf8_get_char(end)))) {
      width += rs_terminal_is_wide(g_utf8_get_char(end)) ? 2 : 1;
      end = g_utf8_next_char(end);
    }
    if (column + width > SCREEN_COLUMNS && column > indent) {
      while (page->len > 0 && page->str[page->len - 1] == ' ') g_string_truncate(page, page->len - 1);
      g_string_append_printf(page, "\n%*s", indent, "");
      column = indent;
    }
    g_string_append_len(page, text, end - text);
    column += width;
    if (*end == ' ') {
      g_string_append_c(page, ' ');
      column++;
      end++;
    }
    text = end;
  }
  g_string_append_c(page, '\n');
}

/* "-o, --output PATH"; options that share one line: "--persons, --doctors FILE". Returns how many options that were. */
static size_t option_head(const RsOptionInfo *info, size_t n, GString *head) {
  size_t used = 1;
  while (used < n && info[used].help == NULL) used++;
  if (info->letter != '\0') g_string_append_printf(head, "  -%c, ", info->letter);
  else g_string_append(head, "      ");
  for (size_t i = 0; i < used; i++) g_string_append_printf(head, "%s--%s", i > 0 ? ", " : "", info[i].name);
  if (info->value != NULL) g_string_append_printf(head, " %s", info->value);
  return used;
}

void rs_help_command(const RsCommand *command) {
  g_autoptr(GString) page = g_string_new(NULL);
  RsOptionInfo info[RS_MAX_OPTIONS];
  const size_t n = rs_options_info(command, info);
  g_string_append_printf(page, _("Usage: ringscope %s %s [options]\n"), command->name, command->operands);
  g_string_append(page, "  ");
  add_wrapped(page, _(command->summary), 2, 2);
  g_string_append_c(page, '\n');
  for (size_t i = 0; i < n;) {
    g_autoptr(GString) head = g_string_new(NULL);
    const RsOptionInfo *first = &info[i];
    i += option_head(first, n - i, head);
    if (head->len + 2 > OPTION_COLUMNS) g_string_append_printf(page, "%s\n%*s", head->str, OPTION_COLUMNS, "");
    else rs_terminal_pad(page, head->str, OPTION_COLUMNS);
    add_wrapped(page, _(first->help), OPTION_COLUMNS, OPTION_COLUMNS);
  }
  g_string_append_printf(page, _("\nExample:\n  %s\n"), command->example);
  fputs(page->str, stdout);
}

void rs_help_program(FILE *stream) {
  size_t n;
  const RsCommand *command = rs_commands(&n);
  g_autoptr(GString) page = g_string_new(NULL);
  g_string_append_printf(page, _("ringscope %s: finds suspicious groups in medical insurance claims\n\nUsage: ringscope COMMAND ... [options]\n\n"), RS_VERSION);
  for (size_t i = 0; i < n; i++) {
    g_string_append(page, "  ");
    rs_terminal_pad(page, command[i].name, 12);
    add_wrapped(page, _(command[i].summary), 14, 14);
  }
  g_string_append(page, _("\nFirst:   ringscope analyze claims.csv -o case\n"
                          "then:    ringscope explain case R0001\n"
                          "More:    ringscope COMMAND --help, man ringscope\n\n"
                          "Leads are for review; they prove nothing by themselves.\n"));
  fputs(page->str, stream);
}

/* ---- JSON ---- */

static void json_command(RsJson *json, const char *key, const RsCommand *command) {
  RsOptionInfo info[RS_MAX_OPTIONS];
  const size_t n = rs_options_info(command, info);
  const char *help = "";
  rs_json_begin(json, key, '{');
  rs_json_text(json, "command", command->name);
  rs_json_text(json, "operands", command->operands);
  rs_json_text(json, "summary", _(command->summary));
  rs_json_text(json, "example", command->example);
  rs_json_begin(json, "options", '[');
  for (size_t i = 0; i < n; i++) {
    const char letter[2] = {info[i].letter, '\0'};
    if (info[i].help != NULL) help = info[i].help;
    rs_json_begin(json, NULL, '{');
    rs_json_text(json, "name", info[i].name);
    rs_json_text(json, "letter", letter[0] == '\0' ? NULL : letter);
    rs_json_text(json, "value", info[i].value);
    rs_json_text(json, "help", _(help));
    rs_json_end(json, '}');
  }
  rs_json_end(json, ']');
  rs_json_end(json, '}');
}

bool rs_help_json(const RsCommand *command, GError **error) {
  size_t n;
  const RsCommand *all = rs_commands(&n);
  g_autoptr(RsOutput) output = rs_output_open("-", error);
  if (output == NULL) return false;
  RsJson json = rs_json(output);
  if (command != NULL) json_command(&json, NULL, command);
  else {
    rs_json_begin(&json, NULL, '[');
    for (size_t i = 0; i < n; i++) json_command(&json, NULL, &all[i]);
    rs_json_end(&json, ']');
  }
  rs_output_char(output, '\n');
  return rs_output_close(output, error);
}
