/* bench_case [LINES [RINGS [PERSONS [FOLDER]]]]: writing a case folder of RINGS rings of PERSONS persons each, every claim line of theirs
 * evidence, from drawn claims, masked; without the source texts, which the reader's benchmark covers. */
#include "bench/claims_draw.h"

#include "exporters/case.h"
#include "exporters/case_folder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static void ring_draw(const RsClaims *claims, RsRing *ring, uint32_t first, uint32_t n_persons) {
  static const RsFact fact = {.code = "bursts", .value = 5, .expected = NAN, .p_value = NAN, .points = 40};
  uint64_t n = 0;
  for (uint32_t i = 0; i < n_persons; i++)
    n += claims->visit_line[claims->person_visit[first + i + 1]] - claims->visit_line[claims->person_visit[first + i]];
  ring->pattern = RS_BATCH;
  ring->q_value = NAN;
  ring->members = g_new0(RsMember, n_persons);
  ring->facts = g_memdup2(&fact, sizeof fact);
  ring->n_facts = 1;
  ring->evidence = g_new(RsEvidence, n);
  for (uint32_t i = 0; i < n_persons; i++) {
    ring->members[ring->n_members++] = (RsMember){RS_PERSON, first + i, RS_ROLE_MEMBER, 1.0};
    for (uint64_t l = claims->visit_line[claims->person_visit[first + i]]; l < claims->visit_line[claims->person_visit[first + i + 1]]; l++)
      ring->evidence[ring->n_evidence++] = (RsEvidence){l, 1};
  }
  ring->count[RS_PERSON] = n_persons;
}

int main(int argc, char **argv) {
  const uint64_t n_lines = argc > 1 ? g_ascii_strtoull(argv[1], NULL, 10) : 2000000;
  const uint32_t n_rings = argc > 2 ? (uint32_t)atoi(argv[2]) : 200, n_persons = argc > 3 ? (uint32_t)atoi(argv[3]) : 20;
  const char *folder = argc > 4 ? argv[4] : "bench-case";
  if (g_file_test(folder, G_FILE_TEST_EXISTS) || g_file_test(folder, G_FILE_TEST_IS_SYMLINK)) { /* it is removed at the end */
    fprintf(stderr, "bench_case: %s exists\n", folder);
    return EXIT_FAILURE;
  }
  const RsClaimsDraw draw = {n_lines, (uint32_t)MAX(1, n_lines / 10), 2000, 5000, 3000, 1096, 1, 0};
  g_autoptr(RsClaims) claims = rs_claims_draw(&draw);
  g_autoptr(RsKnowledge) knowledge = rs_knowledge_new(claims, 2, NULL);
  g_autoptr(RsReport) report = rs_report_new();
  g_autoptr(RsMask) mask = rs_mask_new(NULL, NULL);
  g_autoptr(RsRings) rings = g_new0(RsRings, 1);
  if ((uint64_t)n_rings * n_persons > claims->n_persons) return EXIT_FAILURE;
  rings->n_rings = n_rings;
  rings->rings = g_new0(RsRing, n_rings);
  for (uint32_t r = 0; r < n_rings; r++) ring_draw(claims, &rings->rings[r], r * n_persons, n_persons);
  for (unsigned n_threads = 1; n_threads <= 2; n_threads++) {
    const RsCase c = {.report = report, .claims = claims, .knowledge = knowledge, .rings = rings, .mask = mask,
                      .command_line = "bench", .seed = 1, .n_threads = n_threads};
    g_autoptr(GError) error = NULL;
    char digest[65], name[32];
    const RsClock begin = rs_clock_now();
    if (!rs_case_write(&c, folder, digest, &error)) {
      fprintf(stderr, "bench_case: %s\n", error->message);
      return EXIT_FAILURE;
    }
    g_snprintf(name, sizeof name, "case folder, %u threads", n_threads);
    rs_clock_print(name, begin);
  }
  rs_case_folder_remove(folder);
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("peak resident memory %.0f MB\n", (double)usage.ru_maxrss / 1024);
  return EXIT_SUCCESS;
}
