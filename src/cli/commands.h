/* cli/commands.h: the commands of the program, one file each. */
#ifndef RS_CLI_COMMANDS_H
#define RS_CLI_COMMANDS_H

#include "cli/options.h"

int rs_command_analyze(const RsOptions *options, GError **error);
int rs_command_graph(const RsOptions *options, GError **error);
int rs_command_plan(const RsOptions *options, GError **error);
int rs_command_map(const RsOptions *options, GError **error);
int rs_command_simulate(const RsOptions *options, GError **error);
int rs_command_score(const RsOptions *options, GError **error);
int rs_command_explain(const RsOptions *options, GError **error);
int rs_command_export(const RsOptions *options, GError **error);
int rs_command_keygen(const RsOptions *options, GError **error);
int rs_command_seal(const RsOptions *options, GError **error);
int rs_command_diff(const RsOptions *options, GError **error);
int rs_command_dossier(const RsOptions *options, GError **error);
int rs_command_verify(const RsOptions *options, GError **error);

/* By its name; NULL: none. */
const RsCommand *rs_command_find(const char *name);
/* All commands, in the order they are shown: main.c. */
const RsCommand *rs_commands(size_t *n);

#endif
