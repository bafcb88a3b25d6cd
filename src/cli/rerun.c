#include "cli/rerun.h"

#include "base/error.h"
#include "cli/commands.h"
#include "cli/run.h"
#include "exporters/checksum.h"
#include "exporters/manifest.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void rs_rerun_free(RsRerun *rerun) {
  if (rerun == NULL) return;
  g_ptr_array_unref(rerun->differences);
  g_free(rerun);
}

/* ---- which file is which ---- */

#define LIST_SUM " sha256:" /* a list that went in is told as "NAME sha256:..." */

static bool path_sum(const char *path, char sha256[65]) {
  uint64_t size;
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  const bool good = fd >= 0 && rs_checksum_fd(fd, sha256, NULL, &size);
  if (fd >= 0) close(fd);
  return good;
}

/* A folder, or what cannot be read, is claims: the reader says what is wrong with it. */
static const char *role_of(const RsManifest *manifest, const char *path) {
  g_autofree char *base = g_path_get_basename(path);
  char sha256[65];
  GHashTableIter iter;
  gpointer name, value;
  if (g_file_test(path, G_FILE_TEST_IS_DIR) || !path_sum(path, sha256)) return "claims";
  g_hash_table_iter_init(&iter, manifest->options);
  while (g_hash_table_iter_next(&iter, &name, &value)) {
    const char *sum = strstr(value, LIST_SUM);
    if (sum != NULL && strcmp(sum + strlen(LIST_SUM), sha256) == 0) return name;
  }
  for (guint i = 0; i < manifest->inputs->len; i++) {
    const RsManifestInput *input = g_ptr_array_index(manifest->inputs, i);
    if (strcmp(input->sha256, sha256) == 0) return input->role;
  }
  for (guint i = 0; i < manifest->inputs->len; i++) {
    const RsManifestInput *input = g_ptr_array_index(manifest->inputs, i);
    g_autofree char *named = g_path_get_basename(input->file);
    if (strcmp(named, base) == 0) return input->role;
  }
  return "claims";
}

static void word_add(GPtrArray *words, const char *option, const char *value) {
  if (option != NULL) g_ptr_array_add(words, g_strconcat("--", option, NULL));
  if (value != NULL) g_ptr_array_add(words, g_strdup(value));
}

/* ---- the command line that made the case ---- */

/* Clear ids, what was watched, names and languages of the terminal change no result; what the user says now comes before what the manifest says. */
static void manifest_words(GPtrArray *words, const RsOptions *options, const RsManifest *manifest) {
  GHashTableIter iter;
  gpointer name, value;
  g_hash_table_iter_init(&iter, manifest->options);
  while (g_hash_table_iter_next(&iter, &name, &value)) {
    if (strcmp(name, "unmask") == 0 || strcmp(name, "policy") == 0 || strcmp(name, "watch") == 0 || strcmp(name, "cleared") == 0 || strcmp(name, "former") == 0 || (strcmp(name, "map") == 0 && options->map != NULL)) continue;
    if (strstr(value, LIST_SUM) == NULL) word_add(words, name, rs_options_is_flag(name) ? NULL : value);
  }
}

static void own_words(GPtrArray *words, const RsOptions *options) {
  const char *const own[][2] = {{"map", options->map},         {"settlements", options->settlements},   {"persons", options->persons},
                                {"doctors", options->doctors}, {"institutions", options->institutions}, {"drugs", options->drugs},
                                {"cleared", options->cleared}, {"former", options->former},         {"mask-key", options->mask_key},
                                {"memory", options->memory},   {"temp", options->temp}};
  g_autofree char *threads = g_strdup_printf("%u", options->n_threads);
  for (size_t i = 0; i < G_N_ELEMENTS(own); i++)
    if (own[i][1] != NULL) word_add(words, own[i][0], own[i][1]);
  word_add(words, "threads", threads);
  word_add(words, "quiet", NULL);
}

/* What the manifest keeps of a mapping file, as a file; -1: nothing. The caller closes it. */
static int mapping_open(const RsManifest *manifest) {
  const int fd = manifest->mapping == NULL ? -1 : memfd_create("mapping", MFD_CLOEXEC);
  const size_t length = fd < 0 ? 0 : strlen(manifest->mapping);
  if (fd < 0 || write(fd, manifest->mapping, length) == (ssize_t)length) return fd;
  close(fd);
  return -1;
}

/* mapping: its descriptor, which counts where no mapping is given, or -1. */
static RsOptions *options_again(const RsOptions *options, const RsManifest *manifest, char **paths, int mapping, GError **error) {
  g_autofree char *map = g_strdup_printf("/proc/self/fd/%d", mapping);
  bool mapped = options->map != NULL;
  g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
  word_add(words, NULL, "analyze");
  manifest_words(words, options, manifest);
  own_words(words, options);
  word_add(words, "output", "-");
  for (char **path = paths; *path != NULL; path++) {
    const char *role = role_of(manifest, *path);
    mapped = mapped || strcmp(role, "map") == 0;
    if (strcmp(role, "claims") != 0 && rs_options_is_known(role)) word_add(words, role, *path);
  }
  if (!mapped && mapping >= 0) word_add(words, "map", map);
  word_add(words, NULL, "--");
  for (char **path = paths; *path != NULL; path++)
    if (strcmp(role_of(manifest, *path), "claims") == 0) word_add(words, NULL, *path);
  const guint n = words->len;
  g_ptr_array_add(words, NULL);
  return rs_options_new(rs_command_find("analyze"), (int)n, (char **)words->pdata, error);
}

