/* explain CASE person:ID: which leads an entity is in and why, or what else the case knows of it. */
#include "cli/explain.h"
#include "cli/summary.h"
#include "cli/terminal.h"
#include "exporters/json.h"

#include <string.h>

#define SHOWN 6u

static const char *const kind_column[RS_N_KINDS] = {"person_id", "doctor_id", "institution_id", "drug_code"};

/* Something counted over lines: a fact, or another entity. */
typedef struct {
  char *name;
  guint64 n_lines;
  gint64 amount;
  guint n_bursts;
} Tally;
typedef struct {
  GPtrArray *list;
  GHashTable *by_name; /* borrows the names */
} Tallies;

typedef struct {
  char *ring_id, *role; /* role NULL: on its lines, no member */
  double strength;
  guint64 n_lines;
  gint64 amount, fund;
  bool fund_known; /* false: the claims have no such column */
  Tallies facts, companions; /* by code; people */
  guint n_attended, n_bursts;
  RsPlaceOfLine place[RS_PLACES];
  guint n_places;
} InRing;

typedef struct {
  const RsCaseRead *read;
  RsKind kind;
  const char *id;
  GPtrArray *rings; /* of InRing */
  RsCaseRows *entity, *institution, *from, *to;
} Entity;

static void tally_free(gpointer data) {
  Tally *tally = data;
  g_free(tally->name);
  g_free(tally);
}

static Tallies tallies_new(void) {
  return (Tallies){g_ptr_array_new_with_free_func(tally_free), g_hash_table_new(g_str_hash, g_str_equal)};
}

static void tallies_clear(Tallies *tallies) {
  g_hash_table_unref(tallies->by_name);
  g_ptr_array_unref(tallies->list);
}

static void in_ring_free(gpointer data) {
  InRing *in = data;
  g_free(in->ring_id);
  g_free(in->role);
  tallies_clear(&in->facts);
  tallies_clear(&in->companions);
  rs_places_clear(in->place, in->n_places);
  g_free(in);
}

static InRing *in_ring_get(Entity *entity, const char *ring_id) {
  for (guint i = 0; i < entity->rings->len; i++) {
    InRing *in = g_ptr_array_index(entity->rings, i);
    if (strcmp(in->ring_id, ring_id) == 0) return in;
  }
  InRing *in = g_new0(InRing, 1);
  in->ring_id = g_strdup(ring_id);
  in->facts = tallies_new();
  in->companions = tallies_new();
  g_ptr_array_add(entity->rings, in);
  return in;
}

static Tally *tally_get(Tallies *tallies, const char *name) {
  Tally *tally = g_hash_table_lookup(tallies->by_name, name);
  if (tally != NULL) return tally;
  tally = g_new0(Tally, 1);
  tally->name = g_strdup(name);
  g_hash_table_insert(tallies->by_name, tally->name, tally);
  g_ptr_array_add(tallies->list, tally);
  return tally;
}

static void tally_add(Tallies *tallies, const char *name, gint64 amount) {
  Tally *tally = tally_get(tallies, name);
  tally->n_lines++;
  tally->amount = (gint64)((guint64)tally->amount + (guint64)amount);
}

/* ---- gathering ---- */

typedef struct {
  Entity *entity;
  unsigned ring, file, line, amount, fund, facts, person;
} Columns;

static void evidence_row(const RsTable *table, const RsCell *cell, void *data) {
  const Columns *at = data;
  InRing *in = in_ring_get(at->entity, cell[at->ring].text);
  const gint64 amount = cell[at->amount].integer;
  (void)table;
  in->n_lines++;
  in->amount = (gint64)((guint64)in->amount + (guint64)amount);
  in->fund_known = !cell[at->fund].empty;
  in->fund = (gint64)((guint64)in->fund + (guint64)cell[at->fund].integer);
  rs_places_add(in->place, &in->n_places, cell[at->file].text, cell[at->line].integer);
  g_auto(GStrv) codes = g_strsplit(cell[at->facts].text, ";", 64);
  for (char **code = codes; *code != NULL; code++)
    if (**code != '\0') tally_add(&in->facts, *code, amount);
  if (at->entity->kind != RS_PERSON) tally_add(&in->companions, cell[at->person].text, amount);
}

