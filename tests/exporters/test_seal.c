/* Keys, the seal's text and the manifest's, each read back; packs as a whole are tried by tests/cli/test_seal.sh. */
#include "rs_test.h"

#include "exporters/checksum.h"
#include "exporters/manifest_read.h"
#include "exporters/pack.h"
#include "exporters/small_case.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void sm3_is_that_of_the_standard(void **state) {
  (void)state;
  char hex[65];
  RsChecksum *sm3 = rs_checksum_new_sm3();
  rs_checksum_update(sm3, "abc", 3); /* GB/T 32905-2016, example 1 */
  rs_checksum_finish(sm3, hex);
  assert_string_equal(hex, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
}

/* RFC 8032, 7.1, test 2: the key as the DER that openssl writes, in PEM. */
static void signature_is_that_of_the_standard(void **state) {
  (void)state;
  static const char pem[] = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n-----END PRIVATE KEY-----\n";
  static const unsigned char expected[] = {
      0x92, 0xa0, 0x09, 0xa9, 0xf0, 0xd4, 0xca, 0xb8, 0x72, 0x0e, 0x82, 0x0b, 0x5f, 0x64, 0x25, 0x40, 0xa2, 0xb2, 0x7b, 0x54, 0x16, 0x50,
      0x3f, 0x8f, 0xb3, 0x76, 0x22, 0x23, 0xeb, 0xdb, 0x69, 0xda, 0x08, 0x5a, 0xc1, 0xe4, 0x3e, 0x15, 0x99, 0x6e, 0x45, 0x8f, 0x36, 0x13,
      0xd0, 0xf1, 0x1d, 0x8c, 0x38, 0x7b, 0x2e, 0xae, 0xb4, 0x30, 0x2a, 0xee, 0xb0, 0x0d, 0x29, 0x16, 0x12, 0xbb, 0x0c, 0x00};
  unsigned char signature[RS_SIGNATURE_BYTES];
  char *folder = small_folder_new();
  g_autofree char *path = g_build_filename(folder, "key", NULL);
  g_autoptr(GError) error = NULL;
  assert_true(g_file_set_contents(path, pem, -1, NULL));
  chmod(path, 0600);
  g_autoptr(RsSignKey) key = rs_sign_private(path, &error);
  rs_assert_no_error(error);
  assert_true(rs_sign_bytes(key, "r", 1, signature, &error));
  assert_memory_equal(signature, expected, sizeof expected);
  assert_true(rs_sign_holds(key, "r", 1, signature));
  assert_false(rs_sign_holds(key, "s", 1, signature));
  small_folder_remove(folder);
}

static RsSeal *seal_example(void) {
  RsSeal *seal = rs_seal_new();
  seal->program = g_strdup("ringscope 0.1.0");
  seal->case_version = g_strdup("0.1.0");
  seal->masked = true;
  seal->log_entries = 3;
  char *const hash[] = {seal->digest, seal->log_head, seal->manifest, seal->key};
  for (size_t i = 0; i < G_N_ELEMENTS(hash); i++) memset(hash[i], 'a' + (int)i, 64);
  static const char *const name[] = {"README.txt", "case/rings.csv", "case/rings/R0001.gexf"};
  for (size_t i = 0; i < G_N_ELEMENTS(name); i++) {
    RsSealFile *file = rs_seal_add(seal, name[i]);
    file->bytes = 10 * i;
    memset(file->sha256, '0', 64);
    memset(file->sm3, '1', 64);
  }
  return seal;
}

static void seal_reads_back(void **state) {
  (void)state;
  g_autoptr(RsSeal) seal = seal_example();
  g_autoptr(GBytes) text = rs_seal_text(seal);
  gsize length;
  const char *start = g_bytes_get_data(text, &length);
  g_autoptr(RsSeal) again = rs_seal_parse(start, length);
  assert_non_null(again);
  assert_int_equal(again->files->len, 3);
  assert_string_equal(again->log_head, seal->log_head);
  assert_true(again->masked);
}

/* One text, one meaning: whatever GLib would tolerate is no seal. */
static void any_other_text_is_no_seal(void **state) {
  (void)state;
  static const struct { const char *what, *from, *to; } cases[] = {
      {"a space", "masked=true", "masked= true"},
      {"a key twice", "ring=\n", "ring=\nring=\n"},
      {"a file twice", "[case/rings.csv]", "[README.txt]"},
      {"a name that leads out", "[case/rings.csv]", "[../rings.csv]"},
      {"an absolute name", "[case/rings.csv]", "[/rings.csv]"},
      {"another category", "category=leads", "category=graph"},
      {"a negative size", "bytes=10", "bytes=-10"},
      {"a short hash", "sha256=0", "sha256="},
      {"another format", "format=1", "format=2"},
      {"a carriage return", "masked=true\n", "masked=true\r\n"},
      {"a comment", "ring=\n", "ring=\n# more\n"},
      {"a long ring", "ring=\n", "ring=R0000000000000000001\n"},
  };
  g_autoptr(RsSeal) seal = seal_example();
  g_autoptr(GBytes) bytes = rs_seal_text(seal);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GString) text = g_string_new_len(g_bytes_get_data(bytes, NULL), (gssize)g_bytes_get_size(bytes));
    assert_int_not_equal(g_string_replace(text, cases[i].from, cases[i].to, 1), 0);
    g_autoptr(RsSeal) read = rs_seal_parse(text->str, text->len);
    if (read != NULL) fail_msg("%s passes", cases[i].what);
  }
  assert_null(rs_seal_parse("", 0));
  assert_null(rs_seal_parse("[seal]\n\0\n", 9));
}

