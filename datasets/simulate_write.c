/* datasets/simulate_write.c: ids that say nothing, money, and the files. */
#include "datasets/simulate_world.h"

#include "base/calendar.h"
#include "base/error.h"
#include "base/output.h"
#include "base/words.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

enum { TAG_IDS = 91, TAG_NUMBERS, TAG_PHONES };

/* A keyed permutation of 0 .. 10^10-1 or 0 .. 10^6-1 (Feistel rounds on two digit halves, Black & Rogaway's
 * generalised network): ids are unique, and their order and digits tell nothing. */
static uint64_t scramble(const RsSimWorld *world, uint64_t tag, uint64_t value, uint64_t half) {
  uint64_t left = value / half, right = value % half;
  for (uint64_t round = 0; round < 6; round++) {
    uint64_t mixed = rs_sim_mix(right + 1, rs_sim_mix(world->options->seed + round, tag)) % half;
    uint64_t next = (left + mixed) % half;
    left = right, right = next;
  }
  return left * half + right;
}

static void person_id(const RsSimWorld *world, uint32_t p, char buffer[24]) {
  g_snprintf(buffer, 24, "%010" G_GUINT64_FORMAT, scramble(world, TAG_IDS, p, 100000));
}
static void doctor_id(const RsSimWorld *world, uint32_t d, char buffer[24]) {
  const RsSimPlace *place = &world->place[world->doctor[d].place];
  g_snprintf(buffer, 24, "D%s%06" G_GUINT64_FORMAT, world->district[place->district].code,
             scramble(world, TAG_IDS + 100, d, 1000));
}
static void place_id(const RsSimWorld *world, uint32_t p, char buffer[24]) {
  const RsSimPlace *place = &world->place[p];
  g_snprintf(buffer, 24, "%c%s%06" G_GUINT64_FORMAT, place->type == PLACE_PHARMACY ? 'P' : 'H',
             world->district[place->district].code, scramble(world, TAG_IDS + 200, p, 1000));
}
static void drug_id(const RsSimWorld *world, uint32_t d, char buffer[24]) {
  const RsSimDrug *drug = &world->drug[d];
  const RsSimSubstance *what = &rs_sim_substance[drug->substance];
  if (what->family == CLASS_SERVICE)
    g_snprintf(buffer, 24, "F%09" G_GUINT64_FORMAT, scramble(world, TAG_IDS + 300, d, 10000));
  else
    g_snprintf(buffer, 24, "X%s%06" G_GUINT64_FORMAT, what->atc, scramble(world, TAG_IDS + 400, d, 1000));
}

static const char *const type_name[N_PLACE_TYPES] = {"pharmacy", "hospital", "clinic"};

/* All ids as text once, 24 bytes each: lines are many, entities few. */
typedef struct {
  char (*person)[24], (*doctor)[24], (*place)[24], (*drug)[24];
} Ids;

static void ids_make(const RsSimWorld *world, Ids *ids) {
  ids->person = g_malloc0_n(world->n_persons + 1, 24), ids->doctor = g_malloc0_n(world->n_doctors + 1, 24);
  ids->place = g_malloc0_n(world->n_places + 1, 24), ids->drug = g_malloc0_n(world->n_drugs + 1, 24);
  for (uint32_t i = 0; i < world->n_persons; i++) person_id(world, i, ids->person[i]);
  for (uint32_t i = 0; i < world->n_doctors; i++) doctor_id(world, i, ids->doctor[i]);
  for (uint32_t i = 0; i < world->n_places; i++) place_id(world, i, ids->place[i]);
  for (uint32_t i = 0; i < world->n_drugs; i++) drug_id(world, i, ids->drug[i]);
}

static void ids_clear(Ids *ids) {
  g_free(ids->person);
  g_free(ids->doctor);
  g_free(ids->place);
  g_free(ids->drug);
}

static const char *entity_name[] = {"person", "doctor", "institution", "drug"};

static const char *entity_text(const Ids *ids, const RsSimAnswer *answer) {
  switch (answer->entity) {
  case ENTITY_PERSON: return ids->person[answer->id];
  case ENTITY_DOCTOR: return ids->doctor[answer->id];
  case ENTITY_PLACE: return ids->place[answer->id];
  default: return ids->drug[answer->id];
  }
}

/* ---- money ---- */

