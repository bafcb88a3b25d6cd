#include "claims/reader.h"

#include "base/calendar.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/spill.h"
#include "base/words.h"
#include "claims/attributes.h"
#include "claims/fetch.h"
#include "claims/ingest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REJECTS_ALLOWED 5      /* and 0.5 %: contract */
#define EXAMPLES_SHOWN 5

struct RsReader {
  RsReadOptions options;
  RsReport *report;
  GPtrArray *claims;    /* of RsInput */
  RsInput *settlements; /* NULL: one table */
  GArray *marks;        /* of RsMark (claims/fetch.h): made while the claims are read, sorted when they are wanted */
  GPtrArray *mappings;  /* of RsMapping: what the inputs point to */
  GPtrArray *header;    /* the last one seen, of a claim file: it and its columns, for the next file with the same */
  const RsInput *header_input;
  RsAttributes *attributes[RS_N_ATTRIBUTE_KINDS];
  GThread *hasher;      /* NULL: not begun, or joined */
  GError *hash_error;
};

void rs_input_free(RsInput *input) {
  if (input == NULL) return;
  if (input->fd >= 0) close(input->fd);
  rs_source_free(input->source);
  g_free(input);
}

static void input_destroy(gpointer input) { rs_input_free(input); }
static void mapping_destroy(gpointer mapping) { rs_mapping_free(mapping); }

void rs_reader_free(RsReader *reader) {
  if (reader == NULL) return;
  if (reader->hasher != NULL) g_thread_join(reader->hasher);
  g_clear_error(&reader->hash_error);
  g_ptr_array_unref(reader->claims);
  g_array_unref(reader->marks);
  rs_input_free(reader->settlements);
  g_ptr_array_unref(reader->mappings);
  g_clear_pointer(&reader->header, g_ptr_array_unref);
  for (int k = 0; k < RS_N_ATTRIBUTE_KINDS; k++) rs_attributes_free(reader->attributes[k]);
  rs_report_free(reader->report);
  g_free(reader);
}

const RsReport *rs_reader_report(const RsReader *reader) { return reader->report; }

/* ---- which files ---- */

static bool claims_suffix(const char *name) {
  static const char *const suffix[] = {".csv", ".tsv", ".txt", ".gz", ".zst", ".xlsx"};
  g_autofree char *lower = g_ascii_strdown(name, -1);
  for (size_t i = 0; i < G_N_ELEMENTS(suffix); i++)
    if (g_str_has_suffix(lower, suffix[i])) return true;
  return false;
}

static int compare_names(gconstpointer a, gconstpointer b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static bool add_folder(GPtrArray *paths, const char *folder, GError **error) {
  GError *failed = NULL;
  GDir *dir = g_dir_open(folder, 0, &failed);
  if (dir == NULL) {
    g_set_error(error, RS_ERROR, RS_ERROR_IO, "%s", failed->message);
    g_error_free(failed);
    return false;
  }
  g_autoptr(GPtrArray) found = g_ptr_array_new();
  for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir)) {
    g_autofree char *path = g_build_filename(folder, name, NULL);
    /* what a refused run left beside its case is no claims file */
    if (*name != '.' && claims_suffix(name) && !g_str_has_suffix(name, ".rejects.csv") && g_file_test(path, G_FILE_TEST_IS_REGULAR)) g_ptr_array_add(found, g_steal_pointer(&path));
  }
  g_dir_close(dir);
  g_ptr_array_sort(found, compare_names);
  for (guint i = 0; i < found->len; i++) g_ptr_array_add(paths, g_ptr_array_index(found, i));
  if (found->len > 0) return true;
  g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: no .csv, .tsv, .txt, .gz, .zst or .xlsx file in this folder"), folder);
  return false;
}

static bool list_paths(const RsReadOptions *options, GPtrArray *paths, GError **error) {
  bool stdin_seen = false;
  for (const char *const *path = options->paths; *path != NULL; path++) {
    if (g_file_test(*path, G_FILE_TEST_IS_DIR)) {
      if (!add_folder(paths, *path, error)) return false;
      continue;
    }
    if (strcmp(*path, "-") == 0 && stdin_seen) continue; /* standard input can be read once */
    stdin_seen |= strcmp(*path, "-") == 0;
    g_ptr_array_add(paths, g_strdup(*path));
  }
  if (paths->len < UINT16_MAX) return true;
  g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("%u files are more than this version reads at once"), paths->len);
  return false;
}

