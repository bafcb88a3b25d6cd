#include "exporters/words.h"

#include <math.h>
#include <string.h>

typedef struct {
  const char *name, *en, *zh;
} Word;

static const Word words[] = {{"batch", "batch", "集中刷卡"},
                                   {"resale", "resale", "疑似倒卖药品"},
                                   {"steering", "steering", "处方定向外流"},
                                   {"crossregion", "crossregion", "异地聚集"},
                                   {"duplicate", "duplicate", "重复报销"},
                                   {"travel", "travel", "异地同时就医"},
                                   {"trace", "trace", "追溯码重复"},
                                   {"mixed", "mixed", "复合"},
                                   {"person", "person", "参保人"},
                                   {"doctor", "doctor", "医师"},
                                   {"institution", "institution", "机构"},
                                   {"drug", "drug", "药品"},
                                   {"member", "member", "成员"},
                                   {"core", "core", "核心"},
                                   {"outlet", "outlet", "结算机构"},
                                   {"prescriber", "prescriber", "开方医师"},
                                   {"item", "item", "药品"},
                                   {"for", "for", "依据"},
                                   {"counter", "counter", "反证"},
                                   {"VISITED", "visited", "就诊于"},
                                   {"FILLED_AT", "filled at", "结算于"},
                                   {"BOUGHT", "bought", "购买"},
                                   {"PRESCRIBED", "prescribed", "开具"},
                                   {"DISPENSED", "dispensed", "售出"},
                                   {"REFERS_TO", "patients went to", "患者流向"}};

const char *rs_word(const char *name, RsLanguage language) {
  for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
    if (strcmp(words[i].name, name) == 0) return language == RS_LANG_ZH ? words[i].zh : words[i].en;
  return name;
}

const char *rs_words_kind(RsKind kind, bool many, RsLanguage language) {
  static const char *const en[RS_N_KINDS] = {"people", "doctors", "outlets", "drugs"};
  return many && language == RS_LANG_EN ? en[kind] : rs_word(rs_kind_name[kind], language);
}

char *rs_words_count(uint64_t n) {
  g_autofree char *digits = g_strdup_printf("%" G_GUINT64_FORMAT, (guint64)n);
  size_t length = strlen(digits);
  GString *text = g_string_sized_new(length + length / 3);
  for (size_t i = 0; i < length; i++) {
    if (i > 0 && (length - i) % 3 == 0) g_string_append_c(text, ',');
    g_string_append_c(text, digits[i]);
  }
  return g_string_free(text, FALSE);
}

char *rs_words_money(int64_t fen) {
  uint64_t size = fen < 0 ? 0 - (uint64_t)fen : (uint64_t)fen;
  g_autofree char *whole = rs_words_count(size / 100);
  return g_strdup_printf("%s%s.%02u", fen < 0 ? "-" : "", whole, (unsigned)(size % 100));
}

char *rs_words_number(const RsCell *cell) {
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
