/* exporters/xml_writer.h: XML text made by ourselves into one block that goes to RsOutput: several times the speed of a general
 * writer, valid by construction, the same under any locale.
 *
 * Text       XML 1.0 characters only: CR LF and CR become LF; other control characters, U+FFFE, U+FFFF and bytes that are no UTF-8
 *            become U+FFFD and are counted. Text with & < > stands in one CDATA section ("]]>" split over two), other text is raw, so
 *            that element text never holds a character reference.
 * Long text  is cut at RS_XML_MAX_TEXT bytes and counted: libxml2 refuses text nodes of more than 10 MB, Gephi's parser attributes of more
 *            than 524,288 characters, and a text should read the same in GraphML and GEXF.
 * Ids        of nodes are NMTOKENs: a letter for the kind, ':', and the key with every byte outside [A-Za-z0-9.:-] as _XX.
 */
#ifndef RS_EXPORTERS_XML_WRITER_H
#define RS_EXPORTERS_XML_WRITER_H

#include "base/output.h"

#include <string.h>

#define RS_XML_BLOCK ((size_t)1 << 17)
#define RS_XML_ROOM ((size_t)4096) /* what a caller may append without asking again after rs_xml_room() */
#define RS_XML_MAX_TEXT ((size_t)520000)
#define RS_XML_ID_SIZE 224 /* the longest id and its NUL */

#define RS_XML_GUARDED "IN\xE2\x81\xA0" "F"

typedef struct {
  uint64_t replaced; /* characters that became U+FFFD */
  uint64_t cut;      /* texts that were too long */
  uint64_t gephi;    /* values that Gephi will show altered: INF inside, or null */
} RsXmlCounts;

/* What a reader with special needs may ask for; NULL or zero: what most read best. */
typedef struct {
  bool strict;      /* GraphML without label="KIND" on edges, which the official schema does not know; Gephi then merges kinds unless told not to */
  bool gephi_guard; /* U+2060 inside INF, which Gephi otherwise shows as Infinity; not in labels, which it leaves alone */
  bool gephi_quiet; /* no graph attributes: Gephi warns of each and ignores it */
  bool gexf_12;     /* GEXF 1.2draft, which networkx reads: no kinds, so Gephi merges parallel edges */
} RsXmlStyle;

typedef struct {
  RsOutput *output; /* borrowed */
  size_t used;
  RsXmlCounts counts;
  RsXmlStyle style;
  char block[RS_XML_BLOCK + RS_XML_ROOM];
} RsXml;

RsXml *rs_xml_new(RsOutput *output, const RsXmlStyle *style /* NULL allowed */);
/* Hands over what is left; the output stays open. Adds the counts to *counts unless NULL. */
void rs_xml_free(RsXml *xml, RsXmlCounts *counts);
void rs_xml_flush(RsXml *xml);

/* After this, RS_XML_ROOM bytes fit. */
static inline void rs_xml_room(RsXml *xml) {
  if (xml->used > RS_XML_BLOCK) rs_xml_flush(xml);
}
/* These append without looking: call rs_xml_room() before each run of at most RS_XML_ROOM bytes. */
static inline void rs_xml_raw(RsXml *xml, const char *bytes, size_t length) {
  memcpy(xml->block + xml->used, bytes, length);
  xml->used += length;
}
#define rs_xml_literal(xml, text) rs_xml_raw((xml), "" text, sizeof(text) - 1)
void rs_xml_unsigned(RsXml *xml, uint64_t value);
void rs_xml_signed(RsXml *xml, int64_t value);
/* value / 10^places, places 1..6. */
void rs_xml_fixed(RsXml *xml, int64_t value, unsigned places);

/* These ask for room themselves. */
void rs_xml_text(RsXml *xml, const char *text);
void rs_xml_attribute(RsXml *xml, const char *text);
/* Counts the value if Gephi will alter it. */
void rs_xml_gephi_check(RsXml *xml, const char *text, bool is_label);
/* The text with U+2060 inside each INF where the style asks for it, else NULL. Owned. */
char *rs_xml_guarded(const RsXml *xml, const char *text);
/* Takes the guards out again, in place. */
void rs_xml_unguard(char *text);

/* The id of a node as a NUL-terminated NMTOKEN; returns its length. Reversible unless the escaped key is longer than 200 bytes: then
 * its first 40 bytes (no escape is split), "_h" and 16 hex digits of the key's SHA-256. */
size_t rs_xml_id(char kind, const char *key, char id[RS_XML_ID_SIZE]);

#endif
