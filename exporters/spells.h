/* exporters/spells.h: when a person's relations were alive: the days with a claim, merged to periods. Timelines draw them.
 *
 * In    claims, and the edges of a subgraph that start at a person
 * Out   for each such edge at most RS_MAX_SPELLS periods, ascending, apart by at least one day without a claim
 * Cost  O(lines) of the persons drawn; persons with more than RS_SPELLS_MAX_LINES lines get none
 *
 * Relations between doctors, institutions and drugs have none: they belong to the whole graph, and their days to people not drawn. */
#ifndef RS_EXPORTERS_SPELLS_H
#define RS_EXPORTERS_SPELLS_H

#include "exporters/subgraph.h"

#define RS_MAX_SPELLS 50u
#define RS_SPELLS_MAX_LINES 100000u

typedef struct { uint16_t first, last; } RsSpell; /* days since RS_EPOCH, both included */

typedef struct {
  GArray *touches; /* of uint64_t: other kind << 48 | other << 16 | day; a person's together, sorted */
  GArray *persons; /* whose, where: sorted by person */
} RsSpells;
RsSpells *rs_spells_new(const RsClaims *claims, const RsSubgraph *subgraph);
void rs_spells_free(RsSpells *spells);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsSpells, rs_spells_free)

/* Returns their number; 0: unknown, or more than RS_MAX_SPELLS. */
unsigned rs_spells_get(const RsSpells *spells, const RsSubgraph *subgraph, const RsSubgraphEdge *edge, RsSpell spell[RS_MAX_SPELLS]);

#endif
