/* When a lead's lines and bursts were: an outlet a row and a day a column, and the hours of the day below. */
#include "base/calendar.h"
#include "base/sort.h"
#include "exporters/page_parts.h"
#include "exporters/words.h"

#include <string.h>

#define LEFT 170
#define RIGHT 850
#define ROW 18
#define TOP 22
#define HOURS 96 /* height: four pixels an hour */
#define ROWS 12u
#define N_SHADES 3

typedef struct {
  RsHtml *html;
  const RsRingStory *story;
  uint16_t first, last;
  guint n_rows;       /* outlets with a row of their own */
  bool rest, clock;   /* a row for the other outlets; a time of day is known */
  GHashTable *row_of; /* outlet id -> row + 1 */
} Strip;

static int day_x(const Strip *strip, uint16_t day) {
  const int days = MAX(strip->last - strip->first, 1);
  return LEFT + (int)((int64_t)(day - strip->first) * (RIGHT - LEFT) / days);
}

static guint n_lanes(const Strip *strip) { return strip->n_rows + strip->rest; }
static int lane_y(guint row) { return TOP + (int)row * ROW + ROW / 2; }
static int hours_top(const Strip *strip) { return TOP + (int)n_lanes(strip) * ROW + 22; }

static guint row_of(const Strip *strip, const char *outlet) {
  const guint row = GPOINTER_TO_UINT(g_hash_table_lookup(strip->row_of, outlet));
  return row == 0 ? strip->n_rows : row - 1;
}

static bool strip_init(Strip *strip, RsHtml *html, const RsRingStory *story) {
  const GPtrArray *outlets = story->share[RS_INSTITUTION];
  *strip = (Strip){.html = html, .story = story, .first = UINT16_MAX, .n_rows = MIN(outlets->len, ROWS), .rest = outlets->len > ROWS};
  for (guint i = 0; i < story->moments->len; i++) {
    const RsMoment *moment = &g_array_index(story->moments, RsMoment, i);
    if (!moment->dated) continue;
    strip->first = MIN(strip->first, (uint16_t)(moment->seconds / RS_DAY_SECONDS));
    strip->last = MAX(strip->last, (uint16_t)(moment->seconds / RS_DAY_SECONDS));
    strip->clock |= moment->clock;
  }
  if (strip->first > strip->last) return false;
  strip->row_of = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < strip->n_rows; i++)
    g_hash_table_insert(strip->row_of, rs_ring_story_share(story, RS_INSTITUTION, i)->id, GUINT_TO_POINTER(i + 1));
  return true;
}

/* ---- axes ---- */

/* A line at the first of each month, or of each k-th when there are many. */
static void months(const Strip *strip, int bottom) {
  int year, month, day, first_year, first_month;
  rs_day_to_civil(strip->first, &first_year, &first_month, &day);
  rs_day_to_civil(strip->last, &year, &month, &day);
  const int n = (year - first_year) * 12 + month - first_month, step = n / 12 + 1;
  for (int m = 1; m <= n; m += step) {
    const int at = first_month - 1 + m;
    uint16_t start;
    if (!rs_day_from_civil(first_year + at / 12, at % 12 + 1, 1, &start)) continue;
    const int x = day_x(strip, start);
    rs_html_markupf(strip->html, "<path class=\"tick\" d=\"M%d %dV%d\"/><text class=\"%s\" x=\"%d\" y=\"12\">%d-%02d</text>", x, TOP - 6, bottom,
                    x > RIGHT - 16 ? "month end" : "month", x, first_year + at / 12, at % 12 + 1);
  }
}

static void lanes(const Strip *strip, const RsNames *names) {
  RsHtml *html = strip->html;
  for (guint row = 0; row < n_lanes(strip); row++) {
    rs_html_markupf(html, "<path class=\"lane\" d=\"M%d %dH%d\"/><text class=\"outlet\" x=\"%d\" y=\"%d\">", LEFT, lane_y(row), RIGHT, LEFT - 8,
                    lane_y(row) + 4);
    if (row == strip->n_rows) {
      rs_html_sayf(html, "%u other outlets", strip->story->share[RS_INSTITUTION]->len - strip->n_rows);
    } else {
      const char *id = rs_ring_story_share(strip->story, RS_INSTITUTION, row)->id;
      const RsName name = rs_names_get(names, RS_INSTITUTION, id);
      rs_html_text_cut(html, *name.label != '\0' ? name.label : id, *name.label != '\0' ? 36 : 22);
      rs_html_raw(html, "<title>");
      rs_html_text_cut(html, id, 200);
      rs_html_raw(html, "</title>");
    }
    rs_html_raw(html, "</text>");
  }
}

static void hours_axis(const Strip *strip) {
  const int top = hours_top(strip);
  for (int hour = 0; hour <= 24; hour += 6)
    rs_html_markupf(strip->html, "<path class=\"lane\" d=\"M%d %dH%d\"/><text class=\"outlet\" x=\"%d\" y=\"%d\">%02d:00</text>", LEFT,
                    top + hour * HOURS / 24, RIGHT, LEFT - 8, top + hour * HOURS / 24 + 4, hour);
}

/* ---- marks: all of one shade are one path ---- */

typedef struct {
  uint32_t row, day; /* or quarter of an hour in row */
  guint n;
} Mark;

