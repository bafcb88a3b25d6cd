#include "exporters/case.h"

#include "base/error.h"
#include "base/parallel.h"
#include "base/sort.h"
#include "base/timing.h"
#include "base/words.h"
#include "exporters/case_files.h"
#include "exporters/case_folder.h"
#include "exporters/case_log.h"
#include "exporters/csv.h"
#include "exporters/digest.h"
#include "exporters/dossier.h"
#include "exporters/gexf.h"
#include "exporters/graphml.h"
#include "exporters/manifest.h"
#include "exporters/page.h"
#include "exporters/reconciliation.h"
#include "exporters/sqlite.h"
#include "exporters/tables_watch.h"
#include "exporters/xlsx.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the id map ---- */

typedef struct { const char *masked, *clear; } Identity;

static int compare_identities(const void *a, const void *b) { return strcmp(((const Identity *)a)->masked, ((const Identity *)b)->masked); }

/* The first letters of a pseudonym as a number, in whose order they stand; 0 for all where one has not the prefix of the others. */
enum { PREFIX = 2 };
static uint64_t identity_start(const Identity *identity, bool alike) {
  uint64_t start = 0;
  const char *letter = identity->masked + PREFIX;
  for (unsigned i = 0; alike && i < 4; i++, letter += *letter != '\0') start = start << 8 | (unsigned char)*letter;
  return start;
}

/* Random letters mostly differ early: they are sorted as numbers with their places, and those of one number compared. */
static void identities_sort(Identity *identity, size_t n) {
  g_autofree uint64_t *key = g_new(uint64_t, n + 1);
  g_autofree Identity *from = g_memdup2(identity, n * sizeof *identity);
  bool alike = n > 0 && strlen(identity[0].masked) >= PREFIX;
  g_assert(n <= UINT32_MAX);
  /* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): n of them are filled */
  for (size_t i = 0; alike && i < n; i++) alike = strncmp(identity[i].masked, identity[0].masked, PREFIX) == 0;
  for (size_t i = 0; i < n; i++) key[i] = identity_start(&identity[i], alike) << 32 | i;
  rs_sort_u64_placed(key, n);
  for (size_t i = 0; i < n; i++) identity[i] = from[(uint32_t)key[i]];
  for (size_t first = 0, last; first < n; first = last) {
    for (last = first + 1; last < n && key[last] >> 32 == key[first] >> 32;) last++;
    if (last - first > 1) qsort(&identity[first], last - first, sizeof *identity, compare_identities);
  }
}

static void identities_write(RsOutput *output, const char *type, Identity *identity, size_t n) {
  identities_sort(identity, n);
  for (size_t i = 0; i < n; i++) {
    if (i > 0 && strcmp(identity[i].masked, identity[i - 1].masked) == 0) continue;
    rs_output_text(output, type);
    rs_output_char(output, ',');
    rs_output_text(output, identity[i].masked);
    rs_output_char(output, ',');
    rs_output_csv(output, identity[i].clear);
    rs_output_char(output, '\n');
  }
}

/* What is empty has no pseudonym. */
static size_t identity_add(Identity *identity, size_t n, const char *masked, const char *clear) {
  identity[n] = (Identity){masked, clear};
  return n + (*clear != '\0');
}

/* What a policy disguises: all of the claims', as any may be shown. */
static void disguised_write(RsOutput *output, const RsCase *c) {
  const RsText *const clear[RS_N_KINDS] = {NULL, c->disguised_from->claims->doctor, c->disguised_from->claims->institution, c->disguised_from->claims->drug};
  const RsText *const shown[RS_N_KINDS] = {NULL, c->claims->doctor, c->claims->institution, c->claims->drug};
  for (int kind = RS_DOCTOR; kind < RS_N_KINDS; kind++) {
    if (shown[kind] == clear[kind] || clear[kind] == NULL) continue;
    g_autofree Identity *identity = g_new(Identity, (gsize)clear[kind]->n + 1);
    size_t n = 0;
    for (uint32_t i = 0; i < clear[kind]->n; i++) n = identity_add(identity, n, rs_text_get(shown[kind], i), rs_text_get(clear[kind], i));
    identities_write(output, rs_kind_name[kind], identity, n);
  }
}

