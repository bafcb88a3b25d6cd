/* datasets/simulate.h: synthetic claims with planted rings, innocent look-alikes and the truth about both.
 *
 * In    a seed, a size, how many rings of each pattern, how careful they are
 * Out   a folder: claims.csv (an export sorted by time), the attribute tables persons.csv doctors.csv institutions.csv
 *       drugs.csv, and the answers: truth.csv (ring_id,pattern,entity_type,entity_id) and innocent.csv
 *       (group_id,kind,entity_type,entity_id)
 * Cost  O(lines log lines) time; about 60 bytes a line and 150 bytes a person
 *
 * The same options give the same bytes on every machine: every decision is drawn and taken in integers. Each person and
 * each ring has a random stream of its own, so changing one dial changes that ring and leaves the city as it was.
 * This room knows nothing of the detectors and shares no number with them: it links rs_base alone. */
#ifndef RS_DATASETS_SIMULATE_H
#define RS_DATASETS_SIMULATE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* The look of the place: street plan, habits, volumes. AUTO draws one by the seed. */
typedef enum { RS_CITY_AUTO, RS_CITY_BIG, RS_CITY_TOWN, RS_CITY_INDUSTRIAL, RS_N_CITY_STYLES } RsCityStyle;

typedef struct {
  uint64_t seed;
  uint32_t persons, days;
  uint64_t lines;          /* about; 0: whatever the persons and days bring */
  uint32_t rings[8];       /* how many of each RsPattern order: batch resale steering crossregion duplicate travel trace mixed */
  double hard;             /* 0 careless .. 1 careful: scales the dials below where they are not given */
  /* dials; negative: drawn by `hard`. Persons, visits together, share 0..1, minutes, outlets, share of ring drugs in a
   * basket 0..1, quantity against the usual (1 = usual), share of a member's own visits kept 0..1, share of members who
   * also serve another ring 0..1, share of meetings at which members keep a quarter of an hour apart 0..1. */
  double ring_size, bursts, attendance, window_minutes, outlets, purity, dose, honest, overlap, mimicry;
  double innocent;         /* 0 none .. 1 usual number of families, care homes, dialysis groups, ... */
  RsCityStyle style;
} RsSimulateOptions;

void rs_simulate_defaults(RsSimulateOptions *options);

/* Writes claims.csv, persons.csv, doctors.csv, institutions.csv, drugs.csv, truth.csv, innocent.csv into folder (made if
 * missing). RS_ERROR_USAGE: an option outside its range; RS_ERROR_LIMIT: more persons, days or lines than are supported;
 * RS_ERROR_IO: the folder cannot be written. */
bool rs_simulate(const RsSimulateOptions *options, const char *folder, GError **error);

#endif
