#include "exporters/xml_writer.h"

#define ID_MAX_KEY 200
#define ID_HEAD 40
#define REPLACEMENT "\xEF\xBF\xBD"

RsXml *rs_xml_new(RsOutput *output, const RsXmlStyle *style) {
  RsXml *xml = g_malloc(sizeof *xml);
  xml->output = output;
  xml->used = 0;
  xml->counts = (RsXmlCounts){0, 0, 0};
  xml->style = (RsXmlStyle){0};
  if (style != NULL) xml->style = *style;
  return xml;
}

void rs_xml_flush(RsXml *xml) {
  rs_output_write(xml->output, xml->block, xml->used);
  xml->used = 0;
}

void rs_xml_free(RsXml *xml, RsXmlCounts *counts) {
  if (xml == NULL) return;
  rs_xml_flush(xml);
  if (counts != NULL) {
    counts->replaced += xml->counts.replaced;
    counts->cut += xml->counts.cut;
    counts->gephi += xml->counts.gephi;
  }
  g_free(xml);
}

static const char two_digits[201] =
    "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
    "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

/* The digits of value before end; returns their start. */
static char *digits_before(char *end, uint64_t value) {
  for (; value >= 100; value /= 100) {
    end -= 2;
    memcpy(end, two_digits + 2 * (value % 100), 2);
  }
  if (value < 10) {
    *--end = (char)('0' + value);
    return end;
  }
  end -= 2;
  memcpy(end, two_digits + 2 * value, 2);
  return end;
}

void rs_xml_unsigned(RsXml *xml, uint64_t value) {
  char buffer[20], *end = buffer + sizeof buffer, *start = digits_before(end, value);
  rs_xml_raw(xml, start, (size_t)(end - start));
}

