/* exporters/words.h: the few words of ours that stand in tables, as people read them, and numbers as people write them. */
#ifndef RS_EXPORTERS_WORDS_H
#define RS_EXPORTERS_WORDS_H

#include "exporters/tables.h"

/* The word for a pattern, a kind of entity, a role, a relation (VISITED), "for" or "counter"; any other name stays as it is. Static, or name. */
const char *rs_word(const char *name, RsLanguage language);
/* "people", "outlets": a kind as the head of a list. Static. */
const char *rs_words_kind(RsKind kind, bool many, RsLanguage language);

/* "grade A (found again ...)": a ring's column stability. Static. */
const char *rs_words_grade(const char *grade, RsLanguage language);
/* 2025-03-04 to 2025-05-01 are 59 days; 0 where one is no date. */
unsigned rs_words_days(const char *first, const char *last);

/* 1,234,567 and 1,234,567.89; owned by the caller. */
char *rs_words_count(uint64_t n);
char *rs_words_money(int64_t fen);
/* At most three decimals, or scientific where tiny; "-" where empty. Owned by the caller. */
char *rs_words_number(const RsCell *cell);

#endif
