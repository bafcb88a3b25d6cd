/* GEXF held against the rules that Gephi, networkx and graphology impose: numbers as in the linter of GraphML, 18 for the timeline. */
#include "base/calendar.h"
#include "base/error.h"
#include "base/words.h"
#include "exporters/gexf.h"
#include "exporters/xml_check.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  char *id, *type;
  bool of_edges;
} Attribute;

typedef struct {
  const char *path;
  RsGexfFacts facts;
  GPtrArray *attributes;     /* of Attribute */
  unsigned n_blocks[2];      /* of nodes, of edges */
  bool of_edges;             /* the attributes block being read */
  GHashTable *nodes, *edges; /* ids; "source target kind" */
  bool in_edge, in_graph, is_12; /* is_12: GEXF 1.2draft */
  char start[11], end[11], last_spell[11];
  unsigned n_spells; /* of the edge */
  uint64_t n_sized;
  double smallest, largest;
} Gexf;

G_GNUC_PRINTF(5, 6)
static bool broken(const Gexf *gexf, const RsXmlEvent *event, int rule, GError **error, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *what = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_set_error(error, RS_ERROR, RS_ERROR_INTEGRITY, _("%s:%d: rule %d: %s"), gexf->path, event->line, rule, what);
  return false;
}

static const char *value_of(const RsXmlEvent *event, const char *attribute) {
  const char *value = rs_xml_event_value(event, attribute);
  return value == NULL ? "" : value;
}

static bool date_ok(const char *text) {
  uint32_t seconds;
  return strlen(text) == 10 && text[4] == '-' && text[7] == '-' && rs_time_parse(text, 10, &seconds) == RS_TIME_DATE_ONLY;
}

static bool number_ok(const char *text, bool fraction) {
  text += *text == '-';
  const size_t whole = strspn(text, "0123456789");
  if (whole == 0) return false;
  text += whole;
  if (fraction && *text == '.' && g_ascii_isdigit(text[1])) text += 1 + strspn(text + 1, "0123456789");
  return *text == '\0';
}

/* ---- head ---- */

static bool graph_begin(Gexf *gexf, const RsXmlEvent *event, GError **error) {
  static const char *const zones[] = {"UTC",           "Asia/Shanghai", "Asia/Hong_Kong", "America/New_York",
                                      "Europe/London", "Europe/Paris"};
  static const struct {
    const char *name, *value;
  } fixed[] = {{"mode", "dynamic"}, {"defaultedgetype", "directed"}, {"timeformat", "date"}, {"timerepresentation", "interval"}};
  bool known = false;
  if (gexf->in_graph) return broken(gexf, event, 5, error, "more than one graph");
  gexf->in_graph = true;
  for (size_t i = 0; i < (gexf->is_12 ? 3 : G_N_ELEMENTS(fixed)); i++)
    if (strcmp(value_of(event, fixed[i].name), fixed[i].value) != 0)
      return broken(gexf, event, 18, error, "the graph's %s is '%s', not '%s'", fixed[i].name, value_of(event, fixed[i].name),
                    fixed[i].value);
  for (size_t i = 0; i < G_N_ELEMENTS(zones); i++) known = known || strcmp(value_of(event, "timezone"), zones[i]) == 0;
  if (gexf->is_12) known = rs_xml_event_value(event, "timezone") == NULL && rs_xml_event_value(event, "timerepresentation") == NULL;
  return known || broken(gexf, event, 18, error, "time zone '%s'", value_of(event, "timezone"));
}

/* The two dialects we write; their versions and namespaces belong together. */
static bool gexf_begin(Gexf *gexf, const RsXmlEvent *event, GError **error) {
  const char *version = value_of(event, "version"), *space = value_of(event, "xmlns"), *viz = value_of(event, "xmlns:viz");
  gexf->is_12 = strcmp(version, "1.2") == 0;
  if (gexf->is_12 ? strcmp(space, "http://www.gexf.net/1.2draft") == 0 && strcmp(viz, "http://www.gexf.net/1.2draft/viz") == 0
                  : strcmp(version, "1.3") == 0 && strcmp(space, "http://gexf.net/1.3") == 0 && strcmp(viz, "http://gexf.net/1.3/viz") == 0)
    return true;
  return broken(gexf, event, 1, error, "version '%s' of '%s'", version, space);
}

