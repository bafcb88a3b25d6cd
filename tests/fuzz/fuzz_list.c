/* Any bytes as the lists that somebody types: who is watched and what was cleared, held against a few claims; what came of leads. */
#include "claims/list.h"
#include "cli/cleared_list.h"
#include "cli/watch_list.h"
#include "fuzz/fuzz_file.h"

#include <string.h>

static uint64_t three[4] = {0, 2, 4, 6}, one[2] = {0, 1};
static uint32_t person_visit[4] = {0, 1, 2, 3}, visit_time[3] = {1, 2, 3}, zeros[3];

/* Three people at one outlet, one line each: enough to look ids up. */
static const RsClaims *claims(void) {
  static RsText persons = {3, three, (char *)"a\0b\0c"}, outlet = {1, one, (char *)""}, none = {0, one, (char *)""};
  static uint64_t visit_line[4] = {0, 1, 2, 3};
  static uint32_t region[3] = {RS_NONE, RS_NONE, RS_NONE};
  static unsigned char none_each[8]; /* columns without width: no drug, no doctor */
  static RsClaims table = {.person = &persons, .institution = &outlet, .doctor = &none, .drug = &none, .diagnosis = &none, .region = &none, .person_region = region,
                           .institution_region = region, .n_persons = 3, .n_visits = 3, .n_lines = 3, .person_visit = person_visit, .visit_time = visit_time,
                           .visit_institution = zeros, .visit_line = visit_line, .line_drug = {.bytes = none_each}, .line_doctor = {.bytes = none_each},
                           .line_diagnosis = {.bytes = none_each}, .line_quantity = {.bytes = none_each}, .line_amount = {.bytes = none_each}, .line_fund = {.bytes = none_each},
                           .line_row = {.bytes = none_each}};
  return &table;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const head[] = {"", "type,id,note\n", "subject,reason,by,until,group\n", "lead_key,outcome,note\n"};
  static const RsListColumn outcome[] = {{"lead_key", true}, {"outcome", true}, {"note", false}};
  if (size < 1 || size > 20000) return 0;
  const char *first = head[data[0] % G_N_ELEMENTS(head)];
  FuzzFile file = fuzz_file(first, strlen(first), data + 1, size - 1);
  const RsKnowledge knowledge = {.claims = claims()};
  g_autoptr(RsMask) mask = rs_mask_new(NULL, NULL);
  g_autoptr(RsFinder) finder = rs_finder_new(&knowledge, mask, 1);
  g_autoptr(RsList) watched = rs_watch_list_read(file.path, NULL);
  g_autoptr(RsList) cleared = rs_cleared_list_read(file.path, NULL);
  g_autoptr(RsList) outcomes = rs_list_read(file.path, outcome, G_N_ELEMENTS(outcome), NULL);
  for (uint32_t i = 0; outcomes != NULL && i < outcomes->n; i++) g_assert_true(*outcomes->cell[0][i] != '\0' && *outcomes->cell[1][i] != '\0' && outcomes->line[i] > 1);
  if (watched != NULL) rs_watch_list_free(rs_watch_list_bind(watched, finder));
  if (cleared != NULL) rs_clearances_free(rs_cleared_list_bind(cleared, finder, NULL, mask));
  close(file.fd);
  return 0;
}
