/* rings/second_place.h: a doctor's second place of work, whose patients explain fills at an outlet.
 *
 * In    fills of one doctor at one outlet: visits, by person
 * Out   the place outside the workplace where most of these people saw the doctor on the day of the fill, and whether the patients of that
 *       place's other doctors use the outlet as well
 * Cost  the visits of one hospital or clinic, and those of the same persons and days; asked of cells that would be leads, and there are few
 * Null  each of the doctor's patients there fills like those of the other doctors there; tail by Poisson as in mining/steering.h
 */
#ifndef RS_RINGS_SECOND_PLACE_H
#define RS_RINGS_SECOND_PLACE_H

#include "rings/scene.h"

typedef struct {
  uint32_t place;    /* RS_NONE: there is none, or its other doctors are too few to tell */
  uint32_t n_others; /* persons with a fill on the day of a visit to another doctor there */
  double door;       /* share of them who fill at the outlet */
  bool usual;        /* the doctor's own are no more than these let expect */
} RsSecondPlace;

/* Where else than at the workplace the person saw the doctor on the day of this visit: institution or RS_NONE. */
uint32_t rs_seen_before(const RsClaims *claims, uint32_t person, uint32_t visit, uint32_t workplace);

/* usual: the outlet's share of all fills. place: as rs_seen_before() says of most of the fills. */
RsSecondPlace rs_second_place(const RsScene *scene, uint32_t doctor, uint32_t outlet, double usual, uint32_t place);

#endif