static bool block_begin(Gexf *gexf, const RsXmlEvent *event, GError **error) {
  gexf->of_edges = strcmp(value_of(event, "class"), "edge") == 0;
  if (!gexf->of_edges && strcmp(value_of(event, "class"), "node") != 0)
    return broken(gexf, event, 2, error, "attributes of '%s'", value_of(event, "class"));
  if (strcmp(value_of(event, "mode"), "static") != 0) return broken(gexf, event, 18, error, "attributes that are not static");
  return gexf->n_blocks[gexf->of_edges]++ == 0 ||
         broken(gexf, event, 2, error, "two blocks of attributes for one class: graphology keeps the last");
}

static bool attribute_begin(Gexf *gexf, const RsXmlEvent *event, GError **error) {
  static const char *const types[] = {"string", "integer", "long", "double", "boolean"};
  const char *id = value_of(event, "id"), *type = value_of(event, "type");
  bool known = false;
  if (*id == '\0' || g_ascii_isdigit(*id) || strcmp(id, value_of(event, "title")) != 0)
    return broken(gexf, event, 2, error, "attribute '%s' is numeric or not its title '%s'", id, value_of(event, "title"));
  for (size_t i = 0; i < G_N_ELEMENTS(types); i++) known = known || strcmp(type, types[i]) == 0;
  if (!known) return broken(gexf, event, 3, error, "attribute '%s' has the type '%s'", id, type);
  for (guint i = 0; i < gexf->attributes->len; i++) {
    const Attribute *other = g_ptr_array_index(gexf->attributes, i);
    if (other->of_edges == gexf->of_edges && g_ascii_strcasecmp(other->id, id) == 0)
      return broken(gexf, event, 2, error, "two attributes '%s'", id);
  }
  Attribute *attribute = g_new0(Attribute, 1);
  *attribute = (Attribute){g_strdup(id), g_strdup(type), gexf->of_edges};
  g_ptr_array_add(gexf->attributes, attribute);
  return true;
}

/* ---- nodes and edges ---- */

static bool period_begin(Gexf *gexf, const RsXmlEvent *event, GError **error) {
  const char *start = value_of(event, "start"), *end = value_of(event, "end");
  gexf->start[0] = gexf->end[0] = '\0';
  if (rs_xml_event_value(event, "startopen") != NULL || rs_xml_event_value(event, "endopen") != NULL)
    return broken(gexf, event, 18, error, "an open period");
  if (*start == '\0' && *end == '\0') return true;
  if (!date_ok(start) || !date_ok(end)) return broken(gexf, event, 18, error, "no such period: %s to %s", start, end);
  if (strcmp(start, end) > 0) return broken(gexf, event, 18, error, "%s is after %s", start, end);
  g_strlcpy(gexf->start, start, 11);
  g_strlcpy(gexf->end, end, 11);
  return true;
}

static bool node_begin(Gexf *gexf, const RsXmlEvent *event, GError **error) {
  const char *id = value_of(event, "id");
  gexf->in_edge = false;
  gexf->facts.n_nodes++;
  if (*id == '\0' || !g_hash_table_add(gexf->nodes, g_strdup(id))) return broken(gexf, event, 7, error, "node '%s' twice", id);
  if (*value_of(event, "label") == '\0') return broken(gexf, event, 17, error, "node '%s' has no label", id);
  return period_begin(gexf, event, error);
}

