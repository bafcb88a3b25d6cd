#include "exporters/xml_check.h"

#include "base/calendar.h"
#include "base/error.h"
#include "base/words.h"

#include <errno.h>
#include <fcntl.h>
#include <libxml/xmlmemory.h>
#include <libxml/xmlreader.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"

typedef enum { TYPE_BOOLEAN, TYPE_INT, TYPE_LONG, TYPE_DOUBLE, TYPE_STRING, N_TYPES } Type;
static const char *const type_name[N_TYPES] = {"boolean", "int", "long", "double", "string"};

typedef struct { char *id, *name, *of; Type type; } Key;

typedef struct {
  const char *path;
  xmlTextReader *reader;
  RsXmlElementFunc func;
  void *data;
  GError *failure;    /* the first broken rule */
  char *library;      /* libxml2's first complaint */
  int library_line;
  GPtrArray *keys;    /* of Key */
  GHashTable *nodes;  /* id -> number + 1 */
  GPtrArray *names, *values; /* of the element being read */
  guint last_key;
  char *id, *source, *target, *label;
  bool in_element, is_edge, in_graph;
  RsXmlFacts facts;
  guint last_source, last_target;
  bool is_strict; /* no edge has a label attribute */
  char *last_label, *last_node;
  uint64_t n_sized;
  double smallest, largest;
} Check;

/* GLib gives NULL for no bytes, which libxml2 takes for no memory. */
static void *memory_new(size_t n) { return g_malloc(MAX(n, 1)); }
static void *memory_resize(void *old, size_t n) { return g_realloc(old, MAX(n, 1)); }

void rs_xml_memory(void) { xmlMemSetup(g_free, memory_new, memory_resize, g_strdup); }

const char *rs_xml_library_version(void) { return LIBXML_DOTTED_VERSION; }

G_GNUC_PRINTF(3, 4)
static bool broken(Check *check, int rule, const char *format, ...) {
  if (check->failure != NULL) return false;
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *what = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_set_error(&check->failure, RS_ERROR, RS_ERROR_INTEGRITY, _("%s:%d: rule %d: %s"), check->path,
              check->reader == NULL ? 0 : xmlTextReaderGetParserLineNumber(check->reader), rule, what);
  return false;
}

/* ---- what only the raw bytes show ---- */

static const char *skip_to(const char *at, const char *end, const char *closing) {
  const char *found = memmem(at, (size_t)(end - at), closing, strlen(closing));
  return found == NULL ? end : found + strlen(closing);
}

/* Rule 1: declaration and no DOCTYPE. Rule 16: Gephi's other parser splits element text at character references. */
static bool raw_check(Check *check, const char *bytes, size_t length) {
  const char *at = bytes, *end = bytes + length;
  if (length < strlen(DECLARATION) || memcmp(bytes, DECLARATION, strlen(DECLARATION)) != 0)
    return broken(check, 1, "the file does not begin with %s", DECLARATION);
  while (at < end) {
    if (*at == '&') return broken(check, 16, "a reference in element text, byte %zu", (size_t)(at - bytes));
    if (*at != '<') {
      at++;
      continue;
    }
    const size_t left = (size_t)(end - at);
    if (left >= 9 && memcmp(at, "<![CDATA[", 9) == 0) at = skip_to(at, end, "]]>");
    else if (left >= 4 && memcmp(at, "<!--", 4) == 0) at = skip_to(at, end, "-->");
    else if (left >= 2 && at[1] == '!') return broken(check, 1, "a DOCTYPE, byte %zu", (size_t)(at - bytes));
    else at = skip_to(at, end, ">"); /* attribute values hold no raw '>' in our files; a stray one only ends the tag early */
  }
  return true;
}

/* ---- keys ---- */

/* Names that a reader takes for something else. Those we use in their own meaning (label, size, color, x, y, weight) are not here. */
static const char *const taken_names[] = {
    "id", "nodelabel", "edgelabel", "z", "xpos", "ypos", "zpos", "r", "g", "b", "timeset", "degree", "indegree", "outdegree",
    "weighted degree", "modularity_class", "pageranks", "eigencentrality", "betweenesscentrality", "closnesscentrality",
    "eccentricity", "clustering", "componentnumber", "strongcompnum", "hub", "authority", "name", "shared name", "suid", "selected",
    "interaction", "pid", "start", "end", "type", "hidden", "highlighted", "forcelabel", "zindex", "key", "labels"};