static GBytes *ids_text(const RsCaseView *view) {
  const RsCaseData *data = view->data;
  g_autofree Identity *identity = g_new(Identity, MAX((size_t)view->n_shown, data->n_lines) + 1);
  g_autoptr(RsOutput) output = rs_output_memory();
  rs_output_text(output, "entity_type,id_masked,id\n");
  size_t n = 0;
  for (uint32_t i = 0; i < view->n_shown; i++)
    n = identity_add(identity, n, view->shown_text[i], rs_text_get(view->c->claims->person, view->shown[i]));
  identities_write(output, "person", identity, n);
  n = 0;
  for (size_t i = 0; i < data->n_lines; i++) n = identity_add(identity, n, view->claim_text[i], data->texts->str + data->claim_id[i]);
  identities_write(output, "claim", identity, n);
  n = 0; /* lines of one settlement mostly stand together */
  for (size_t i = 0; i < data->n_lines; i++)
    if (i == 0 || strcmp(view->settlement_text[i], view->settlement_text[i - 1]) != 0)
      n = identity_add(identity, n, view->settlement_text[i], data->texts->str + data->settlement_id[i]);
  identities_write(output, "settlement", identity, n);
  if (view->c->disguised_from != NULL) disguised_write(output, view->c);
  return rs_output_bytes(output);
}

/* ---- the files of the folder, each a task of its own ---- */

typedef struct {
  const RsCaseData *data;
  const RsCaseView *view, *clear; /* what is printed; what the digest covers (the same when unmasked) */
  const char *folder;
  RsCaseFiles *files;
  RsPage *page;                   /* its leads are added by the rings' tasks */
  const RsDossierCase *dossiers;  /* NULL: not wanted */
  GError **failure;               /* [n_tasks] each task's own */
  RsXmlCounts *text;              /* [n_tasks] */
  char part[RS_N_DIGEST_PARTS][65];
  GBytes *ids;                    /* the id map's text; NULL unmasked */
} Build;

/* The slow ones first, so that the last thread does not wait for them. */
enum { TASK_DATABASE, TASK_LEADS, TASK_IDS, TASK_GRAPH, TASK_RECONCILIATION, TASK_WATCH, TASK_TABLES };
static const unsigned n_fixed_tasks = TASK_TABLES + RS_N_TABLES + RS_N_DIGEST_PARTS;

static bool graph_file(const Build *build, const char *path, RsXmlCounts *text, GError **error) {
  const RsCaseData *data = build->data;
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (output == NULL) return false;
  rs_graphml_write_subgraph(data->c, data->c->mask, data->entities, data->subgraph, RS_NONE, &data->c->style, output, text);
  return rs_output_close_unsynced(output, error) && rs_case_files_done(build->files, "graph.graphml", error);
}

static const char *const ring_suffix[] = {"graphml", "gexf"};

static char *ring_name(uint32_t ring, unsigned suffix) { return g_strdup_printf("rings/R%04u.%s", ring + 1, ring_suffix[suffix]); }

static char *sheet_name(uint32_t ring) {
  g_autofree char *id = g_strdup_printf("R%04u", ring + 1);
  return rs_dossier_file(id);
}

static bool bytes_save(const Build *build, const char *name, const char *bytes, size_t length, GError **error) {
  g_autofree char *path = g_build_filename(build->folder, name, NULL);
  return rs_case_folder_add(path, bytes, length, error) && rs_case_files_done(build->files, name, error);
}

static bool ring_save(const Build *build, uint32_t ring, unsigned suffix, RsOutput *output, GError **error) {
  g_autofree char *name = ring_name(ring, suffix);
  g_autoptr(GBytes) bytes = rs_output_bytes(output);
  gsize length;
  const char *start = g_bytes_get_data(bytes, &length);
  return bytes_save(build, name, start, length, error);
}

/* As the command of that name prints it. */
static bool sheet_file(const Build *build, uint32_t ring, GError **error) {
  const RsCase *c = build->data->c;
  if (build->dossiers == NULL) return true;
  g_autofree char *id = g_strdup_printf("R%04u", ring + 1), *name = sheet_name(ring);
  g_autoptr(RsDossier) dossier = rs_dossier_new(build->dossiers, id, NULL, error);
  if (dossier == NULL) return false;
  dossier->authority = rs_mask_is_clear(c->mask) ? c->authority : NULL;
  g_autoptr(GString) html = rs_dossier_html(&dossier, 1);
  return bytes_save(build, name, html->str, html->len, error);
}

