/* tests/reference/check_twice.h: mining/duplicate, travel and trace by looking at every two visits, or lines, of the definitions. Each
 * returns NULL, or an owned sentence that says what differs. */
#ifndef RS_REFERENCE_CHECK_TWICE_H
#define RS_REFERENCE_CHECK_TWICE_H

#include "mining/basket.h"
#include "mining/twice.h"

char *check_duplicates(const RsClaims *claims, const RsBasket *basket, const RsTwice *twice);
char *check_travels(const RsClaims *claims, const uint8_t *skip, const RsTwice *twice);
/* Prices are taken as given: whole says whether a line is paid as a whole box. */
char *check_traces(const RsClaims *claims, bool (*whole)(const RsClaims *claims, uint64_t line), const RsTwice *twice);
/* Units against the hits they are made of. */
char *check_units(const RsTwice *twice, bool by_pair);

#endif
