/* export: a case, or one ring of it, as a file for another program. */
#include "base/beneath.h"
#include "base/error.h"
#include "base/words.h"
#include "cli/commands.h"
#include "cli/explain.h"
#include "cli/summary.h"
#include "exporters/case_folder.h"
#include "exporters/case_log.h"
#include "exporters/checksum.h"
#include "exporters/exporter.h"
#include "exporters/manifest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define READABLE_NODES 2000u

static const RsExporter *format_of(const RsOptions *options, GError **error) {
  const char *names[RS_N_EXPORTERS + 1] = {0};
  g_autoptr(GString) list = g_string_new(NULL);
  for (size_t i = 0; i < RS_N_EXPORTERS; i++) {
    names[i] = rs_exporter[i].name;
    g_string_append_printf(list, "\n  %-8s %s", rs_exporter[i].name, rs_exporter[i].about);
  }
  if (options->format == NULL) {
    g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("export needs --format:%s"), list->str);
    return NULL;
  }
  const RsExporter *exporter = rs_exporter_find(options->format);
  const char *nearest = exporter == NULL ? rs_options_nearest(options->format, names) : NULL;
  if (nearest != NULL)
    g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("--format: unknown format '%s'; did you mean '%s'?"), options->format, nearest);
  else if (exporter == NULL)
    g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("--format: unknown format '%s'; there are:%s"), options->format, list->str);
  return exporter;
}

static bool options_agree(const RsOptions *options, const RsExporter *exporter, GError **error) {
  if (options->ring != NULL && (options->all || options->per_ring))
    return g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("--ring is one ring, --%s is more"), options->all ? "all" : "per-ring"),
           false;
  if (options->top > 0 && exporter->needs_no_picture)
    return g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("--top is for graphs; --ring R0001 makes the page of one lead")), false;
  if (strcmp(options->output, "-") == 0 && (*exporter->suffix == '\0' || options->per_ring))
    return g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("this is a folder of files: give -o FOLDER")), false;
  return true;
}

static bool say_what(const RsOptions *options, const RsPicture *picture, const char *path, GError **error) {
  const RsSummaryCount count[] = {{"nodes", picture->nodes->len}, {"edges", picture->edges->len}};
  if (options->json) return rs_summary_written(path, NULL, count, G_N_ELEMENTS(count), error);
  if (options->quiet) return true;
  g_autofree char *nodes = rs_summary_count(picture->nodes->len), *edges = rs_summary_count(picture->edges->len);
  fprintf(stderr, rs_say(options->language, "%s: %s nodes, %s edges\n"), path, nodes, edges);
  if (picture->nodes->len > READABLE_NODES)
    fprintf(stderr,
            rs_say(options->language,
                   "more than %u nodes are hard to read as a picture: --top N keeps the leads and what is busiest, --per-ring "
                   "writes one file a ring\n"),
            READABLE_NODES);
  return true;
}

static bool size_ok(const RsOptions *options, const RsExporter *exporter, const RsPicture *picture, GError **error) {
  const bool fits = (exporter->max_nodes == 0 || picture->nodes->len <= exporter->max_nodes) &&
                    (exporter->max_edges == 0 || picture->edges->len <= exporter->max_edges);
  if (fits || options->force) return true;
  g_autofree char *nodes = rs_summary_count(picture->nodes->len), *edges = rs_summary_count(picture->edges->len);
  g_set_error(error, RS_ERROR, RS_ERROR_LIMIT,
              _("%s nodes and %s edges are more than a reader of %s bears: --top N, --per-ring, or --force"), nodes, edges,
              exporter->name);
  return false;
}

/* shown: the name to tell the user, when the place is a private one. */
static bool export_one(const RsOptions *options, const RsExporter *exporter, const RsCaseRead *read, const char *ring_id,
                       const char *path, const char *shown, GError **error) {
  if (exporter->needs_no_picture)
    return rs_exporter_run(exporter, &(RsExport){.read = read, .ring_id = ring_id, .whole = true, .language = options->language}, path, error);
  g_autoptr(RsPicture) picture = rs_picture_from_case(read, ring_id, error);
  if (picture == NULL) return false;
  const guint n_nodes = picture->nodes->len;
  if (options->top > 0) rs_picture_keep(picture, (uint32_t)options->top);
  RsXmlCounts counts = {0, 0, 0};
  const RsExport what = {read, ring_id, picture, picture->nodes->len == n_nodes, options->language, rs_options_style(options), &counts};
  if (!size_ok(options, exporter, picture, error) || !rs_exporter_run(exporter, &what, path, error)) return false;
  rs_summary_altered(options, &counts);
  return say_what(options, picture, shown, error);
}