/* What GEXF alters in texts is what GraphML altered: counted once. */
static bool ring_file(const Build *build, uint32_t ring, RsXmlCounts *text, GError **error) {
  const RsCase *c = build->data->c;
  g_autoptr(RsSubgraph) subgraph = rs_subgraph_new(c->knowledge, build->data->entities, build->data->memberships, ring, build->data->subgraph, c->n_threads);
  g_autoptr(RsPicture) picture = rs_picture_from_subgraph(c, c->mask, build->data->entities, subgraph, ring);
  g_autoptr(RsOutput) graphml = rs_output_memory(), gexf = rs_output_memory();
  rs_graphml_write_subgraph(c, c->mask, build->data->entities, subgraph, ring, &c->style, graphml, text);
  rs_gexf_write(picture, &c->style, gexf, NULL);
  return ring_save(build, ring, 0, graphml, error) && ring_save(build, ring, 1, gexf, error) &&
         rs_page_add(build->page, ring, picture, error) && sheet_file(build, ring, error);
}

static bool page_file(const Build *build, const char *digest, GError **error) {
  g_autofree char *path = g_build_filename(build->folder, "index.html", NULL);
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (output == NULL) return false;
  rs_page_write(build->page, digest, output);
  return rs_output_close_unsynced(output, error) && rs_case_files_done(build->files, "index.html", error);
}

static bool table_file(const Build *build, unsigned table, GError **error) {
  const char *name = rs_table_file(table, build->data->c);
  if (name == NULL) return true;
  g_autofree char *path = g_build_filename(build->folder, name, NULL);
  return rs_csv_write(build->view, &rs_table[table], path, error) && rs_case_files_done(build->files, name, error);
}

static bool fixed_task(Build *build, unsigned task, GError **error) {
  g_autofree char *path = NULL;
  switch (task) {
    case TASK_DATABASE:
      path = g_build_filename(build->folder, "case.db", NULL);
      return rs_sqlite_write(build->view, path, error) && rs_case_files_done(build->files, "case.db", error);
    case TASK_LEADS:
      path = g_build_filename(build->folder, "leads.xlsx", NULL);
      return rs_xlsx_write_leads(build->view, build->data->c->language, path, error) &&
             rs_case_files_done(build->files, "leads.xlsx", error);
    case TASK_IDS:
      if (!rs_mask_is_clear(build->view->mask)) build->ids = ids_text(build->view);
      return true;
    case TASK_GRAPH:
      path = g_build_filename(build->folder, "graph.graphml", NULL);
      return graph_file(build, path, &build->text[task], error);
    case TASK_RECONCILIATION:
      path = g_build_filename(build->folder, "reconciliation.json", NULL);
      return rs_reconciliation_write(build->data->c->report, build->data->c->text_language, path, error) &&
             rs_case_files_done(build->files, "reconciliation.json", error);
    case TASK_WATCH:
      path = g_build_filename(build->folder, "watch.json", NULL);
      return build->data->c->watch == NULL ||
             (rs_watch_write_json(build->view, path, error) && rs_case_files_done(build->files, "watch.json", error));
    default: break;
  }
  if (task < TASK_TABLES + RS_N_TABLES) return table_file(build, task - TASK_TABLES, error);
  rs_digest_part(build->clear, task - TASK_TABLES - RS_N_TABLES, build->part[task - TASK_TABLES - RS_N_TABLES]);
  return true;
}

/* How a task is called when it is timed; NULL: not worth a line. */
static const char *task_name(const Build *build, unsigned task, char buffer[64]) {
  static const char *const name[TASK_TABLES] = {"case.db", "leads.xlsx", "id map", "graph.graphml", "reconciliation.json", "watch.json"};
  if (task < TASK_TABLES) return name[task];
  if (task < TASK_TABLES + RS_N_TABLES) return rs_table_file(task - TASK_TABLES, build->data->c);
  g_snprintf(buffer, 64, "digest of %s", rs_digest_part_name(task - TASK_TABLES - RS_N_TABLES));
  return buffer;
}

