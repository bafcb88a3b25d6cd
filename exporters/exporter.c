#include "exporters/exporter.h"

#include "base/beneath.h"
#include "base/error.h"
#include "base/words.h"
#include "exporters/case_folder.h"
#include "exporters/gexf.h"
#include "exporters/graphml.h"
#include "exporters/page.h"
#include "exporters/xlsx.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- formats that need no file of their own ---- */

/* A file of the folder, which no link may lead out of. */
static bool file_copy(const char *folder, const char *name, RsOutput *output, GError **error) {
  const int fd = rs_beneath_open(folder, name), code = errno;
  g_autoptr(GMappedFile) file = fd < 0 ? NULL : g_mapped_file_new_from_fd(fd, FALSE, NULL);
  if (fd >= 0) close(fd);
  if (file == NULL) {
    g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s/%s: cannot read: %s"), folder, name, fd < 0 ? rs_words_errno(code) : "not a plain file");
    return false;
  }
  if (g_mapped_file_get_length(file) > 0)
    rs_output_write(output, g_mapped_file_get_contents(file), g_mapped_file_get_length(file));
  return rs_output_close(output, error);
}

/* The case's own file, or drawn again where nodes were left out. */
static bool graphml_write(const RsExport *what, const char *path, GError **error) {
  g_autofree char *from = what->ring_id == NULL ? g_strdup("graph.graphml") : g_strdup_printf("rings/%s.graphml", what->ring_id);
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (output == NULL) return false;
  const bool plain = !what->style.strict && !what->style.gephi_guard && !what->style.gephi_quiet;
  if (what->whole && plain) return file_copy(what->read->folder, from, output, error);
  rs_graphml_write_picture(what->picture, &what->style, output, what->counts);
  return rs_output_close(output, error);
}

static bool gexf_write(const RsExport *what, const char *path, GError **error) {
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (output == NULL) return false;
  rs_gexf_write(what->picture, &what->style, output, what->counts);
  return rs_output_close(output, error);
}

static bool html_write(const RsExport *what, const char *path, GError **error) {
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (output == NULL) return false;
  return rs_page_write_case(what->read, what->ring_id, what->language, output, error) && rs_output_close(output, error);
}

static bool xlsx_write(const RsExport *what, const char *path, GError **error) {
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (output == NULL) return false;
  return rs_xlsx_write_case(what->read, what->ring_id, what->picture, what->language, output, error) && rs_output_close(output, error);
}

/* Gephi 0.10 with its usual memory draws some 100,000 nodes and a million edges; a third of that still answers the mouse. */
#define GEPHI_NODES 30000u
#define GEPHI_EDGES 300000u
#define SHEET_ROWS 1000000u

const RsExporter rs_exporter[RS_N_EXPORTERS] = {
    {"graphml", ".graphml", "Gephi, networkx, igraph, yEd", GEPHI_NODES, GEPHI_EDGES, false, graphml_write},
    {"gexf", ".gexf", "Gephi with a timeline", GEPHI_NODES, GEPHI_EDGES, false, gexf_write},
    {"csv", "", "nodes.csv and edges.csv, as Gephi and pandas read them", GEPHI_NODES, GEPHI_EDGES, false, rs_gephi_write},
    {"neo4j", "", "Neo4j's bulk import: one CSV file a kind, and the command", 0, 0, false, rs_neo4j_write},
    {"i2", ".csv", "link table: one row a link, for i2 and Excel", 0, SHEET_ROWS, false, rs_i2_write},
    {"xlsx", ".xlsx", "Excel and WPS: leads, members, facts, bursts, claim lines, links", 0, SHEET_ROWS, false, xlsx_write},
    {"html", ".html", "the case page, or one lead of it, in the language of --lang", 0, 0, true, html_write},
};

const RsExporter *rs_exporter_find(const char *name) {
  for (size_t i = 0; i < G_N_ELEMENTS(rs_exporter); i++)
    if (strcmp(rs_exporter[i].name, name) == 0) return &rs_exporter[i];
  return NULL;
}

/* ---- folders as a whole ---- */

/* Nothing, or an empty folder. */
static bool place_free(const char *path, GError **error) {
  struct stat status;
  if (lstat(path, &status) != 0) return true;
  DIR *entries = S_ISDIR(status.st_mode) ? opendir(path) : NULL;
  bool empty = entries != NULL;
  for (struct dirent *entry; empty && (entry = readdir(entries)) != NULL;)
    empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
  if (entries != NULL) closedir(entries);
  if (!empty) g_set_error(error, RS_ERROR, RS_ERROR_USAGE, _("'%s' is there already: give a new folder"), path);
  return empty;
}

/* The folder is known by the name it was to get. */
static void failed_say(GError *failed, const char *partial, const char *name, GError **error) {
  g_autoptr(GString) text = g_string_new(failed->message);
  g_string_replace(text, partial, name, 0);
  g_set_error_literal(error, failed->domain, failed->code, text->str);
  g_error_free(failed);
}

static bool folder_run(const RsExporter *exporter, const RsExport *what, const char *path, GError **error) {
  g_autofree char *name = rs_case_folder_name(path, error);
  if (name == NULL || !place_free(name, error)) return false;
  g_autofree char *partial = rs_case_folder_begin(name, error);
  if (partial == NULL) return false;
  GError *failed = NULL;
  bool good = exporter->write(what, partial, &failed);
  if (!good) failed_say(failed, partial, name, error);
  if (good && rename(partial, name) != 0) {
    g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: cannot create: %s"), name, rs_words_errno(errno));
    good = false;
  }
  if (!good) rs_case_folder_remove(partial);
  return good;
}

bool rs_exporter_run(const RsExporter *exporter, const RsExport *what, const char *path, GError **error) {
  if (*exporter->suffix != '\0') return exporter->write(what, path, error);
  return folder_run(exporter, what, path, error);
}
