#include "exporters/words.h"

#include "base/calendar.h"

#include <math.h>
#include <string.h>

typedef struct {
  const char *name, *said;
} Word;

static const Word words[] = {{"batch", NC_("word", "batch")},
                             {"resale", NC_("word", "resale")},
                             {"steering", NC_("word", "steering")},
                             {"crossregion", NC_("word", "crossregion")},
                             {"duplicate", NC_("word", "duplicate")},
                             {"travel", NC_("word", "travel")},
                             {"trace", NC_("word", "trace")},
                             {"mixed", NC_("word", "mixed")},
                             {"person", NC_("word", "person")},
                             {"doctor", NC_("word", "doctor")},
                             {"institution", NC_("word", "institution")},
                             {"drug", NC_("word", "drug")},
                             {"member", NC_("word", "member")},
                             {"core", NC_("word", "core")},
                             {"outlet", NC_("word", "outlet")},
                             {"prescriber", NC_("word", "prescriber")},
                             {"item", NC_("word", "item")},
                             {"for", NC_("word", "for")},
                             {"counter", NC_("word", "counter")},
                             {"VISITED", NC_("word", "visited")},
                             {"FILLED_AT", NC_("word", "filled at")},
                             {"BOUGHT", NC_("word", "bought")},
                             {"PRESCRIBED", NC_("word", "prescribed")},
                             {"DISPENSED", NC_("word", "dispensed")},
                             {"REFERS_TO", NC_("word", "patients went to")}};

const char *rs_word(const char *name, RsLanguage language) {
  for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
    if (strcmp(words[i].name, name) == 0) return rs_say_in(language, "word", words[i].said);
  return name;
}

const char *rs_words_kind(RsKind kind, bool many, RsLanguage language) {
  static const char *const several[RS_N_KINDS] = {NC_("words", "people"), NC_("words", "doctors"), NC_("words", "outlets"), NC_("words", "drugs")};
  return many ? rs_say_in(language, "words", several[kind]) : rs_word(rs_kind_name[kind], language);
}

const char *rs_words_grade(const char *grade, RsLanguage language) {
  switch (*grade) {
  case 'A':
    return rs_say(language, "grade A (found again in at least 18 of 20 repeats with a fifth of the visit days left out)");
  case 'B':
    return rs_say(language, "grade B (found again in 12 to 17 of 20 repeats with a fifth of the visit days left out)");
  case 'C':
    return rs_say(language, "grade C (found again in fewer than 12 of 20 repeats with a fifth of the visit days left out)");
  default: return rs_say(language, "grade - (stability was not computed)");
  }
}

unsigned rs_words_days(const char *first, const char *last) {
  uint32_t a = 0, b = 0;
  if (rs_time_parse(first, strlen(first), &a) > RS_TIME_DATE_ONLY || rs_time_parse(last, strlen(last), &b) > RS_TIME_DATE_ONLY ||
      b < a)
    return 0;
  return (b - a) / RS_DAY_SECONDS + 1;
}

/* Writes the digits in groups before end; returns their start. Pages hold so many numbers that printf shows. */
static char *count_before(char *end, uint64_t n) {
  unsigned digits = 0;
  do {
    if (digits > 0 && digits % 3 == 0) *--end = ',';
    *--end = (char)('0' + n % 10);
    digits++;
  } while ((n /= 10) > 0);
  return end;
}

char *rs_words_count(uint64_t n) {
  char buffer[32], *end = buffer + sizeof buffer;
  const char *start = count_before(end, n);
  return g_strndup(start, (gsize)(end - start));
}

char *rs_words_money(int64_t fen) {
  char buffer[40], *end = buffer + sizeof buffer;
  const uint64_t size = fen < 0 ? 0 - (uint64_t)fen : (uint64_t)fen;
  char *start = end - 3;
  start[0] = '.';
  start[1] = (char)('0' + size % 100 / 10);
  start[2] = (char)('0' + size % 10);
  start = count_before(start, size / 100);
  if (fen < 0) *--start = '-';
  return g_strndup(start, (gsize)(end - start));
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