/* Permille paid by the fund. Over-the-counter sales without a prescription come from the personal account. */
static uint32_t fund_share(const RsSimWorld *world, const RsSimVisit *visit, uint32_t drug) {
  const RsSimPlace *place = &world->place[visit->place];
  const RsSimPerson *who = &world->person[visit->person];
  uint32_t share = place->type == PLACE_HOSPITAL ? 700 : place->type == PLACE_CLINIC ? 620 : 550;
  if (place->type == PLACE_PHARMACY && visit->doctor == RS_NONE)
    share = rs_sim_substance[world->drug[drug].substance].prescription ? 300 : 0;
  if (who->birth_year < 1960) share += 60;
  if (who->insured != place->district && !world->district[who->insured].home) share = share * 3 / 4;
  return share;
}

int64_t rs_sim_amount(const RsSimWorld *world, const RsSimVisit *visit, const RsSimLine *line) {
  return (int64_t)world->drug[line->drug].price * visit->markup / 1000 * line->quantity;
}

int64_t rs_sim_fund(const RsSimWorld *world, const RsSimVisit *visit, const RsSimLine *line) {
  return rs_sim_amount(world, visit, line) * fund_share(world, visit, line->drug) / 1000;
}

static void write_money(RsOutput *output, int64_t fen) {
  rs_output_fixed(output, fen, 2);
  rs_output_char(output, ',');
}

static void cell(RsOutput *output, const char *text) {
  rs_output_csv(output, text);
  rs_output_char(output, ',');
}

static void write_number(RsOutput *output, char prefix, uint64_t value) {
  char buffer[24];
  g_snprintf(buffer, sizeof buffer, "%c%012" G_GUINT64_FORMAT, prefix, value);
  cell(output, buffer);
}

static void write_line(const RsSimWorld *world, const Ids *ids, RsOutput *output, const RsSimVisit *visit, const RsSimLine *line,
                       const char *time, int64_t *left) {
  const RsSimPlace *place = &world->place[visit->place];
  const RsSimDrug *drug = &world->drug[line->drug];
  int64_t amount = rs_sim_amount(world, visit, line), fund = rs_sim_fund(world, visit, line);
  if (place->type != PLACE_HOSPITAL && fund > *left) fund = *left;
  *left -= fund;
  cell(output, ids->person[visit->person]);
  cell(output, visit->doctor == RS_NONE ? "" : ids->doctor[visit->doctor]);
  cell(output, ids->place[visit->place]);
  cell(output, type_name[place->type]);
  cell(output, ids->drug[line->drug]);
  cell(output, rs_sim_substance[drug->substance].name);
  rs_output_signed(output, line->quantity);
  rs_output_char(output, ',');
  write_money(output, amount);
  write_money(output, fund);
  cell(output, time);
  cell(output, world->district[world->person[visit->person].insured].code);
  cell(output, world->district[place->district].code);
  cell(output, rs_sim_diagnosis[visit->diagnosis].code);
  if (line->trace) {
    char buffer[32];
    g_snprintf(buffer, sizeof buffer, "8%06" G_GUINT64_FORMAT "%013" G_GUINT64_FORMAT,
               scramble(world, TAG_IDS + 500, line->drug, 1000), line->trace);
    rs_output_text(output, buffer);
  }
  rs_output_char(output, '\n');
}

static bool write_claims(const RsSimWorld *world, const Ids *ids, const char *path, GError **error) {
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (!output) return false;
  rs_output_text(output,
                 "claim_id,settlement_id,person_id,doctor_id,institution_id,institution_type,drug_code,drug_name,quantity,amount,"
                 "fund_amount,time,person_region,service_region,diagnosis,trace_code\n");
  RsRandom random;
  rs_sim_stream(world, &random, TAG_NUMBERS, 0);
  uint64_t claim = 100000 + rs_random_below(&random, 900000), settlement = 10000 + rs_random_below(&random, 90000);
  for (uint64_t v = 0; v < world->n_visits && !rs_output_failed(output); v++) {
    const RsSimVisit *visit = &world->visit[v];
    char time[20];
    rs_time_format(world->first_day * RS_DAY_SECONDS + visit->time, time);
    int64_t left = world->cap;
    settlement += rs_sim_between(&random, 1, 5); /* other towns' bills are numbered in between */
    for (uint32_t i = 0; i < visit->n_lines; i++) {
      const RsSimLine *line = &world->line[visit->first_line + i];
      if (line->drug == RS_NONE) continue;
      claim += rs_sim_between(&random, 1, 4);
      write_number(output, 'C', claim);
      write_number(output, 'S', settlement);
      write_line(world, ids, output, visit, line, time, &left);
    }
  }
  return rs_output_close(output, error);
}

