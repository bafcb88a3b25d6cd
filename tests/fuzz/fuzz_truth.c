/* Any bytes as a truth, an innocent or a members table, and as a masking key. */
#include "exporters/mask.h"
#include "fuzz/fuzz_file.h"
#include "rings/evaluate.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const head[] = {"", "ring_id,pattern,entity_type,entity_id\n", "ring,person_id\n", "group_id,kind,entity_type,entity_id\n",
                                     "ring_id,entity_type,entity_id,role,strength\n", "ringscope-key-1 ", "entity_type,id_masked,id\n"};
  if (size < 1 || size > 60000) return 0;
  const char *first = head[data[0] % G_N_ELEMENTS(head)];
  FuzzFile file = fuzz_file(first, strlen(first), data + 1, size - 1);
  g_autoptr(RsScoredNames) names = rs_scored_names_new();
  rs_scored_names_unmask(names, file.path, NULL);
  rs_scored_list_free(rs_scored_truth_read(names, file.path, NULL));
  rs_scored_list_free(rs_scored_innocent_read(names, file.path, NULL));
  rs_scored_list_free(rs_scored_leads_read(names, file.path, NULL));
  rs_mask_free(rs_mask_new(file.path, NULL));
  close(file.fd);
  return 0;
}
