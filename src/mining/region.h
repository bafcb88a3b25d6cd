/* mining/region.h: how far apart two regions are, as administrative codes alone can tell: two digits the province, four the prefecture.
 *
 * Without coordinates, minutes are the fewest that a journey between two such places plausibly takes: 0 within a prefecture (a county's
 * border may be the other side of the street), 45 between prefectures of one province, 120 between provinces. The districts of the four
 * cities that are provinces (11, 12, 31, 50) are one prefecture. A region that is no such code is a place of its own, and no journey
 * to or from it is judged. */
#ifndef RS_MINING_REGION_H
#define RS_MINING_REGION_H

#include "base/text.h"

#include <stdbool.h>

enum { RS_MINUTES_PREFECTURE = 45, RS_MINUTES_PROVINCE = 120 };

/* Region numbers or RS_NONE; 0 also where it cannot be told. */
uint32_t rs_region_minutes(const RsText *region, uint32_t a, uint32_t b);
/* 0: one region, 1: one prefecture, 2: other prefecture or unknown. */
unsigned rs_region_apart(const RsText *region, uint32_t a, uint32_t b);
/* The prefecture of each region: numbers from 0 in order of first region; owned, [region->n]. */
uint32_t *rs_region_prefectures(const RsText *region, uint32_t *n_prefectures);

#endif
