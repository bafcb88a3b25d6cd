#include "exporters/picture.h"

#include "base/calendar.h"
#include "base/error.h"
#include "exporters/graphml.h"
#include "exporters/node_ids.h"
#include "exporters/xml_check.h"

#include <stdlib.h>
#include <string.h>

static RsPicture *picture_new(const char *name, RsLanguage language) {
  RsPicture *picture = g_new0(RsPicture, 1);
  g_strlcpy(picture->name, name, sizeof picture->name);
  picture->language = language;
  picture->nodes = g_array_new(FALSE, FALSE, sizeof(RsPictureNode));
  picture->edges = g_array_new(FALSE, FALSE, sizeof(RsPictureEdge));
  picture->spells = g_array_new(FALSE, FALSE, sizeof(RsSpell));
  picture->texts = g_string_chunk_new(4096);
  return picture;
}

void rs_picture_free(RsPicture *picture) {
  if (picture == NULL) return;
  g_array_unref(picture->nodes);
  g_array_unref(picture->edges);
  g_array_unref(picture->spells);
  g_string_chunk_free(picture->texts);
  g_free(picture);
}

static const char *keep(RsPicture *picture, const char *text) {
  return g_string_chunk_insert_const(picture->texts, text == NULL ? "" : text);
}

const char *rs_picture_edge_label(const RsPicture *picture, const RsPictureEdge *edge, char buffer[48]) {
  const char *unit = rs_say_n(picture->language, " claim", " claims", edge->n_claims);
  g_snprintf(buffer, 48, "%" G_GUINT64_FORMAT "%s", (guint64)edge->n_claims, unit);
  return buffer;
}

/* ---- from memory ---- */

typedef struct {
  const RsCase *c;
  const RsMask *mask;
  const RsEntities *entities;
  const RsSubgraph *subgraph;
  RsNodeIds *ids;
} Source;

static void node_draw(RsPicture *picture, const Source *source, uint32_t i) {
  const RsSubgraphNode *from = &source->subgraph->node[i];
  const RsEntity *entity = &source->entities->of[from->kind][from->id];
  const char *clear = rs_knowledge_id(source->c->knowledge, from->kind, from->id);
  char label[32], key[32], ring[16] = "", reasons[128];
  const bool masked = from->kind == RS_PERSON && !rs_mask_is_clear(source->mask);
  if (from->ring != RS_NONE) g_snprintf(ring, sizeof ring, "R%04u", from->ring + 1);
  RsPictureNode node = {.id = keep(picture, rs_node_id(source->ids, i)),
                        .kind = from->kind,
                        .n_rings = from->n_rings,
                        .n_links = entity->n_links,
                        .has_score = from->ring != RS_NONE,
                        .flagged = from->n_rings > 0,
                        .dated = entity->n_claims > 0,
                        .placed = true,
                        .x = from->x,
                        .y = from->y,
                        .size = from->size,
                        .n_claims = entity->n_claims,
                        .amount = entity->amount,
                        .first_day = entity->first_day,
                        .last_day = entity->last_day};
  node.key = keep(picture, rs_mask_entity(source->mask, from->kind, clear, key));
  node.label = keep(picture, rs_case_label(source->c, source->mask, from->kind, from->id, label));
  if (*node.label == '\0') node.label = node.id;
  node.ref = masked ? "" : keep(picture, clear);
  node.role = from->member ? rs_role_name[from->role] : "context";
  node.ring = keep(picture, ring);
  node.reasons = keep(picture, rs_case_reasons(from->patterns, rs_watch_has(source->c->watch, from->kind, from->id), reasons));
  if (node.has_score) node.score = source->c->rings->rings[from->ring].score;
  g_array_append_val(picture->nodes, node);
}

static int compare_edges(const void *a, const void *b) {
  const RsPictureEdge *x = a, *y = b;
  if (x->from != y->from) return x->from < y->from ? -1 : 1;
  return (x->to > y->to) - (x->to < y->to);
}