/* ---- opening one file ---- */

static RsInputFile *file_add(RsReader *reader, const char *path, const char *role) {
  RsInputFile *file = g_new0(RsInputFile, 1);
  file->path = g_strdup(path);
  file->role = g_strdup(role);
  file->name = strcmp(path, "-") == 0 ? g_strdup("stdin") : g_path_get_basename(path);
  file->encoding = "UTF-8";
  file->compression = "";
  file->delimiter = ',';
  g_ptr_array_add(reader->report->files, file);
  return file;
}

/* A pipe with a name, such as the shell's <(...), is copied first: claims are read more than once. */
static int spool_pipe(const RsReader *reader, const char *path, GError **error) {
  int pipe = open(path, O_RDONLY | O_CLOEXEC);
  if (pipe < 0) {
    g_set_error(error, RS_ERROR, RS_ERROR_IO, "%s: %s", path, rs_words_errno(errno));
    return -1;
  }
  int spooled = rs_source_spool(pipe, reader->options.temp, error);
  close(pipe);
  return spooled;
}

static RsSource *source_open(const RsReader *reader, RsInput *input, GError **error) {
  const char *path = input->file->path;
  struct stat status;
  const RsSourceOptions options = {.sheet = input->sheet, .temp_dir = input->temp};
  bool standard = strcmp(path, "-") == 0;
  if (!standard && (stat(path, &status) != 0 || !S_ISFIFO(status.st_mode))) return rs_source_open(path, &options, error);
  input->fd = standard ? rs_source_spool_stdin(reader->options.temp, error) : spool_pipe(reader, path, error);
  return input->fd < 0 ? NULL : rs_source_open_fd(input->fd, standard ? "stdin" : path, &options, error);
}

RsSource *rs_input_source(const RsInput *input, GError **error) {
  const RsSourceOptions options = {.delimiter = input->delimiter, .sheet = input->sheet, .temp_dir = input->temp, .stamp = &input->stamp};
  const char *path = input->file->path;
  if (input->fd < 0) return rs_source_open(path, &options, error);
  return rs_source_open_fd(input->fd, strcmp(path, "-") == 0 ? "stdin" : path, &options, error);
}

static bool same_header(const GPtrArray *a, const GPtrArray *b) {
  if (a == NULL || a->len != b->len) return false;
  for (guint i = 0; i < a->len; i++)
    if (strcmp(a->pdata[i], b->pdata[i]) != 0) return false;
  return true;
}

/* Tens of thousands of daily files have one header: it is understood once. */
static bool input_map(RsReader *reader, RsInput *input, RsTableKind table, GPtrArray *header, GError **error) {
  const char *const *field = (const char *const *)header->pdata;
  const char *name = input->file->path;
  const RsInput *like = table == RS_TABLE_CLAIMS && same_header(reader->header, header) ? reader->header_input : NULL;
  input->n_fields = header->len;
  if (like != NULL) {
    input->mapping = like->mapping;
    memcpy(input->column, like->column, sizeof input->column);
  } else {
    RsMapping *mapping = reader->options.map != NULL ? rs_mapping_new(reader->options.map, error)
                                                     : rs_mapping_choose(table, field, header->len, name, error);
    if (mapping == NULL) return false;
    g_ptr_array_add(reader->mappings, mapping);
    input->mapping = mapping;
    if (!rs_mapping_bind(mapping, table, field, header->len, name, input->column, error)) return false;
  }
  input->file->mapping = g_strdup(input->mapping->name);
  if (table == RS_TABLE_CLAIMS && like == NULL) {
    g_clear_pointer(&reader->header, g_ptr_array_unref);
    reader->header = g_ptr_array_ref(header);
    reader->header_input = input;
  }
  return true;
}