/* One a pair of row and day, with how many lines. at: those pairs, row << 32 | day, a line each. */
static GArray *marks_new(GArray *at) {
  GArray *marks = g_array_new(FALSE, FALSE, sizeof(Mark));
  rs_sort_u64((uint64_t *)(void *)at->data, at->len);
  for (guint i = 0; i < at->len; i++) {
    const uint64_t place = g_array_index(at, uint64_t, i);
    const Mark mark = {(uint32_t)(place >> 32), (uint32_t)place, 1};
    if (i > 0 && place == g_array_index(at, uint64_t, i - 1)) g_array_index(marks, Mark, marks->len - 1).n++;
    else g_array_append_val(marks, mark);
  }
  return marks;
}

static unsigned shade(guint n) { return n <= 1 ? 0 : n <= 5 ? 1 : 2; }

static void marks_draw(const Strip *strip, const GArray *marks, bool hours) {
  for (unsigned s = 0; s < N_SHADES; s++) {
    rs_html_markupf(strip->html, "<path class=\"mark s%u\" d=\"", s);
    for (guint i = 0; i < marks->len; i++) {
      const Mark *mark = &g_array_index(marks, Mark, i);
      if (shade(mark->n) != s) continue;
      const int x = day_x(strip, (uint16_t)mark->day), y = hours ? hours_top(strip) + (int)mark->row * HOURS / 96 : lane_y(mark->row);
      rs_html_numbers(strip->html, hours ? "M# #h3v2h-3z" : "M# #h3v8h-3z", (const int64_t[]){x - 1, hours ? y - 1 : y - 4});
    }
    rs_html_raw(strip->html, "\"/>");
  }
}

/* The lines: by outlet and day, or by quarter of an hour and day. */
static void activity(const Strip *strip, bool hours) {
  g_autoptr(GArray) at = g_array_new(FALSE, FALSE, sizeof(uint64_t));
  for (guint i = 0; i < strip->story->moments->len; i++) {
    const RsMoment *moment = &g_array_index(strip->story->moments, RsMoment, i);
    if (!moment->dated || (hours && !moment->clock)) continue;
    const uint64_t row = hours ? moment->seconds % RS_DAY_SECONDS / 900 : row_of(strip, moment->outlet->id);
    const uint64_t place = row << 32 | moment->seconds / RS_DAY_SECONDS;
    g_array_append_val(at, place);
  }
  g_autoptr(GArray) marks = marks_new(at);
  marks_draw(strip, marks, hours);
}

static void bursts(const Strip *strip) {
  const RsCaseRows *rows = strip->story->bursts;
  RsHtml *html = strip->html;
  for (guint i = 0; i < rows->n; i++) {
    const char *time = rs_case_rows_text(rows, i, "first_time"), *outlet = rs_case_rows_text(rows, i, "institution_id");
    const int64_t cards = rs_case_rows_integer(rows, i, "n_members");
    uint32_t seconds;
    const RsTimeStatus status = rs_time_parse(time, strlen(time), &seconds);
    if (status != RS_TIME_OK && status != RS_TIME_DATE_ONLY) continue;
    const uint16_t day = CLAMP((uint16_t)(seconds / RS_DAY_SECONDS), strip->first, strip->last);
    rs_html_markupf(html, "<circle class=\"burst\" cx=\"%d\" cy=\"%d\" r=\"%d\"><title>", day_x(strip, day), lane_y(row_of(strip, outlet)),
                    (int)CLAMP(2 + cards / 3, 3, 8));
    rs_html_text_cut(html, time, 40);
    rs_html_raw(html, " ");
    rs_html_text_cut(html, outlet, 100);
    rs_html_sayf(html, ", %d cards", (int)CLAMP(cards, 0, INT32_MAX));
    rs_html_raw(html, "</title></circle>");
    if (status == RS_TIME_OK)
      rs_html_markupf(html, "<circle class=\"burst\" cx=\"%d\" cy=\"%d\" r=\"3\"/>", day_x(strip, day),
                      hours_top(strip) + (int)(seconds % RS_DAY_SECONDS / 900) * HOURS / 96);
  }
}

static void explain(const Strip *strip) {
  const bool bursts_known = strip->story->bursts->n > 0;
  rs_html_raw(strip->html, "<figcaption>");
  rs_html_say(strip->html, "A mark is a day with claim lines of this lead, darker for more; ");
  if (bursts_known) rs_html_say(strip->html, "a ring is a burst, larger for more cards; ");
  if (strip->clock)
    rs_html_say(strip->html, "below, the hours of the day.");
  else
    rs_html_say(strip->html, "no time of day is known.");
  rs_html_raw(strip->html, "</figcaption>");
}

void rs_page_strip(RsHtml *html, const RsRingStory *story, const RsNames *names) {
  Strip strip;
  if (!strip_init(&strip, html, story)) return;
  const int bottom = strip.clock ? hours_top(&strip) + HOURS : TOP + (int)n_lanes(&strip) * ROW;
  rs_html_markupf(html, "<figure class=\"strip\"><svg viewBox=\"0 0 860 %d\" role=\"img\" aria-label=\"", bottom + 10);
  rs_html_say(html, "When: outlets by day, and hours of the day");
  rs_html_raw(html, "\">");
  months(&strip, bottom);
  lanes(&strip, names);
  activity(&strip, false);
  if (strip.clock) {
    hours_axis(&strip);
    activity(&strip, true);
  }
  bursts(&strip);
  rs_html_raw(html, "</svg>");
  explain(&strip);
  rs_html_raw(html, "</figure>\n");
  g_hash_table_unref(strip.row_of);
}
