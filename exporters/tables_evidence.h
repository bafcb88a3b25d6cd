/* exporters/tables_evidence.h: the claim lines behind the rings: evidence.csv and table evidence. */
#ifndef RS_EXPORTERS_TABLES_EVIDENCE_H
#define RS_EXPORTERS_TABLES_EVIDENCE_H

#include "exporters/tables.h"

enum { RS_EVIDENCE_COLUMNS = 13 };
extern const RsTableColumn rs_evidence_columns[RS_EVIDENCE_COLUMNS];
void rs_evidence_of_ring(const RsCaseView *view, uint32_t ring, RsRowFunc row, void *data);
/* Fills view->evidence and view->first_evidence: every ring's rows in printed order, sorted once for all formats that walk them. */
void rs_evidence_order(RsCaseView *view);

#endif