static RsInput *input_open(RsReader *reader, const char *path, RsTableKind table, GError **error) {
  RsInput *input = g_new0(RsInput, 1);
  input->fd = -1;
  input->sheet = reader->options.sheet;
  input->temp = reader->options.temp;
  input->number = reader->report->files->len;
  input->file = file_add(reader, path, table == RS_TABLE_CLAIMS ? NC_("input", "claims") : NC_("input", "settlements"));
  g_autoptr(RsSource) source = source_open(reader, input, error);
  g_autoptr(GPtrArray) header = source == NULL ? NULL : rs_source_header(source, error);
  bool ok = header != NULL;
  if (ok && header->len == 0) {
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: the file is empty"), path);
    ok = false;
  }
  if (!ok || !input_map(reader, input, table, header, error)) {
    rs_input_free(input);
    return NULL;
  }
  rs_source_notes(source, reader->report->notes);
  input->stamp = *rs_source_stamp(source);
  input->delimiter = rs_source_delimiter(source);
  input->file->bytes = input->stamp.size;
  input->file->compression = rs_source_compression(source);
  input->file->encoding = rs_encoding_name[rs_source_encoding(source)]; /* as far as the first bytes tell; settled by reading on */
  input->file->delimiter = input->delimiter;
  return input;
}

static bool input_hash(RsInput *input, GError **error) {
  if (input->file->sha256[0] != '\0') return true;
  g_autoptr(RsSource) source = rs_input_source(input, error);
  return source != NULL && rs_source_sha256(source, input->file->sha256, error);
}

/* Files seen so far: by where they lie, by size (the first of it), by content (only where sizes are equal). */
typedef struct { GHashTable *place, *size, *content; } Seen;

static bool seen_before(Seen *seen, RsInput *input, bool *before, GError **error) {
  *before = !g_hash_table_add(seen->place, g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, input->stamp.device, input->stamp.inode));
  if (*before) return true;
  RsInput *alike = g_hash_table_lookup(seen->size, &input->stamp.size);
  if (alike == NULL) {
    g_hash_table_insert(seen->size, &input->stamp.size, input);
    return true;
  }
  if (!input_hash(alike, error) || !input_hash(input, error)) return false;
  g_hash_table_add(seen->content, alike->file->sha256);
  *before = !g_hash_table_add(seen->content, input->file->sha256);
  return true;
}

/* Without claim ids a file given twice would count twice, so files of equal bytes are read once. */
static bool mark_repeated_files(RsReader *reader, GError **error) {
  g_autoptr(GHashTable) place = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GHashTable) size = g_hash_table_new(g_int64_hash, g_int64_equal);
  g_autoptr(GHashTable) content = g_hash_table_new(g_str_hash, g_str_equal);
  Seen seen = {place, size, content};
  bool ok = true;
  for (guint i = 0; ok && i < reader->claims->len; i++) {
    RsInput *input = g_ptr_array_index(reader->claims, i);
    ok = seen_before(&seen, input, &input->repeated, error);
    if (input->column[RS_COLUMN_CLAIM_ID] >= 0) input->repeated = false; /* row by row is more exact */
  }
  return ok;
}

/* Two files of one name are told apart by their folder, or by their number. */
static void make_names_unique(GPtrArray *files) {
  g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < files->len; i++) {
    RsInputFile *file = g_ptr_array_index(files, i);
    if (!g_hash_table_contains(names, file->name)) {
      g_hash_table_add(names, file->name);
      continue;
    }
    g_autofree char *folder = g_path_get_dirname(file->path), *parent = g_path_get_basename(folder), *base = file->name;
    file->name = g_strdup_printf("%s/%s", parent, base);
    if (strcmp(parent, ".") == 0 || g_hash_table_contains(names, file->name)) {
      g_free(file->name);
      file->name = g_strdup_printf("%s#%u", base, i + 1);
    }
    g_hash_table_add(names, file->name);
  }
}

