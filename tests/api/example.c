/* From claim files to leads in a page of C: built against an installed libringscope with
 *   cc example.c $(pkg-config --cflags --libs ringscope) -o example && ./example claims.csv */
#include <ringscope.h>

#include <stdio.h>

static int fail(const ringscope_error *error) {
  fprintf(stderr, "example: %s\n", error->message);
  return error->code;
}

static void print_ring(const ringscope_rings *rings, uint32_t i) {
  ringscope_ring ring;
  ringscope_member member;
  ringscope_fact fact;
  ringscope_line line;
  ringscope_rings_get(rings, i, &ring);
  printf("%u  %s  score %d  %s to %s  %.2f\n", i + 1, ring.pattern, ring.score, ring.first_date, ring.last_date, (double)ring.amount / 100);
  for (uint32_t f = 0; ringscope_rings_fact(rings, i, f, &fact); f++) printf("   %+4d  %s\n", fact.points, fact.text);
  for (uint32_t m = 0; ringscope_rings_member(rings, i, m, &member); m++)
    if (member.kind == RINGSCOPE_PERSON) printf("   %s  %s\n", member.id, member.role);
  if (ringscope_rings_line(rings, i, 0, &line)) printf("   first of %llu lines: %s:%llu\n", (unsigned long long)ring.n_lines, line.file, (unsigned long long)line.line);
}

int main(int argc, char **argv) {
  if (argc < 2) return fprintf(stderr, "use: example CLAIMS...\n"), 2;
  ringscope_error error = {0};
  ringscope_options options = {.size = sizeof options, .top = 10};
  ringscope_claims *claims = ringscope_claims_open((const char *const *)(argv + 1), &options, &error);
  if (claims == NULL) return fail(&error);
  ringscope_balance balance;
  ringscope_claims_balance(claims, &balance);
  printf("%llu rows read, %llu used\n", (unsigned long long)balance.read, (unsigned long long)balance.used);
  ringscope_graph *graph = ringscope_graph_new(claims, &error);
  ringscope_rings *rings = graph != NULL ? ringscope_rings_find(graph, &error) : NULL;
  if (rings != NULL)
    for (uint32_t i = 0; i < ringscope_rings_count(rings); i++) print_ring(rings, i);
  int status = rings != NULL ? 0 : fail(&error);
  ringscope_rings_free(rings);
  ringscope_graph_free(graph);
  ringscope_claims_free(claims);
  return status;
}