static bool edge_begin(Gexf *gexf, const RsXmlEvent *event, GError **error) {
  const char *source = value_of(event, "source"), *target = value_of(event, "target"), *kind = value_of(event, "kind");
  g_autofree char *expected = g_strdup_printf("e%" G_GUINT64_FORMAT, ++gexf->facts.n_edges);
  gexf->in_edge = true;
  gexf->n_spells = 0;
  gexf->last_spell[0] = '\0';
  if (strcmp(value_of(event, "id"), expected) != 0)
    return broken(gexf, event, 8, error, "edge id '%s', not '%s'", value_of(event, "id"), expected);
  if (!g_hash_table_contains(gexf->nodes, source) || !g_hash_table_contains(gexf->nodes, target))
    return broken(gexf, event, 9, error, "edge '%s' ends at an undeclared node", expected);
  if (strcmp(source, target) == 0) return broken(gexf, event, 7, error, "edge '%s' is a loop", expected);
  if ((*kind == '\0') != gexf->is_12 || !g_hash_table_add(gexf->edges, g_strdup_printf("%s %s %s", source, target, kind)))
    return broken(gexf, event, 7, error, "edge '%s' has no kind or repeats another", expected);
  if (rs_xml_event_value(event, "type") != NULL) return broken(gexf, event, 5, error, "an edge says its own direction");
  if (!number_ok(value_of(event, "weight"), true) || g_ascii_strtod(value_of(event, "weight"), NULL) <= 0)
    return broken(gexf, event, 6, error, "weight '%s': Gephi drops the edge", value_of(event, "weight"));
  return period_begin(gexf, event, error);
}

static bool spell_begin(Gexf *gexf, const RsXmlEvent *event, GError **error) {
  if (!gexf->in_edge) return broken(gexf, event, 18, error, "a spell outside an edge");
  if (gexf->n_spells == 0 && gexf->start[0] != '\0')
    return broken(gexf, event, 18, error, "an edge with both a period and spells");
  if (!period_begin(gexf, event, error)) return false;
  if (gexf->start[0] == '\0' || strcmp(gexf->start, gexf->last_spell) <= 0)
    return broken(gexf, event, 18, error, "spells out of order or touching");
  g_strlcpy(gexf->last_spell, gexf->end, 11);
  gexf->facts.n_spells++;
  return ++gexf->n_spells <= RS_MAX_SPELLS || broken(gexf, event, 18, error, "more than %u spells", RS_MAX_SPELLS);
}