void rs_xml_signed(RsXml *xml, int64_t value) {
  if (value < 0) rs_xml_literal(xml, "-");
  rs_xml_unsigned(xml, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void rs_xml_fixed(RsXml *xml, int64_t value, unsigned places) {
  static const uint64_t scale[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
  g_assert(places >= 1 && places <= 6);
  const uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  char buffer[7], *end = buffer + sizeof buffer;
  char *start = digits_before(end, size % scale[places] + scale[places]); /* a leading 1 keeps the zeros */
  if (value < 0) rs_xml_literal(xml, "-");
  rs_xml_unsigned(xml, size / scale[places]);
  *start = '.';
  rs_xml_raw(xml, start, (size_t)(end - start));
}

/* Bytes of the longest prefix of text with at most limit bytes that does not split a UTF-8 character. */
static size_t cut_length(const char *text, size_t limit) {
  size_t length = limit;
  for (unsigned back = 0; back < 3 && length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80; back++) length--;
  return ((unsigned char)text[length] & 0xC0) == 0x80 ? limit : length;
}

static size_t text_length(RsXml *xml, const char *text) {
  const size_t length = strlen(text);
  if (length <= RS_XML_MAX_TEXT) return length;
  xml->counts.cut++;
  return cut_length(text, RS_XML_MAX_TEXT);
}

enum { BYTE_PLAIN, BYTE_MARKUP, BYTE_CONTROL, BYTE_HIGH };
static unsigned byte_class(unsigned char c) {
  if (c >= 0x80) return BYTE_HIGH;
  if (c < 0x20) return c == '\t' || c == '\n' ? BYTE_PLAIN : BYTE_CONTROL;
  return c == '&' || c == '<' || c == '>' ? BYTE_MARKUP : BYTE_PLAIN;
}

/* Copies any length, block by block. */
static void copy(RsXml *xml, const char *bytes, size_t length) {
  while (length > 0) {
    rs_xml_room(xml);
    const size_t part = MIN(length, RS_XML_ROOM / 2);
    rs_xml_raw(xml, bytes, part);
    bytes += part;
    length -= part;
  }
}

/* Bytes of the XML character at text, or 0 when what stands there is none. text is a byte of class HIGH. */
static size_t high_character(const char *text, size_t length) {
  const gunichar code = g_utf8_get_char_validated(text, (gssize)MIN(length, 4));
  if (code == (gunichar)-1 || code == (gunichar)-2 || code == 0xFFFE || code == 0xFFFF) return 0;
  return (size_t)g_unichar_to_utf8(code, NULL);
}

/* One character that is neither plain ASCII nor markup: checked, replaced or folded; returns the bytes it took. */
static size_t odd_character(RsXml *xml, const char *text, size_t length) {
  rs_xml_room(xml);
  if (*text == '\r') {
    if (length < 2 || text[1] != '\n') rs_xml_literal(xml, "\n");
    return 1;
  }
  const size_t step = (unsigned char)*text >= 0x80 ? high_character(text, length) : 0;
  if (step > 0) {
    rs_xml_raw(xml, text, step);
    return step;
  }
  rs_xml_literal(xml, REPLACEMENT);
  xml->counts.replaced++;
  /* U+FFFE and U+FFFF are well-formed UTF-8: one replacement for the three bytes, not three */
  const bool noncharacter = length >= 3 && (memcmp(text, "\xEF\xBF\xBE", 3) == 0 || memcmp(text, "\xEF\xBF\xBF", 3) == 0);
  return noncharacter ? 3 : 1;
}

void rs_xml_text(RsXml *xml, const char *text) {
  const size_t length = text_length(xml, text);
  unsigned seen = 0;
  for (size_t i = 0; i < length; i++) seen |= 1u << byte_class((unsigned char)text[i]);
  const bool section = seen & 1u << BYTE_MARKUP;
  if (section) copy(xml, "<![CDATA[", 9);
  for (size_t i = 0; i < length;) {
    size_t run = i;
    while (run < length && byte_class((unsigned char)text[run]) <= BYTE_MARKUP &&
           !(text[run] == ']' && length - run >= 3 && memcmp(text + run, "]]>", 3) == 0))
      run++;
    copy(xml, text + i, run - i);
    i = run;
    if (i == length) break;
    if (text[i] == ']') {
      copy(xml, "]]]]><![CDATA[>", 15);
      i += 3;
    } else {
      i += odd_character(xml, text + i, length - i);
    }
  }
  if (section) copy(xml, "]]>", 3);
}

static const char *attribute_escape(char c) {
  switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&apos;";
    case '\t': return "&#9;";
    case '\n': return "&#10;";
    default: return NULL;
  }
}

void rs_xml_attribute(RsXml *xml, const char *text) {
  const size_t length = text_length(xml, text);
  for (size_t i = 0; i < length;) {
    rs_xml_room(xml);
    const char *escape = attribute_escape(text[i] == '\r' ? '\n' : text[i]);
    if (escape != NULL) {
      if (text[i] != '\r' || i + 1 == length || text[i + 1] != '\n') rs_xml_raw(xml, escape, strlen(escape));
      i++;
    } else if (byte_class((unsigned char)text[i]) == BYTE_PLAIN) {
      rs_xml_raw(xml, text + i++, 1);
    } else {
      i += odd_character(xml, text + i, length - i);
    }
  }
}

void rs_xml_gephi_check(RsXml *xml, const char *text, bool is_label) {
  if ((!is_label && strstr(text, "INF") != NULL) || g_ascii_strcasecmp(text, "null") == 0) xml->counts.gephi++;
}

char *rs_xml_guarded(const RsXml *xml, const char *text) {
  if (!xml->style.gephi_guard || strstr(text, "INF") == NULL) return NULL;
  GString *guarded = g_string_new(text);
  g_string_replace(guarded, "INF", RS_XML_GUARDED, 0);
  return g_string_free(guarded, FALSE);
}

void rs_xml_unguard(char *text) {
  for (char *at = text; (at = strstr(at, RS_XML_GUARDED)) != NULL; at += 3) memmove(at + 2, at + strlen(RS_XML_GUARDED) - 1, strlen(at + strlen(RS_XML_GUARDED) - 1) + 1);
}

static bool id_byte_plain(unsigned char c) { return g_ascii_isalnum(c) || c == '.' || c == ':' || c == '-'; }

size_t rs_xml_id(char kind, const char *key, char id[RS_XML_ID_SIZE]) {
  static const char hex[] = "0123456789ABCDEF";
  size_t n = 2, head = 2; /* head: where the last character that ends within the first ID_HEAD bytes ends */
  const char *at = key;
  id[0] = kind;
  id[1] = ':';
  for (; *at != '\0' && n - 2 <= ID_MAX_KEY; at++) {
    const unsigned char c = (unsigned char)*at;
    if (id_byte_plain(c)) {
      id[n++] = (char)c;
    } else {
      id[n++] = '_';
      id[n++] = hex[c >> 4];
      id[n++] = hex[c & 15];
    }
    if (n - 2 <= ID_HEAD) head = n;
  }
  if (n - 2 > ID_MAX_KEY) {
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, key, -1);
    memcpy(id + head, "_h", 2);
    memcpy(id + head + 2, digest, 16);
    n = head + 18;
  }
  id[n] = '\0';
  return n;
}