static bool evidence_gather(Entity *entity, GError **error) {
  const RsTable *table = &rs_table[RS_TABLE_EVIDENCE];
  const char *const where[] = {kind_column[entity->kind], entity->id, NULL};
  Columns at = {entity,
                rs_table_column(table, "ring_id"),
                rs_table_column(table, "file"),
                rs_table_column(table, "line"),
                rs_table_column(table, "amount"),
                rs_table_column(table, "fund_amount"),
                rs_table_column(table, "facts"),
                rs_table_column(table, "person_id")};
  return rs_sqlite_walk(entity->read->database, table, where, evidence_row, &at, error);
}

static bool members_gather(Entity *entity, GError **error) {
  const char *const where[] = {"entity_type", rs_kind_name[entity->kind], "entity_id", entity->id, NULL};
  g_autoptr(RsCaseRows) members = rs_case_read_rows(entity->read, RS_TABLE_MEMBER, where, error);
  for (guint i = 0; members != NULL && i < members->n; i++) {
    InRing *in = in_ring_get(entity, rs_case_rows_text(members, i, "ring_id"));
    g_free(in->role);
    in->role = g_strdup(rs_case_rows_text(members, i, "role"));
    in->strength = rs_case_rows_cell(members, i, "strength")->number;
  }
  return members != NULL;
}

/* Who was in the same bursts as this person. The rows of a burst stand together. */
static void companions_of(InRing *in, const RsCaseRows *attendance, const char *person) {
  for (guint begin = 0, end; begin < attendance->n; begin = end) {
    const gint64 burst = rs_case_rows_integer(attendance, begin, "burst");
    bool present = false;
    for (end = begin; end < attendance->n && rs_case_rows_integer(attendance, end, "burst") == burst; end++)
      present = present || strcmp(rs_case_rows_text(attendance, end, "person_id"), person) == 0;
    if (!present) continue;
    in->n_attended++;
    for (guint i = begin; i < end; i++) {
      const char *other = rs_case_rows_text(attendance, i, "person_id");
      if (strcmp(other, person) != 0) tally_get(&in->companions, other)->n_bursts++;
    }
  }
}

static bool bursts_gather(Entity *entity, GError **error) {
  for (guint i = 0; i < entity->rings->len; i++) {
    InRing *in = g_ptr_array_index(entity->rings, i);
    const char *const where[] = {"ring_id", in->ring_id, NULL};
    g_autoptr(RsCaseRows) bursts = rs_case_read_rows(entity->read, RS_TABLE_BURST, where, error);
    g_autoptr(RsCaseRows) attendance = bursts == NULL ? NULL : rs_case_read_rows(entity->read, RS_TABLE_ATTENDANCE, where, error);
    if (attendance == NULL) return false;
    in->n_bursts = bursts->n;
    if (entity->kind == RS_PERSON) companions_of(in, attendance, entity->id);
    for (guint b = 0; entity->kind == RS_INSTITUTION && b < bursts->n; b++)
      in->n_attended += strcmp(rs_case_rows_text(bursts, b, "institution_id"), entity->id) == 0;
  }
  return true;
}

static int compare_tallies(const void *a, const void *b) {
  const Tally *x = *(const Tally *const *)a, *y = *(const Tally *const *)b;
  if (x->n_bursts != y->n_bursts) return x->n_bursts > y->n_bursts ? -1 : 1;
  if (x->n_lines != y->n_lines) return x->n_lines > y->n_lines ? -1 : 1;
  if (x->amount != y->amount) return x->amount > y->amount ? -1 : 1;
  return strcmp(x->name, y->name);
}