/* ---- comparing ---- */

__attribute__((format(printf, 2, 3))) static void differs(RsRerun *rerun, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  g_ptr_array_add(rerun->differences, g_strdup_vprintf(format, arguments));
  va_end(arguments);
}

static void inputs_compare(RsRerun *rerun, const RsManifest *manifest, const RsReport *report) {
  g_autofree bool *matched = g_new0(bool, report->files->len + 1u);
  for (guint i = 0; i < manifest->inputs->len; i++) {
    const RsManifestInput *input = g_ptr_array_index(manifest->inputs, i);
    guint f = 0;
    for (; f < report->files->len; f++) {
      const RsInputFile *file = g_ptr_array_index(report->files, f);
      if (!matched[f] && strcmp(file->role, input->role) == 0 && strcmp(file->sha256, input->sha256) == 0) break;
    }
    if (f < report->files->len) matched[f] = true;
    else differs(rerun, _("input: the case read %s '%s' (sha256 %s), which is not among the files given"), input->role, input->file, input->sha256);
  }
  for (guint f = 0; f < report->files->len; f++) {
    const RsInputFile *file = g_ptr_array_index(report->files, f);
    if (!matched[f]) differs(rerun, _("input: the case read no %s like '%s' (sha256 %s)"), file->role, file->name, file->sha256);
  }
}

/* Lists and former cases are told as "NAME sha256:SUM"; those that change the result are held against what was given now. */
static void lists_compare(RsRerun *rerun, const RsOptions *again, const RsManifest *manifest) {
  char cleared_sum[65] = "", former_digest[65] = "";
  if (again->cleared != NULL) path_sum(again->cleared, cleared_sum);
  GPtrArray *files = again->former == NULL ? NULL : rs_manifest_files(again->former, former_digest, NULL);
  if (files != NULL) g_ptr_array_unref(files);
  char map_sum[65] = "";
  const char *map = rs_manifest_option(manifest, "map");
  const bool map_is_file = map != NULL && strstr(map, LIST_SUM) != NULL;
  if (map_is_file && again->map != NULL) path_sum(again->map, map_sum);
  const struct { const char *name, *given, *sum; } list[] = {
      {"cleared", again->cleared, cleared_sum}, {"former", again->former, former_digest}, {"map", again->map, map_sum}};
  for (size_t i = 0; i < G_N_ELEMENTS(list); i++) {
    if (strcmp(list[i].name, "map") == 0 && !map_is_file) continue; /* a name: see below */
    const char *told = rs_manifest_option(manifest, list[i].name), *sum = told == NULL ? NULL : strstr(told, LIST_SUM);
    if (told != NULL && list[i].given == NULL) differs(rerun, _("option: the case was made with --%s %s, which is not given now"), list[i].name, told);
    else if (told == NULL && list[i].given != NULL) differs(rerun, _("option: the case was made without --%s, now given as '%s'"), list[i].name, list[i].given);
    else if (sum != NULL && strcmp(sum + strlen(LIST_SUM), list[i].sum) != 0) differs(rerun, _("option: --%s was %s, now '%s' is another"), list[i].name, told, list[i].given);
  }
}

static void rest_compare(RsRerun *rerun, const RsOptions *options, const RsManifest *manifest) {
  const char *map = rs_manifest_option(manifest, "map");
  if (strcmp(manifest->version, RS_VERSION) != 0) differs(rerun, _("version: the case was made by ringscope %s, this is %s"), manifest->version, RS_VERSION);
  if (options->map != NULL && (map == NULL || strstr(map, LIST_SUM) == NULL) && g_strcmp0(map, options->map) != 0) differs(rerun, _("option: --map was '%s', now '%s'"), map == NULL ? "" : map, options->map);
}

static RsRerun *rerun_new(const RsOptions *options, const RsManifest *manifest, char **paths, int mapping, GError **error) {
  g_autoptr(RsRerun) rerun = g_new0(RsRerun, 1);
  rerun->differences = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(RsOptions) again = options_again(options, manifest, paths, mapping, error);
  if (again == NULL) return NULL;
  g_auto(RsRun) run = {0};
  const RsReadOptions read_options = rs_options_read(again);
  g_autoptr(RsMask) clear = rs_mask_clear();
  RsProgress *progress = rs_progress_start(options);
  if (!rs_run_lists(&run, again, error)) return NULL;
  run.reader = rs_reader_new(&read_options, error);
  rs_progress_stage(progress, rs_say(options->language, "reading claims"), run.reader == NULL ? NULL : rs_reader_report(run.reader));
  run.claims = run.reader == NULL ? NULL : rs_reader_read(run.reader, error);
  if (run.claims == NULL || !rs_run_find(&run, again, clear, progress, error)) return NULL;
  const RsCase c = rs_run_case(&run, again, clear);
  if (!rs_case_digest(&c, rerun->digest, error)) return NULL;
  rs_progress_end(progress);
  rerun->same = strcmp(rerun->digest, manifest->digest) == 0;
  inputs_compare(rerun, manifest, c.report);
  lists_compare(rerun, again, manifest);
  rest_compare(rerun, options, manifest);
  return g_steal_pointer(&rerun);
}

RsRerun *rs_rerun_new(const RsOptions *options, const RsManifest *manifest, char **paths, GError **error) {
  const int mapping = mapping_open(manifest);
  RsRerun *rerun = rerun_new(options, manifest, paths, mapping, error);
  if (mapping >= 0) close(mapping);
  return rerun;
}
