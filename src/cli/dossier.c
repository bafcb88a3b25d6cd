/* dossier: one lead as a sheet of paper. */
#include "exporters/dossier.h"

#include "base/beneath.h"
#include "base/error.h"
#include "base/words.h"
#include "cli/commands.h"
#include "claims/list.h"
#include "cli/explain.h"
#include "exporters/case_log.h"
#include "exporters/checksum.h"
#include "exporters/json.h"
#include "exporters/manifest.h"
#include "exporters/words.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  const RsOptions *options;
  RsCaseRead *read;
  RsDossierCase *of;
  RsSourceLines *lines;
  GHashTable *clear;   /* pseudonym -> clear id; NULL: not asked for, or nothing is masked */
  GPtrArray *dossier;  /* of RsDossier */
  const char *person;  /* as the case prints it, or NULL */
  GPtrArray *written;  /* of char *: paths */
  RsJson *json;        /* of --json, or NULL */
} Work;

/* ---- clear ids ---- */

/* CASE.ids: entity_type,id_masked,id; fields are quoted where needed. */
static GHashTable *ids_read(const RsCaseRead *read, GError **error) {
  g_autofree char *path = g_strconcat(read->folder, ".ids", NULL);
  static const RsListColumn column[] = {{NC_("list", "entity_type"), true}, {NC_("list", "id_masked"), true}, {NC_("list", "id"), true}};
  g_autoptr(RsList) list = rs_list_read_long(path, column, G_N_ELEMENTS(column), error);
  if (list == NULL) return NULL;
  GHashTable *clear = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  for (uint32_t i = 0; i < list->n; i++) g_hash_table_insert(clear, g_strdup(list->cell[1][i]), g_strdup(list->cell[2][i]));
  return clear;
}

/* ---- which leads ---- */

static bool dossier_add(Work *w, const char *ring_id, GError **error) {
  RsDossier *d = rs_dossier_new(w->of, ring_id, w->clear, error);
  if (d == NULL) return false;
  d->authority = w->options->unmask ? w->options->authority : NULL;
  g_ptr_array_add(w->dossier, d);
  return true;
}

/* The leads whose lines or members name the person. */
static bool person_leads(Work *w, const char *typed, GError **error) {
  GError *failed = NULL;
  g_autofree char *id = rs_case_read_id(w->read, RS_PERSON, typed, &failed);
  if (failed != NULL) return g_propagate_error(error, failed), false;
  const char *const member[] = {"entity_type", "person", "entity_id", id == NULL ? "" : id, NULL}, *const evidence[] = {"person_id", id == NULL ? "" : id, NULL};
  g_autoptr(RsCaseRows) members = rs_case_read_rows(w->read, RS_TABLE_MEMBER, member, error);
  g_autoptr(RsCaseRows) lines = members == NULL ? NULL : rs_case_read_rows(w->read, RS_TABLE_EVIDENCE, evidence, error);
  g_autoptr(RsCaseRows) rings = lines == NULL ? NULL : rs_case_read_rows(w->read, RS_TABLE_RING, NULL, error);
  if (rings == NULL) return false;
  for (guint r = 0; r < rings->n; r++) {
    const char *ring = rs_case_rows_text(rings, r, "ring_id");
    bool in = false;
    for (guint i = 0; i < members->n && !in; i++) in = strcmp(rs_case_rows_text(members, i, "ring_id"), ring) == 0;
    for (guint i = 0; i < lines->n && !in; i++) in = strcmp(rs_case_rows_text(lines, i, "ring_id"), ring) == 0;
    if (in && !dossier_add(w, ring, error)) return false;
  }
  if (w->dossier->len > 0) {
    w->person = g_intern_string(id);
    return true;
  }
  g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("no lead of '%s' names person '%s', and a dossier is of leads; ringscope analyze --watch FILE answers about anybody of the claims, in the case's watch.csv"), w->read->folder, typed);
  return false;
}

static bool find_leads(Work *w, GError **error) {
  const char *asked = w->options->operand[1];
  if (g_str_has_prefix(asked, "person:")) return person_leads(w, asked + strlen("person:"), error);
  if (g_str_has_prefix(asked, "p:")) return person_leads(w, asked, error);
  g_autofree char *ring = rs_explain_find_ring(w->read, asked, error);
  return ring != NULL && dossier_add(w, ring, error);
}