static bool name_taken(const char *name) {
  g_autofree char *lower = g_ascii_strdown(name, -1);
  if (strstr(lower, "interval") != NULL || strstr(lower, "timestamp") != NULL) return true;
  for (size_t i = 0; i < G_N_ELEMENTS(taken_names); i++)
    if (strcmp(lower, taken_names[i]) == 0) return true;
  return false;
}

static void key_free(gpointer data) {
  Key *key = data;
  g_free(key->id);
  g_free(key->name);
  g_free(key->of);
  g_free(key);
}

static char *attribute(const Check *check, const char *name) {
  xmlChar *value = xmlTextReaderGetAttribute(check->reader, (const xmlChar *)name);
  char *copy = g_strdup((const char *)value);
  xmlFree(value);
  return copy;
}

static bool key_begin(Check *check) {
  Key *key = g_new0(Key, 1);
  key->id = attribute(check, "id");
  key->name = attribute(check, "attr.name");
  key->of = attribute(check, "for");
  g_autofree char *type = attribute(check, "attr.type");
  g_ptr_array_add(check->keys, key);
  if (key->id == NULL || key->name == NULL || key->of == NULL || type == NULL) return broken(check, 2, "an incomplete key");
  while (key->type < N_TYPES && strcmp(type, type_name[key->type]) != 0) key->type++;
  if (key->type == N_TYPES) return broken(check, 3, "key '%s' has the type '%s'", key->id, type);
  if (strcmp(key->of, "node") != 0 && strcmp(key->of, "edge") != 0 && strcmp(key->of, "graph") != 0)
    return broken(check, 2, "key '%s' is for '%s'", key->id, key->of);
  if (name_taken(key->id) || name_taken(key->name)) return broken(check, 2, "key '%s' means something else to a reader", key->id);
  for (guint i = 0; i + 1 < check->keys->len; i++) {
    const Key *other = g_ptr_array_index(check->keys, i);
    if (g_ascii_strcasecmp(other->id, key->id) == 0) return broken(check, 2, "two keys are called '%s'", key->id);
    if (strcmp(other->of, key->of) == 0 && g_ascii_strcasecmp(other->name, key->name) == 0)
      return broken(check, 2, "two attributes are called '%s'", key->name);
  }
  return true;
}

static guint key_find(const Check *check, const char *id, const char *of) {
  for (guint i = 0; i < check->keys->len; i++) {
    const Key *key = g_ptr_array_index(check->keys, i);
    if (strcmp(key->id, id) == 0 && strcmp(key->of, of) == 0) return i;
  }
  return G_MAXUINT;
}

/* ---- values ---- */

static bool decimal_ok(const char *text, bool fraction) {
  text += *text == '-';
  const size_t whole = strspn(text, "0123456789");
  if (whole == 0) return false;
  text += whole;
  if (fraction && *text == '.') {
    const size_t places = strspn(text + 1, "0123456789");
    if (places == 0) return false;
    text += 1 + places;
  }
  return *text == '\0';
}

static bool whole_ok(const char *text, int64_t low, int64_t high) {
  if (!decimal_ok(text, false)) return false;
  errno = 0;
  const long long value = strtoll(text, NULL, 10);
  return errno == 0 && value >= low && value <= high;
}

static bool date_ok(const char *text) {
  uint16_t day;
  if (strlen(text) != 10 || text[4] != '-' || text[7] != '-' || strspn(text, "0123456789-") != 10) return false;
  return rs_day_from_civil(atoi(text), atoi(text + 5), atoi(text + 8), &day); /* NOLINT(cert-err34-c): digits, as was seen */
}

static bool color_ok(const char *text) {
  return strlen(text) == 7 && text[0] == '#' && strspn(text + 1, "0123456789abcdef") == 6;
}

