/* exporters/xml_check.h: the one door to libxml2: reads an exported GraphML file back and holds it against the rules that Gephi,
 * networkx, igraph and graphology impose (comments name what breaks otherwise).
 *
 * Reading is streaming, without network, entities, or libxml2's "huge" mode; a DOCTYPE is refused before parsing.
 * Cost O(bytes) time, memory for the node ids. */
#ifndef RS_EXPORTERS_XML_CHECK_H
#define RS_EXPORTERS_XML_CHECK_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  const char *id;
  const char *source, *target, *label; /* NULL on nodes; label is the kind, also of a strict file, where it stands in the data alone */
  unsigned n;                          /* data elements */
  const char *const *name, *const *value; /* [n] attr.name and text */
} RsXmlElement;
typedef void (*RsXmlElementFunc)(const RsXmlElement *element, void *data);

typedef struct { uint64_t n_nodes, n_edges; } RsXmlFacts;

/* Once, before anything else, by a program that is alone in its process: libxml2 without memory ends it as GLib does, and does not go on with parts of
 * the text left out, which would look like a file that somebody changed. */
void rs_xml_memory(void);
const char *rs_xml_library_version(void);

/* func (may be NULL) is called for each node and edge in file order, and facts (may be NULL) filled; both also before a failure.
 * error: RS_ERROR_IO cannot read, RS_ERROR_INTEGRITY a rule is broken: file, line, rule. */
bool rs_xml_check_graphml(const char *path, RsXmlElementFunc func, void *data, RsXmlFacts *facts, GError **error);

/* ---- any XML, element by element ---- */

typedef struct {
  const char *name;                       /* with its prefix, as in "viz:size" */
  bool end;                               /* the element ends; a start without content is followed by its end */
  int depth, line;
  unsigned n;                             /* attributes; 0 at the end */
  const char *const *attribute, *const *value; /* [n] */
} RsXmlEvent;
/* The value of an attribute, or NULL. */
const char *rs_xml_event_value(const RsXmlEvent *event, const char *attribute);

/* False with error set ends the walk. */
typedef bool (*RsXmlEventFunc)(const RsXmlEvent *event, void *data, GError **error);
/* No DOCTYPE, no reference in element text, well-formed UTF-8 with a declaration. error: as above, or func's own. */
bool rs_xml_walk(const char *path, RsXmlEventFunc func, void *data, GError **error);

#endif