static int compare_rings(const void *a, const void *b) {
  const InRing *x = *(const InRing *const *)a, *y = *(const InRing *const *)b;
  const size_t n = strlen(x->ring_id), m = strlen(y->ring_id);
  return n != m ? (n < m ? -1 : 1) : strcmp(x->ring_id, y->ring_id);
}

static bool surroundings_gather(Entity *entity, GError **error) {
  const char *name = rs_kind_name[entity->kind];
  const char *const of_entity[] = {"entity_type", name, "entity_id", entity->id, NULL};
  const char *const of_institution[] = {"institution_id", entity->kind == RS_INSTITUTION ? entity->id : "", NULL};
  const char *const from[] = {"from_type", name, "from_id", entity->id, NULL}, *const to[] = {"to_type", name, "to_id",
                                                                                              entity->id, NULL};
  entity->entity = rs_case_read_rows(entity->read, RS_TABLE_ENTITY, of_entity, error);
  if (entity->entity != NULL) entity->institution = rs_case_read_rows(entity->read, RS_TABLE_INSTITUTION, of_institution, error);
  if (entity->institution != NULL) entity->from = rs_case_read_rows(entity->read, RS_TABLE_RELATION, from, error);
  if (entity->from != NULL) entity->to = rs_case_read_rows(entity->read, RS_TABLE_RELATION, to, error);
  return entity->to != NULL;
}

static void entity_clear(Entity *entity) {
  g_ptr_array_unref(entity->rings);
  rs_case_rows_free(entity->entity);
  rs_case_rows_free(entity->institution);
  rs_case_rows_free(entity->from);
  rs_case_rows_free(entity->to);
}

static void sort_all(Entity *entity) {
  g_ptr_array_sort(entity->rings, compare_rings);
  for (guint i = 0; i < entity->rings->len; i++) {
    InRing *in = g_ptr_array_index(entity->rings, i);
    g_ptr_array_sort(in->facts.list, compare_tallies);
    g_ptr_array_sort(in->companions.list, compare_tallies);
  }
}

/* ---- text ---- */

typedef struct {
  const Entity *entity;
  RsLanguage language;
  guint shown;
  RsOutput *output;
  GString *line;
} Page;

#define add(page, ...) rs_explain_add((page)->line, __VA_ARGS__)

static void end(Page *page) { rs_explain_line(page->output, page->line); }

static void head(Page *page) {
  const Entity *entity = page->entity;
  g_autofree char *label = rs_explain_label(entity->read, entity->kind, entity->id);
  add(page, "%s ", rs_explain_kind(page->language, entity->kind, false));
  rs_terminal_add(page->line, entity->id);
  add(page, "  ");
  rs_terminal_add(page->line, label);
  end(page);
  if (entity->entity->n > 0) {
    g_autofree char *amount = rs_summary_money(rs_case_rows_integer(entity->entity, 0, "amount"));
    g_autofree char *n = rs_summary_count((guint64)MAX(rs_case_rows_integer(entity->entity, 0, "n_claims"), 0));
    add(page, rs_say(page->language, "in the claims: %s lines, %s, "), n, amount);
    rs_terminal_add(page->line, rs_case_rows_text(entity->entity, 0, "first_date"));
    add(page, "%s", rs_say(page->language, " to "));
    rs_terminal_add(page->line, rs_case_rows_text(entity->entity, 0, "last_date"));
    const char *region = rs_case_rows_text(entity->entity, 0, "region");
    if (*region != '\0') add(page, "%s", rs_say(page->language, ", region "));
    rs_terminal_add(page->line, region);
    end(page);
  }
  if (entity->institution->n > 0) {
    g_autofree char *suspicion = rs_explain_number(rs_case_rows_cell(entity->institution, 0, "suspicion"));
    add(page,
        rs_say(page->language, "among institutions: rank %lld by suspicion (%s against %lld peers), %lld visits of %lld people"),
        (long long)rs_case_rows_integer(entity->institution, 0, "rank"), suspicion,
        (long long)rs_case_rows_integer(entity->institution, 0, "peers"), (long long)rs_case_rows_integer(entity->institution, 0, "visits"),
        (long long)rs_case_rows_integer(entity->institution, 0, "persons"));
    end(page);
  }
}

