#include "exporters/pack.h"

#include "base/beneath.h"
#include "base/error.h"
#include "base/words.h"
#include "exporters/case_read.h"
#include "exporters/checksum.h"
#include "exporters/csv.h"
#include "exporters/manifest.h"
#include "exporters/manifest_read.h"
#include "exporters/pack_tar.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define SECRET_WORD "ringscope-key-1 "

/* What is packed: bytes in memory, or a file of the case folder. */
typedef struct { char *source; GBytes *bytes; } Item;

typedef struct {
  const RsPackOrder *order;
  RsSeal *seal;
  GArray *items;  /* of Item, in the order of seal->files */
  RsManifest *manifest;
  const char *place; /* "case/" or "ring/" */
} Packing;

static void item_clear(gpointer data) {
  Item *item = data;
  g_free(item->source);
  g_clear_pointer(&item->bytes, g_bytes_unref);
}

/* ---- gathering ---- */

static void sums_of_bytes(GBytes *bytes, RsSealFile *file) {
  gsize length;
  const void *start = g_bytes_get_data(bytes, &length);
  RsChecksum *sm3 = rs_checksum_new_sm3();
  rs_checksum_bytes(start, length, file->sha256);
  rs_checksum_update(sm3, start, length);
  rs_checksum_finish(sm3, file->sm3);
  file->bytes = length;
}

static void bytes_add(Packing *packing, const char *name, GBytes *bytes /* taken */) {
  const Item item = {NULL, bytes};
  sums_of_bytes(bytes, rs_seal_add(packing->seal, name));
  g_array_append_val(packing->items, item);
}

static bool file_failed(const Packing *packing, const char *name, int code, GError **error) {
  g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s/%s: cannot read: %s"), packing->order->folder, name, rs_words_errno(code));
  return false;
}

/* A masking key has no business in a case; should one have got there, it stays out of the pack. */
static bool is_secret(int fd) {
  char begin[sizeof SECRET_WORD - 1];
  return pread(fd, begin, sizeof begin, 0) == (ssize_t)sizeof begin && memcmp(begin, SECRET_WORD, sizeof begin) == 0;
}

static bool file_add(Packing *packing, const char *name, GError **error) {
  const int fd = rs_beneath_open(packing->order->folder, name);
  if (fd < 0) return file_failed(packing, name, errno, error);
  g_autofree char *packed = g_strconcat(packing->place, name, NULL);
  const Item item = {g_strdup(name), NULL};
  const bool secret = is_secret(fd);
  RsSealFile *file = rs_seal_add(packing->seal, packed);
  g_array_append_val(packing->items, item);
  const bool good = rs_checksum_fd(fd, file->sha256, file->sm3, &file->bytes);
  const int code = errno;
  close(fd);
  if (secret) g_set_error(error, RS_ERROR, RS_ERROR_INTEGRITY, _("'%s' is a masking key: it is not packed"), name);
  return !secret && (good || file_failed(packing, name, code, error));
}

static void csv_row(const RsTable *table, const RsCell *cell, void *output) { rs_csv_row(output, table, cell, false); }

/* The ring's rows of every table that has a file and belongs to rings. */
static bool tables_add(Packing *packing, const RsCaseRead *read, GError **error) {
  const char *const where[] = {"ring_id", packing->order->ring, NULL};
  for (unsigned i = 0; i < RS_N_TABLES; i++) {
    const RsTable *table = &rs_table[i];
    if (table->file == NULL || strcmp(table->column[0].name, "ring_id") != 0) continue;
    g_autoptr(RsOutput) output = rs_output_memory();
    g_autofree char *name = g_strconcat(packing->place, table->file, NULL);
    rs_csv_header(output, table, false);
    if (!rs_sqlite_walk(read->database, table, where, csv_row, output, error)) return false;
    bytes_add(packing, name, rs_output_bytes(output));
  }
  return true;
}