static void task_run(size_t task, unsigned thread, void *data) {
  (void)thread;
  Build *build = data;
  char buffer[64];
  RsSpan span;
  if (task >= n_fixed_tasks) {
    ring_file(build, (uint32_t)(task - n_fixed_tasks), &build->text[task], &build->failure[task]);
    return;
  }
  const char *name = task_name(build, (unsigned)task, buffer);
  if (name != NULL) rs_span_begin(&span, name);
  fixed_task(build, (unsigned)task, &build->failure[task]);
  if (name != NULL) rs_span_end(&span);
}

static GPtrArray *file_names(const RsCase *c) {
  GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
  for (unsigned table = 0; table < RS_N_TABLES; table++)
    if (rs_table_file(table, c) != NULL) g_ptr_array_add(names, g_strdup(rs_table_file(table, c)));
  if (c->watch != NULL) g_ptr_array_add(names, g_strdup("watch.json"));
  g_ptr_array_add(names, g_strdup("reconciliation.json"));
  g_ptr_array_add(names, g_strdup("case.db"));
  g_ptr_array_add(names, g_strdup("leads.xlsx"));
  g_ptr_array_add(names, g_strdup("graph.graphml"));
  g_ptr_array_add(names, g_strdup("index.html"));
  for (uint32_t r = 0; r < c->rings->n_rings; r++)
    for (unsigned suffix = 0; suffix < G_N_ELEMENTS(ring_suffix); suffix++)
      g_ptr_array_add(names, ring_name(r, suffix));
  for (uint32_t r = 0; c->dossiers && r < c->rings->n_rings; r++) g_ptr_array_add(names, sheet_name(r));
  return names;
}

/* The first failure in task order, whichever thread met it. */
static bool build_run(Build *build, RsXmlCounts *text, GError **error) {
  const size_t n_tasks = n_fixed_tasks + build->data->c->rings->n_rings;
  bool good = true;
  build->failure = g_new0(GError *, n_tasks);
  build->text = g_new0(RsXmlCounts, n_tasks);
  rs_parallel(build->data->c->n_threads, n_tasks, task_run, build);
  for (size_t i = 0; i < n_tasks; i++) {
    text->replaced += build->text[i].replaced;
    text->cut += build->text[i].cut;
    text->gephi += build->text[i].gephi;
    if (build->failure[i] == NULL) continue;
    if (good) g_propagate_error(error, build->failure[i]);
    else g_error_free(build->failure[i]);
    good = false;
  }
  g_free(build->failure);
  g_free(build->text);
  return good;
}

/* ---- the whole ---- */

/* The folders in the case's: rings, and dossiers where they are wanted. */
static bool parts_each(const RsCase *c, const char *folder, RsCaseFiles *files, bool (*each)(const char *path, RsCaseFiles *files, GError **error), GError **error) {
  static const char *const part[] = {"rings", "dossiers"};
  for (size_t i = 0; i < (c->dossiers ? G_N_ELEMENTS(part) : 1); i++) {
    g_autofree char *path = g_build_filename(folder, part[i], NULL);
    if (!each(path, files, error)) return false;
  }
  return true;
}

static bool part_make(const char *path, RsCaseFiles *files, GError **error) {
  (void)files;
  if (mkdir(path, 0700) == 0) return true;
  g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: cannot create: %s"), path, rs_words_errno(errno));
  return false;
}

static bool part_wait(const char *path, RsCaseFiles *files, GError **error) {
  (void)error;
  rs_case_files_beside(files, g_strdup(path));
  return true;
}

static bool log_write(const RsCase *c, const char *former, const char *path, const char *digest, const char *manifest, GError **error) {
  const RsLogEntry entry = {.command = c->command_line, .options = c->options, .report = c->report, .masked = !rs_mask_is_clear(c->mask),
                            .operator_name = c->operator_name, .authority = c->authority, .digest = digest, .manifest_sha256 = manifest};
  return rs_case_log_write(&entry, former, path, error);
}

