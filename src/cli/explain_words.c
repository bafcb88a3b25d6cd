#include "cli/explain.h"
#include "cli/terminal.h"

#include <math.h>
#include <string.h>

const char *rs_explain_kind(RsLanguage language, RsKind kind, bool many) {
  static const char *const zh[RS_N_KINDS] = {"参保人", "医师", "机构", "药品"};
  static const char *const en[RS_N_KINDS][2] = {
      {"person", "people"}, {"doctor", "doctors"}, {"institution", "outlets"}, {"drug", "drugs"}};
  return language == RS_LANG_ZH ? zh[kind] : en[kind][many];
}

typedef struct {
  const char *en, *zh;
} Word;

static const char *word_zh(const Word *words, size_t n, const char *en) {
  for (size_t i = 0; i < n; i++)
    if (strcmp(words[i].en, en) == 0) return words[i].zh;
  return en;
}

const char *rs_explain_pattern(RsLanguage language, const char *pattern) {
  static const Word words[] = {{"batch", "集中刷卡"},       {"resale", "疑似倒卖药品"}, {"steering", "处方定向外流"},
                               {"crossregion", "异地聚集"}, {"duplicate", "重复报销"},  {"travel", "异地同时就医"},
                               {"trace", "追溯码重复"},     {"mixed", "复合"}};
  return language == RS_LANG_ZH ? word_zh(words, G_N_ELEMENTS(words), pattern) : pattern;
}

const char *rs_explain_role(RsLanguage language, const char *role) {
  static const Word words[] = {
      {"member", "成员"}, {"core", "核心"}, {"outlet", "结算机构"}, {"prescriber", "开方医师"}, {"item", "药品"}};
  return language == RS_LANG_ZH ? word_zh(words, G_N_ELEMENTS(words), role) : role;
}

const char *rs_explain_relation(RsLanguage language, const char *relation) {
  static const Word en[] = {{"VISITED", "visited"},       {"FILLED_AT", "filled at"}, {"BOUGHT", "bought"},
                            {"PRESCRIBED", "prescribed"}, {"DISPENSED", "dispensed"}, {"REFERS_TO", "patients went to"}};
  static const Word zh[] = {{"VISITED", "就诊于"},  {"FILLED_AT", "结算于"}, {"BOUGHT", "购买"},
                            {"PRESCRIBED", "开具"}, {"DISPENSED", "售出"},   {"REFERS_TO", "患者流向"}};
  return language == RS_LANG_ZH ? word_zh(zh, G_N_ELEMENTS(zh), relation) : word_zh(en, G_N_ELEMENTS(en), relation);
}

char *rs_explain_number(const RsCell *cell) {
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  if (cell->empty || isnan(cell->number)) return g_strdup("-");
  const double size = fabs(cell->number);
  const char *format = size > 0 && size < 0.001 ? "%.1e" : "%.3f";
  g_ascii_formatd(buffer, sizeof buffer, format, cell->number);
  if (format[2] == '3')
    for (size_t n = strlen(buffer); n > 0 && (buffer[n - 1] == '0' || buffer[n - 1] == '.'); n--) {
      const bool point = buffer[n - 1] == '.';
      buffer[n - 1] = '\0';
      if (point) break;
    }
  return g_strdup(buffer);
}

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

static int place_compare(const RsPlaceOfLine *a, const char *file, gint64 line) {
  const int order = strcmp(a->file, file);
  return order != 0 ? order : (a->line > line) - (a->line < line);
}

void rs_places_add(RsPlaceOfLine *place, guint *n, const char *file, gint64 line) {
  guint at = *n;
  while (at > 0 && place_compare(&place[at - 1], file, line) > 0) at--;
  if (at == RS_PLACES) return;
  if (*n == RS_PLACES) g_free(place[--*n].file);
  memmove(&place[at + 1], &place[at], (*n - at) * sizeof *place);
  place[at] = (RsPlaceOfLine){g_strdup(file), line};
  ++*n;
}

void rs_places_clear(RsPlaceOfLine *place, guint n) {
  for (guint i = 0; i < n; i++) g_free(place[i].file);
}