static void tally_line(Page *page, const char *name, const Tally *tally, const char *text) {
  g_autofree char *amount = rs_summary_money(tally->amount), *n = rs_summary_count(tally->n_lines);
  add(page, "     ");
  rs_terminal_pad(page->line, name, 22);
  rs_terminal_pad(page->line, n, -8);
  rs_terminal_pad(page->line, amount, -16);
  add(page, "  ");
  rs_terminal_add(page->line, text);
  end(page);
}

static void facts(Page *page, const InRing *in, const RsRingStory *story) {
  guint n_known = 0;
  for (guint f = 0; f < story->facts->n; f++) {
    const char *code = rs_case_rows_text(story->facts, f, "fact");
    for (guint i = 0; i < in->facts.list->len; i++) {
      const Tally *tally = g_ptr_array_index(in->facts.list, i);
      if (strcmp(tally->name, code) != 0) continue;
      if (n_known++ == 0) {
        add(page, "%s",
            rs_say(page->language, "   facts that rest on its lines        lines           money"));
        end(page);
      }
      g_autofree char *text = g_strdup_printf("%+" G_GINT64_FORMAT "  %s", rs_case_rows_integer(story->facts, f, "points"),
                                              rs_ring_story_sentence(story, f + 1, page->language));
      tally_line(page, code, tally, text);
    }
  }
  if (n_known > 0) return;
  add(page, "%s", rs_say(page->language, "   no fact rests on its lines alone"));
  end(page);
}

static void companions(Page *page, const InRing *in) {
  const guint shown = MIN(in->companions.list->len, page->shown);
  if (in->companions.list->len == 0) return;
  const bool person = page->entity->kind == RS_PERSON;
  add(page, "%s",
      person ? rs_say(page->language, "   in the same bursts")
             : rs_say(page->language, "   people on these lines               lines           money"));
  end(page);
  for (guint i = 0; i < shown; i++) {
    const Tally *tally = g_ptr_array_index(in->companions.list, i);
    if (!person) {
      tally_line(page, tally->name, tally, "");
      continue;
    }
    add(page, "     ");
    rs_terminal_pad(page->line, tally->name, 22);
    add(page, rs_say(page->language, "%u of its %u"), tally->n_bursts, in->n_attended);
    end(page);
  }
  if (shown == in->companions.list->len) return;
  add(page, rs_say(page->language, "     and %u more"), in->companions.list->len - shown);
  end(page);
}

static void places(Page *page, const InRing *in) {
  for (guint i = 0; i < in->n_places; i++) {
    add(page, "%s", i == 0 ? rs_say(page->language, "   lines   ") : "           ");
    rs_terminal_add(page->line, in->place[i].file);
    add(page, ":%" G_GINT64_FORMAT, in->place[i].line);
    end(page);
  }
  if (in->n_lines > in->n_places) {
    add(page,
        rs_say(page->language, "           and %llu more in evidence.csv"),
        (unsigned long long)(in->n_lines - in->n_places));
    end(page);
  }
}