/* ---- the claim lines ---- */

static bool read_lines(Work *w, GError **error) {
  g_autoptr(RsCaseRows) all = NULL;
  if (w->options->claims == NULL) return true;
  const RsDossier *first = g_ptr_array_index(w->dossier, 0);
  if (w->dossier->len > 1) all = rs_case_read_rows(w->read, RS_TABLE_EVIDENCE, NULL, error);
  if (w->dossier->len > 1 && all == NULL) return false;
  w->lines = rs_source_lines_read(w->read, all != NULL ? all : first->evidence, w->options->claims, w->options->map, error);
  for (guint i = 0; i < w->dossier->len && w->lines != NULL; i++) ((RsDossier *)g_ptr_array_index(w->dossier, i))->lines = w->lines;
  return w->lines != NULL;
}

/* ---- out ---- */

static bool is_workbook(const char *path) { return g_str_has_suffix(path, ".xlsx"); }

static bool write_html(const Work *w, const char *path, GError **error) {
  GString *html = rs_dossier_html((RsDossier *const *)w->dossier->pdata, w->dossier->len);
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (output != NULL) rs_output_write(output, html->str, html->len);
  g_string_free(html, TRUE);
  return output != NULL && rs_output_close(output, error);
}

static bool write_workbook(const Work *w, const char *path, GError **error) {
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (output == NULL) return false;
  return rs_dossier_xlsx((RsDossier *const *)w->dossier->pdata, w->dossier->len, output, error) && rs_output_close(output, error);
}

static void told(const Work *w, const char *path, const char *region) {
  const RsDossier *d = g_ptr_array_index(w->dossier, 0);
  if (w->json == NULL) {
    if (w->options->quiet) return;
    g_autofree char *own = rs_words_money(d->sum_own.amount), *all = rs_words_money(d->sum_all.amount);
    printf(rs_say(w->options->language, "%s: %u people, %llu claim lines, money %s of %s\n"), path, d->sum_own.people, (unsigned long long)d->sum_own.lines, own, all);
    return;
  }
  rs_json_begin(w->json, NULL, '{');
  rs_json_text(w->json, "file", path);
  rs_json_text(w->json, "ring_id", d->ring_id);
  rs_json_text(w->json, "person_region", region);
  const RsDossierSum *const sum[] = {&d->sum_own, &d->sum_all};
  static const char *const name[] = {"own", "lead"};
  for (int i = 0; i < 2; i++) {
    rs_json_begin(w->json, name[i], '{');
    rs_json_unsigned(w->json, "people", sum[i]->people);
    rs_json_unsigned(w->json, "claim_lines", sum[i]->lines);
    rs_json_money(w->json, "amount", sum[i]->amount);
    rs_json_money_or_null(w->json, "fund_amount", sum[i]->fund, d->story->fund_known);
    if (d->has_account) rs_json_money(w->json, "account_amount", sum[i]->account);
    rs_json_end(w->json, '}');
  }
  rs_json_end(w->json, '}');
}

static bool write_part(Work *w, const char *region, const char *path, GError **error) {
  for (guint i = 0; i < w->dossier->len; i++) rs_dossier_limit(g_ptr_array_index(w->dossier, i), region, w->person);
  if (!(is_workbook(path) ? write_workbook(w, path, error) : write_html(w, path, error))) return false;
  g_ptr_array_add(w->written, g_strdup(path));
  told(w, path, region);
  return true;
}

/* out.html -> out.330106.html; a region is a code, and anything else in its name becomes a dash. */
static char *part_path(const char *path, const char *region) {
  const char *dot = strrchr(path, '.');
  g_autofree char *stem = g_strndup(path, (gsize)(dot - path)), *code = g_strdup(*region == '\0' ? "unknown" : region);
  for (char *c = code; *c != '\0'; c++)
    if (!g_ascii_isalnum(*c)) *c = '-';
  return g_strdup_printf("%s.%s%s", stem, code, dot);
}