static bool value_begin(Gexf *gexf, const RsXmlEvent *event, GError **error) {
  const char *id = value_of(event, "for"), *value = value_of(event, "value");
  const Attribute *attribute = NULL;
  for (guint i = 0; i < gexf->attributes->len && attribute == NULL; i++) {
    const Attribute *one = g_ptr_array_index(gexf->attributes, i);
    if (one->of_edges == gexf->in_edge && strcmp(one->id, id) == 0) attribute = one;
  }
  if (attribute == NULL) return broken(gexf, event, 9, error, "a value for the undeclared '%s'", id);
  if (*value == '\0') return broken(gexf, event, 14, error, "'%s' is empty", id);
  if (strcmp(attribute->type, "boolean") == 0 && strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
    return broken(gexf, event, 15, error, "'%s' is '%s'", id, value);
  if (strcmp(attribute->type, "double") == 0 && !number_ok(value, true))
    return broken(gexf, event, 15, error, "'%s' is '%s'", id, value);
  const bool whole = strcmp(attribute->type, "integer") == 0 || strcmp(attribute->type, "long") == 0;
  const gint64 number = whole ? g_ascii_strtoll(value, NULL, 10) : 0;
  if (whole && (!number_ok(value, false) || (*attribute->type == 'i' && (number > G_MAXINT32 || number < G_MININT32))))
    return broken(gexf, event, 13, error, "'%s' is '%s'", id, value);
  return !g_str_has_suffix(id, "_date") || date_ok(value) || broken(gexf, event, 18, error, "no such date: '%s'", value);
}

static bool looks_begin(Gexf *gexf, const RsXmlEvent *event, GError **error) {
  static const char *const channel[] = {"r", "g", "b"}, *const axis[] = {"x", "y", "z"};
  if (strcmp(event->name, "viz:size") == 0) {
    if (!number_ok(value_of(event, "value"), true)) return broken(gexf, event, 18, error, "a size without a value");
    const double size = g_ascii_strtod(value_of(event, "value"), NULL);
    if (gexf->n_sized == 0 || size < gexf->smallest) gexf->smallest = size;
    if (gexf->n_sized == 0 || size > gexf->largest) gexf->largest = size;
    gexf->n_sized++;
  }
  for (size_t i = 0; i < 3 && strcmp(event->name, "viz:color") == 0; i++)
    if (!number_ok(value_of(event, channel[i]), false) || g_ascii_strtoull(value_of(event, channel[i]), NULL, 10) > 255)
      return broken(gexf, event, 12, error, "colour %s is '%s'", channel[i], value_of(event, channel[i]));
  for (size_t i = 0; i < 3 && strcmp(event->name, "viz:position") == 0; i++) {
    const double place = g_ascii_strtod(value_of(event, axis[i]), NULL);
    if (!number_ok(value_of(event, axis[i]), true) || place > 5000 || place < -5000)
      return broken(gexf, event, 11, error, "coordinate '%s'", value_of(event, axis[i]));
  }
  return true;
}

static bool event_check(const RsXmlEvent *event, void *data, GError **error) {
  typedef bool (*Begin)(Gexf *, const RsXmlEvent *, GError **);
  static const struct {
    const char *name;
    Begin begin;
  } begins[] = {{"gexf", gexf_begin},         {"graph", graph_begin},       {"attributes", block_begin}, {"attribute", attribute_begin},
                {"node", node_begin},         {"edge", edge_begin},        {"spell", spell_begin},
                {"attvalue", value_begin},    {"viz:size", looks_begin},   {"viz:color", looks_begin},
                {"viz:position", looks_begin}};
  static const char *const silent[] = {"meta", "creator", "description", "nodes", "edges", "attvalues", "spells"};
  if (event->end) return true;
  for (size_t i = 0; i < G_N_ELEMENTS(begins); i++)
    if (strcmp(event->name, begins[i].name) == 0) return begins[i].begin(data, event, error);
  for (size_t i = 0; i < G_N_ELEMENTS(silent); i++)
    if (strcmp(event->name, silent[i]) == 0) return true;
  return broken(data, event, 2, error, "an element <%s>", event->name);
}

static void attribute_free(gpointer data) {
  Attribute *attribute = data;
  g_free(attribute->id);
  g_free(attribute->type);
  g_free(attribute);
}

static bool whole_ok(const Gexf *gexf, GError **error) {
  const RsXmlEvent nowhere = {.line = 0};
  if (!gexf->in_graph) return broken(gexf, &nowhere, 1, error, "no graph in the file");
  if (gexf->n_sized == 0) return true;
  if (gexf->n_sized != gexf->facts.n_nodes) return broken(gexf, &nowhere, 10, error, "only some nodes have a size");
  return (gexf->smallest >= 4 && gexf->smallest <= 4 && gexf->largest >= 100 && gexf->largest <= 100) ||
         broken(gexf, &nowhere, 10, error, "sizes run from %g to %g, not from 4 to 100", gexf->smallest, gexf->largest);
}

bool rs_gexf_check(const char *path, RsGexfFacts *facts, GError **error) {
  Gexf gexf = {.path = path, .attributes = g_ptr_array_new_with_free_func(attribute_free)};
  gexf.nodes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  gexf.edges = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  const bool good = rs_xml_walk(path, event_check, &gexf, error) && whole_ok(&gexf, error);
  if (facts != NULL) *facts = gexf.facts;
  g_ptr_array_unref(gexf.attributes);
  g_hash_table_unref(gexf.nodes);
  g_hash_table_unref(gexf.edges);
  return good;
}
