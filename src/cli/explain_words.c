#include "cli/explain.h"
#include "cli/terminal.h"
#include "exporters/words.h"

#include <stdarg.h>
#include <string.h>

const char *rs_explain_kind(RsLanguage language, RsKind kind, bool many) { return rs_words_kind(kind, many, language); }
const char *rs_explain_pattern(RsLanguage language, const char *pattern) { return rs_word(pattern, language); }
const char *rs_explain_role(RsLanguage language, const char *role) { return rs_word(role, language); }
const char *rs_explain_relation(RsLanguage language, const char *relation) { return rs_word(relation, language); }
char *rs_explain_number(const RsCell *cell) { return rs_words_number(cell); }

char *rs_explain_label(const RsCaseRead *read, RsKind kind, const char *id) {
  const char *const of_entity[] = {"entity_type", rs_kind_name[kind], "entity_id", id, NULL};
  g_autoptr(RsCaseRows) entity = rs_case_read_rows(read, RS_TABLE_ENTITY, of_entity, NULL);
  const char *label = entity != NULL && entity->n > 0 ? rs_case_rows_text(entity, 0, "label") : "";
  if (*label == '\0' && kind == RS_INSTITUTION) {
    const char *const of_institution[] = {"institution_id", id, NULL};
    g_autoptr(RsCaseRows) institution = rs_case_read_rows(read, RS_TABLE_INSTITUTION, of_institution, NULL);
    if (institution != NULL && institution->n > 0) return g_strdup(rs_case_rows_text(institution, 0, "name"));
  }
  return g_strdup(strcmp(label, id) == 0 ? "" : label);
}

void rs_explain_line(RsOutput *output, GString *line) {
  while (line->len > 0 && line->str[line->len - 1] == ' ') g_string_truncate(line, line->len - 1);
  rs_output_write(output, line->str, line->len);
  rs_output_char(output, '\n');
  g_string_truncate(line, 0);
}

void rs_explain_add(GString *line, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  g_string_append_vprintf(line, format, arguments);
  va_end(arguments);
}
