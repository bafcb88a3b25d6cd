/* cli/help.h: what the program says about itself, all from the tables of commands (main.c) and options (options.c): --help as text or JSON,
 * and the completions of three shells. The man pages' lists of options are made of --help at build time (man/build.sh), so the four agree. */
#ifndef RS_CLI_HELP_H
#define RS_CLI_HELP_H

#include "cli/options.h"

#include <stdio.h>

/* The whole program in one page: one line a command. */
void rs_help_program(FILE *stream);
/* One command on a screen: at most 80 columns. */
void rs_help_command(const RsCommand *command);
/* The same for programs; command NULL: all of them. error: RS_ERROR_IO. */
bool rs_help_json(const RsCommand *command, GError **error);

/* completion SHELL: a script for bash, zsh or fish on stdout. */
int rs_command_completion(const RsOptions *options, GError **error);

#endif
