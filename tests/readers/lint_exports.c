/* lint_exports FOLDER...: every .graphml, .gexf and .gexf12 file below holds the 18 rules; reads each back with libxml2. Exit 1: one does not, or
 * there is none. */
#include "exporters/gexf.h"
#include "exporters/xml_check.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned n_files, n_bad;

static void lint(const char *path) {
  g_autoptr(GError) error = NULL;
  RsXmlFacts graphml = {0, 0};
  RsGexfFacts gexf = {0, 0, 0};
  const bool is_graphml = g_str_has_suffix(path, ".graphml"), is_gexf = g_str_has_suffix(path, ".gexf") || g_str_has_suffix(path, ".gexf12");
  if (!is_graphml && !is_gexf) return;
  n_files++;
  if (is_graphml ? rs_xml_check_graphml(path, NULL, NULL, &graphml, &error) : rs_gexf_check(path, &gexf, &error)) {
    g_autofree char *name = g_path_get_basename(path);
    printf("%s: %" G_GUINT64_FORMAT " nodes, %" G_GUINT64_FORMAT " edges keep the rules\n", name, graphml.n_nodes + gexf.n_nodes,
           graphml.n_edges + gexf.n_edges);
    return;
  }
  n_bad++;
  printf("FAILED: %s\n", error->message);
}

static void walk(const char *folder) {
  DIR *entries = opendir(folder);
  if (entries == NULL) return;
  for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
    if (entry->d_name[0] == '.') continue;
    g_autofree char *path = g_build_filename(folder, entry->d_name, NULL);
    if (g_file_test(path, G_FILE_TEST_IS_DIR)) walk(path);
    else lint(path);
  }
  closedir(entries);
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) walk(argv[i]);
  return n_files > 0 && n_bad == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
