/* exporters/tables_rules.h: the rules behind the rings: rules.csv and table rule. */
#ifndef RS_EXPORTERS_TABLES_RULES_H
#define RS_EXPORTERS_TABLES_RULES_H

#include "exporters/tables.h"

enum { RS_RULE_COLUMNS = 10 };
/* items is kind:id joined by ;  unit says what holds them together: a visit or a person. persons hold it, support counts their visits,
 * holders are their ids joined by ; */
extern const RsTableColumn rs_rule_columns[RS_RULE_COLUMNS];
void rs_rule_of_ring(const RsCaseView *view, uint32_t ring, RsRowFunc row, void *data);

#endif
