/* base/words.h: what people read, in their language, through gettext catalogues (po/zh_CN.po).
 *
 * English is the message id and stands in the code; the Chinese is in po/zh_CN.po. msgfmt compiles the catalogue at build time and the
 * program carries it inside, so it speaks from the build folder, installed, moved or in a container without locales alike. libc's gettext
 * could not do that: it needs the files at a fixed place, has one language a process where one run may write an English CSV and a
 * Chinese page, and is silent under LC_ALL=C.
 *
 * In    an English text written as a literal inside rs_say, rs_say_n, rs_say_in, _, N_ or NC_: that is how xgettext finds it
 * Out   the text in the language, static; the English one where the catalogue has none (tests/check_words.sh lets none be missing)
 * Cost  a binary search: nothing for a message, too much for a loop over claims
 * From  GNU gettext manual, 10.3 "The Format of GNU MO Files"
 *
 * CONTRIBUTING.md, "Words", says how to add a text. */
#ifndef RS_BASE_WORDS_H
#define RS_BASE_WORDS_H

#include <stdarg.h>

typedef enum { RS_LANG_EN, RS_LANG_ZH } RsLanguage;

/* The text in the language. Where the other language needs another order of arguments, its translation says %2$s. */
const char *rs_say(RsLanguage language, const char *text) __attribute__((format_arg(2)));
/* The same for a text that depends on a number: one for n == 1. */
const char *rs_say_n(RsLanguage language, const char *one, const char *many, unsigned long n) __attribute__((format_arg(2), format_arg(3)));
/* The same for a short word whose translation depends on where it stands, such as "drug" as a column's name. context is one of the
 * contexts in the catalogue: word, words, place, sheet, column ... */
const char *rs_say_in(RsLanguage language, const char *context, const char *word);

/* The language of this terminal, for messages that are said at once: errors, progress. Set by main before any thread begins. */
RsLanguage rs_words_terminal(void);
void rs_words_terminal_set(RsLanguage language);
/* What the environment asks for: LC_ALL, LC_MESSAGES or LANG, and LANGUAGE where these are no bare "C". */
RsLanguage rs_words_environment(void);

/* The system's words for an errno, for this terminal. */
const char *rs_words_errno(int code);

/* One thing said in every language, for what goes to a file in one and to the terminal in another. */
typedef struct {
  char *text[2]; /* by RsLanguage; never NULL */
} RsSaid;
/* format: a literal, for the catalogue. Freed with rs_said_free (void *, as containers want it). */
RsSaid *rs_said_new(const char *format, ...) __attribute__((format(printf, 1, 2)));
RsSaid *rs_said_new_list(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));
/* The same for a text marked elsewhere with N_. */
RsSaid *rs_said_new_text(const char *text);
void rs_said_free(void *said);

/* A text for this terminal. Never for a file: files have their own language. */
#define _(text) rs_say(rs_words_terminal(), text)
/* Marks a text of a table for the catalogue; the one who uses it calls rs_say. NC_ marks a word with its context for rs_say_in. */
#define N_(text) (text)
#define NC_(context, text) (text)
/* The same for a template with {places}, which is no printf format. */
#define RS_TEMPLATE(text) (text)

/* For tests: visits each text of the language's catalogue, with its context or NULL. */
typedef void (*RsWordsVisit)(const char *context, const char *text, const char *translation, void *data);
void rs_words_walk(RsLanguage language, RsWordsVisit visit, void *data);

#endif