/* R0001.graphml, rings/R0001.gexf, but not R00010.graphml. */
static bool is_of_ring(const char *name, const char *ring) {
  const char *base = strrchr(name, '/') == NULL ? name : strrchr(name, '/') + 1;
  return g_str_has_prefix(base, ring) && !g_ascii_isalnum(base[strlen(ring)]);
}

static bool files_add(Packing *packing, GError **error) {
  char digest[65];
  const char *ring = packing->order->ring;
  g_autoptr(GPtrArray) files = rs_manifest_files(packing->order->folder, digest, error);
  if (files == NULL) return false;
  for (guint i = 0; i < files->len; i++) {
    const RsManifestFile *file = g_ptr_array_index(files, i);
    if ((ring == NULL || is_of_ring(file->name, ring)) && !file_add(packing, file->name, error)) return false;
  }
  return file_add(packing, "manifest.json", error);
}

static bool log_pack(Packing *packing, GError **error) {
  gsize length;
  RsLogState state;
  g_autofree char *name = g_strconcat(packing->place, "log.jsonl", NULL), *text = rs_beneath_read(packing->order->folder, "log.jsonl", RS_LOG_LIMIT, &length);
  if (text == NULL) return file_failed(packing, "log.jsonl", errno, error);
  if (!rs_case_log_holds(text, length, "log.jsonl", &state, error)) return false;
  packing->seal->log_entries = state.n;
  memcpy(packing->seal->log_head, state.head, sizeof state.head);
  bytes_add(packing, name, g_bytes_new_take(g_steal_pointer(&text), length));
  return true;
}

/* ---- what stands beside the case ---- */

static void readme_say(GString *text, const RsSeal *seal, RsLanguage language) {
  g_string_append_printf(text,
      rs_say(language, "A sealed ringscope pack\n\n"
                       "What it holds is listed in seal.ini, with size, SHA-256 and SM3 of every file. seal.sig is the Ed25519 signature of seal.ini.\n"
                       "The fingerprint of the signing key is said to be\n  %s\n"
                       "A key or fingerprint that came with the pack proves nothing: it must be known from elsewhere.\n\n"), seal->key);
  g_string_append(text,
      rs_say(language, "With ringscope:\n  ringscope verify PACK --public-key KEY.pub\n"
                       "Without it (the first command must print the fingerprint you know; SM3: openssl dgst -sm3 FILE):\n"
                       "  openssl pkey -pubin -in KEY.pub -outform DER | sha256sum\n"
                       "  tar xf PACK; cd ringscope-pack\n"
                       "  openssl pkeyutl -verify -pubin -inkey KEY.pub -rawin -in seal.ini -sigfile seal.sig\n"
                       "  sha256sum -c SHA256SUMS\n\n"));
  g_string_append(text, seal->masked ? rs_say(language, "Persons, claims and settlements are pseudonyms; the key to them is not here.\n")
                                     : rs_say(language, "Ids are clear: handle accordingly.\n"));
  g_string_append(text, rs_say(language, "Leads are for review; they prove nothing by themselves. No time is certified by this seal.\n"));
}

static GBytes *readme(const Packing *packing) {
  GString *text = g_string_new(NULL);
  readme_say(text, packing->seal, RS_LANG_EN);
  g_string_append(text, "\n");
  readme_say(text, packing->seal, RS_LANG_ZH);
  return g_string_free_to_bytes(text);
}

static gint compare_keys(gconstpointer a, gconstpointer b) { return strcmp(a, b); }

static void pairs_say(GString *text, const char *title, GHashTable *pairs) {
  g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(pairs), compare_keys);
  g_string_append_printf(text, "%s\n", title);
  for (const GList *key = keys; key != NULL; key = key->next)
    g_string_append_printf(text, "  %-16s %s\n", (const char *)key->data, (const char *)g_hash_table_lookup(pairs, key->data));
}

