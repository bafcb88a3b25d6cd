#include "claims/fetch.h"

#include "base/error.h"
#include "base/sort.h"
#include "base/words.h"
#include "claims/scan.h"

#include <stdlib.h>

static int compare_marks(const void *a, const void *b) {
  const RsMark *x = a, *y = b;
  return (x->row > y->row) - (x->row < y->row);
}

void rs_marks_sort(GArray *marks) {
  if (marks->len > 1) qsort(marks->data, marks->len, sizeof(RsMark), compare_marks);
}

static int compare_wanted(const void *a, const void *b) {
  const RsWanted *x = a, *y = b;
  if (x->row != y->row) return x->row < y->row ? -1 : 1;
  return (x->index > y->index) - (x->index < y->index);
}

RsWanted *rs_wanted_new(const RsRow *rows, size_t n) {
  RsWanted *wanted = g_new(RsWanted, MAX(n, 1));
  RsRow least = n > 0 ? rows[0] : 0, most = least;
  for (size_t i = 0; i < n; i++) {
    least = MIN(least, rows[i]);
    most = MAX(most, rows[i]);
  }
  if (most - least > UINT32_MAX || n > UINT32_MAX) { /* of several files */
    for (size_t i = 0; i < n; i++) wanted[i] = (RsWanted){rows[i], i};
    qsort(wanted, n, sizeof *wanted, compare_wanted);
    return wanted;
  }
  g_autofree uint64_t *key = g_new(uint64_t, MAX(n, 1));
  for (size_t i = 0; i < n; i++) key[i] = (rows[i] - least) << 32 | i;
  rs_sort_u64_placed(key, n);
  for (size_t i = 0; i < n; i++) wanted[i] = (RsWanted){least + (key[i] >> 32), (uint32_t)key[i]};
  return wanted;
}

/* ---- records of a block ---- */

typedef struct {
  const RsInput *input;
  RsBlock block;
  RsCsv csv;
  GString *text[3];
  RsSourceLineFunc func;
  void *data;
} Fetch;

static const char *fetch_cell(Fetch *fetch, uint32_t record, RsColumnRole role, GString *into) {
  size_t length = 0;
  const char *text = NULL;
  if (fetch->csv.fault[record] == RS_FAULT_NONE && rs_csv_n_fields(&fetch->csv, record) >= fetch->input->n_fields)
    text = rs_cell(fetch->input, &fetch->csv, record, role, &length);
  g_string_truncate(into, 0);
  if (text != NULL) g_string_append_len(into, text, (gssize)length);
  return into->str;
}

static void fetch_record(Fetch *fetch, uint32_t record, const RsWanted *wanted) {
  RsSourceLine line = {.row = wanted->row, .index = wanted->index};
  line.claim_id = fetch_cell(fetch, record, RS_COLUMN_CLAIM_ID, fetch->text[0]);
  line.settlement_id = fetch_cell(fetch, record, RS_COLUMN_SETTLEMENT, fetch->text[1]);
  line.time = fetch_cell(fetch, record, RS_COLUMN_TIME, fetch->text[2]);
  line.raw = rs_csv_raw(&fetch->csv, record, &line.raw_length);
  fetch->func(&line, fetch->data);
}

/* The wanted records of a block without quotes stand on one line each: only they are split into fields. */
static size_t fetch_lines(Fetch *fetch, const RsWanted *wanted, size_t n) {
  const RsBlock *block = &fetch->block;
  size_t at = 0, done = 0;
  uint64_t line = block->first_line;
  while (done < n) {
    const uint64_t target = RS_ROW_LINE(wanted[done].row);
    at += rs_text_skip(block->text + at, block->length - at, target - line);
    if (at == block->length) break;
    RsBlock one = *block;
    one.text = block->text + at;
    one.length = rs_text_skip(one.text, block->length - at, 1);
    one.first_line = line = target;
    rs_csv_read(&fetch->csv, &one, fetch->input->delimiter);
    for (; done < n && RS_ROW_LINE(wanted[done].row) == line; done++)
      if (fetch->csv.n > 0) fetch_record(fetch, 0, &wanted[done]);
  }
  return done;
}