static bool read_attributes(RsReader *reader, GError **error) {
  const char *const path[RS_N_ATTRIBUTE_KINDS] = {reader->options.persons, reader->options.doctors, reader->options.institutions,
                                                  reader->options.drugs};
  static const char *const role[RS_N_ATTRIBUTE_KINDS] = {NC_("input", "persons"), NC_("input", "doctors"), NC_("input", "institutions"), NC_("input", "drugs")};
  for (int k = 0; k < RS_N_ATTRIBUTE_KINDS; k++) {
    if (path[k] == NULL) continue;
    g_autoptr(RsSource) source = rs_source_open(path[k], NULL, error);
    if (source == NULL) return false;
    RsInputFile *file = file_add(reader, path[k], role[k]);
    file->bytes = rs_source_stamp(source)->size;
    file->delimiter = rs_source_delimiter(source);
    rs_source_notes(source, reader->report->notes);
    if (!rs_source_sha256(source, file->sha256, error)) return false;
    reader->attributes[k] = rs_attributes_read((RsAttributeKind)k, path[k], error);
    if (reader->attributes[k] == NULL) return false;
    file->rows = rs_attributes_rows(reader->attributes[k]);
    rs_attributes_notes(reader->attributes[k], reader->report->notes);
  }
  return true;
}

static bool open_all(RsReader *reader, GError **error) {
  g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
  if (!list_paths(&reader->options, paths, error)) return false;
  for (guint i = 0; i < paths->len; i++) {
    RsInput *input = input_open(reader, g_ptr_array_index(paths, i), RS_TABLE_CLAIMS, error);
    if (input == NULL) return false;
    g_ptr_array_add(reader->claims, input);
  }
  if (reader->options.settlements != NULL) {
    reader->settlements = input_open(reader, reader->options.settlements, RS_TABLE_SETTLEMENTS, error);
    if (reader->settlements == NULL) return false;
  }
  if (!mark_repeated_files(reader, error) || !read_attributes(reader, error)) return false;
  make_names_unique(reader->report->files);
  return true;
}

RsReader *rs_reader_new(const RsReadOptions *options, GError **error) {
  g_autoptr(RsReader) reader = g_new0(RsReader, 1);
  reader->mappings = g_ptr_array_new_with_free_func(mapping_destroy);
  reader->options = *options;
  reader->options.n_threads = MAX(options->n_threads, 1);
  reader->report = rs_report_new();
  reader->claims = g_ptr_array_new_with_free_func(input_destroy);
  reader->marks = g_array_new(FALSE, FALSE, sizeof(RsMark));
  return open_all(reader, error) ? g_steal_pointer(&reader) : NULL;
}

const char *rs_reader_attribute(const RsReader *reader, unsigned kind, const char *id, const char *field) {
  return kind < RS_N_ATTRIBUTE_KINDS ? rs_attributes_get(reader->attributes[kind], id, field) : "";
}

/* ---- reading ---- */

/* A checksum cannot be split, but it can run beside what follows the reading, where a core is often free. */
static gpointer hash_files(gpointer data) {
  RsReader *reader = data;
  for (guint i = 0; i < reader->claims->len && reader->hash_error == NULL; i++) input_hash(g_ptr_array_index(reader->claims, i), &reader->hash_error);
  if (reader->settlements != NULL && reader->hash_error == NULL) input_hash(reader->settlements, &reader->hash_error);
  return NULL;
}

void rs_reader_hash_begin(RsReader *reader) {
  if (reader->hasher == NULL && reader->options.n_threads > 1) reader->hasher = g_thread_try_new("sha256", hash_files, reader, NULL);
}

bool rs_reader_hash(RsReader *reader, GError **error) {
  if (reader->hasher != NULL) g_thread_join(g_steal_pointer(&reader->hasher));
  else hash_files(reader);
  if (reader->hash_error == NULL) return true;
  g_propagate_error(error, g_steal_pointer(&reader->hash_error));
  return false;
}

