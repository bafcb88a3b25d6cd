/* datasets/simulate.h: synthetic claims with planted rings, innocent look-alikes and the truth about both. */
#ifndef RS_DATASETS_SIMULATE_H
#define RS_DATASETS_SIMULATE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  uint64_t seed;
  uint32_t persons, days;
  uint64_t lines;          /* about */
  uint32_t rings[8];       /* how many of each RsPattern order: batch resale steering crossregion duplicate travel trace mixed(unused) */
  double hard;             /* 0 careless .. 1 careful: scales the dials below where they are not given */
  /* dials; negative: drawn by `hard` */
  double ring_size, bursts, attendance, window_minutes, outlets, purity, dose, honest, overlap, mimicry;
  double innocent;         /* 0 none .. 1 usual number of families, care homes, dialysis groups, ... */
} RsSimulateOptions;

void rs_simulate_defaults(RsSimulateOptions *options);
/* Writes claims.csv, persons.csv, doctors.csv, institutions.csv, drugs.csv, truth.csv, innocent.csv into folder (made if missing). */
bool rs_simulate(const RsSimulateOptions *options, const char *folder, GError **error);

#endif
