/* cli/terminal.h: lines of text for people, made of texts that came from files. */
#ifndef RS_CLI_TERMINAL_H
#define RS_CLI_TERMINAL_H

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>

/* Adds the text without what would steer a terminal or turn its reading direction: such characters, and bytes that are no UTF-8, become '?'. */
void rs_terminal_add(GString *line, const char *text);
/* The same as a text of its own, line by line; owned by the caller. */
char *rs_terminal_text(const char *text);
/* What begins and ends bold or red text: empty where the stream is no terminal, TERM is dumb or NO_COLOR is set (https://no-color.org). */
typedef enum { RS_STYLE_PLAIN, RS_STYLE_BOLD, RS_STYLE_ALARM } RsStyle;
const char *rs_terminal_style(FILE *stream, RsStyle style);
/* True for a character that takes two columns. */
bool rs_terminal_is_wide(gunichar c);
/* The same, then spaces up to width columns (before the text where width is negative); Chinese characters count two. */
void rs_terminal_pad(GString *line, const char *text, int width);

#endif
