/* Runs detection alone: claims.csv in, members.csv in rank order out, what was found on stdout, the stages' seconds on stderr.
 *   rs_detect_tool CLAIMS.csv [MEMBERS.csv] [THREADS] [en|zh] [PATTERN]   persons.csv beside the claims is not read */
#include "base/parallel.h"
#include "claims/reader.h"
#include "graph/knowledge.h"
#include "rings/detect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double seconds(void) { return (double)g_get_monotonic_time() / 1e6; }

static const char *member_id(const RsKnowledge *knowledge, const RsMember *m) { return rs_knowledge_id(knowledge, m->kind, m->id); }

static void print_ring(const RsClaims *claims, const RsRing *ring, const char *name, RsLanguage language) {
  g_autofree char *summary = rs_ring_summary(claims, ring, language);
  printf("%s  %s  score %d  grade %c  %s\n", name, rs_pattern_name[ring->pattern], ring->score, ring->stability ? ring->stability : '-',
         summary);
  for (uint32_t i = 0; i < ring->n_facts; i++) {
    g_autofree char *text = rs_fact_text(claims, &ring->facts[i], language);
    printf("    %+4d  %s: %s\n", ring->facts[i].points, ring->facts[i].code, text);
  }
}

static void write_members(const RsRings *rings, const RsKnowledge *knowledge, const char *path) {
  FILE *out = fopen(path, "w");
  if (out == NULL) {
    perror(path);
    return;
  }
  fputs("ring_id,entity_type,entity_id,role,strength\n", out);
  for (uint32_t i = 0; i < rings->n_rings; i++)
    for (uint32_t m = 0; m < rings->rings[i].n_members; m++) {
      const RsMember *member = &rings->rings[i].members[m];
      fprintf(out, "R%04u,%s,%s,%s,%.6f\n", i + 1, rs_kind_name[member->kind], member_id(knowledge, member), rs_role_name[member->role],
              member->strength);
    }
  fclose(out);
}

static void print_rings(const RsRings *rings, const RsClaims *claims, RsLanguage language) {
  for (uint32_t i = 0; i < rings->n_rings; i++) {
    char name[16];
    snprintf(name, sizeof name, "R%04u", i + 1);
    print_ring(claims, &rings->rings[i], name, language);
  }
  for (uint32_t i = 0; i < rings->n_near_misses; i++) print_ring(claims, &rings->near_misses[i], "near", language);
  for (uint32_t i = 0; i < rings->n_set_aside; i++) printf("set aside: %s\n", rings->set_aside[i].text);
  for (uint32_t i = 0; i < rings->n_not_examined; i++) printf("not examined: %s\n", rings->not_examined[i].text);
  printf("%u leads, %u companion groups\n", rings->n_rings, rings->n_companion_groups);
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fputs("usage: rs_detect_tool CLAIMS.csv [MEMBERS.csv] [THREADS] [en|zh] [PATTERN]\n", stderr);
    return 2;
  }
  g_autoptr(GError) error = NULL;
  unsigned threads = argc > 3 ? (unsigned)atoi(argv[3]) : rs_parallel_default_threads();
  double start = seconds();
  const char *const paths[] = {argv[1], NULL};
  RsReadOptions read_options = {.paths = paths, .n_threads = threads, .quiet = true};
  g_autoptr(RsReader) reader = rs_reader_new(&read_options, &error);
  g_autoptr(RsClaims) claims = reader != NULL ? rs_reader_read(reader, &error) : NULL;
  double read = seconds();
  g_autoptr(RsKnowledge) knowledge = claims != NULL ? rs_knowledge_new(claims, threads, &error) : NULL;
  double known = seconds();
  RsDetectOptions options = {.seed = 1, .n_threads = threads};
  for (unsigned p = 0; argc > 5 && p < RS_N_PATTERNS; p++)
    if (strcmp(argv[5], rs_pattern_name[p]) == 0) options.patterns |= 1u << p;
  g_autoptr(RsRings) rings = knowledge != NULL ? rs_detect(claims, knowledge, &options, &error) : NULL;
  double done = seconds();
  if (rings == NULL) {
    fprintf(stderr, "%s\n", error->message);
    return 1;
  }
  const char *reason = NULL;
  if (!rs_rings_validate(rings, claims, &reason)) fprintf(stderr, "not valid: %s\n", reason);
  print_rings(rings, claims, argc > 4 && strcmp(argv[4], "zh") == 0 ? RS_LANG_ZH : RS_LANG_EN);
  if (argc > 2) write_members(rings, knowledge, argv[2]);
  fprintf(stderr, "lines %" G_GUINT64_FORMAT "  read %.3f  knowledge %.3f  detect %.3f s\n", claims->n_lines, read - start, known - read,
          done - known);
  return 0;
}
