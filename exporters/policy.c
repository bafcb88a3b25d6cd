#include "exporters/policy.h"

#include "base/error.h"
#include "base/whole_file.h"
#include "base/words.h"

#include <string.h>

enum { CLAIM = RS_N_KINDS, SETTLEMENT, N_ENTITIES };
enum { COLUMN_ID, COLUMN_NAME, COLUMN_REGION, N_COLUMNS };
typedef enum { GENERAL, SENSITIVE, CORE, N_CLASSES } DataClass;

static const char *const class_name[N_CLASSES] = {"general", "sensitive", "core"};
static const char *const entity_name[N_ENTITIES] = {"person", "doctor", "institution", "drug", "claim", "settlement"};
static const char *const column_name[N_COLUMNS] = {"id", "name", "region"};

typedef struct { DataClass entity[N_ENTITIES], column[N_COLUMNS], from; } Classes;

void rs_policy_free(RsPolicy *policy) {
  if (policy == NULL) return;
  g_free(policy->text);
  g_free(policy);
}

bool rs_policy_hides(const RsPolicy *policy) {
  bool hides = policy->region || policy->institution_region;
  for (int kind = RS_DOCTOR; kind < RS_N_KINDS; kind++) hides = hides || policy->id[kind] || policy->name[kind];
  return hides;
}

/* ---- reading ---- */

/* The place of a word in a list, or n. */
static unsigned word_find(const char *word, const char *const *list, unsigned n) {
  unsigned i = 0;
  while (i < n && strcmp(word, list[i]) != 0) i++;
  return i;
}

static bool group_read(GKeyFile *file, const char *group, const char *const *names, unsigned n, DataClass *classes, const char *path, GError **error) {
  g_auto(GStrv) key = g_key_file_get_keys(file, group, NULL, NULL);
  for (guint i = 0; key != NULL && key[i] != NULL; i++) {
    g_autofree char *value = g_key_file_get_string(file, group, key[i], NULL);
    const unsigned name = word_find(key[i], names, n), level = word_find(value == NULL ? "" : value, class_name, N_CLASSES);
    if (name < n && level < N_CLASSES) {
      classes[name] = (DataClass)level;
      continue;
    }
    g_autofree char *known = g_strjoinv(" ", (char **)names);
    if (name == n) g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: [%s] has no '%s'; it has %s"), path, group, key[i], known);
    else g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: [%s] %s: '%s' is no class; there are general, sensitive and core"), path, group, key[i], value == NULL ? "" : value);
    return false;
  }
  return true;
}

static bool groups_known(GKeyFile *file, const char *path, GError **error) {
  g_auto(GStrv) group = g_key_file_get_groups(file, NULL);
  for (guint i = 0; group[i] != NULL; i++) {
    if (strcmp(group[i], "entity") == 0 || strcmp(group[i], "column") == 0 || strcmp(group[i], "mask") == 0) continue;
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: a policy has no group [%s]; it has entity, column and mask"), path, group[i]);
    return false;
  }
  return true;
}

static bool masked(const Classes *classes, unsigned entity, unsigned column) { return MAX(classes->entity[entity], classes->column[column]) >= classes->from; }

static char *text_of(const Classes *classes) {
  GString *text = g_string_new(NULL);
  for (unsigned i = 0; i < N_ENTITIES; i++) g_string_append_printf(text, "%s=%s ", entity_name[i], class_name[classes->entity[i]]);
  for (unsigned i = 0; i < N_COLUMNS; i++) g_string_append_printf(text, "%s=%s ", column_name[i], class_name[classes->column[i]]);
  g_string_append_printf(text, "from=%s", class_name[classes->from]);
  return g_string_free(text, FALSE);
}

static RsPolicy *policy_of(const Classes *classes, const char *path, GError **error) {
  static const unsigned always[] = {RS_PERSON, CLAIM, SETTLEMENT};
  for (size_t i = 0; i < G_N_ELEMENTS(always); i++)
    if (!masked(classes, always[i], COLUMN_ID)) {
      g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: a policy cannot clear %s ids: that takes --unmask --authority REF"), path, entity_name[always[i]]);
      return NULL;
    }
  RsPolicy *policy = g_new0(RsPolicy, 1);
  for (unsigned kind = 0; kind < RS_N_KINDS; kind++) {
    policy->id[kind] = masked(classes, kind, COLUMN_ID);
    policy->name[kind] = policy->id[kind] || masked(classes, kind, COLUMN_NAME);
  }
  policy->region = classes->column[COLUMN_REGION] >= classes->from;
  policy->institution_region = masked(classes, RS_INSTITUTION, COLUMN_REGION);
  policy->text = text_of(classes);
  return policy;
}

RsPolicy *rs_policy_parse(const char *text, gsize length, const char *path, GError **error) {
  Classes classes = {.entity = {[RS_PERSON] = CORE, [CLAIM] = SENSITIVE, [SETTLEMENT] = SENSITIVE}, .from = SENSITIVE};
  static const char *const from[] = {"from"};
  g_autoptr(GKeyFile) file = g_key_file_new();
  g_autoptr(GError) bad = NULL;
  if (!g_key_file_load_from_data(file, text, length, G_KEY_FILE_NONE, &bad)) {
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, "%s: %s", path, bad->message);
    return NULL;
  }
  if (!groups_known(file, path, error) || !group_read(file, "entity", entity_name, N_ENTITIES, classes.entity, path, error) ||
      !group_read(file, "column", column_name, N_COLUMNS, classes.column, path, error) || !group_read(file, "mask", from, 1, &classes.from, path, error))
    return NULL;
  return policy_of(&classes, path, error);
}

