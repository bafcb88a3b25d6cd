#include "exporters/manifest_read.h"

#include <stdint.h>
#include <string.h>

#define OPENING "{\n  \"program\": \"ringscope\","

static void input_free(gpointer data) {
  RsManifestInput *input = data;
  g_free(input->file);
  g_free(input->role);
  g_free(input->sha256);
  g_free(input);
}

void rs_manifest_free(RsManifest *manifest) {
  if (manifest == NULL) return;
  g_free(manifest->version);
  g_free(manifest->digest);
  g_free(manifest->case_format);
  g_free(manifest->mapping);
  g_hash_table_unref(manifest->options);
  g_hash_table_unref(manifest->libraries);
  g_ptr_array_unref(manifest->inputs);
  g_free(manifest);
}

const char *rs_manifest_option(const RsManifest *manifest, const char *name) { return g_hash_table_lookup(manifest->options, name); }

/* The text after `at`, up to its closing quote; *end is behind that. NULL: none closes on this line. */
static char *quoted(const char *at, const char **end) {
  g_autoptr(GString) text = g_string_new(NULL);
  for (; *at != '\0' && *at != '"'; at++) {
    if (*at != '\\') g_string_append_c(text, *at);
    else if (at[1] == 'u' && strspn(at + 2, "0123456789abcdefABCDEF") >= 4) {
      const char digits[5] = {at[2], at[3], at[4], at[5], '\0'};
      const gunichar code = (gunichar)g_ascii_strtoull(digits, NULL, 16);
      if (code > 0 && g_unichar_validate(code)) g_string_append_unichar(text, code);
      at += 5;
    } else if (at[1] != '\0') g_string_append_c(text, *++at);
  }
  if (*at != '"') return NULL;
  *end = at + 1;
  return g_string_free(g_steal_pointer(&text), FALSE);
}

/* One line `"key": value`; value is unquoted. False: none of that form. */
static bool line_split(const char *line, char **key, char **value) {
  const char *at = line + strspn(line, " "), *end;
  *key = *value = NULL;
  if (*at != '"' || (*key = quoted(at + 1, &end)) == NULL || end[0] != ':' || end[1] != ' ') return false;
  at = end + 2;
  *value = *at == '"' ? quoted(at + 1, &end) : g_strndup(at, strcspn(at, ","));
  return *value != NULL;
}

static void text_keep(char **to, const char *value) {
  if (*to == NULL) *to = g_strdup(value);
}

static void input_line(RsManifest *manifest, const char *line, const char *key, const char *value) {
  if (strspn(line, " ") != 6 || manifest->inputs->len == 0) return;
  RsManifestInput *input = g_ptr_array_index(manifest->inputs, manifest->inputs->len - 1);
  if (strcmp(key, "file") == 0) text_keep(&input->file, value);
  if (strcmp(key, "role") == 0) text_keep(&input->role, value);
  if (strcmp(key, "sha256") == 0) text_keep(&input->sha256, value);
}

static void top_line(RsManifest *manifest, const char *key, const char *value) {
  if (strcmp(key, "version") == 0) text_keep(&manifest->version, value);
  if (strcmp(key, "result_digest") == 0) text_keep(&manifest->digest, value);
  if (strcmp(key, "case_format") == 0) text_keep(&manifest->case_format, value);
  if (strcmp(key, "mapping") == 0) text_keep(&manifest->mapping, value);
  if (strcmp(key, "masked") == 0) manifest->masked = strcmp(value, "true") == 0;
}

/* section: the key that opened the object or list which this line stands in, "" outside. */
static void line_take(RsManifest *manifest, const char *line, const char *section) {
  char *key, *value;
  if (line_split(line, &key, &value)) {
    if (*section == '\0') top_line(manifest, key, value);
    else if (strcmp(section, "options") == 0) g_hash_table_replace(manifest->options, g_strdup(key), g_strdup(value));
    else if (strcmp(section, "libraries") == 0) g_hash_table_replace(manifest->libraries, g_strdup(key), g_strdup(value));
    else if (strcmp(section, "inputs") == 0) input_line(manifest, line, key, value);
  } else if (strcmp(section, "inputs") == 0 && strcmp(line, "    {") == 0) {
    g_ptr_array_add(manifest->inputs, g_new0(RsManifestInput, 1));
  }
  g_free(key);
  g_free(value);
}

static bool inputs_whole(const RsManifest *manifest) {
  for (guint i = 0; i < manifest->inputs->len; i++) {
    const RsManifestInput *input = g_ptr_array_index(manifest->inputs, i);
    if (input->file == NULL || input->role == NULL || input->sha256 == NULL) return false;
  }
  return manifest->version != NULL && manifest->digest != NULL;
}

RsManifest *rs_manifest_parse(const char *text, gsize length) {
  if (length < strlen(OPENING) || memcmp(text, OPENING, strlen(OPENING)) != 0 || memchr(text, '\0', length) != NULL) return NULL;
  g_autoptr(RsManifest) manifest = g_new0(RsManifest, 1);
  manifest->options = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  manifest->libraries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  manifest->inputs = g_ptr_array_new_with_free_func(input_free);
  char section[32] = "";
  for (const char *at = text, *end; at < text + length; at = end + 1) {
    end = memchr(at, '\n', length - (gsize)(at - text));
    if (end == NULL) end = text + length;
    g_autofree char *line = g_strndup(at, (gsize)(end - at)), *key = NULL, *value = NULL;
    const gsize n = strlen(line);
    const bool opens = n > 2 && (line[n - 1] == '{' || line[n - 1] == '[') && g_str_has_prefix(line, "  \"") && line_split(line, &key, &value);
    if (opens) g_strlcpy(section, key, sizeof section);
    else if (g_str_has_prefix(line, "  }") || g_str_has_prefix(line, "  ]")) section[0] = '\0';
    else line_take(manifest, line, section);
  }
  return inputs_whole(manifest) ? g_steal_pointer(&manifest) : NULL;
}
