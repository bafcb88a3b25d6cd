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
  const char *source, *target, *label; /* NULL on nodes */
  unsigned n;                          /* data elements */
  const char *const *name, *const *value; /* [n] attr.name and text */
} RsXmlElement;
typedef void (*RsXmlElementFunc)(const RsXmlElement *element, void *data);

typedef struct { uint64_t n_nodes, n_edges; } RsXmlFacts;

const char *rs_xml_library_version(void);

/* func (may be NULL) is called for each node and edge in file order, and facts (may be NULL) filled; both also before a failure.
 * error: RS_ERROR_IO cannot read, RS_ERROR_INTEGRITY a rule is broken: file, line, rule. */
bool rs_xml_check_graphml(const char *path, RsXmlElementFunc func, void *data, RsXmlFacts *facts, GError **error);

#endif