/* ---- attribute tables ---- */

static bool write_persons(const RsSimWorld *world, const Ids *ids, const char *path, GError **error) {
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (!output) return false;
  rs_output_text(output, "person_id,region,birth,sex,address,phone,employer\n");
  /* In the order of the ids, which is nobody's order. */
  for (uint32_t i = 0; i < world->n_persons; i++) {
    uint32_t p = world->roll[i];
    const RsSimPerson *who = &world->person[p];
    char text[64];
    cell(output, ids->person[p]);
    cell(output, world->district[who->insured].code);
    uint64_t day = rs_sim_mix(p + 1, world->options->seed) % 336;
    g_snprintf(text, sizeof text, "%04u-%02u-%02u", (unsigned)who->birth_year, (unsigned)(day / 28 + 1),
               (unsigned)(day % 28 + 1));
    cell(output, text);
    cell(output, who->sex ? "F" : "M");
    g_snprintf(text, sizeof text, "%s A%08" G_GUINT64_FORMAT, world->district[who->district].name,
               scramble(world, TAG_PHONES, who->address, 10000));
    cell(output, rs_sim_mix(who->address + 7u, world->options->seed + p) % 100 < 9 ? "" : text); /* not every file is complete */
    g_snprintf(text, sizeof text, "1%010" G_GUINT64_FORMAT, scramble(world, TAG_PHONES + 50, who->phone, 100000));
    cell(output, text);
    if (who->employer != RS_NONE) {
      g_snprintf(text, sizeof text, "E%08" G_GUINT64_FORMAT, scramble(world, TAG_PHONES + 70, who->employer, 10000));
      rs_output_text(output, text);
    }
    rs_output_char(output, '\n');
  }
  return rs_output_close(output, error);
}

static bool write_doctors(const RsSimWorld *world, const Ids *ids, const char *path, GError **error) {
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (!output) return false;
  rs_output_text(output, "doctor_id,workplace,department,region\n");
  for (uint32_t i = 0; i < world->n_doctors; i++) {
    const RsSimDoctor *doctor = &world->doctor[i];
    cell(output, ids->doctor[i]);
    cell(output, ids->place[doctor->place]);
    cell(output, rs_sim_dept_name[doctor->dept]);
    rs_output_text(output, world->district[world->place[doctor->place].district].code);
    rs_output_char(output, '\n');
  }
  return rs_output_close(output, error);
}

static bool write_places(const RsSimWorld *world, const Ids *ids, const char *path, GError **error) {
  static const char *const word[N_PLACE_TYPES] = {"药房", "医院", "诊所"};
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (!output) return false;
  rs_output_text(output, "institution_id,name,type,region,address,level\n");
  for (uint32_t i = 0; i < world->n_places; i++) {
    const RsSimPlace *place = &world->place[i];
    const RsSimDistrict *district = &world->district[place->district];
    char text[96];
    cell(output, ids->place[i]);
    g_snprintf(text, sizeof text, "%s%s%s号", district->name, word[place->type], ids->place[i] + 7);
    cell(output, text);
    cell(output, type_name[place->type]);
    cell(output, district->code);
    uint32_t house = place->door == RS_NONE ? i : place->door; /* next door is the same house */
    g_snprintf(text, sizeof text, "%s B%06" G_GUINT64_FORMAT, district->name, scramble(world, TAG_PHONES + 90, house, 1000));
    cell(output, text);
    rs_output_unsigned(output, place->level);
    rs_output_char(output, '\n');
  }
  return rs_output_close(output, error);
}

static bool write_drugs(const RsSimWorld *world, const Ids *ids, const char *path, GError **error) {
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (!output) return false;
  rs_output_text(output, "drug_code,name,kind,prescription,price\n");
  for (uint32_t i = 0; i < world->n_drugs; i++) {
    const RsSimSubstance *what = &rs_sim_substance[world->drug[i].substance];
    cell(output, ids->drug[i]);
    cell(output, what->name);
    cell(output, what->family == CLASS_SERVICE ? "service" : "drug");
    cell(output, what->prescription ? "1" : "0");
    rs_output_fixed(output, world->drug[i].price, 2);
    rs_output_char(output, '\n');
  }
  return rs_output_close(output, error);
}

