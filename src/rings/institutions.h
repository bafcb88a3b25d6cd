/* rings/institutions.h: every institution with its volume, its peers and its rank by suspicion, whether in a ring or not. */
#ifndef RS_RINGS_INSTITUTIONS_H
#define RS_RINGS_INSTITUTIONS_H

#include "rings/ring.h"
#include "rings/scene.h"

/* Fills rings->institutions from the rings already in place. Works without drugs and with dates only. */
void rs_institutions_rank(const RsScene *scene, RsRings *rings);

#endif
