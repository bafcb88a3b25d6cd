/* rings/strangers.h: pattern `crossregion` once more: cards from afar that appear at one outlet and nowhere else.
 *
 * The people of a lead are the strangers (mining/strangers.h) of one outlet who get one of the drugs that strangers get there at least
 * EFFECT times as often as its other customers. At a hospital it is told only where nearly all are insured in one place: people travel for
 * treatment, but not a whole village to
 * one doctor. */
#ifndef RS_RINGS_STRANGERS_H
#define RS_RINGS_STRANGERS_H

#include "rings/detect.h"
#include "rings/scene.h"

/* Adds to leads (graded) and near. */
void rs_strangers_find(const RsScene *scene, const RsDetectOptions *options, GArray *leads, GArray *near);

#endif