static bool typed_ok(Check *check, const Key *key, const char *text) {
  switch (key->type) {
    case TYPE_BOOLEAN:
      return strcmp(text, "true") == 0 || strcmp(text, "false") == 0 || broken(check, 15, "'%s' is '%s'", key->name, text);
    case TYPE_INT:
      return whole_ok(text, INT32_MIN, INT32_MAX) || broken(check, 13, "'%s' is '%s': no 32-bit number", key->name, text);
    case TYPE_LONG:
      return whole_ok(text, INT64_MIN, INT64_MAX) || broken(check, 13, "'%s' is '%s': no 64-bit number", key->name, text);
    case TYPE_DOUBLE:
      return decimal_ok(text, true) || broken(check, 15, "'%s' is '%s': no plain decimal", key->name, text);
    default: return true;
  }
}

static bool meaning_ok(Check *check, const Key *key, const char *text) {
  const double value = key->type == TYPE_DOUBLE ? g_ascii_strtod(text, NULL) : 0.0;
  if (strcmp(key->name, "weight") == 0 && !(value > 0)) return broken(check, 6, "weight %s: Gephi drops the edge", text);
  if ((strcmp(key->name, "x") == 0 || strcmp(key->name, "y") == 0) && !(value >= -5000 && value <= 5000))
    return broken(check, 11, "coordinate %s", text);
  if (strcmp(key->name, "color") == 0 && !color_ok(text)) return broken(check, 12, "colour '%s'", text);
  if (g_str_has_suffix(key->name, "_date") && !date_ok(text)) return broken(check, 18, "no such date: '%s'", text);
  if (strcmp(key->name, "size") != 0) return true;
  if (check->n_sized == 0 || value < check->smallest) check->smallest = value;
  if (check->n_sized == 0 || value > check->largest) check->largest = value;
  check->n_sized++;
  return true;
}

/* The text of the data element at the reader, which moves to its end. */
static char *data_text(Check *check) {
  GString *text = g_string_new(NULL);
  const int depth = xmlTextReaderDepth(check->reader);
  if (xmlTextReaderIsEmptyElement(check->reader)) return g_string_free(text, FALSE);
  while (xmlTextReaderRead(check->reader) == 1 && xmlTextReaderDepth(check->reader) > depth) {
    const int type = xmlTextReaderNodeType(check->reader);
    const xmlChar *value = xmlTextReaderConstValue(check->reader);
    if (type == XML_READER_TYPE_ELEMENT) broken(check, 14, "an element inside data");
    else if (value != NULL && type != XML_READER_TYPE_COMMENT) g_string_append(text, (const char *)value);
  }
  return g_string_free(text, FALSE);
}

static bool data_begin(Check *check) {
  g_autofree char *id = attribute(check, "key");
  g_autofree char *text = data_text(check);
  const guint at = id == NULL ? G_MAXUINT : key_find(check, id, check->in_element ? check->is_edge ? "edge" : "node" : "graph");
  if (at == G_MAXUINT) return broken(check, 9, "data for the undeclared key '%s'", id == NULL ? "" : id);
  const Key *key = g_ptr_array_index(check->keys, at);
  if (*text == '\0') return broken(check, 14, "'%s' is empty", key->name);
  if (!typed_ok(check, key, text)) return false;
  if (!check->in_element) return true;
  if (check->names->len > 0 && at <= check->last_key) return broken(check, 14, "'%s' is repeated or out of order", key->name);
  check->last_key = at;
  g_ptr_array_add(check->names, g_strdup(key->name));
  g_ptr_array_add(check->values, g_steal_pointer(&text));
  return meaning_ok(check, key, g_ptr_array_index(check->values, check->values->len - 1));
}

/* ---- nodes and edges ---- */

static bool nmtoken(const char *id) {
  if (id == NULL || *id == '\0') return false;
  for (; *id != '\0'; id++)
    if (!g_ascii_isalnum(*id) && strchr(".:-_", *id) == NULL) return false;
  return true;
}

static guint node_number(const Check *check, const char *id) {
  return id == NULL ? 0 : GPOINTER_TO_UINT(g_hash_table_lookup(check->nodes, id));
}

