#include "cli/finder.h"

#include "base/hash.h"
#include "base/parallel.h"
#include "base/words.h"
#include "cli/nearest.h"

#include <string.h>

struct RsFinder {
  const RsKnowledge *knowledge;
  const RsMask *mask;
  unsigned n_threads;
  char (*pseudonym)[20];  /* [n_persons] */
  GHashTable *of_pseudonym; /* text -> number + 1; NULL until asked for */
};

RsFinder *rs_finder_new(const RsKnowledge *knowledge, const RsMask *mask, unsigned n_threads) {
  RsFinder *finder = g_new0(RsFinder, 1);
  *finder = (RsFinder){.knowledge = knowledge, .mask = mask, .n_threads = n_threads};
  return finder;
}

void rs_finder_free(RsFinder *finder) {
  if (finder == NULL) return;
  if (finder->of_pseudonym != NULL) g_hash_table_unref(finder->of_pseudonym);
  g_free(finder->pseudonym);
  g_free(finder);
}

enum { CHUNK = 1024 };

static void mask_chunk(size_t task, unsigned thread, void *data) {
  (void)thread;
  RsFinder *finder = data;
  const RsClaims *c = finder->knowledge->claims;
  char buffer[32];
  for (uint32_t p = (uint32_t)task * CHUNK; p < MIN(c->n_persons, ((uint32_t)task + 1) * CHUNK); p++)
    g_strlcpy(finder->pseudonym[p], rs_mask_text(finder->mask, 'p', rs_text_get(c->person, p), buffer), 20);
}

static uint32_t find_pseudonym(RsFinder *finder, const char *id) {
  const RsClaims *c = finder->knowledge->claims;
  if (finder->mask == NULL || rs_mask_is_clear(finder->mask)) return RS_NONE;
  if (finder->of_pseudonym == NULL) {
    finder->pseudonym = g_malloc_n((gsize)c->n_persons + 1, sizeof *finder->pseudonym);
    rs_parallel(finder->n_threads, ((size_t)c->n_persons + CHUNK - 1) / CHUNK, mask_chunk, finder);
    finder->of_pseudonym = g_hash_table_new(g_str_hash, g_str_equal);
    for (uint32_t p = 0; p < c->n_persons; p++) g_hash_table_insert(finder->of_pseudonym, finder->pseudonym[p], GUINT_TO_POINTER(p + 1));
  }
  return GPOINTER_TO_UINT(g_hash_table_lookup(finder->of_pseudonym, id)) - 1; /* 0 - 1 is RS_NONE */
}

/* Persons stand in order of (hash, id), all others in order of id. */
static int compare_with(const RsText *text, RsKind kind, uint32_t i, uint64_t hash, const char *id) {
  if (kind == RS_PERSON) {
    uint64_t own = rs_hash_bytes(rs_text_get(text, i), rs_text_length(text, i));
    if (own != hash) return own < hash ? -1 : 1;
  }
  return strcmp(rs_text_get(text, i), id);
}

static const RsText *text_of(const RsClaims *c, RsKind kind) {
  return kind == RS_PERSON ? c->person : kind == RS_DOCTOR ? c->doctor : kind == RS_INSTITUTION ? c->institution : c->drug;
}

uint32_t rs_finder_find(RsFinder *finder, RsKind kind, const char *id) {
  const RsText *text = text_of(finder->knowledge->claims, kind);
  uint64_t hash = rs_hash_bytes(id, strlen(id));
  uint32_t low = 0, high = rs_knowledge_count(finder->knowledge, kind);
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    int order = compare_with(text, kind, middle, hash, id);
    if (order == 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return kind == RS_PERSON && strncmp(id, "p:", 2) == 0 ? find_pseudonym(finder, id) : RS_NONE;
}

char *rs_finder_nearest(const RsFinder *finder, RsKind kind, const char *id) {
  if (kind == RS_PERSON && finder->mask != NULL && !rs_mask_is_clear(finder->mask)) return g_strdup("");
  g_autoptr(GPtrArray) all = g_ptr_array_new();
  for (uint32_t i = 0; i < rs_knowledge_count(finder->knowledge, kind); i++)
    g_ptr_array_add(all, (gpointer)rs_knowledge_id(finder->knowledge, kind, i));
  return rs_nearest_names(id, all);
}

/* In Chinese offices write a kind in many ways: the catalogue lists them under "also written", with spaces between. */
static const struct { const char *word, *also; RsKind kind; bool box; } known_kind[] = {
    {NC_("list", "person"), NC_("also written", "person"), RS_PERSON, false},
    {NC_("list", "doctor"), NC_("also written", "doctor"), RS_DOCTOR, false},
    {NC_("list", "institution"), NC_("also written", "institution"), RS_INSTITUTION, false},
    {NC_("list", "drug"), NC_("also written", "drug"), RS_DRUG, false},
    {NC_("list", "trace"), NC_("also written", "trace"), RS_PERSON, true}};

static bool also_written(const char *word, const char *also) {
  g_auto(GStrv) words = g_strsplit(rs_say_in(RS_LANG_ZH, "also written", also), " ", -1);
  return g_strv_contains((const char *const *)words, word);
}

char *rs_finder_chinese_kinds(void) {
  GString *text = g_string_new(NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(known_kind); i++)
    g_string_append_printf(text, "%s%s %s", i > 0 ? ", " : "", rs_say_in(RS_LANG_ZH, "list", known_kind[i].word), rs_say_in(RS_LANG_ZH, "also written", known_kind[i].also));
  return g_string_free(text, FALSE);
}

RsKind rs_finder_kind(const char *word, bool *is_box) {
  g_autofree char *lower = g_ascii_strdown(word, -1);
  for (size_t i = 0; i < G_N_ELEMENTS(known_kind); i++) {
    if (strcmp(known_kind[i].word, lower) != 0 && strcmp(rs_say_in(RS_LANG_ZH, "list", known_kind[i].word), word) != 0 &&
        !also_written(word, known_kind[i].also))
      continue;
    if (known_kind[i].box && is_box == NULL) continue;
    if (is_box != NULL) *is_box = known_kind[i].box;
    return known_kind[i].kind;
  }
  return RS_N_KINDS;
}