static void edge_draw(RsPicture *picture, const Source *source, const RsSpells *spells, const RsSubgraphEdge *from) {
  const RsRelation *relation = &source->c->knowledge->relation[from->kind];
  RsSpell spell[RS_MAX_SPELLS];
  const unsigned n = rs_spells_get(spells, source->subgraph, from, spell);
  RsPictureEdge edge = {.from = source->ids->rank[from->from],
                        .to = source->ids->rank[from->to],
                        .kind = from->kind,
                        .weight = CLAMP(relation->days[from->row], 1u, 100u),
                        .n_claims = from->sum.lines,
                        .amount = from->sum.amount,
                        .first_day = from->sum.first_day,
                        .last_day = from->sum.last_day,
                        .spell = picture->spells->len};
  if (n >= 2) {
    g_array_append_vals(picture->spells, spell, n);
    edge.n_spells = n;
  }
  g_array_append_val(picture->edges, edge);
}

RsPicture *rs_picture_from_subgraph(const RsCase *c, const RsMask *mask, const RsEntities *entities, const RsSubgraph *subgraph,
                                    uint32_t ring) {
  g_autofree RsKind *kind = g_new(RsKind, (gsize)subgraph->n_nodes + 1);
  g_autofree uint32_t *id = g_new(uint32_t, (gsize)subgraph->n_nodes + 1);
  g_autoptr(RsSpells) spells = rs_spells_new(c->claims, subgraph);
  char name[16] = "kg";
  for (uint32_t i = 0; i < subgraph->n_nodes; i++) {
    kind[i] = subgraph->node[i].kind;
    id[i] = subgraph->node[i].id;
  }
  g_autoptr(RsNodeIds) ids = rs_node_ids_new(c->knowledge, mask, subgraph->n_nodes, kind, id, RS_PERSON, 1);
  const Source source = {c, mask, entities, subgraph, ids};
  if (ring != RS_NONE) g_snprintf(name, sizeof name, "R%04u", ring + 1);
  RsPicture *picture = picture_new(name, c->text_language);
  for (uint32_t i = 0; i < subgraph->n_nodes; i++) node_draw(picture, &source, ids->order[i]);
  for (uint32_t i = 0; i < subgraph->n_edges; i++) edge_draw(picture, &source, spells, &subgraph->edge[i]);
  if (picture->edges->len > 0) qsort(picture->edges->data, picture->edges->len, sizeof(RsPictureEdge), compare_edges);
  return picture;
}

/* ---- from a case folder ---- */

typedef struct {
  RsPicture *picture;
  GHashTable *node; /* id -> number + 1 */
  const char *wrong;
  bool guarded;
} Load;

static const char *value_of(const RsXmlElement *element, const char *name) {
  for (unsigned i = 0; i < element->n; i++)
    if (strcmp(element->name[i], name) == 0) return element->value[i];
  return "";
}

/* The digits of a decimal with two places, or as many as there are; saturates. */
static int64_t hundredths(const char *text) {
  const bool negative = *text == '-';
  uint64_t value = 0;
  text += negative;
  for (; g_ascii_isdigit(*text); text++) value = value > UINT64_MAX / 1000 ? value : value * 10 + (uint64_t)(*text - '0');
  const char *places = *text == '.' ? text + 1 : "";
  for (int i = 0; i < 2; i++) value = value * 10 + (g_ascii_isdigit(*places) ? (uint64_t)(*places++ - '0') : 0);
  const int64_t size = (int64_t)MIN(value, (uint64_t)INT64_MAX);
  return negative ? -size : size;
}

static uint64_t number_of(const char *text, uint64_t most) {
  return MIN(g_ascii_strtoull(*text == '-' ? "0" : text, NULL, 10), most);
}

static bool day_of(const char *text, uint16_t *day) {
  uint32_t seconds;
  if (rs_time_parse(text, strlen(text), &seconds) != RS_TIME_DATE_ONLY) return false;
  *day = (uint16_t)(seconds / RS_DAY_SECONDS);
  return true;
}

/* The key inside an id, its escapes undone; what was hashed stays as it is. */
static char *key_of(const char *id) {
  GString *key = g_string_new(NULL);
  for (const char *at = id + 2; *at != '\0'; at++) {
    if (*at == '_' && g_ascii_isxdigit(at[1]) && g_ascii_isxdigit(at[2])) {
      g_string_append_c(key, (char)(g_ascii_xdigit_value(at[1]) << 4 | g_ascii_xdigit_value(at[2])));
      at += 2;
    } else {
      g_string_append_c(key, *at);
    }
  }
  return g_string_free(key, FALSE);
}