static bool edge_begin(Check *check) {
  const guint source = node_number(check, check->source), target = node_number(check, check->target);
  g_autofree char *expected = g_strdup_printf("e%" G_GUINT64_FORMAT, check->facts.n_edges + 1);
  check->facts.n_edges++;
  if (g_strcmp0(check->id, expected) != 0) return broken(check, 8, "edge id '%s', not '%s'", check->id ? check->id : "", expected);
  if (source == 0 || target == 0) return broken(check, 9, "edge '%s' ends at an undeclared node", expected);
  if (source == target) return broken(check, 7, "edge '%s' is a loop", expected);
  if (check->label != NULL && !nmtoken(check->label)) return broken(check, 7, "edge '%s' has no kind in its label", expected);
  if (check->facts.n_edges == 1) check->is_strict = check->label == NULL; /* --strict-graphml: none has one */
  if (check->is_strict != (check->label == NULL)) return broken(check, 7, "some edges have a kind in their label, edge '%s' and others differ", expected);
  if (check->facts.n_edges > 1) {
    const int kinds = g_strcmp0(check->last_label, check->label);
    const bool after = source != check->last_source   ? source > check->last_source
                       : target != check->last_target ? target > check->last_target
                                                      : kinds < 0;
    if (!after) return broken(check, 7, "edge '%s' repeats or precedes the one before", expected);
  }
  check->last_source = source;
  check->last_target = target;
  g_free(check->last_label);
  check->last_label = g_strdup(check->label);
  return true;
}

static bool node_begin(Check *check) {
  if (check->facts.n_edges > 0) return broken(check, 9, "a node after the edges");
  if (!nmtoken(check->id)) return broken(check, 2, "node id '%s' is no plain token", check->id ? check->id : "");
  if (check->last_node != NULL && strcmp(check->last_node, check->id) >= 0)
    return broken(check, 7, "node '%s' is not after '%s'", check->id, check->last_node);
  g_free(check->last_node);
  check->last_node = g_strdup(check->id);
  g_hash_table_insert(check->nodes, g_strdup(check->id), GUINT_TO_POINTER((guint)++check->facts.n_nodes));
  return true;
}

static bool element_end(Check *check) {
  check->in_element = false;
  bool labelled = check->is_edge;
  for (guint i = 0; i < check->names->len; i++)
    labelled = labelled || strcmp(g_ptr_array_index(check->names, i), "label") == 0;
  const char *kind = check->label;
  for (guint i = 0; i < check->names->len && kind == NULL && check->is_edge; i++)
    if (strcmp(g_ptr_array_index(check->names, i), "kind") == 0) kind = g_ptr_array_index(check->values, i);
  if (check->is_edge && !nmtoken(kind)) return broken(check, 7, "edge '%s' has no kind", check->id);
  const RsXmlElement element = {check->id, check->source, check->target, kind, check->names->len,
                                (const char *const *)check->names->pdata, (const char *const *)check->values->pdata};
  if (check->func != NULL) check->func(&element, check->data);
  return labelled || broken(check, 17, "node '%s' has no label", check->id);
}

static bool element_begin(Check *check, bool is_edge) {
  g_clear_pointer(&check->id, g_free);
  g_clear_pointer(&check->source, g_free);
  g_clear_pointer(&check->target, g_free);
  g_clear_pointer(&check->label, g_free);
  g_ptr_array_set_size(check->names, 0);
  g_ptr_array_set_size(check->values, 0);
  check->in_element = true;
  check->is_edge = is_edge;
  check->id = attribute(check, "id");
  if (is_edge) {
    g_autofree char *directed = attribute(check, "directed");
    check->source = attribute(check, "source");
    check->target = attribute(check, "target");
    check->label = attribute(check, "label");
    if (directed != NULL) return broken(check, 5, "an edge says its own direction");
  }
  const bool empty = xmlTextReaderIsEmptyElement(check->reader);
  return (is_edge ? edge_begin(check) : node_begin(check)) && (!empty || element_end(check));
}

static bool graph_begin(Check *check) {
  g_autofree char *direction = attribute(check, "edgedefault");
  if (check->in_graph) return broken(check, 5, "more than one graph");
  check->in_graph = true;
  if (g_strcmp0(direction, "directed") != 0 && g_strcmp0(direction, "undirected") != 0)
    return broken(check, 5, "the graph has no direction");
  return true;
}