static void recipe_say(GString *text, const RsManifest *manifest, RsLanguage language) {
  g_string_append_printf(text,
      rs_say(language, "To make the case again:\n  ringscope verify PACK --public-key KEY.pub --rerun FILE...\n"
                       "with the files below and ringscope %s. It reads them, computes anew with the options below, and compares. Or, by hand: analyze with these\n"
                       "options, and compare result_digest in manifest.json. It must be\n  %s\n"
                       "for any number of threads, order of rows and masking key.\n\n"), manifest->version, manifest->digest);
}

static GBytes *recipe(const Packing *packing) {
  const RsManifest *manifest = packing->manifest;
  GString *text = g_string_new(NULL);
  recipe_say(text, manifest, RS_LANG_EN);
  recipe_say(text, manifest, RS_LANG_ZH);
  g_string_append(text, "role, SHA-256, file\n");
  for (guint i = 0; i < manifest->inputs->len; i++) {
    const RsManifestInput *input = g_ptr_array_index(manifest->inputs, i);
    g_string_append_printf(text, "  %-12s %s  %s\n", input->role, input->sha256, input->file);
  }
  pairs_say(text, "\noptions", manifest->options);
  pairs_say(text, "\nlibraries", manifest->libraries);
  if (manifest->mapping != NULL) g_string_append_printf(text, "\nmapping (for --map; verify --rerun takes it from manifest.json)\n\n%s", manifest->mapping);
  return g_string_free_to_bytes(text);
}

static GBytes *sums(const RsSeal *seal) {
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < seal->files->len; i++) {
    const RsSealFile *file = g_ptr_array_index(seal->files, i);
    g_string_append_printf(text, "%s  %s\n", file->sha256, file->name);
  }
  return g_string_free_to_bytes(text);
}

/* ---- writing ---- */

static bool item_write(const Packing *packing, guint i, RsTarWriter *writer, GError **error) {
  const Item *item = &g_array_index(packing->items, Item, i);
  const RsSealFile *file = g_ptr_array_index(packing->seal->files, i);
  rs_tar_writer_file(writer, file->name, file->bytes);
  if (item->bytes != NULL) {
    rs_tar_writer_write(writer, g_bytes_get_data(item->bytes, NULL), g_bytes_get_size(item->bytes));
    return true;
  }
  const int fd = rs_beneath_open(packing->order->folder, item->source);
  if (fd < 0) return file_failed(packing, item->source, errno, error);
  const size_t block = (size_t)1 << 18;
  g_autofree char *bytes = g_malloc(block);
  RsChecksum *checksum = rs_checksum_new();
  uint64_t left = file->bytes;
  char sha256[65];
  while (left > 0) {
    const ssize_t n = read(fd, bytes, (size_t)MIN(left, (uint64_t)block));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    rs_checksum_update(checksum, bytes, (size_t)n);
    rs_tar_writer_write(writer, bytes, (size_t)n);
    left -= (uint64_t)n;
  }
  close(fd);
  rs_checksum_finish(checksum, sha256);
  if (left == 0 && strcmp(sha256, file->sha256) == 0) return true;
  g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s/%s: changed while it was packed"), packing->order->folder, item->source);
  return false;
}

static bool text_write(RsTarWriter *writer, const char *name, const void *bytes, gsize length) {
  rs_tar_writer_file(writer, name, length);
  rs_tar_writer_write(writer, bytes, length);
  return true;
}

static bool archive_write_all(const Packing *packing, const char *path, GError **error) {
  unsigned char signature[RS_SIGNATURE_BYTES];
  g_autoptr(GBytes) seal = rs_seal_text(packing->seal);
  if (!rs_sign_bytes(packing->order->key, g_bytes_get_data(seal, NULL), g_bytes_get_size(seal), signature, error)) return false;
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (output == NULL) return false;
  RsTarWriter *writer = rs_tar_writer_new(output);
  bool good = text_write(writer, "seal.ini", g_bytes_get_data(seal, NULL), g_bytes_get_size(seal)) &&
              text_write(writer, "seal.sig", signature, sizeof signature);
  for (guint i = 0; good && i < packing->items->len; i++) good = item_write(packing, i, writer, error);
  const bool ended = rs_tar_writer_finish(writer, good ? error : NULL);
  return good && ended && rs_output_close(output, error);
}

