/* rings/shopping.h: pattern `resale` once more: people who take one list of drugs to many institutions, tied by the list alone.
 *
 * Among those who scatter at least three drugs over three institutions each (mining/shopping.h) two people are tied by the drugs they both
 * scatter, each weighing -log10 of the chance that people who scatter as many would scatter it. A group is held against
 * as many such people who choose alone:
 *
 *     net = sum over the common drugs of -log10 P(Poisson >= holders in the group) - log10 C(all such people, group)
 *
 * the last term being the price for having searched. They must buy again too soon oftener than others who scatter; and the list, that, and how
 * many doctors they go through must together outweigh the choice of the drugs, log10 C(all drugs that people scatter, those on the list), and of
 * the group among those found.
 * From  token sharing with the price of all n-subsets, see detection.md's sources. */
#ifndef RS_RINGS_SHOPPING_H
#define RS_RINGS_SHOPPING_H

#include "mining/shopping.h"
#include "rings/detect.h"
#include "rings/scene.h"

/* goods: [n drugs] 1: may be resold; s: who takes them where. Adds to leads and near.
 * error: RS_ERROR_IO, RS_ERROR_LIMIT from community detection. */
bool rs_shopping_find(const RsScene *scene, const RsDetectOptions *options, const uint8_t *goods, const RsShopping *s, GArray *leads, GArray *near,
                      GError **error);

#endif