static bool visit(Check *check) {
  const char *name = (const char *)xmlTextReaderConstLocalName(check->reader);
  switch (xmlTextReaderNodeType(check->reader)) {
    case XML_READER_TYPE_DOCUMENT_TYPE: return broken(check, 1, "a DOCTYPE");
    case XML_READER_TYPE_END_ELEMENT:
      return !check->in_element || strcmp(name, check->is_edge ? "edge" : "node") != 0 || element_end(check);
    case XML_READER_TYPE_ELEMENT: break;
    default: return true;
  }
  if (strcmp(name, "node") == 0) return element_begin(check, false);
  if (strcmp(name, "edge") == 0) return element_begin(check, true);
  if (strcmp(name, "data") == 0) return data_begin(check);
  if (strcmp(name, "key") == 0) return key_begin(check);
  if (strcmp(name, "graph") == 0) return graph_begin(check);
  if (strcmp(name, "graphml") == 0) return true;
  return broken(check, strcmp(name, "default") == 0 ? 4 : 2, "an element <%s>", name);
}

static bool sizes_ok(Check *check) {
  if (check->n_sized == 0) return true;
  if (check->n_sized != check->facts.n_nodes) return broken(check, 10, "only some nodes have a size");
  if (check->smallest < 4 || check->smallest > 4 || check->largest < 100 || check->largest > 100)
    return broken(check, 10, "sizes run from %g to %g, not from 4 to 100", check->smallest, check->largest);
  return true;
}

static void library_complains(void *data, xmlErrorPtr complaint) {
  Check *check = data;
  if (check->library != NULL) return;
  check->library = g_strchomp(g_strdup(complaint->message == NULL ? "unreadable" : complaint->message));
  check->library_line = complaint->line;
}

static bool document_check(Check *check) {
  xmlTextReaderSetStructuredErrorHandler(check->reader, library_complains, check);
  int got;
  while ((got = xmlTextReaderRead(check->reader)) == 1)
    if (!visit(check) || check->failure != NULL) return false;
  if (got < 0 || check->library != NULL) {
    if (check->failure == NULL)
      g_set_error(&check->failure, RS_ERROR, RS_ERROR_INTEGRITY, _("%s:%d: not well-formed: %s"), check->path, check->library_line,
                  check->library == NULL ? "unreadable" : check->library);
    return false;
  }
  if (!check->in_graph) return broken(check, 1, "no graph in the file");
  return sizes_ok(check);
}

static void check_clear(Check *check) {
  g_clear_pointer(&check->reader, xmlFreeTextReader);
  g_ptr_array_unref(check->keys);
  g_ptr_array_unref(check->names);
  g_ptr_array_unref(check->values);
  g_hash_table_unref(check->nodes);
  g_free(check->id);
  g_free(check->source);
  g_free(check->target);
  g_free(check->label);
  g_free(check->last_label);
  g_free(check->last_node);
  g_free(check->library);
}

/* libxml2's own reading takes an interrupted call for the end of the file. */
static int fd_read(void *fd, char *buffer, int length) {
  ssize_t n;
  do n = read(GPOINTER_TO_INT(fd), buffer, (size_t)length);
  while (n < 0 && errno == EINTR);
  return (int)n;
}

static bool file_check(Check *check, int fd, GMappedFile *file) {
  const size_t length = g_mapped_file_get_length(file);
  if (!raw_check(check, length == 0 ? "" : g_mapped_file_get_contents(file), length)) return false;
  check->reader = xmlReaderForIO(fd_read, NULL, GINT_TO_POINTER(fd), NULL, NULL, XML_PARSE_NONET);
  if (check->reader != NULL) return document_check(check);
  g_set_error(&check->failure, RS_ERROR, RS_ERROR_IO, _("%s: cannot read"), check->path);
  return false;
}

/* The file as memory, and open in *fd, which the caller closes; NULL: neither. */
static GMappedFile *file_map(const char *path, int *fd, GError **error) {
  *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  GMappedFile *file = *fd < 0 ? NULL : g_mapped_file_new_from_fd(*fd, FALSE, NULL);
  if (file != NULL) return file;
  g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: cannot read: %s"), path, rs_words_errno(errno));
  if (*fd >= 0) close(*fd);
  return NULL;
}

