/* rings/ring_rules.h: the rules behind each lead (mining/rules.h), from its evidence lines. */
#ifndef RS_RINGS_RING_RULES_H
#define RS_RINGS_RING_RULES_H

#include "rings/detect.h"
#include "rings/scene.h"

/* Fills the rings' rules; what stood there must be empty. */
void rs_ring_rules_add(const RsScene *scene, const RsDetectOptions *options, RsRings *rings);

#endif
