/* tests/reference/check_rules.h: closed sets by trying every set of items. */
#ifndef RS_REFERENCE_CHECK_RULES_H
#define RS_REFERENCE_CHECK_RULES_H

#include "mining/rules.h"

/* n_items <= 16. Owned GArray of RsClosedSet, ascending by items. */
GArray *check_closed_sets(const RsItemRows *rows, uint32_t min_persons);

#endif