static void node_load(Load *load, const RsXmlElement *element) {
  RsPicture *picture = load->picture;
  const int kind = rs_kind_named(value_of(element, "kind"));
  if (kind < 0 || strlen(element->id) < 2) {
    load->wrong = "a node of an unknown kind";
    return;
  }
  const char *ref = value_of(element, "ref"), *score = value_of(element, "score"), *x = value_of(element, "x"),
             *size = value_of(element, "size");
  g_autofree char *key = key_of(element->id);
  RsPictureNode node = {.id = keep(picture, element->id),
                        .kind = (RsKind)kind,
                        .label = keep(picture, value_of(element, "label")),
                        .ref = keep(picture, ref),
                        .role = keep(picture, value_of(element, "role")),
                        .ring = keep(picture, value_of(element, "ring")),
                        .reasons = keep(picture, value_of(element, "reasons"))};
  if (load->guarded) rs_xml_unguard((char *)node.ref);
  node.key = *ref != '\0' ? node.ref : keep(picture, key);
  node.n_rings = (uint32_t)number_of(value_of(element, "n_rings"), INT32_MAX);
  node.n_links = (uint32_t)number_of(value_of(element, "n_links"), INT32_MAX);
  node.n_claims = number_of(value_of(element, "n_claims"), INT64_MAX);
  node.amount = hundredths(value_of(element, "amount"));
  node.flagged = strcmp(value_of(element, "flagged"), "true") == 0;
  node.has_score = *score != '\0';
  node.score = (int32_t)CLAMP(g_ascii_strtoll(score, NULL, 10), INT32_MIN, INT32_MAX);
  node.placed = *x != '\0';
  node.x = (int32_t)CLAMP(hundredths(x), -500000, 500000);
  node.y = (int32_t)CLAMP(hundredths(value_of(element, "y")), -500000, 500000);
  node.size = *size == '\0' ? RS_NONE : (uint32_t)CLAMP(hundredths(size), 0, 10000);
  node.dated = day_of(value_of(element, "first_date"), &node.first_day) && day_of(value_of(element, "last_date"), &node.last_day);
  g_array_append_val(picture->nodes, node);
  g_hash_table_insert(load->node, (gpointer)node.id, GUINT_TO_POINTER(picture->nodes->len));
}

static int relation_named(const char *name) {
  for (int kind = 0; kind < RS_N_RELATIONS; kind++)
    if (strcmp(rs_relation_name[kind], name) == 0) return kind;
  return -1;
}

static void edge_load(Load *load, const RsXmlElement *element) {
  const int kind = relation_named(element->label);
  const uint32_t from = GPOINTER_TO_UINT(g_hash_table_lookup(load->node, element->source));
  const uint32_t to = GPOINTER_TO_UINT(g_hash_table_lookup(load->node, element->target));
  RsPictureEdge edge = {.from = from - 1, .to = to - 1};
  if (kind < 0 || from == 0 || to == 0 || rs_picture_node(load->picture, from - 1)->kind != rs_relation_from[kind] ||
      rs_picture_node(load->picture, to - 1)->kind != rs_relation_to[kind]) {
    load->wrong = "an edge of an unknown kind";
    return;
  }
  edge.kind = (RsRelationKind)kind;
  edge.weight = (uint32_t)CLAMP(hundredths(value_of(element, "weight")) / 100, 1, 100);
  edge.n_claims = number_of(value_of(element, "n_claims"), INT64_MAX);
  edge.amount = hundredths(value_of(element, "amount"));
  if (g_str_has_suffix(value_of(element, "label"), rs_say_n(RS_LANG_ZH, " claim", " claims", 1))) load->picture->language = RS_LANG_ZH;
  if (!day_of(value_of(element, "first_date"), &edge.first_day) || !day_of(value_of(element, "last_date"), &edge.last_day))
    load->wrong = "an edge without dates";
  g_array_append_val(load->picture->edges, edge);
}

