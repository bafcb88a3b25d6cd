/* exporters/tables_cleared.h: what was set aside as cleared, what came back and why: tables cleared (cleared.csv, where clearances were given) and
 * cleared_member: the state in which a lead was cleared, for the next period to be held against. */
#ifndef RS_EXPORTERS_TABLES_CLEARED_H
#define RS_EXPORTERS_TABLES_CLEARED_H

#include "exporters/tables.h"

enum { RS_CLEARED_COLUMNS = 20, RS_CLEARED_MEMBER_COLUMNS = 4 };
extern const RsTableColumn rs_cleared_columns[RS_CLEARED_COLUMNS], rs_cleared_member_columns[RS_CLEARED_MEMBER_COLUMNS];
void rs_cleared_walk(const RsCaseView *view, RsRowFunc row, void *data);
void rs_cleared_member_walk(const RsCaseView *view, RsRowFunc row, void *data);

/* The clearance's subject as printed, and what became of it in a sentence (owned). */
const char *rs_cleared_subject(const RsCase *c, const RsClearance *clearance, char buffer[64]);
char *rs_cleared_text(const RsCase *c, const RsCleared *cleared, RsLanguage language);

#endif
