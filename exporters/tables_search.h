/* exporters/tables_search.h: what was read, looked at and not looked at, as tables of case.db: what the first page of a report needs, so
 * that it can be made again from the case folder alone. */
#ifndef RS_EXPORTERS_TABLES_SEARCH_H
#define RS_EXPORTERS_TABLES_SEARCH_H

#include "exporters/tables.h"

enum { RS_ACCOUNT_COLUMNS = 5, RS_NOTICE_COLUMNS = 6, RS_INPUT_COLUMNS = 10 };
extern const RsTableColumn rs_account_columns[RS_ACCOUNT_COLUMNS], rs_notice_columns[RS_NOTICE_COLUMNS], rs_input_columns[RS_INPUT_COLUMNS];
void rs_account_walk(const RsCaseView *view, RsRowFunc row, void *data);
void rs_notice_walk(const RsCaseView *view, RsRowFunc row, void *data);
void rs_input_walk(const RsCaseView *view, RsRowFunc row, void *data);

#endif