static void in_ring(Page *page, const InRing *in, const RsRingStory *story) {
  g_autofree char *amount = rs_summary_money(in->amount), *n = rs_summary_count(in->n_lines);
  end(page);
  rs_terminal_add(page->line, in->ring_id);
  add(page, "  %s", rs_explain_pattern(page->language, rs_case_rows_text(story->ring, 0, "pattern")));
  add(page, rs_say(page->language, "  score %lld  "), (long long)story->points);
  rs_terminal_add(page->line, rs_ring_story_sentence(story, 0, page->language));
  end(page);
  add(page, "   %s",
      in->role == NULL ? rs_say(page->language, "no member: it stands on the lead's claim lines")
                       : rs_explain_role(page->language, in->role));
  if (page->entity->kind == RS_PERSON || page->entity->kind == RS_INSTITUTION)
    if (in->n_bursts > 0) add(page, rs_say(page->language, ", %u of %u bursts"), in->n_attended, in->n_bursts);
  g_autofree char *all = rs_summary_count(story->n_lines), *all_amount = rs_summary_money(story->amount);
  add(page, rs_say(page->language, ", %s of %s claim lines, %s of %s"), n, all, amount, all_amount);
  end(page);
  facts(page, in, story);
  companions(page, in);
  places(page, in);
}

static int compare_relations(const void *a, const void *b, void *data) {
  const RsCaseRows *rows = data;
  const gint64 x = rs_case_rows_integer(rows, *(const guint *)a, "lines"),
               y = rs_case_rows_integer(rows, *(const guint *)b, "lines");
  if (x != y) return x > y ? -1 : 1;
  return (*(const guint *)a > *(const guint *)b) - (*(const guint *)a < *(const guint *)b);
}

static void relations(Page *page, const RsCaseRows *rows, const char *other_type, const char *other_id) {
  g_autofree guint *order = g_new(guint, rows->n + 1);
  for (guint i = 0; i < rows->n; i++) order[i] = i;
  if (rows->n > 0) g_qsort_with_data(order, (gint)rows->n, sizeof *order, compare_relations, (void *)rows);
  for (guint i = 0; i < MIN(rows->n, page->shown); i++) {
    const guint row = order[i];
    const bool forward = strcmp(other_type, "to_type") == 0;
    g_autofree char *amount = rs_summary_money(rs_case_rows_integer(rows, row, "amount"));
    add(page, "   ");
    rs_terminal_pad(page->line, forward ? rs_explain_relation(page->language, rs_case_rows_text(rows, row, "kind")) : "", 18);
    rs_terminal_pad(page->line, rs_case_rows_text(rows, row, other_type), 13);
    rs_terminal_pad(page->line, rs_case_rows_text(rows, row, other_id), 24);
    if (!forward) rs_terminal_pad(page->line, rs_explain_relation(page->language, rs_case_rows_text(rows, row, "kind")), 18);
    add(page,
        rs_say(page->language, "%lld lines, %lld days, %s"),
        (long long)rs_case_rows_integer(rows, row, "lines"), (long long)rs_case_rows_integer(rows, row, "days"), amount);
    end(page);
  }
  if (rows->n <= page->shown) return;
  add(page, rs_say(page->language, "   and %u more: case.db, table relation"), rows->n - page->shown);
  end(page);
}

static void in_no_ring(Page *page) {
  const Entity *entity = page->entity;
  end(page);
  add(page, "%s", rs_say(page->language, "in no lead of this case"));
  end(page);
  if (entity->from->n + entity->to->n == 0) return;
  end(page);
  add(page, "%s", rs_say(page->language, "its relations with the leads and what surrounds them"));
  end(page);
  relations(page, entity->from, "to_type", "to_id");
  relations(page, entity->to, "from_type", "from_id");
}

static bool text_page(Page *page, GError **error) {
  const GPtrArray *rings = page->entity->rings;
  head(page);
  if (rings->len == 0) in_no_ring(page);
  for (guint i = 0; i < rings->len; i++) {
    const InRing *in = g_ptr_array_index(rings, i);
    const RsCaseSource source = rs_case_source_read(page->entity->read);
    g_autoptr(RsRingStory) story = rs_ring_story_new(&source, in->ring_id, error);
    if (story == NULL) return false;
    in_ring(page, in, story);
  }
  end(page);
  add(page, "%s", rs_say(page->language, "a lead is for review; it proves nothing by itself"));
  end(page);
  return true;
}