/* One file or folder a ring, in a new folder that comes into being as a whole. */
static bool export_each(const RsOptions *options, const RsExporter *exporter, const RsCaseRead *read, const RsCaseRows *rings,
                        GError **error) {
  g_autofree char *name = rs_case_folder_name(options->output, error);
  if (name == NULL) return false;
  if (g_file_test(name, G_FILE_TEST_EXISTS) || g_file_test(name, G_FILE_TEST_IS_SYMLINK)) {
    g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("'%s' is there already: --per-ring needs a new folder"), name);
    return false;
  }
  g_autofree char *partial = rs_case_folder_begin(name, error);
  bool good = partial != NULL;
  for (guint i = 0; good && i < rings->n; i++) {
    const char *id = rs_case_rows_text(rings, i, "ring_id");
    g_autofree char *path = g_strdup_printf("%s/%s%s", partial, id, exporter->suffix),
                    *shown = g_strdup_printf("%s/%s%s", name, id, exporter->suffix);
    good = export_one(options, exporter, read, id, path, shown, error);
  }
  if (good && rename(partial, name) != 0) {
    g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: cannot create: %s"), name, rs_words_errno(errno));
    good = false;
  }
  if (!good && partial != NULL) rs_case_folder_remove(partial);
  return good;
}

/* The case's own ring ids, in our own spelling: a name with a slash in an edited case leads nowhere. */
static bool rings_ok(const RsCaseRead *read, const RsCaseRows *rings, GError **error) {
  for (guint i = 0; i < rings->n; i++) {
    const char *id = rs_case_rows_text(rings, i, "ring_id");
    if (*id == 'R' && strlen(id) < 12 && strspn(id + 1, "0123456789") == strlen(id + 1)) continue;
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: a ring with a strange id"), read->folder);
    return false;
  }
  return true;
}

/* Said in the case's log before it is done, or beside the export where the case cannot be written to. */
static bool export_log(const RsOptions *options, const RsCaseRead *read, const char *ring, GError **error) {
  char digest[65], manifest[65];
  gsize length;
  bool where_beside;
  g_autofree char *text = rs_beneath_read(read->folder, "manifest.json", RS_MANIFEST_LIMIT, &length);
  g_autoptr(GPtrArray) files = text == NULL ? NULL : rs_manifest_files(read->folder, digest, NULL);
  if (files == NULL) {
    g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s/manifest.json: cannot read"), read->folder);
    return false;
  }
  rs_checksum_bytes(text, length, manifest);
  g_autofree char *folder = g_shell_quote(options->operand[0]), *output = g_shell_quote(options->output),
                  *command = g_strdup_printf("ringscope export %s --format %s -o %s", folder, options->format, output),
                  *beside = strcmp(options->output, "-") == 0 ? NULL : g_strconcat(options->output, ".log.jsonl", NULL);
  const char *const pairs[] = {"ring", ring == NULL ? "all" : ring, NULL};
  const RsLogEntry entry = {.command = command, .options = pairs, .masked = read->masked, .operator_name = options->operator_name,
                            .authority = options->authority, .digest = digest, .manifest_sha256 = manifest};
  if (!rs_case_log_add(read->folder, &entry, beside, &where_beside, error)) return false;
  if (where_beside && !options->quiet)
    fprintf(stderr, rs_say(options->language, "the case cannot be written to: logged in %s\n"), beside);
  return true;
}

int rs_command_export(const RsOptions *options, GError **error) {
  const RsExporter *exporter = format_of(options, error);
  if (exporter == NULL || !options_agree(options, exporter, error)) return RS_ERROR_USAGE;
  g_autoptr(RsCaseRead) read = rs_case_read_new(options->operand[0], options->mask_key, error);
  g_autoptr(RsCaseRows) rings = read == NULL ? NULL : rs_case_read_rows(read, RS_TABLE_RING, NULL, error);
  if (rings == NULL || !rings_ok(read, rings, error)) return RS_ERROR_IO;
  if (options->per_ring) return !export_log(options, read, NULL, error) ? RS_ERROR_IO : export_each(options, exporter, read, rings, error) ? 0 : RS_ERROR_IO;
  g_autofree char *ring = NULL;
  if (options->ring != NULL) {
    ring = rs_explain_find_ring(read, options->ring, error);
    if (ring == NULL) return RS_ERROR_USAGE;
  }
  if (!export_log(options, read, ring, error)) return RS_ERROR_IO;
  return export_one(options, exporter, read, ring, options->output, options->output, error) ? 0 : RS_ERROR_IO;
}