static void manifest_tells_how_the_case_was_made(void **state) {
  (void)state;
  static const char text[] = "{\n  \"program\": \"ringscope\",\n  \"version\": \"0.1.0\",\n  \"result_digest\": \"d1\",\n  \"libraries\": {\n"
                             "    \"igraph\": \"0.10\"\n  },\n  \"options\": {\n    \"since\": \"2025-01-01\",\n    \"map\": \"a \\\"b\\\" \\u0001\\\\\"\n  },\n"
                             "  \"masked\": true,\n  \"inputs\": [\n    {\n      \"file\": \"a.csv\",\n      \"role\": \"claims\",\n      \"bytes\": 3,\n"
                             "      \"sha256\": \"s1\"\n    },\n    {\n      \"file\": \"b.csv\",\n      \"role\": \"persons\",\n      \"sha256\": \"s2\"\n    }\n  ]\n}\n";
  g_autoptr(RsManifest) manifest = rs_manifest_parse(text, sizeof text - 1);
  assert_non_null(manifest);
  assert_string_equal(manifest->version, "0.1.0");
  assert_string_equal(manifest->digest, "d1");
  assert_true(manifest->masked);
  assert_string_equal(rs_manifest_option(manifest, "since"), "2025-01-01");
  assert_string_equal(rs_manifest_option(manifest, "map"), "a \"b\" \001\\");
  assert_null(rs_manifest_option(manifest, "until"));
  assert_int_equal(manifest->inputs->len, 2);
  const RsManifestInput *input = g_ptr_array_index(manifest->inputs, 1);
  assert_string_equal(input->role, "persons");
  assert_string_equal(input->sha256, "s2");
  for (size_t n = 0; n < sizeof text - 1; n++) { /* cut anywhere: less, or nothing, never a crash */
    g_autofree char *cut = g_memdup2(text, n + 1);
    rs_manifest_free(rs_manifest_parse(cut, n));
  }
}

/* A pack of one lead, and the key it was sealed with. */
typedef struct { char *bytes; gsize length; RsSignKey *open; } Pack;

static Pack pack_new(void) {
  char digest[65], fingerprint[65], *folder = small_folder_new();
  g_autofree char *path = g_build_filename(folder, "case", NULL), *key = g_build_filename(folder, "key", NULL);
  g_autofree char *pub = g_strconcat(key, ".pub", NULL), *out = g_build_filename(folder, "pack", NULL);
  g_autoptr(SmallCase) small = small_case_golden();
  g_autoptr(GError) error = NULL;
  Pack pack = {NULL, 0, NULL};
  guint files;
  rs_case_write(&small->c, path, digest, &error);
  rs_assert_no_error(error);
  rs_sign_keygen(key, fingerprint, &error);
  rs_assert_no_error(error);
  g_autoptr(RsSignKey) secret = rs_sign_private(key, &error);
  pack.open = rs_sign_public(pub, &error);
  rs_assert_no_error(error);
  const RsPackOrder order = {.folder = path, .ring = "R0001", .key = secret, .command = "test"};
  rs_pack_write(&order, out, &files, &error);
  rs_assert_no_error(error);
  assert_true(g_file_get_contents(out, &pack.bytes, &pack.length, NULL));
  small_folder_remove(folder);
  return pack;
}

/* True if these bytes pass for the pack as it was sealed. */
static bool passes(const Pack *pack, const char *bytes, gsize length) {
  const int fd = memfd_create("pack", MFD_CLOEXEC);
  assert_true(fd >= 0 && write(fd, bytes, length) == (ssize_t)length && lseek(fd, 0, SEEK_SET) == 0);
  g_autoptr(GError) error = NULL;
  g_autoptr(RsPackCheck) check = rs_pack_check_fd(fd, "pack", pack->open, &error);
  close(fd);
  assert_true((check == NULL) == (error != NULL));
  return check != NULL && check->findings->len == 0;
}

static void pack_that_is_cut_anywhere_is_refused(void **state) {
  (void)state;
  Pack pack = pack_new();
  assert_true(passes(&pack, pack.bytes, pack.length));
  for (gsize n = 0; n < pack.length; n += n < 600 ? 3 : 4093) /* places in a block in turn */
    if (passes(&pack, pack.bytes, n)) fail_msg("passes with %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " bytes", n, pack.length);
  g_free(pack.bytes);
  rs_sign_free(pack.open);
}

/* Not one bit of it is free: what is not signed must be as ringscope writes it. */
static void pack_with_any_byte_changed_is_refused(void **state) {
  (void)state;
  Pack pack = pack_new();
  for (gsize n = 0; n < pack.length; n += n < 600 ? 5 : 4073) {
    const char before = pack.bytes[n];
    pack.bytes[n] = (char)(before ^ 1);
    if (passes(&pack, pack.bytes, pack.length)) fail_msg("passes with byte %" G_GSIZE_FORMAT " changed, which was %02x", n, (unsigned)(guchar)before);
    pack.bytes[n] = before;
  }
  g_free(pack.bytes);
  rs_sign_free(pack.open);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sm3_is_that_of_the_standard),
      cmocka_unit_test(signature_is_that_of_the_standard),
      cmocka_unit_test(seal_reads_back),
      cmocka_unit_test(any_other_text_is_no_seal),
      cmocka_unit_test(manifest_tells_how_the_case_was_made),
      cmocka_unit_test(pack_that_is_cut_anywhere_is_refused),
      cmocka_unit_test(pack_with_any_byte_changed_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
