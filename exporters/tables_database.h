/* exporters/tables_database.h: tables that stand in case.db alone; rows of rs_table. */
#ifndef RS_EXPORTERS_TABLES_DATABASE_H
#define RS_EXPORTERS_TABLES_DATABASE_H

#include "exporters/tables.h"

enum { RS_BURST_COLUMNS = 6, RS_ATTENDANCE_COLUMNS = 3, RS_SENTENCE_COLUMNS = 4, RS_SPELL_COLUMNS = 5 };
extern const RsTableColumn rs_burst_columns[RS_BURST_COLUMNS], rs_attendance_columns[RS_ATTENDANCE_COLUMNS],
    rs_sentence_columns[RS_SENTENCE_COLUMNS], rs_spell_columns[RS_SPELL_COLUMNS];
void rs_burst_of_ring(const RsCaseView *view, uint32_t ring, RsRowFunc row, void *data);
void rs_attendance_of_ring(const RsCaseView *view, uint32_t ring, RsRowFunc row, void *data);
void rs_sentence_of_ring(const RsCaseView *view, uint32_t ring, RsRowFunc row, void *data);
void rs_spell_walk(const RsCaseView *view, RsRowFunc row, void *data);

#endif
