/* Any bytes as an exported graph that is read back: GraphML and GEXF by their rules. */
#include "exporters/gexf.h"
#include "exporters/xml_check.h"
#include "fuzz/fuzz_file.h"

#include <string.h>

static void element(const RsXmlElement *element, void *data) {
  for (unsigned i = 0; i < element->n; i++) *(size_t *)data += strlen(element->name[i]) + strlen(element->value[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size > 60000) return 0;
  size_t length = 0;
  FuzzFile file = fuzz_file(data, size, "", 0);
  RsXmlFacts facts;
  RsGexfFacts gexf;
  rs_xml_check_graphml(file.path, element, &length, &facts, NULL);
  rs_gexf_check(file.path, &gexf, NULL);
  close(file.fd);
  return 0;
}