/* ---- JSON ---- */

static void json_tallies(RsJson *json, const char *key, const char *name_key, const GPtrArray *tallies, bool bursts) {
  rs_json_begin(json, key, '[');
  for (guint i = 0; i < tallies->len; i++) {
    const Tally *tally = g_ptr_array_index(tallies, i);
    rs_json_begin(json, NULL, '{');
    rs_json_text(json, name_key, tally->name);
    if (bursts)
      rs_json_unsigned(json, "bursts", tally->n_bursts);
    else
      rs_json_unsigned(json, "lines", tally->n_lines);
    if (!bursts) rs_json_money(json, "amount", tally->amount);
    rs_json_end(json, '}');
  }
  rs_json_end(json, ']');
}

static void json_page(const Page *page) {
  const Entity *entity = page->entity;
  RsJson json = rs_json(page->output);
  rs_json_begin(&json, NULL, '{');
  rs_json_text(&json, "entity_type", rs_kind_name[entity->kind]);
  rs_json_text(&json, "entity_id", entity->id);
  if (entity->entity->n > 0) {
    rs_json_text(&json, "label", rs_case_rows_text(entity->entity, 0, "label"));
    rs_json_text(&json, "region", rs_case_rows_text(entity->entity, 0, "region"));
    rs_json_signed(&json, "n_claims", rs_case_rows_integer(entity->entity, 0, "n_claims"));
    rs_json_money(&json, "amount", rs_case_rows_integer(entity->entity, 0, "amount"));
    rs_json_text(&json, "first_date", rs_case_rows_text(entity->entity, 0, "first_date"));
    rs_json_text(&json, "last_date", rs_case_rows_text(entity->entity, 0, "last_date"));
  }
  if (entity->institution->n > 0) {
    rs_json_signed(&json, "rank", rs_case_rows_integer(entity->institution, 0, "rank"));
    rs_json_double(&json, "suspicion", rs_case_rows_cell(entity->institution, 0, "suspicion")->number, 6);
  }
  rs_json_begin(&json, "rings", '[');
  for (guint i = 0; i < entity->rings->len; i++) {
    const InRing *in = g_ptr_array_index(entity->rings, i);
    rs_json_begin(&json, NULL, '{');
    rs_json_text(&json, "ring_id", in->ring_id);
    rs_json_text(&json, "role", in->role);
    rs_json_double(&json, "strength", in->strength, 6);
    rs_json_unsigned(&json, "bursts", in->n_attended);
    rs_json_unsigned(&json, "bursts_of_the_ring", in->n_bursts);
    rs_json_unsigned(&json, "lines", in->n_lines);
    rs_json_money(&json, "amount", in->amount);
    rs_json_money_or_null(&json, "fund_amount", in->fund, in->fund_known);
    json_tallies(&json, "facts", "fact", in->facts.list, false);
    json_tallies(&json, "companions", "person_id", in->companions.list, entity->kind == RS_PERSON);
    rs_json_end(&json, '}');
  }
  rs_json_end(&json, ']');
  rs_json_end(&json, '}');
  rs_output_char(page->output, '\n');
}

bool rs_explain_entity(const RsOptions *options, const RsCaseRead *read, RsKind kind, const char *id, RsOutput *output,
                       GError **error) {
  g_autoptr(GString) line = g_string_new(NULL);
  Entity entity = {.read = read, .kind = kind, .id = id, .rings = g_ptr_array_new_with_free_func(in_ring_free)};
  Page page = {&entity, options->language, options->top > 0 ? (guint)options->top : SHOWN, output, line};
  bool good = evidence_gather(&entity, error) && members_gather(&entity, error) && bursts_gather(&entity, error) &&
              surroundings_gather(&entity, error);
  if (good) sort_all(&entity);
  if (good && options->json)
    json_page(&page);
  else if (good)
    good = text_page(&page, error);
  entity_clear(&entity);
  return good;
}