/* ---- answers ---- */

static const char *const pattern_name[] = {"batch", "resale", "steering", "crossregion", "duplicate", "travel", "trace", "mixed"};
static const char *const kind_name[N_KINDS] = {
    "household", "proxy",          "care_home", "dialysis",      "employer_day", "clinic_day", "school_clinic", "flu_clinic",
    "promotion", "batch_settling", "migrants",  "door_pharmacy", "workplace",    "split_box",  "return",        "friends"};

static gint answer_order(gconstpointer a, gconstpointer b) {
  const RsSimAnswer *x = a, *y = b;
  return x->group != y->group ? (x->group < y->group ? -1 : 1) : 0;
}

static bool write_answers(const Ids *ids, const char *path, const char *header, char prefix, const RsSimAnswer *answer,
                          uint32_t n, const char *const *names, GError **error) {
  g_autoptr(RsOutput) output = rs_output_open(path, error);
  if (!output) return false;
  rs_output_text(output, header);
  for (uint32_t i = 0; i < n; i++) {
    char text[24];
    g_snprintf(text, sizeof text, "%c%04u", prefix, answer[i].group + 1);
    cell(output, text);
    cell(output, names[answer[i].kind]);
    cell(output, entity_name[answer[i].entity]);
    rs_output_csv(output, entity_text(ids, &answer[i]));
    rs_output_char(output, '\n');
  }
  return rs_output_close(output, error);
}

static bool write_all(const RsSimWorld *world, const Ids *ids, const char *folder, GError **error) {
  g_autofree char *claims = g_build_filename(folder, "claims.csv", NULL),
                  *persons = g_build_filename(folder, "persons.csv", NULL);
  g_autofree char *doctors = g_build_filename(folder, "doctors.csv", NULL),
                  *places = g_build_filename(folder, "institutions.csv", NULL);
  g_autofree char *drugs = g_build_filename(folder, "drugs.csv", NULL), *truth = g_build_filename(folder, "truth.csv", NULL);
  g_autofree char *innocent = g_build_filename(folder, "innocent.csv", NULL);
  return write_claims(world, ids, claims, error) && write_persons(world, ids, persons, error) &&
         write_doctors(world, ids, doctors, error) && write_places(world, ids, places, error) &&
         write_drugs(world, ids, drugs, error) &&
         write_answers(ids, truth, "ring_id,pattern,entity_type,entity_id\n", 'T', world->truth, world->n_truth, pattern_name,
                       error) &&
         write_answers(ids, innocent, "group_id,kind,entity_type,entity_id\n", 'G', world->innocent, world->n_innocent, kind_name,
                       error);
}

bool rs_sim_write(const RsSimWorld *world, const char *folder, GError **error) {
  if (g_mkdir_with_parents(folder, 0777)) {
    g_set_error(error, RS_ERROR, RS_ERROR_IO, "%s: %s", folder, rs_words_errno(errno));
    return false;
  }
  Ids ids;
  ids_make(world, &ids);
  bool written = write_all(world, &ids, folder, error);
  ids_clear(&ids);
  return written;
}

/* Truth and innocent groups in the order of their numbers; stable, so members keep the order in which they joined. */
static void sort_answers(RsSimAnswer *answer, uint32_t n) {
  GArray *list = g_array_new(FALSE, FALSE, sizeof(RsSimAnswer));
  g_array_append_vals(list, answer, n);
  g_array_sort(list, answer_order); /* GLib's array sort is a merge sort, stable */
  if (n) memcpy(answer, list->data, n * sizeof(RsSimAnswer));
  g_array_unref(list);
}

void rs_sim_sort_answers(RsSimWorld *world) {
  sort_answers(world->truth, world->n_truth);
  sort_answers(world->innocent, world->n_innocent);
}

static int roll_order(const void *a, const void *b, void *data) {
  const RsSimWorld *world = data;
  uint64_t x = scramble(world, TAG_IDS, *(const uint32_t *)a, 100000), y = scramble(world, TAG_IDS, *(const uint32_t *)b, 100000);
  return x < y ? -1 : x > y;
}

void rs_sim_make_roll(RsSimWorld *world) {
  world->roll = g_new(uint32_t, world->n_persons + 1);
  for (uint32_t i = 0; i < world->n_persons; i++) world->roll[i] = i;
  g_qsort_with_data(world->roll, (gint)world->n_persons, sizeof(uint32_t), roll_order, world);
}