static char *beside(const char *folder, const char *what, const char *manifest) {
  return g_strdup_printf("%s%s.next-%.16s", folder, what, manifest);
}

static bool ids_save(GBytes *ids, const char *path, GError **error) {
  gsize length;
  const char *text = g_bytes_get_data(ids, &length);
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (output == NULL) return false;
  rs_output_write(output, text, length);
  return rs_output_close_unsynced(output, error);
}

static bool key_save(const RsMask *mask, const char *path, GError **error) {
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (output == NULL) return false;
  rs_mask_write(mask, output);
  return rs_output_close_unsynced(output, error);
}

/* Under names that say which manifest they belong to, until the folder stands. */
static bool secrets_save(const RsMask *mask, GBytes *ids, const char *folder, const char *manifest, RsCaseFiles *files, GError **error) {
  if (rs_mask_is_clear(mask)) return true;
  g_autofree char *key_path = beside(folder, ".key", manifest);
  g_autofree char *ids_path = beside(folder, ".ids", manifest);
  if (!key_save(mask, key_path, error) || !ids_save(ids, ids_path, error)) return false;
  rs_case_files_beside(files, g_steal_pointer(&key_path));
  rs_case_files_beside(files, g_steal_pointer(&ids_path));
  return true;
}

/* What comes once all else is written: the manifest names the others, the log the manifest, and so do the key's and the id map's names. */
static bool folder_end(const Build *build, const char *former, const char *digest, const RsXmlCounts *text, char manifest[65], GError **error) {
  const RsCase *c = build->data->c;
  g_autofree char *former_log = g_build_filename(former, "log.jsonl", NULL), *log = g_build_filename(build->folder, "log.jsonl", NULL);
  if (!page_file(build, digest, error) ||
      !rs_manifest_write(build->data, build->folder, rs_case_files_all(build->files), digest, text, manifest, error) ||
      !log_write(c, former_log, log, digest, manifest, error) || !secrets_save(c->mask, build->ids, former, manifest, build->files, error))
    return false;
  rs_case_files_beside(build->files, g_build_filename(build->folder, "manifest.json", NULL));
  rs_case_files_beside(build->files, g_steal_pointer(&log));
  parts_each(c, build->folder, build->files, part_wait, NULL);
  rs_case_files_beside(build->files, g_strdup(build->folder));
  RsSpan span;
  rs_span_begin(&span, "waiting for the disk");
  const bool good = rs_case_files_sync(build->files, error);
  rs_span_end(&span);
  return good;
}

static bool folder_fill(const RsCaseData *data, const RsCaseView *view, const char *folder, const char *former, char digest[65],
                        char manifest[65], GError **error) {
  g_autoptr(RsMask) clear_mask = rs_mask_clear();
  const RsCase *own = data->c->disguised_from;
  RsSpan span;
  g_autoptr(RsCaseData) own_data = own == NULL ? NULL : rs_case_data_new(own, error);
  if (own != NULL && own_data == NULL) return false;
  g_autoptr(RsCaseView) clear = rs_case_view_new(own == NULL ? data : own_data, clear_mask);
  RsCase unmarked = own == NULL ? *data->c : *own; /* what was asked about changes no result */
  unmarked.watch = NULL;
  unmarked.plain_keys = true;
  clear->c = &unmarked;
  g_autoptr(GPtrArray) names = file_names(data->c);
  g_autoptr(RsCaseFiles) files = rs_case_files_new(folder, names);
  const RsCaseSource source = rs_case_source_view(view);
  RsXmlCounts text = {0, 0, 0};
  if (!parts_each(data->c, folder, NULL, part_make, error)) return false;
  rs_span_begin(&span, "waiting for the inputs' checksums");
  const bool hashed = data->c->reader == NULL || rs_reader_hash(data->c->reader, error); /* the tables and the manifest name the inputs */
  rs_span_end(&span);
  if (!hashed) return false;
  g_autoptr(RsPage) page = rs_page_new(&source, NULL, data->c->language, error);
  if (page == NULL) return false;
  g_autoptr(RsDossierCase) dossiers = data->c->dossiers ? rs_dossier_case_new(&source, former, data->c->language, error) : NULL;
  if (data->c->dossiers && dossiers == NULL) return false;
  Build build = {.data = data, .view = view, .clear = clear, .folder = folder, .files = files, .page = page, .dossiers = dossiers};
  rs_span_begin(&span, "side by side");
  const bool built = build_run(&build, &text, error);
  rs_span_end(&span);
  g_autoptr(GBytes) ids G_GNUC_UNUSED = build.ids; /* freed at the end; to clang that is no use */
  if (!built) return false;
  rs_digest_join(build.part, digest);
  rs_span_begin(&span, "page, manifest, log");
  const bool ended = folder_end(&build, former, digest, &text, manifest, error);
  rs_span_end(&span);
  return ended;
}

