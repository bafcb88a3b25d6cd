/* mining/trace.h: one drug box sold twice, by its trace code and drug (a code on another drug is a wrong scan).
 *
 * In    RsClaims with trace codes
 * Out   RsTwice by outlet: two sales of one box, each paid for as a whole box, that follow each other
 * Cost  O(lines) and a sort of the lines whose code is seen again; 16 MB meanwhile at most
 *
 * No sale: a line that was paid back, or is itself a return; parts of one box (拆零: a line paid less than RS_TRACE_WHOLE of what a unit of
 * the drug usually costs); the same outlet within RS_TRACE_DAYS of the last sale, unless three people paid for the box there on three days; a code on more than RS_TRACE_MOST lines, which
 * is a placeholder and no box. Those are counted in n_aside.
 * Expected: wrong scans happen everywhere. The city's rate per scanned line, each outlet with at most RS_TWICE_EXCESS hits and the outlet
 * itself left out, times the lines it scanned. */
#ifndef RS_MINING_TRACE_H
#define RS_MINING_TRACE_H

#include "mining/twice.h"

enum { RS_TRACE_MOST = 50, RS_TRACE_DAYS = 7 };
#define RS_TRACE_WHOLE 0.7

RsTwice *rs_traces_new(const RsClaims *claims, unsigned n_threads);

#endif
