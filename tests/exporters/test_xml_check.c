#include "base/error.h"
#include "exporters/small_case.h"
#include "exporters/xml_check.h"
#include "rs_test.h"

#include <string.h>

#define DECL "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define KEYS                                                                    \
  "<key id=\"label\" for=\"node\" attr.name=\"label\" attr.type=\"string\"/>"    \
  "<key id=\"flagged\" for=\"node\" attr.name=\"flagged\" attr.type=\"boolean\"/>" \
  "<key id=\"n\" for=\"node\" attr.name=\"n_links\" attr.type=\"int\"/>"         \
  "<key id=\"first_date\" for=\"node\" attr.name=\"first_date\" attr.type=\"string\"/>" \
  "<key id=\"x\" for=\"node\" attr.name=\"x\" attr.type=\"double\"/>"            \
  "<key id=\"size\" for=\"node\" attr.name=\"size\" attr.type=\"double\"/>"      \
  "<key id=\"color\" for=\"node\" attr.name=\"color\" attr.type=\"string\"/>"    \
  "<key id=\"e_kind\" for=\"edge\" attr.name=\"kind\" attr.type=\"string\"/>"    \
  "<key id=\"e_weight\" for=\"edge\" attr.name=\"weight\" attr.type=\"double\"/>"
#define OPEN DECL "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">" KEYS "<graph id=\"kg\" edgedefault=\"directed\">"
#define A "<node id=\"D:1\"><data key=\"label\">a</data></node>"
#define B "<node id=\"P:1\"><data key=\"label\">b</data></node>"
#define NODE(data) "<node id=\"P:2\"><data key=\"label\">c</data>" data "</node>"
#define CLOSE "</graph></graphml>"
#define EDGE(id, from, to, label, data) "<edge id=\"" id "\" source=\"" from "\" target=\"" to "\" label=\"" label "\">" data "</edge>"
#define BARE(id, from, to, data) "<edge id=\"" id "\" source=\"" from "\" target=\"" to "\">" data "</edge>"