/* SHA256SUMS names all that follows and precedes it, so it is made last and stands last. */
static bool packing_run(Packing *packing, const RsCaseRead *read, const char *path, GError **error) {
  bytes_add(packing, "README.txt", readme(packing));
  bytes_add(packing, "RERUN.txt", recipe(packing));
  if ((packing->order->ring != NULL && !tables_add(packing, read, error)) || !files_add(packing, error) || !log_pack(packing, error)) return false;
  bytes_add(packing, "SHA256SUMS", sums(packing->seal));
  return archive_write_all(packing, path, error);
}

/* ---- the whole ---- */

static bool case_whole(const char *folder, char digest[65], GError **error) {
  g_autoptr(RsVerify) verify = rs_verify_new(folder, error);
  if (verify == NULL) return false;
  memcpy(digest, verify->digest, 65);
  if (verify->findings->len == 0) return true;
  const RsVerifyFinding *first = g_ptr_array_index(verify->findings, 0);
  g_set_error(error, RS_ERROR, RS_ERROR_INTEGRITY, _("%s: not as it was written, first '%s' %s; what was changed is not sealed"), folder, first->name, first->detail);
  return false;
}

static bool seal_log(const Packing *packing, const char *path, GError **error) {
  const RsPackOrder *order = packing->order;
  g_autofree char *beside = strcmp(path, "-") == 0 ? NULL : g_strconcat(path, ".log.jsonl", NULL);
  const char *const options[] = {"ring", order->ring == NULL ? "all" : order->ring, "public_key", packing->seal->key, NULL};
  const RsLogEntry entry = {.command = order->command, .options = options, .masked = packing->seal->masked, .operator_name = order->operator_name,
                            .authority = order->authority, .digest = packing->seal->digest, .manifest_sha256 = packing->seal->manifest};
  bool where_beside;
  return rs_case_log_add(order->folder, &entry, beside, &where_beside, error);
}

static bool seal_begin(Packing *packing, GError **error) {
  gsize length;
  g_autofree char *text = rs_beneath_read(packing->order->folder, "manifest.json", RS_MANIFEST_LIMIT, &length);
  packing->manifest = text == NULL ? NULL : rs_manifest_parse(text, length);
  if (packing->manifest == NULL) {
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("'%s' is not a case folder: it has no manifest.json of ringscope"), packing->order->folder);
    return false;
  }
  RsSeal *seal = packing->seal;
  rs_checksum_bytes(text, length, seal->manifest);
  seal->program = g_strdup("ringscope " RS_VERSION);
  seal->case_version = g_strdup(packing->manifest->version);
  seal->masked = packing->manifest->masked;
  g_strlcpy(seal->ring, packing->order->ring == NULL ? "" : packing->order->ring, sizeof seal->ring);
  rs_sign_fingerprint(packing->order->key, seal->key);
  return true;
}

bool rs_pack_write(const RsPackOrder *order, const char *path, guint *files, GError **error) {
  g_autoptr(RsSeal) seal = rs_seal_new();
  g_autoptr(RsCaseRead) read = rs_case_read_new(order->folder, NULL, error);
  if (read == NULL || !case_whole(order->folder, seal->digest, error)) return false;
  Packing packing = {.order = order, .seal = seal, .items = g_array_new(FALSE, FALSE, sizeof(Item)), .place = order->ring == NULL ? "case/" : "ring/"};
  g_array_set_clear_func(packing.items, item_clear);
  const bool good = seal_begin(&packing, error) && seal_log(&packing, path, error) && packing_run(&packing, read, path, error);
  *files = packing.items->len;
  g_array_unref(packing.items);
  rs_manifest_free(packing.manifest);
  return good;
}
