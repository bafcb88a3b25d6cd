/* exporters/tables_watch.h: the answers about watched entities and the expansion of the list, as tables watch (watch.csv) and expansion
 * (expansion.csv): both are there only in a case that was made with --watch. Also watch.json: the same, by entry. */
#ifndef RS_EXPORTERS_TABLES_WATCH_H
#define RS_EXPORTERS_TABLES_WATCH_H

#include "exporters/tables.h"

enum { RS_WATCH_COLUMNS = 14, RS_EXPANSION_COLUMNS = 11 };
extern const RsTableColumn rs_watch_columns[RS_WATCH_COLUMNS], rs_expansion_columns[RS_EXPANSION_COLUMNS];
void rs_watch_walk(const RsCaseView *view, RsRowFunc row, void *data);
void rs_expansion_walk(const RsCaseView *view, RsRowFunc row, void *data);

/* What the answer says of where the entry stands: "in 2 leads: ...", "in no lead", "not in these claims". Owned. */
char *rs_watch_standing_text(const RsCase *c, uint32_t entry, RsLanguage language);
/* How the expansion ended, in a sentence. Owned. */
char *rs_expansion_end_text(const RsCase *c, RsLanguage language);
/* The printed id of an entry. */
const char *rs_watch_entry_id(const RsCase *c, uint32_t entry, char buffer[32]);
/* error: RS_ERROR_IO. */
bool rs_watch_write_json(const RsCaseView *view, const char *path, GError **error);

#endif