static const struct { const char *name, *text, *complaint; /* NULL: passes */ } cases[] = {
    {"empty graph", OPEN CLOSE, NULL},
    {"two nodes, two kinds", OPEN A B EDGE("e1", "P:1", "D:1", "A", "") EDGE("e2", "P:1", "D:1", "B", "") CLOSE, NULL},
    {"sizes at both ends", OPEN "<node id=\"D:1\"><data key=\"label\">a</data><data key=\"size\">4.00</data></node>"
                                "<node id=\"P:1\"><data key=\"label\">a</data><data key=\"size\">100.00</data></node>" CLOSE, NULL},
    {"section with a reference", OPEN "<node id=\"D:1\"><data key=\"label\"><![CDATA[&#65;<!DOCTYPE]]></data></node>" CLOSE, NULL},
    {"no declaration", "<graphml/>", "rule 1:"},
    {"doctype", DECL "<!DOCTYPE graphml [<!ENTITY a \"b\">]><graphml/>", "rule 1:"},
    {"no graph", DECL "<graphml></graphml>", "rule 1:"},
    {"key twice", DECL "<graphml><key id=\"a\" for=\"node\" attr.name=\"a\" attr.type=\"string\"/>"
                       "<key id=\"A\" for=\"edge\" attr.name=\"q\" attr.type=\"string\"/></graphml>", "rule 2:"},
    {"blue", DECL "<graphml><key id=\"b\" for=\"node\" attr.name=\"blood\" attr.type=\"string\"/></graphml>", "rule 2:"},
    {"timestamp", DECL "<graphml><key id=\"q\" for=\"node\" attr.name=\"A_TimeStamp\" attr.type=\"string\"/></graphml>", "rule 2:"},
    {"type", DECL "<graphml><key id=\"q\" for=\"node\" attr.name=\"q\" attr.type=\"float\"/></graphml>", "rule 3:"},
    {"default", DECL "<graphml><key id=\"q\" for=\"node\" attr.name=\"q\" attr.type=\"int\"><default>1</default></key></graphml>", "rule 4:"},
    {"directed", OPEN A B "<edge id=\"e1\" source=\"P:1\" target=\"D:1\" label=\"A\" directed=\"true\"/>" CLOSE, "rule 5:"},
    {"weight zero", OPEN A B EDGE("e1", "P:1", "D:1", "A", "<data key=\"e_weight\">0.000</data>") CLOSE, "rule 6:"},
    {"edge twice", OPEN A B EDGE("e1", "P:1", "D:1", "A", "") EDGE("e2", "P:1", "D:1", "A", "") CLOSE, "rule 7:"},
    {"edges out of order", OPEN A B EDGE("e1", "P:1", "D:1", "A", "") EDGE("e2", "D:1", "P:1", "A", "") CLOSE, "rule 7:"},
    {"loop", OPEN A EDGE("e1", "D:1", "D:1", "A", "") CLOSE, "rule 7:"},
    {"strict", OPEN A B BARE("e1", "P:1", "D:1", "<data key=\"e_kind\">A</data>") CLOSE, NULL},
    {"strict without a kind", OPEN A B BARE("e1", "P:1", "D:1", "") CLOSE, "rule 7:"},
    {"strict twice", OPEN A B BARE("e1", "P:1", "D:1", "<data key=\"e_kind\">A</data>") BARE("e2", "P:1", "D:1", "<data key=\"e_kind\">B</data>") CLOSE, "rule 7:"},
    {"half strict", OPEN A B EDGE("e1", "P:1", "D:1", "A", "") BARE("e2", "P:1", "D:1", "<data key=\"e_kind\">B</data>") CLOSE, "rule 7:"},
    {"nodes out of order", OPEN B A CLOSE, "rule 7:"},
    {"edge id", OPEN A B EDGE("e2", "P:1", "D:1", "A", "") CLOSE, "rule 8:"},
    {"dangling", OPEN A EDGE("e1", "D:1", "P:1", "A", "") CLOSE, "rule 9:"},
    {"node after edge", OPEN A B EDGE("e1", "P:1", "D:1", "A", "") NODE("") CLOSE, "rule 9:"},
    {"undeclared data", OPEN NODE("<data key=\"q\">1</data>") CLOSE, "rule 9:"},
    {"size alone", OPEN NODE("<data key=\"size\">4.00</data>") CLOSE, "rule 10:"},
    {"size on some", OPEN A NODE("<data key=\"size\">4.00</data>") CLOSE, "rule 10:"},
    {"coordinate", OPEN NODE("<data key=\"x\">5000.01</data>") CLOSE, "rule 11:"},
    {"colour", OPEN NODE("<data key=\"color\">#FFF</data>") CLOSE, "rule 12:"},
    {"int too large", OPEN NODE("<data key=\"n\">2147483648</data>") CLOSE, "rule 13:"},
    {"int with spaces", OPEN NODE("<data key=\"n\"> 1</data>") CLOSE, "rule 13:"},
    {"empty data", OPEN NODE("<data key=\"color\"></data>") CLOSE, "rule 14:"},
    {"empty data element", OPEN NODE("<data key=\"color\"/>") CLOSE, "rule 14:"},
    {"data twice", OPEN NODE("<data key=\"n\">1</data><data key=\"n\">1</data>") CLOSE, "rule 14:"},
    {"data out of order", OPEN NODE("<data key=\"x\">1</data><data key=\"n\">1</data>") CLOSE, "rule 14:"},
    {"not a number", OPEN NODE("<data key=\"x\">NaN</data>") CLOSE, "rule 15:"},
    {"exponent", OPEN NODE("<data key=\"x\">1e3</data>") CLOSE, "rule 15:"},
    {"boolean", OPEN NODE("<data key=\"flagged\">yes</data>") CLOSE, "rule 15:"},
    {"reference in text", OPEN "<node id=\"D:1\"><data key=\"label\">&#65;</data></node>" CLOSE, "rule 16:"},
    {"no label", OPEN "<node id=\"D:1\"/>" CLOSE, "rule 17:"},
    {"no such date", OPEN NODE("<data key=\"first_date\">2025-02-29</data>") CLOSE, "rule 18:"},
    {"cut off", OPEN A, "not well-formed"},
    {"control character", OPEN "<node id=\"D:1\"><data key=\"label\">\x01</data></node>" CLOSE, "not well-formed"},
    {"bytes that are no UTF-8", OPEN "<node id=\"D:1\"><data key=\"label\">\xff</data></node>" CLOSE, "not well-formed"},
};

static void each_broken_rule_is_named(void **state) {
  (void)state;
  char *folder = small_folder_new();
  g_autofree char *path = g_build_filename(folder, "g.graphml", NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    assert_true(g_file_set_contents(path, cases[i].text, -1, NULL));
    const bool good = rs_xml_check_graphml(path, NULL, NULL, NULL, &error);
    if (good != (cases[i].complaint == NULL)) fail_msg("%s: %s", cases[i].name, good ? "passes" : error->message);
    if (good) continue;
    if (error->code != RS_ERROR_INTEGRITY || strstr(error->message, cases[i].complaint) == NULL)
      fail_msg("%s: %s", cases[i].name, error->message);
  }
  small_folder_remove(folder);
}

static void missing_file_is_an_io_error(void **state) {
  (void)state;
  g_autoptr(GError) error = NULL;
  assert_false(rs_xml_check_graphml("/nonexistent/g.graphml", NULL, NULL, NULL, &error));
  assert_true(g_error_matches(error, RS_ERROR, RS_ERROR_IO));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(each_broken_rule_is_named), cmocka_unit_test(missing_file_is_an_io_error)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
