/* tests/reference/check_indication.h: which diagnoses fit a drug, by asking every line each time. */
#ifndef RS_REFERENCE_CHECK_INDICATION_H
#define RS_REFERENCE_CHECK_INDICATION_H

#include "mining/indication.h"

/* The same figures as rs_indication_test() for a drug list, lines of a group. */
RsIndicationTest check_indication(const RsClaims *claims, const uint32_t *drug, uint32_t n_drugs, const uint64_t *line, uint64_t n_lines);

#endif