static bool write_all(Work *w, GError **error) {
  const RsOptions *o = w->options;
  if (o->split_by == NULL) return write_part(w, NULL, o->output, error);
  const RsDossier *d = g_ptr_array_index(w->dossier, 0);
  g_autoptr(GPtrArray) regions = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < d->by_region->len; i++) g_ptr_array_add(regions, g_strdup(((const RsDossierRow *)g_ptr_array_index(d->by_region, i))->key));
  for (guint i = 0; i < regions->len; i++) {
    g_autofree char *path = part_path(o->output, g_ptr_array_index(regions, i));
    if (!write_part(w, g_ptr_array_index(regions, i), path, error)) return false;
  }
  return true;
}

/* Said in the case's log before anything is shown. */
static bool log_it(const Work *w, GError **error) {
  char digest[65], manifest[65];
  gsize length;
  bool where_beside;
  const RsOptions *o = w->options;
  g_autofree char *text = rs_beneath_read(w->read->folder, "manifest.json", RS_MANIFEST_LIMIT, &length);
  g_autoptr(GPtrArray) files = text == NULL ? NULL : rs_manifest_files(w->read->folder, digest, NULL);
  if (files == NULL) return g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s/manifest.json: cannot read"), w->read->folder), false;
  rs_checksum_bytes(text, length, manifest);
  g_autofree char *output = g_shell_quote(o->output), *command = g_strdup_printf("ringscope dossier -o %s", output), *beside = g_strconcat(o->output, ".log.jsonl", NULL);
  const RsDossier *d = g_ptr_array_index(w->dossier, 0);
  const char *const pairs[] = {"ring", d->ring_id, "one-person", w->person != NULL ? "yes" : "no", "unmask", o->unmask ? "yes" : "no", NULL};
  const RsLogEntry entry = {.command = command, .options = pairs, .masked = w->read->masked && w->clear == NULL, .operator_name = o->operator_name,
                            .authority = o->authority, .digest = digest, .manifest_sha256 = manifest};
  return rs_case_log_add(w->read->folder, &entry, beside, &where_beside, error);
}

static bool options_agree(const RsOptions *o, GError **error) {
  if (o->output == NULL || (!is_workbook(o->output) && !g_str_has_suffix(o->output, ".html")))
    return g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("dossier needs -o FILE.html or -o FILE.xlsx")), false;
  if (o->split_by != NULL && strcmp(o->split_by, "person_region") != 0)
    return g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("--split-by: '%s' is not person_region"), o->split_by), false;
  if (o->split_by != NULL && (g_str_has_prefix(o->operand[1], "person:") || g_str_has_prefix(o->operand[1], "p:")))
    return g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("--split-by goes with a lead, not with one person")), false;
  return true;
}

static bool run(Work *w, GError **error) {
  const RsOptions *o = w->options;
  w->read = rs_case_read_new(o->operand[0], o->mask_key, error);
  if (w->read == NULL) return false;
  const RsCaseSource source = rs_case_source_read(w->read);
  if ((w->of = rs_dossier_case_new(&source, w->read->folder, o->language, error)) == NULL) return false;
  if (o->unmask && w->read->masked && (w->clear = ids_read(w->read, error)) == NULL) return false;
  return find_leads(w, error) && read_lines(w, error) && log_it(w, error) && write_all(w, error);
}

int rs_command_dossier(const RsOptions *options, GError **error) {
  if (!options_agree(options, error)) return RS_ERROR_USAGE;
  Work w = {.options = options, .dossier = g_ptr_array_new_with_free_func((GDestroyNotify)rs_dossier_free), .written = g_ptr_array_new_with_free_func(g_free)};
  g_autoptr(RsOutput) output = options->json ? rs_output_open("-", error) : NULL;
  RsJson json = rs_json(output);
  bool good = !options->json || output != NULL;
  if (output != NULL) {
    w.json = &json;
    rs_json_begin(&json, NULL, '[');
  }
  good = good && run(&w, error);
  if (output != NULL && good) {
    rs_json_end(&json, ']');
    rs_output_char(output, '\n');
    good = rs_output_close(output, error);
  }
  for (guint i = 0; i < w.written->len && !good; i++) remove(g_ptr_array_index(w.written, i)); /* all sheets or none */
  g_ptr_array_unref(w.dossier);
  g_ptr_array_unref(w.written);
  rs_dossier_case_free(w.of);
  rs_source_lines_free(w.lines);
  if (w.clear != NULL) g_hash_table_unref(w.clear);
  rs_case_read_free(w.read);
  return good ? 0 : RS_ERROR_IO;
}
