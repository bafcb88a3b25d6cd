/* rings/circumstances.h: what was ordinary about a group's bursts: whose drugs were bought, what else happened at the outlet that day, where
 * the people came from. Each is the evidence of an innocent explanation (rings/innocent.h), measured whether it applies or not.
 *
 * In    RsScene, a group whose bursts gather people
 * Out   group->circumstances
 * Cost  O(lines of the bursts), and two searches a burst for the crowd of its day
 */
#ifndef RS_RINGS_CIRCUMSTANCES_H
#define RS_RINGS_CIRCUMSTANCES_H

#include "rings/group.h"

void rs_circumstances_measure(const RsScene *scene, RsGroup *group);

#endif