static size_t fetch_quoted(Fetch *fetch, const RsWanted *wanted, size_t n) {
  rs_csv_read(&fetch->csv, &fetch->block, fetch->input->delimiter);
  size_t done = 0;
  for (uint32_t r = 0; r < fetch->csv.n && done < n; r++)
    for (; done < n && RS_ROW_LINE(wanted[done].row) == rs_csv_line(&fetch->csv, r); done++) fetch_record(fetch, r, &wanted[done]);
  return done;
}

/* How many of the wanted, which are not before the block, it holds. */
static size_t fetch_block(Fetch *fetch, const RsWanted *wanted, size_t n) {
  return fetch->block.has_quote ? fetch_quoted(fetch, wanted, n) : fetch_lines(fetch, wanted, n);
}

/* ---- blocks of a file ---- */

static size_t fetch_whole(Fetch *fetch, RsSource *source, const RsWanted *wanted, size_t n, GError **error) {
  size_t done = 0;
  while (done < n && rs_source_next(source, &fetch->block, error)) done += fetch_block(fetch, wanted + done, n - done);
  return done;
}

/* From mark to mark, the last one to the file's end, where some are wanted. */
static size_t fetch_parts(Fetch *fetch, RsSource *source, const RsMark *mark, size_t n_marks, const RsWanted *wanted, size_t n, GError **error) {
  size_t done = 0;
  for (size_t m = 0; m < n_marks && done < n; m++) {
    const bool last = m + 1 == n_marks;
    size_t end = done;
    while (end < n && (last || wanted[end].row < mark[m + 1].row)) end++;
    if (end == done) continue;
    const uint64_t length = (last ? fetch->input->stamp.size : mark[m + 1].position) - mark[m].position;
    if (!rs_source_part(source, mark[m].position, length, RS_ROW_LINE(mark[m].row), &fetch->block, error)) break;
    done += fetch_block(fetch, wanted + done, end - done);
    if (done < end) break;
  }
  return done;
}

static size_t mark_first(const RsMark *mark, size_t n, RsRow row) {
  size_t low = 0;
  while (low < n) {
    const size_t middle = low + (n - low) / 2;
    if (mark[middle].row < row) low = middle + 1;
    else n = middle;
  }
  return low;
}

/* The file's marks, or none where a block could not be marked. */
static const RsMark *marks_of(const RsInput *input, const GArray *marks, size_t *n) {
  const RsMark *all = (const RsMark *)(const void *)marks->data;
  const size_t first = mark_first(all, marks->len, RS_ROW(input->number, 0)), end = mark_first(all, marks->len, RS_ROW(input->number + 1, 0));
  *n = end - first;
  for (size_t m = first; m < end; m++)
    if (all[m].position == RS_NO_POSITION) *n = 0;
  return all + first;
}

bool rs_fetch(const RsInput *input, const GArray *marks, const RsWanted *wanted, size_t n, RsSourceLineFunc func, void *data, GError **error) {
  g_autoptr(RsSource) source = rs_input_source(input, error);
  if (source == NULL) return false;
  Fetch fetch = {.input = input, .func = func, .data = data};
  GError *failed = NULL;
  size_t n_marks;
  const RsMark *mark = marks_of(input, marks, &n_marks);
  for (int i = 0; i < 3; i++) fetch.text[i] = g_string_new(NULL);
  const size_t done = n_marks > 0 ? fetch_parts(&fetch, source, mark, n_marks, wanted, n, &failed) : fetch_whole(&fetch, source, wanted, n, &failed);
  rs_block_clear(&fetch.block);
  rs_csv_clear(&fetch.csv);
  for (int i = 0; i < 3; i++) g_string_free(fetch.text[i], TRUE);
  if (failed == NULL && done == n) return rs_source_unchanged(source, error);
  if (failed != NULL) g_propagate_error(error, failed);
  else g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: changed while it was read"), input->file->path);
  return false;
}