static void raw_init(RsRaw *raw, const RsReader *reader) {
  const uint64_t bytes = rs_inputs_text(reader->claims, &reader->options);
  *raw = (RsRaw){.n_threads = reader->options.n_threads, .partition_bits = rs_raw_partition_bits(bytes)};
  size_t n_partitions = (size_t)1 << raw->partition_bits;
  raw->n_groups = rs_raw_groups(raw->partition_bits);
  raw->thread = rs_threads_new(raw->n_threads, sizeof(RsRawThread));
  for (unsigned t = 0; t < raw->n_threads; t++) {
    RsRawThread *thread = &raw->thread[t];
    thread->memory = reader->options.memory / 2 / raw->n_threads; /* the rest is for the table they become */
    uint64_t *memory = reader->options.memory > 0 ? &thread->memory : NULL;
    thread->pool = g_new(RsPool, raw->n_groups);
    for (unsigned g = 0; g < raw->n_groups; g++) rs_pool_init(&thread->pool[g], memory);
    rs_pool_init(&thread->claim_pool, memory);
    thread->partition = aligned_alloc(_Alignof(RsRawPartition), n_partitions * sizeof *thread->partition);
    g_assert(thread->partition != NULL);
    memset(thread->partition, 0, n_partitions * sizeof *thread->partition);
  }
  raw->institution = rs_dictionary_new();
  raw->doctor = rs_dictionary_new();
  raw->drug = rs_dictionary_new();
  raw->diagnosis = rs_dictionary_new();
  raw->region = rs_dictionary_new();
  rs_names_init(&raw->drug_names);
  rs_names_init(&raw->institution_names);
}

/* More than allowed goes to disk; what cannot be put there must fit. Says no before the memory is used, not when it is gone. */
static bool fits_memory(const RsReader *reader, const RsRaw *raw, GError **error) {
  if (reader->options.memory == 0) return true;
  uint64_t lines = 0;
  for (unsigned t = 0; t < raw->n_threads; t++)
    for (size_t p = 0; p < (size_t)1 << raw->partition_bits; p++) lines += raw->thread[t].partition[p].n_lines;
  if (rs_memory_enough(lines) <= reader->options.memory) return true;
  const uint64_t needed = rs_memory_least(lines);
  rs_spill_begin();
  if (needed <= reader->options.memory) return true;
  g_autofree char *need = g_format_size(needed), *allowed = g_format_size(reader->options.memory);
  g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("%s needed for %llu lines with the rest on disk, %s allowed by --memory; --since and --until take a shorter period"), need,
              (unsigned long long)lines, allowed);
  return false;
}

static RsClaims *read_claims(RsReader *reader, GError **error) {
  RsRaw raw;
  rs_spill_configure(reader->options.temp, reader->options.memory);
  if (reader->options.memory > 0) reader->options.n_threads = MIN(reader->options.n_threads, rs_spill_threads(reader->options.memory)); /* each has its own buffers, too */
  raw_init(&raw, reader);
  RsSettlements *settlements = NULL;
  RsClaims *claims = NULL;
  if (reader->settlements != NULL) settlements = rs_settlements_read(reader->settlements, &reader->options, &raw, reader->report, error);
  RsIngest ingest = {&reader->options, reader->claims, settlements, &raw, reader->report, reader->marks};
  raw.settlements = settlements;
  bool read = (reader->settlements == NULL || settlements != NULL) && rs_ingest(&ingest, error);
  if (read && fits_memory(reader, &raw, error)) claims = rs_build(&raw, reader->report, error);
  rs_raw_clear(&raw);
  rs_settlements_free(settlements);
  return claims;
}

static int compare_rejects(gconstpointer a, gconstpointer b) {
  const RsReject *x = *(const RsReject *const *)a, *y = *(const RsReject *const *)b;
  return (x->row > y->row) - (x->row < y->row);
}

static void fill_raw(const RsSourceLine *line, void *data) {
  GPtrArray *rejects = data;
  RsReject *reject = g_ptr_array_index(rejects, line->index);
  g_free(reject->raw);
  reject->raw_length = (uint32_t)MIN(line->raw_length, (size_t)64 << 10);
  reject->raw = g_malloc(reject->raw_length + 1u);
  memcpy(reject->raw, line->raw, reject->raw_length);
  reject->raw[reject->raw_length] = '\0';
}

