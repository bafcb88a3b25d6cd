/* tests/reference/check_covisit.h: mining/covisit.h again, by looking at every two visits of a day. */
#ifndef RS_REFERENCE_CHECK_COVISIT_H
#define RS_REFERENCE_CHECK_COVISIT_H

#include "mining/covisit.h"

/* NULL if covisits is what the claims give under the options, else a sentence; owned by the caller. */
char *check_covisits(const RsClaims *claims, const RsCovisitOptions *options, const RsCovisits *covisits);

#endif