static void element_load(const RsXmlElement *element, void *data) {
  Load *load = data;
  if (load->wrong != NULL) return;
  if (element->source == NULL)
    node_load(load, element);
  else
    edge_load(load, element);
}

/* ---- the days of its edges ---- */

typedef struct {
  RsPicture *picture;
  GHashTable *node; /* kind letter, ':' and key -> number + 1 */
  GHashTable *edge; /* from << 32 | to -> number + 1 */
} Days;

static uint32_t node_find(const Days *days, const char *type, const char *id) {
  const int kind = rs_kind_named(type);
  if (kind < 0) return 0;
  g_autofree char *name = g_strdup_printf("%c:%s", rs_kind_letter[kind], id);
  return GPOINTER_TO_UINT(g_hash_table_lookup(days->node, name));
}

/* "2025-03-04;2025-03-13/2025-03-15" to spells; 0 when it is not as we write it. */
static unsigned spells_parse(const char *text, const RsPictureEdge *edge, RsSpell spell[RS_MAX_SPELLS]) {
  g_auto(GStrv) period = g_strsplit(text, ";", RS_MAX_SPELLS + 1);
  const unsigned n = g_strv_length(period);
  if (n > RS_MAX_SPELLS) return 0;
  for (unsigned i = 0; i < n; i++) {
    char *slash = strchr(period[i], '/');
    if (slash != NULL) *slash++ = '\0';
    if (!day_of(period[i], &spell[i].first) || !day_of(slash != NULL ? slash : period[i], &spell[i].last)) return 0;
    if (spell[i].last < spell[i].first || (i > 0 && spell[i].first <= spell[i - 1].last)) return 0;
  }
  return n >= 2 && spell[0].first >= edge->first_day && spell[n - 1].last <= edge->last_day ? n : 0;
}

static void days_row(const RsTable *table, const RsCell *cell, void *data) {
  const Days *days = data;
  (void)table; /* from_type, from_id, to_type, to_id, days */
  const uint32_t from = node_find(days, cell[0].text, cell[1].text), to = node_find(days, cell[2].text, cell[3].text);
  const uint64_t pair = (uint64_t)from << 32 | to;
  const guint number = GPOINTER_TO_UINT(g_hash_table_lookup(days->edge, &pair));
  RsSpell spell[RS_MAX_SPELLS];
  if (from == 0 || to == 0 || number == 0) return;
  RsPictureEdge *edge = rs_picture_edge(days->picture, number - 1);
  const unsigned n = edge->n_spells > 0 ? 0 : spells_parse(cell[4].text, edge, spell);
  if (n < 2) return;
  edge->spell = days->picture->spells->len;
  edge->n_spells = n;
  g_array_append_vals(days->picture->spells, spell, n);
}

static bool days_load(RsPicture *picture, const RsCaseRead *read, GError **error) {
  Days days = {picture, g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
               g_hash_table_new(g_int64_hash, g_int64_equal)};
  g_autofree uint64_t *pair = g_new(uint64_t, (gsize)picture->edges->len + 1);
  for (guint i = 0; i < picture->nodes->len; i++) {
    const RsPictureNode *node = rs_picture_node(picture, i);
    g_hash_table_insert(days.node, g_strdup_printf("%c:%s", rs_kind_letter[node->kind], node->key), GUINT_TO_POINTER(i + 1));
  }
  for (guint i = 0; i < picture->edges->len; i++) {
    const RsPictureEdge *edge = rs_picture_edge(picture, i);
    pair[i] = (uint64_t)(edge->from + 1) << 32 | (edge->to + 1);
    g_hash_table_insert(days.edge, &pair[i], GUINT_TO_POINTER(i + 1));
  }
  const bool good = rs_sqlite_walk(read->database, &rs_table[RS_TABLE_SPELL], NULL, days_row, &days, error);
  g_hash_table_unref(days.node);
  g_hash_table_unref(days.edge);
  return good;
}

