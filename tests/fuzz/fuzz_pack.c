/* Any bytes as a pack. Byte 0 even: the whole file is the input's. Odd: the input's first part (up to a byte 0x1e) is signed with a key made here and
 * stands in front as seal.ini, so that what comes behind a good signature is reached too. Also as seal.ini, manifest.json and log.jsonl by themselves. */
#include "exporters/manifest_read.h"
#include "exporters/pack.h"
#include "exporters/pack_tar.h"
#include "fuzz/fuzz_file.h"

#include <string.h>
#include <sys/stat.h>

static RsSignKey *key_of_this_run(void) {
  static RsSignKey *key;
  if (key != NULL) return key;
  char fingerprint[65];
  g_autofree char *folder = g_dir_make_tmp("ringscope-XXXXXX", NULL), *path = g_build_filename(folder, "key", NULL), *open = g_strconcat(path, ".pub", NULL);
  g_assert_true(rs_sign_keygen(path, fingerprint, NULL));
  key = rs_sign_private(path, NULL);
  unlink(path);
  unlink(open);
  rmdir(folder);
  return key;
}

static GBytes *signed_front(const char *seal, size_t length) {
  g_autoptr(RsOutput) output = rs_output_memory();
  unsigned char signature[RS_SIGNATURE_BYTES];
  g_assert_true(rs_sign_bytes(key_of_this_run(), seal, length, signature, NULL));
  RsTarWriter *writer = rs_tar_writer_new(output);
  rs_tar_writer_file(writer, "seal.ini", length);
  rs_tar_writer_write(writer, seal, length);
  rs_tar_writer_file(writer, "seal.sig", sizeof signature);
  rs_tar_writer_write(writer, signature, sizeof signature);
  g_assert_true(rs_tar_writer_finish(writer, NULL));
  g_autoptr(GBytes) all = rs_output_bytes(output);
  return g_bytes_new_from_bytes(all, 0, g_bytes_get_size(all) - 1024); /* without the end of the archive */
}

static void alone(const char *text, size_t length) {
  RsLogState state;
  char hash[65];
  rs_seal_free(rs_seal_parse(text, length));
  rs_manifest_free(rs_manifest_parse(text, length));
  rs_case_log_holds(text, length, "fuzz", &state, NULL);
  rs_case_log_hash(text, length, 2, hash);
  rs_case_log_names(text, length, "0");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 1 || size > 200000) return 0;
  const char *bytes = (const char *)data + 1, *parted = memchr(bytes, 0x1e, --size);
  const size_t first = parted == NULL ? size : (size_t)(parted - bytes), second = parted == NULL ? 0 : size - first - 1;
  g_autofree char *text = g_malloc(MAX(first, 1)); /* a buffer of its own size: reading past its end shows */
  memcpy(text, bytes, first);
  alone(text, first);
  g_autoptr(GBytes) front = data[0] & 1 ? signed_front(bytes, first) : NULL;
  FuzzFile file = front == NULL ? fuzz_file(bytes, size, "", 0)
                                : fuzz_file(g_bytes_get_data(front, NULL), g_bytes_get_size(front), parted == NULL ? "" : parted + 1, second);
  g_autoptr(RsPackCheck) check = rs_pack_check_fd(file.fd, "fuzz", key_of_this_run(), NULL);
  if (check != NULL && check->findings->len == 0) g_assert_true(check->seal != NULL && check->manifest != NULL && check->log != NULL);
  close(file.fd);
  return 0;
}
