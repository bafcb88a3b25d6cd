#include "mining/region.h"

#include <glib.h>
#include <string.h>

static bool is_code(const char *text) {
  for (unsigned i = 0; i < 4; i++)
    if (text[i] < '0' || text[i] > '9') return false;
  return true;
}

static bool is_city(const char *text) {
  static const char *const code[] = {"11", "12", "31", "50"};
  for (unsigned i = 0; i < G_N_ELEMENTS(code); i++)
    if (strncmp(text, code[i], 2) == 0) return true;
  return false;
}

static bool same_prefecture(const char *x, const char *y) {
  if (!is_code(x) || !is_code(y)) return strcmp(x, y) == 0;
  return strncmp(x, y, is_city(x) ? 2 : 4) == 0;
}

uint32_t rs_region_minutes(const RsText *region, uint32_t a, uint32_t b) {
  if (a == b || a == RS_NONE || b == RS_NONE) return 0;
  const char *x = rs_text_get(region, a), *y = rs_text_get(region, b);
  if (!is_code(x) || !is_code(y) || same_prefecture(x, y)) return 0;
  return strncmp(x, y, 2) == 0 ? RS_MINUTES_PREFECTURE : RS_MINUTES_PROVINCE;
}

unsigned rs_region_apart(const RsText *region, uint32_t a, uint32_t b) {
  if (a == RS_NONE || b == RS_NONE) return 2;
  if (a == b) return 0;
  return same_prefecture(rs_text_get(region, a), rs_text_get(region, b)) ? 1 : 2;
}

/* Regions are in order of text, so those of one prefecture are neighbours. */
uint32_t *rs_region_prefectures(const RsText *region, uint32_t *n_prefectures) {
  uint32_t n = region != NULL ? region->n : 0, places = 0;
  uint32_t *place = g_new(uint32_t, (gsize)n + 1);
  for (uint32_t i = 0; i < n; i++) {
    places += i == 0 || !same_prefecture(rs_text_get(region, i - 1), rs_text_get(region, i));
    place[i] = places - 1;
  }
  *n_prefectures = places;
  return place;
}