RsPicture *rs_picture_from_case_undated(const RsCaseRead *read, const char *ring_id, GError **error) {
  g_autofree char *path = ring_id == NULL ? g_build_filename(read->folder, "graph.graphml", NULL)
                                          : g_strdup_printf("%s/rings/%s.graphml", read->folder, ring_id);
  g_autoptr(RsPicture) picture = picture_new(ring_id == NULL ? "kg" : ring_id, RS_LANG_EN);
  g_autoptr(GHashTable) node = g_hash_table_new(g_str_hash, g_str_equal);
  Load load = {.picture = picture, .node = node, .guarded = read->guarded};
  if (!rs_xml_check_graphml(path, element_load, &load, NULL, error)) return NULL;
  if (load.wrong != NULL) {
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, "%s: %s", path, load.wrong);
    return NULL;
  }
  return g_steal_pointer(&picture);
}

RsPicture *rs_picture_from_case(const RsCaseRead *read, const char *ring_id, GError **error) {
  g_autoptr(RsPicture) picture = rs_picture_from_case_undated(read, ring_id, error);
  return picture != NULL && days_load(picture, read, error) ? g_steal_pointer(&picture) : NULL;
}

/* ---- fewer nodes ---- */

typedef struct {
  const RsPictureNode *node;
  guint at;
} Standing;

static int compare_standing(const void *a, const void *b) {
  const Standing *x = a, *y = b;
  const RsPictureNode *p = x->node, *q = y->node;
  const bool p_member = strcmp(p->role, "context") != 0, q_member = strcmp(q->role, "context") != 0;
  if (p_member != q_member) return p_member ? -1 : 1;
  if ((*p->ring != '\0') != (*q->ring != '\0')) return *p->ring != '\0' ? -1 : 1;
  const int rings = strlen(p->ring) != strlen(q->ring) ? (strlen(p->ring) < strlen(q->ring) ? -1 : 1) : strcmp(p->ring, q->ring);
  if (rings != 0) return rings;
  if (p->n_claims != q->n_claims) return p->n_claims > q->n_claims ? -1 : 1;
  if (p->amount != q->amount) return p->amount > q->amount ? -1 : 1;
  return (x->at > y->at) - (x->at < y->at);
}

/* The least size is 4 and the greatest 100, or there are none: Gephi rescales the layout otherwise. */
static void sizes_renew(RsPicture *picture) {
  uint64_t *value = g_new(uint64_t, (gsize)picture->nodes->len + 1);
  for (guint i = 0; i < picture->nodes->len; i++) value[i] = rs_picture_node(picture, i)->n_claims;
  RsSizes sizes = rs_sizes_new(value, picture->nodes->len);
  for (guint i = 0; i < picture->nodes->len; i++)
    rs_picture_node(picture, i)->size = rs_sizes_get(&sizes, rs_picture_node(picture, i)->n_claims);
  g_free(sizes.value);
}

void rs_picture_keep(RsPicture *picture, uint32_t n) {
  if (n >= picture->nodes->len) return;
  g_autofree Standing *standing = g_new(Standing, (gsize)picture->nodes->len + 1);
  g_autofree uint32_t *place = g_new(uint32_t, (gsize)picture->nodes->len + 1);
  for (guint i = 0; i < picture->nodes->len; i++) {
    standing[i] = (Standing){rs_picture_node(picture, i), i};
    place[i] = RS_NONE;
  }
  qsort(standing, picture->nodes->len, sizeof *standing, compare_standing);
  for (uint32_t i = 0; i < n; i++) place[standing[i].at] = 0;
  guint n_nodes = 0, n_edges = 0;
  for (guint i = 0; i < picture->nodes->len; i++) {
    if (place[i] == RS_NONE) continue;
    place[i] = n_nodes;
    *rs_picture_node(picture, n_nodes++) = *rs_picture_node(picture, i);
  }
  g_array_set_size(picture->nodes, n_nodes);
  for (guint i = 0; i < picture->edges->len; i++) {
    RsPictureEdge edge = *rs_picture_edge(picture, i);
    if (place[edge.from] == RS_NONE || place[edge.to] == RS_NONE) continue;
    edge.from = place[edge.from];
    edge.to = place[edge.to];
    *rs_picture_edge(picture, n_edges++) = edge;
  }
  g_array_set_size(picture->edges, n_edges);
  sizes_renew(picture);
}