/* Contradictions are found after the text was let go: their records are read again. */
static bool fetch_conflicts(RsReader *reader, GError **error) {
  g_autoptr(GPtrArray) conflicts = g_ptr_array_new();
  for (guint i = 0; i < reader->report->rejects->len; i++) {
    RsReject *reject = g_ptr_array_index(reader->report->rejects, i);
    if (reject->reason == RS_REASON_CONFLICT) g_ptr_array_add(conflicts, reject);
  }
  if (conflicts->len == 0) return true;
  g_autofree RsRow *rows = g_new(RsRow, conflicts->len);
  for (guint i = 0; i < conflicts->len; i++) rows[i] = ((const RsReject *)g_ptr_array_index(conflicts, i))->row;
  return rs_reader_fetch(reader, rows, conflicts->len, fill_raw, conflicts, error);
}

#define FAR_YEARS 5

/* A slip in a year (2052 for 2025) stretches the period of all: said where fewer than one visit in a thousand lies more than FAR_YEARS from
 * the year of the middle one. O(visits), only where the period is that long. */
static void note_far_days(const RsClaims *claims, GPtrArray *notes) {
  uint32_t in_year[RS_LAST_YEAR + 1] = {0}, below = 0, apart = 0;
  int year, month, day, middle = RS_FIRST_YEAR;
  if (claims->last_day - claims->first_day <= FAR_YEARS * 365) return;
  for (uint32_t v = 0; v < claims->n_visits; v++) {
    rs_day_to_civil((uint16_t)(claims->visit_time[v] / RS_DAY_SECONDS), &year, &month, &day);
    in_year[year]++;
  }
  while (middle < RS_LAST_YEAR && (below += in_year[middle]) <= claims->n_visits / 2) middle++;
  for (year = RS_FIRST_YEAR; year <= RS_LAST_YEAR; year++)
    if (abs(year - middle) > FAR_YEARS) apart += in_year[year];
  if (apart == 0 || (uint64_t)apart * 1000 >= claims->n_visits) return;
  char first[11], last[11];
  g_ptr_array_add(notes, rs_said_new("days far apart: %u of %u visits lie more than %d years from %d, where the middle one is; the earliest day is %s, the latest %s; "
                                     "if they are slips, --since and --until leave them out",
                                     apart, claims->n_visits, FAR_YEARS, middle, rs_day_format(claims->first_day, first), rs_day_format(claims->last_day, last)));
}

/* The platform's two tables given side by side as claims: a settlement's money would count once more beside its details. */
static void note_settlement_tables(const RsReader *reader, GPtrArray *notes) {
  bool details = false;
  for (guint i = 0; i < reader->claims->len; i++) {
    const int *column = ((const RsInput *)g_ptr_array_index(reader->claims, i))->column;
    details = details || (column[RS_COLUMN_SETTLEMENT] >= 0 && column[RS_COLUMN_CLAIM_ID] >= 0 && column[RS_COLUMN_DRUG] >= 0);
  }
  for (guint i = 0; details && i < reader->claims->len; i++) {
    const RsInput *input = g_ptr_array_index(reader->claims, i);
    const bool lines = input->column[RS_COLUMN_CLAIM_ID] >= 0 && input->column[RS_COLUMN_CLAIM_ID] != input->column[RS_COLUMN_SETTLEMENT];
    if (input->column[RS_COLUMN_SETTLEMENT] < 0 || lines || input->column[RS_COLUMN_DRUG] >= 0) continue;
    g_ptr_array_add(notes, rs_said_new("%s: has settlements and no details; if they are those of the other files, their money counts twice: give the file with --settlements",
                                       input->file->name));
  }
}