static bool secret_commit(const char *folder, const char *what, const char *manifest, GError **error) {
  g_autofree char *next = beside(folder, what, manifest);
  g_autofree char *path = g_strconcat(folder, what, NULL);
  if (rename(next, path) == 0) return true;
  g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: cannot create: %s"), path, rs_words_errno(errno));
  return false;
}

/* The id map before the key: while the key waits under its other name, recovery knows that there is something to finish. */
static bool secrets_commit(const RsCaseView *view, const char *folder, const char *manifest, GError **error) {
  return rs_mask_is_clear(view->mask) ||
         (secret_commit(folder, ".ids", manifest, error) && secret_commit(folder, ".key", manifest, error));
}

static void secrets_drop(const char *folder, const char *manifest) {
  g_autofree char *key = beside(folder, ".key", manifest);
  g_autofree char *ids = beside(folder, ".ids", manifest);
  if (*manifest == '\0') return;
  remove(key);
  remove(ids);
}

bool rs_case_write(const RsCase *c, const char *folder, char digest[65], GError **error) {
  g_autofree char *name = rs_case_folder_name(folder, error);
  if (name == NULL || !rs_case_folder_replaceable(name, error)) return false;
  g_autofree char *partial = rs_case_folder_begin(name, error); /* before the work: a place that cannot be written says so at once */
  if (partial == NULL) return false;
  RsSpan span;
  rs_span_begin(&span, "evidence and graph");
  g_autoptr(RsCaseData) data = rs_case_data_new(c, error);
  rs_span_next(&span, "masks and order");
  g_autoptr(RsCaseView) view = data == NULL ? NULL : rs_case_view_new(data, c->mask);
  char manifest[65] = "";
  const int former_log = rs_case_log_hold(name); /* what others log meanwhile would be lost */
  rs_span_next(&span, "files");
  bool good = view != NULL && folder_fill(data, view, partial, name, digest, manifest, error);
  rs_span_next(&span, "exchange");
  good = good && rs_case_folder_finish(partial, name, true, error);
  rs_span_end(&span);
  if (former_log >= 0) close(former_log);
  if (good) return secrets_commit(view, name, manifest, error);
  secrets_drop(name, manifest);
  rs_case_folder_remove(partial);
  return false;
}

typedef struct { const RsCaseView *view; char part[RS_N_DIGEST_PARTS][65]; } Digest;

static void digest_task(size_t task, unsigned thread, void *data) {
  (void)thread;
  Digest *digest = data;
  rs_digest_part(digest->view, (unsigned)task, digest->part[task]);
}

bool rs_case_digest(const RsCase *c, char digest[65], GError **error) {
  if (c->reader != NULL && !rs_reader_hash(c->reader, error)) return false;
  RsCase plain = *c;
  plain.watch = NULL;
  plain.plain_keys = true;
  g_autoptr(RsCaseData) data = rs_case_data_new(&plain, error);
  if (data == NULL) return false;
  g_autoptr(RsCaseView) view = rs_case_view_new(data, c->mask);
  Digest parts = {.view = view};
  rs_parallel(c->n_threads, RS_N_DIGEST_PARTS, digest_task, &parts);
  rs_digest_join(parts.part, digest);
  return true;
}

bool rs_case_write_rejects(const RsReport *report, const RsMask *mask, RsLanguage language, const char *folder, GError **error) {
  g_autofree char *name = rs_case_folder_name(folder, error);
  if (name == NULL) return false;
  g_autofree char *path = g_strconcat(name, ".rejects.csv", NULL);
  return rs_csv_write_rejects(report, mask, language, path, error);
}
