/* Reads a city through the library and writes its case: check CLAIMS PERSONS FOLDER; prints the digest. Everything that can be asked is
 * asked, and must fit together. */
#undef NDEBUG
#include <assert.h>
#include <ringscope.h>
#include <stdio.h>
#include <string.h>

static void graph_holds(const ringscope_graph *graph) {
  static const ringscope_kind from[] = {RINGSCOPE_PERSON, RINGSCOPE_PERSON, RINGSCOPE_PERSON, RINGSCOPE_DOCTOR, RINGSCOPE_INSTITUTION, RINGSCOPE_DOCTOR};
  static const ringscope_kind to[] = {RINGSCOPE_DOCTOR, RINGSCOPE_INSTITUTION, RINGSCOPE_DRUG, RINGSCOPE_DRUG, RINGSCOPE_DRUG, RINGSCOPE_INSTITUTION};
  ringscope_relation r, last = {0};
  for (int kind = 0; kind <= RINGSCOPE_REFERS_TO; kind++) {
    uint64_t n = ringscope_graph_relations(graph, (ringscope_relation_kind)kind);
    assert(n > 0 && !ringscope_graph_relation(graph, (ringscope_relation_kind)kind, n, &r));
    for (uint64_t i = 0; i < n; i++, last = r) {
      assert(ringscope_graph_relation(graph, (ringscope_relation_kind)kind, i, &r));
      assert(i == 0 || r.from > last.from || (r.from == last.from && r.to > last.to));
      assert(r.from < ringscope_graph_entities(graph, from[kind]) && r.to < ringscope_graph_entities(graph, to[kind]) && r.visits > 0);
    }
  }
  assert(ringscope_graph_id(graph, RINGSCOPE_DRUG, ringscope_graph_entities(graph, RINGSCOPE_DRUG)) == NULL);
}

static void ring_adds_up(const ringscope_rings *rings, uint32_t i) {
  ringscope_ring ring;
  ringscope_member member;
  ringscope_fact fact;
  ringscope_line line;
  assert(ringscope_rings_get(rings, i, &ring));
  int points = 0;
  int64_t amount = 0;
  uint32_t n = 0;
  for (; ringscope_rings_fact(rings, i, n, &fact); n++) points += fact.points;
  assert(n == ring.n_facts && points == ring.score);
  for (n = 0; ringscope_rings_member(rings, i, n, &member); n++) assert(member.id[0] != '\0' && member.strength >= 0 && member.strength <= 1);
  assert(n == ring.n_members);
  uint64_t lines = 0;
  for (; ringscope_rings_line(rings, i, lines, &line); lines++) {
    amount += line.amount;
    assert(line.line > 1 && line.person[0] != '\0' && strlen(line.time) == 19);
  }
  assert(lines == ring.n_lines && amount == ring.amount && strcmp(ring.first_date, ring.last_date) <= 0);
}

int main(int argc, char **argv) {
  assert(argc == 4);
  const char *paths[] = {argv[1], NULL};
  ringscope_error error = {0};
  ringscope_options wrong = {.size = sizeof wrong, .patterns = "batch,none"};
  assert(ringscope_claims_open(paths, &wrong, &error) == NULL && error.code == RINGSCOPE_ERROR_USAGE && strstr(error.message, "none") != NULL);
  ringscope_options options = {.size = sizeof options, .persons = argv[2]};
  ringscope_claims *claims = ringscope_claims_open(paths, &options, &error);
  assert(claims != NULL);
  ringscope_balance b;
  ringscope_claims_balance(claims, &b);
  assert(b.read == b.used + b.outside + b.repeated + b.reversed + b.rejected);
  assert(b.amount_read == b.amount_used + b.amount_outside + b.amount_repeated + b.amount_reversed + b.amount_rejected);
  ringscope_graph *graph = ringscope_graph_new(claims, &error);
  assert(graph != NULL);
  graph_holds(graph);
  ringscope_rings *rings = ringscope_rings_find(graph, &error);
  assert(rings != NULL && ringscope_rings_count(rings) > 0);
  for (uint32_t i = 0; i < ringscope_rings_count(rings); i++) ring_adds_up(rings, i);
  char digest[65];
  assert(ringscope_case_write(rings, argv[3], "test", digest, &error));
  puts(digest);
  ringscope_rings_free(rings);
  ringscope_graph_free(graph);
  ringscope_claims_free(claims);
  return 0;
}
