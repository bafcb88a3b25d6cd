/* exporters/reconciliation.h: what became of every row and every fen, as reconciliation.json. */
#ifndef RS_EXPORTERS_RECONCILIATION_H
#define RS_EXPORTERS_RECONCILIATION_H

#include "claims/report.h"

/* error: RS_ERROR_IO. */
bool rs_reconciliation_write(const RsReport *report, RsLanguage language, const char *path, GError **error);

#endif