RsPolicy *rs_policy_read(const char *path, GError **error) {
  gsize length;
  g_autofree char *text = rs_whole_file_read(path, 1 << 20, &length, error);
  return text == NULL ? NULL : rs_policy_parse(text, length, path, error);
}

/* ---- disguise ---- */

/* Each text as its pseudonym. */
static RsText *text_masked(const RsText *from, const RsMask *mask, char prefix) {
  RsText *text = g_new0(RsText, 1);
  GString *bytes = g_string_sized_new((gsize)from->n * 20 + 1);
  text->n = from->n;
  text->offset = g_new(uint64_t, (gsize)from->n + 1);
  for (uint32_t i = 0; i < from->n; i++) {
    char buffer[32];
    const char *masked_text = rs_mask_text(mask, prefix, rs_text_get(from, i), buffer);
    text->offset[i] = bytes->len;
    g_string_append_len(bytes, masked_text, (gssize)strlen(masked_text) + 1);
  }
  text->offset[from->n] = bytes->len;
  text->bytes = g_string_free(bytes, FALSE);
  return text;
}

/* shown: what the rows call each of a kind; masked: NULL as yet. */
static void names_disguise(const RsCase *c, RsKind kind, RsText **shown, RsText **masked) {
  if (*shown == NULL) return;
  if (c->policy->id[kind]) *shown = NULL; /* a pseudonym needs no second one */
  else if (c->policy->name[kind]) *shown = *masked = text_masked(*shown, c->mask, 'n');
}

static void regions_disguise(RsDisguise *disguise, const RsCase *c) {
  const uint32_t n = c->claims->institution->n;
  if (c->policy->region && c->claims->region != NULL) disguise->claims.region = disguise->region = text_masked(c->claims->region, c->mask, 'g');
  if (!c->policy->institution_region || c->policy->region || c->claims->institution_region == NULL) return;
  disguise->institution_region = g_new(uint32_t, (gsize)n + 1);
  for (uint32_t i = 0; i < n; i++) disguise->institution_region[i] = RS_NONE;
  disguise->claims.institution_region = disguise->institution_region;
}

static int compare_ranks(const void *x, const void *y, void *ids) {
  const RsInstitutionRank *a = x, *b = y;
  if (a->suspicion != b->suspicion) return a->suspicion > b->suspicion ? -1 : 1;
  if (a->amount != b->amount) return a->amount > b->amount ? -1 : 1;
  return strcmp(rs_text_get(ids, a->institution), rs_text_get(ids, b->institution));
}

/* Institutions that nothing tells apart stand in the order of what is printed: their own would show which id comes first. */
static void ranks_disguise(RsDisguise *disguise, const RsCase *c) {
  const uint32_t n = c->rings == NULL ? 0 : c->rings->n_institutions;
  if (n == 0 || !c->policy->id[RS_INSTITUTION]) return;
  disguise->rank = g_memdup2(c->rings->institutions, (gsize)n * sizeof *disguise->rank);
  g_qsort_with_data(disguise->rank, (gint)n, sizeof *disguise->rank, compare_ranks, disguise->text[RS_INSTITUTION]);
  for (uint32_t i = 0; i < n; i++) disguise->rank[i].rank = i + 1;
  disguise->rings = *c->rings;
  disguise->rings.institutions = disguise->rank;
  disguise->c.rings = &disguise->rings;
}

RsDisguise *rs_disguise_new(const RsCase *c) {
  RsDisguise *disguise = g_new0(RsDisguise, 1);
  RsText **const shown[RS_N_KINDS] = {[RS_DOCTOR] = &disguise->claims.doctor, [RS_INSTITUTION] = &disguise->claims.institution, [RS_DRUG] = &disguise->claims.drug};
  disguise->c = *c;
  if (c->policy == NULL || rs_mask_is_clear(c->mask) || !rs_policy_hides(c->policy)) return disguise;
  disguise->claims = *c->claims;
  disguise->knowledge = *c->knowledge;
  for (int kind = RS_DOCTOR; kind < RS_N_KINDS; kind++) {
    disguise->clear[kind] = *shown[kind];
    if (!c->policy->id[kind] || *shown[kind] == NULL) continue;
    *shown[kind] = disguise->text[kind] = text_masked(*shown[kind], c->mask, rs_mask_prefix((RsKind)kind));
  }
  names_disguise(c, RS_DRUG, &disguise->claims.drug_name, &disguise->drug_name);
  names_disguise(c, RS_INSTITUTION, &disguise->claims.institution_name, &disguise->institution_name);
  regions_disguise(disguise, c);
  ranks_disguise(disguise, c);
  disguise->knowledge.claims = &disguise->claims;
  disguise->c.claims = &disguise->claims;
  disguise->c.knowledge = &disguise->knowledge;
  disguise->c.disguised_from = c;
  return disguise;
}

void rs_disguise_free(RsDisguise *disguise) {
  if (disguise == NULL) return;
  for (int kind = 0; kind < RS_N_KINDS; kind++) rs_text_free(disguise->text[kind]);
  rs_text_free(disguise->region);
  rs_text_free(disguise->drug_name);
  rs_text_free(disguise->institution_name);
  g_free(disguise->institution_region);
  g_free(disguise->rank);
  g_free(disguise);
}