static void add_notes(const RsReader *reader, const RsClaims *claims) {
  RsReport *report = reader->report;
  if (report->date_only_rows > 0)
    g_ptr_array_add(report->notes, rs_said_new("%llu of %llu used rows have a date and no time of day: same-minute signals become same-day ones "
                                               "(bursts, repeated swipes, odd hours, travel are weaker or not seen)",
                                               (unsigned long long)report->date_only_rows, (unsigned long long)report->rows[RS_PLACE_USED]));
  if (report->negative_without_original > 0)
    g_ptr_array_add(report->notes, rs_said_new("%llu refunds have no original in these files; they are used as they stand",
                                               (unsigned long long)report->negative_without_original));
  for (guint i = 0; i < reader->claims->len; i++) {
    const RsInput *input = g_ptr_array_index(reader->claims, i);
    if (input->repeated) g_ptr_array_add(report->notes, rs_said_new("%s: the same bytes as an earlier file; its rows count as repeated", input->file->name));
  }
  if (claims->n_lines > 0 && (claims->columns & RS_HAS_CLAIM_ID) == 0)
    g_ptr_array_add(report->notes, rs_said_new("no claim_id column: a row exported twice cannot be told from two equal purchases"));
  note_far_days(claims, report->notes);
  note_settlement_tables(reader, report->notes);
}

static void list_examples(const RsReport *report, GString *text) {
  for (guint i = 0, shown = 0; i < report->rejects->len && shown < EXAMPLES_SHOWN; i++, shown++) {
    const RsReject *reject = g_ptr_array_index(report->rejects, i);
    const RsInputFile *file = g_ptr_array_index(report->files, RS_ROW_FILE(reject->row));
    g_string_append_printf(text, "\n  %s:%" G_GUINT64_FORMAT ": %s", file->name, (guint64)RS_ROW_LINE(reject->row), reject->detail->text[rs_words_terminal()]);
  }
}

/* True when so many rows were rejected that the rest cannot be trusted without a person's word. */
static bool too_many_rejects(const RsReader *reader, GError **error) {
  const RsReport *report = reader->report;
  uint64_t rejected = report->rows[RS_PLACE_REJECTED];
  bool all = rejected > 0 && rejected == report->rows_read;
  if (!all && (reader->options.allow_rejects || rejected <= REJECTS_ALLOWED || rejected * 200 <= report->rows_read)) return false;
  g_autoptr(GString) text = g_string_new(NULL);
  g_string_append_printf(text, _("%llu of %llu rows cannot be used:"), (unsigned long long)rejected, (unsigned long long)report->rows_read);
  for (int r = 0; r < RS_N_REASONS; r++)
    if (report->rejected_by[r] > 0) g_string_append_printf(text, " %s %" G_GUINT64_FORMAT, rs_say_in(rs_words_terminal(), "reason", rs_reason_name[r]), report->rejected_by[r]);
  list_examples(report, text);
  if (!all) g_string_append(text, _("\n  --allow-rejects goes on without them"));
  g_set_error_literal(error, RS_ERROR, RS_ERROR_INPUT, text->str);
  return true;
}

RsClaims *rs_reader_read(RsReader *reader, GError **error) {
  GError *failed = NULL;
  g_autoptr(RsClaims) claims = read_claims(reader, &failed);
  RsReport *report = reader->report;
  report->lines_without_settlement = report->rejected_by[RS_REASON_NO_SETTLEMENT];
  g_ptr_array_sort(report->rejects, compare_rejects);
  if (claims == NULL) {
    g_propagate_error(error, failed);
    return NULL;
  }
  g_assert(rs_report_balances(report));
  if (!fetch_conflicts(reader, error) || too_many_rejects(reader, error)) return NULL;
  add_notes(reader, claims);
  return g_steal_pointer(&claims);
}

/* ---- back to the text ---- */

/* Claim files are numbered first, from 0. */
static const RsInput *input_of(const RsReader *reader, uint32_t file) {
  return file < reader->claims->len ? g_ptr_array_index(reader->claims, file) : reader->settlements;
}

bool rs_reader_fetch(RsReader *reader, const RsRow *rows, size_t n, RsSourceLineFunc func, void *data, GError **error) {
  g_autofree RsWanted *wanted = rs_wanted_new(rows, n);
  rs_marks_sort(reader->marks);
  for (size_t first = 0, last; first < n; first = last) {
    const uint32_t file = RS_ROW_FILE(wanted[first].row);
    for (last = first + 1; last < n && RS_ROW_FILE(wanted[last].row) == file; last++) continue;
    if (!rs_fetch(input_of(reader, file), reader->marks, wanted + first, last - first, func, data, error)) return false;
  }
  return true;
}