bool rs_xml_check_graphml(const char *path, RsXmlElementFunc func, void *data, RsXmlFacts *facts, GError **error) {
  int fd;
  g_autoptr(GMappedFile) file = file_map(path, &fd, error);
  if (file == NULL) return false;
  Check check = {.path = path, .func = func, .data = data};
  check.keys = g_ptr_array_new_with_free_func(key_free);
  check.names = g_ptr_array_new_with_free_func(g_free);
  check.values = g_ptr_array_new_with_free_func(g_free);
  check.nodes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  const bool good = file_check(&check, fd, file);
  if (facts != NULL) *facts = check.facts;
  check_clear(&check);
  close(fd);
  if (!good) g_propagate_error(error, check.failure);
  return good;
}

/* ---- any XML ---- */

const char *rs_xml_event_value(const RsXmlEvent *event, const char *attribute) {
  for (unsigned i = 0; i < event->n; i++)
    if (strcmp(event->attribute[i], attribute) == 0) return event->value[i];
  return NULL;
}

static bool event_end(Check *check, const char *name, RsXmlEventFunc func, GError **error) {
  const RsXmlEvent event = {.name = name, .end = true, .depth = xmlTextReaderDepth(check->reader),
                            .line = xmlTextReaderGetParserLineNumber(check->reader)};
  return func(&event, check->data, error);
}

static bool event_begin(Check *check, const char *name, RsXmlEventFunc func, GError **error) {
  const bool empty = xmlTextReaderIsEmptyElement(check->reader);
  RsXmlEvent event = {.name = name, .depth = xmlTextReaderDepth(check->reader), .line = xmlTextReaderGetParserLineNumber(check->reader)};
  g_ptr_array_set_size(check->names, 0);
  g_ptr_array_set_size(check->values, 0);
  while (xmlTextReaderMoveToNextAttribute(check->reader) == 1) {
    g_ptr_array_add(check->names, g_strdup((const char *)xmlTextReaderConstName(check->reader)));
    g_ptr_array_add(check->values, g_strdup((const char *)xmlTextReaderConstValue(check->reader)));
  }
  xmlTextReaderMoveToElement(check->reader);
  event.n = check->names->len;
  event.attribute = (const char *const *)check->names->pdata;
  event.value = (const char *const *)check->values->pdata;
  return func(&event, check->data, error) && (!empty || event_end(check, name, func, error));
}

static bool document_walk(Check *check, RsXmlEventFunc func, GError **error) {
  xmlTextReaderSetStructuredErrorHandler(check->reader, library_complains, check);
  int got;
  while ((got = xmlTextReaderRead(check->reader)) == 1) {
    const int type = xmlTextReaderNodeType(check->reader);
    if (type == XML_READER_TYPE_DOCUMENT_TYPE) return broken(check, 1, "a DOCTYPE");
    if (type != XML_READER_TYPE_ELEMENT && type != XML_READER_TYPE_END_ELEMENT) continue;
    g_autofree char *name = g_strdup((const char *)xmlTextReaderConstName(check->reader));
    if (!(type == XML_READER_TYPE_ELEMENT ? event_begin(check, name, func, error) : event_end(check, name, func, error))) return false;
  }
  if (got == 0 && check->library == NULL) return true;
  g_set_error(error, RS_ERROR, RS_ERROR_INTEGRITY, _("%s:%d: not well-formed: %s"), check->path, check->library_line,
              check->library == NULL ? "unreadable" : check->library);
  return false;
}

bool rs_xml_walk(const char *path, RsXmlEventFunc func, void *data, GError **error) {
  int fd;
  g_autoptr(GMappedFile) file = file_map(path, &fd, error);
  if (file == NULL) return false;
  Check check = {.path = path, .data = data};
  check.keys = g_ptr_array_new();
  check.names = g_ptr_array_new_with_free_func(g_free);
  check.values = g_ptr_array_new_with_free_func(g_free);
  check.nodes = g_hash_table_new(g_str_hash, g_str_equal);
  const size_t length = g_mapped_file_get_length(file);
  bool good = raw_check(&check, length == 0 ? "" : g_mapped_file_get_contents(file), length);
  if (good) check.reader = xmlReaderForIO(fd_read, NULL, GINT_TO_POINTER(fd), NULL, NULL, XML_PARSE_NONET);
  good = good && check.reader != NULL && document_walk(&check, func, error);
  if (check.failure != NULL) g_propagate_error(error, check.failure);
  check_clear(&check);
  close(fd);
  return good;
}
