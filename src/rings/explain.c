/* rings/explain.c: facts and rings as sentences. A finding is a lead, never a verdict: no sentence here says that
 * anybody did wrong.
 *
 * A sentence is a template. {v} value, {e} expected, {0}..{3} the arguments; a digit after a point gives decimals ({v.1}), a % the
 * hundredfold ({1%}); {top} the standing in percent from argument 0; {width} minutes in argument 2; {reasons} by the bits of argument 0; {drugs} the drugs named; {one|many}
 * chooses by the value (the Chinese needs none). The texts go through base/words.h. */
#include "rings/ring.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct { const char *code, *text; } Sentence;

static const Sentence sentence[] = {
    {"bursts", RS_TEMPLATE("{v} bursts {width} with {1.1} of these {3} people on average; {top} of groups that move together")},
    {"rotation", RS_TEMPLATE("the bursts rotate over {v} outlets; {top} of groups that move together")},
    {"recurring_drugs", RS_TEMPLATE("{v} {drug recurs|drugs recur} in the bursts ({drugs}): the first with {1} people where "
                                 "{e.1} would be expected; {top}")},
    {"recurring_drugs_often", RS_TEMPLATE("{v} {drug recurs|drugs recur} in the bursts ({drugs}): the first at half or more of their visits for {1} people, where "
                                       "{e.1} would be expected; {top}")},
    {"apart", RS_TEMPLATE("outside the bursts these people share little of their lives: {2%} % of their outlets; {top}")},
    {"dose", RS_TEMPLATE("quantities {v.1} times what the same drugs are bought in elsewhere; {top}")},
    {"amount", RS_TEMPLATE("money per visit {v.1} times that of visits to the same kind of institution; {top}")},
    {"hours", RS_TEMPLATE("{v} of {1} bursts in the quietest tenth of the outlet's hours; {top}")},
    {"same_doctor", RS_TEMPLATE("the same doctor for different people of a burst, more than the outlet's doctors explain; {top}")},
    {"household", RS_TEMPLATE("{v} of the {0} share an address, phone or account with another of them: a household counts as one, not as independent people")},
    {"household_like", RS_TEMPLATE("few people who also spend {v%} % of their other days at these outlets: like a household")},
    {"regulars", RS_TEMPLATE("these people also spend {v%} % of their other days at the same outlets, and may meet there by habit, which would bring about {0%} % of their meetings")},
    {"event", RS_TEMPLATE("all bursts fall on {v} {day|days} at one time: like a health day or another event")},
    {"care_home", RS_TEMPLATE("{v%} % of the gaps between the {0} burst days are four weeks or a month, at one outlet: like a "
                           "care home or a monthly occasion, which explains what is bought there as well")},
    {"schedule", RS_TEMPLATE("the {0} burst days keep to a weekly calendar ({v%} %), at one outlet: like a fixed treatment or "
                          "clinic day, which explains what is bought there as well")},
    {"proxy", RS_TEMPLATE("{0} of 65 or older and {1} under 60, and {v%} % of what was bought are everybody's own steady drugs: as when one fetches for another")},
    {"own_regimen", RS_TEMPLATE("{v%} % of what was bought are everybody's own steady drugs, which the others do not share")},
    {"works_clinic", RS_TEMPLATE("{v} of the {0} have one employer, and the bursts are at one place: as at the clinic or pharmacy of a works, a school or an office")},
    {"closed_circle", RS_TEMPLATE("the bursts are at one clinic whose visitors are a closed circle and come on working days: as at a works, a school or an office")},
    {"busy_days", RS_TEMPLATE("{v} of the {0} bursts fall on days when at least twice as many others were there as usual: a promotion, market or pension day")},
    {"season", RS_TEMPLATE("{v} of the {0} drugs these people share were bought twice as often by the whole city in those months: a season or a wave of illness")},
    {"from_clinic", RS_TEMPLATE("{v%} % of the visits to pharmacies follow one to a hospital or clinic on the same day: the pharmacy at the door")},
    {"clinic_day", RS_TEMPLATE("{v%} % of the visits are to a doctor at the doctor's own workplace, where everybody gets the own steady drugs: a class or a clinic day")},
    {"own_workplace", RS_TEMPLATE("{v%} % of the visits are to a doctor at the doctor's own workplace: patients in consulting hours")},
    {"batch_settled", RS_TEMPLATE("{v} of the {0} bursts are at outlets whose time stamps come in batches: nearness in time is not used there, only the day")},
    {"tested", RS_TEMPLATE("looked for and not found here: {reasons}")},
    {"untested", RS_TEMPLATE("could not be looked for without a table of persons: a common address, phone or employer, and who is old enough to be fetched for")},
    {"duplicates", RS_TEMPLATE("{v} times one person's purchase is billed at two outlets within two days, same drugs in equal "
                            "quantities: {1} people, where {e.1} such would be expected before selection; {top} of pairs of "
                            "outlets")},
    {"duplicates_without_drugs", RS_TEMPLATE("{v} times one person's purchase is billed at two outlets within two days, for equal amounts: {1} people, where {e.1} "
                                          "such would be expected before selection; {top} of pairs of outlets")},
    {"equal_drugs_without_drugs", RS_TEMPLATE("{v.1} amounts equal at once on average; {top}")},
    {"single_drug_without_drugs", RS_TEMPLATE("in {v} of the {0} only one amount is equal: one amount alone soon comes again")},
    {"equal_drugs", RS_TEMPLATE("{v.1} drugs equal at once on average; {top}")},
    {"outlets_apart", RS_TEMPLATE("the two outlets are in different places, for every purchase alike; {top}")},
    {"single_drug", RS_TEMPLATE("in {v} of the {0} only one drug is equal: one drug alone is soon bought again")},
    {"treatment", RS_TEMPLATE("in {v} of the {0} the person gets such a drug every week or two anyway: a treatment, on each of whose days it may be due")},
    {"door_pharmacy", RS_TEMPLATE("a hospital and a pharmacy of its county with {v} such people: a habit of billing there is "
                               "likelier than a few people's doing")},
    {"travels", RS_TEMPLATE("{v} times a credential is used in two prefectures or provinces nearer in time than a journey takes "
                         "(45 minutes, 120 between provinces): {1} people, where {e.1} such would be expected before "
                         "selection; the nearest {3} minutes apart; {top} of outlets")},
    {"minutes", RS_TEMPLATE("{v} minutes between the two uses on average; {top}")},
    {"crowd", RS_TEMPLATE("{v} people at one outlet: a wrong clock, a wrong region code or a border nearby is likelier than a "
                       "few people's doing")},
    {"settled_later", RS_TEMPLATE("{v} of the {0} have a hospital at one end, which may settle when nobody is there")},
    {"traces", RS_TEMPLATE("{v} times the trace code of one box is sold again as a whole box: {1} people, where {e.1} such would "
                        "be expected before selection; {top} of outlets")},
    {"boxes_moved", RS_TEMPLATE("{v%} % of these boxes are sold again by another outlet; {top}")},
    {"clearance_back", RS_TEMPLATE("cleared before, and behaving otherwise now: {v} people, {0} outlets, {1} drugs beyond what was cleared, score "
                                   "changed by {2}")},
    {"clearance_expired", RS_TEMPLATE("cleared before; the clearance has expired")},
    {"also_batch", RS_TEMPLATE("the same people are also found as: swiped together in batches ({0} people, {v} points by itself)")},
    {"also_resale", RS_TEMPLATE("the same people are also found as: the same drugs from many places ({0} people, {v} points by "
                             "itself)")},
    {"also_crossregion", RS_TEMPLATE("the same people are also found as: gathered from elsewhere ({0} people, {v} points by "
                                  "itself)")},
    {"also_duplicate", RS_TEMPLATE("the same people are also found as: purchases billed in two places ({0} people, {v} points by "
                                "itself)")},
    {"also_travel", RS_TEMPLATE("the same people are also found as: one credential in two places too far apart ({0} people, {v} "
                             "points by itself)")},
    {"also_steering", RS_TEMPLATE("these people are also found as one doctor's patients who fill at one outlet ({0} people, {v} points by itself)")},
    {"joined", RS_TEMPLATE("joined with another lead of {0} people ({v} points by itself) at a common outlet, with mostly the same drugs and people in both")},
    {"also_trace", RS_TEMPLATE("the same people are also found as: boxes sold twice ({0} people, {v} points by itself)")},
    {"again", RS_TEMPLATE("{v.1} times for each of the people; {top}")},
    {"people", RS_TEMPLATE("{v} people at the same outlets; {top}")},
    {"steered", RS_TEMPLATE("{v} of this doctor's {1} patients fill at the outlet, {0.1} times as many as the patients of other "
                         "doctors of the same workplace would ({e.1})")},
    {"steered_share", RS_TEMPLATE("{v%} % of the doctor's prescriptions that are filled outside the workplace go there")},
    {"steered_persons", RS_TEMPLATE("{v} people, none of whom comes to the outlet on two days or more without a doctor of this workplace")},
    {"steered_regulars", RS_TEMPLATE("{v} more of the doctor's patients who fill here come to the outlet without a doctor of this workplace as well; they are not counted above")},
    {"outlet_elsewhere", RS_TEMPLATE("the outlet is in another county than the workplace: not the pharmacy at the door")},
    {"come_together", RS_TEMPLATE("{v.1} of them a day, on the days when any come: a home or a clinic day, not patients one by "
                               "one")},
    {"home_apart", RS_TEMPLATE("{v} more of the doctor's patients come {0.1} a day, on the days when any come: a home or a clinic day; they are not counted here")},
    {"second_place", RS_TEMPLATE("{v} of them come from a second place of work of this doctor on the same day; {0%} % of its other doctors' patients fill here "
                              "as well")},
    {"second_apart", RS_TEMPLATE("{v} more of the doctor's patients come from a second place of work on the same day, {0%} % of whose other doctors' patients "
                              "fill here as well; they are not counted here")},
    {"door_usual", RS_TEMPLATE("{v%} % of what the colleagues' patients fill goes there as well: the pharmacy at the door")},
    {"workplace_unsure", RS_TEMPLATE("no table names the doctor's workplace; {v%} % of the doctor's lines outside pharmacies are at the one taken for it")},
    {"migrants", RS_TEMPLATE("{v} people of the same place live here and come to the outlet as well: visitors may be their guests or seasonal workers")},
    {"own_drugs", RS_TEMPLATE("in {v} of the {0} the person also gets such a drug at the other place: as when a relative fetches it")},
    {"later_buyers", RS_TEMPLATE("the members were billed for these boxes first; the same boxes were billed again, {0} times in all, to {v} other {person|people}, about as many as if whoever comes to the outlet had got them: these are no members")},
    {"first_buyers", RS_TEMPLATE("the members were billed for boxes that {v} other {person|people} had been billed for before, {0} times in all, nearly everyone of these once: they are no members")},
    {"split_boxes", RS_TEMPLATE("{v} lines of these outlets are parts of one box, scans repeated or returns; a careless scan is likelier there")},
    {"only_doctor", RS_TEMPLATE("hardly another doctor of the workplace to compare with ({v} fills); others who are alone see "
                             "{0%} % of their patients at the outlet used most")},
    {"gathered", RS_TEMPLATE("{v} people insured in one other place, who live there, come to this outlet; {e.1} would be "
                          "expected of such visitors ({0} stays in the whole place)")},
    {"strangers", RS_TEMPLATE("{v} people insured elsewhere (prefectures: {0}), with no other claim in the data, come to this outlet; {1} such come here in all, "
                           "{e.1} would be expected by its share of the place's customers")},
    {"strangers_drugs", RS_TEMPLATE("of the {0} customers who get the first of these ({drugs}), {v} are such people, where {e.1} would be expected")},
    {"strangers_origin", RS_TEMPLATE("{v} of the {0} are insured in one and the same prefecture, where {e.1} would be expected by the origins of such people elsewhere in the place")},
    {"strangers_live_here", RS_TEMPLATE("{v%} % of what they get there is something else: like people who have come to live here")},
    {"strangers_doctor", RS_TEMPLATE("{v%} % of their visits there carry one doctor's name, who has {0%} % of the outlet's other visits")},
    {"visitors_drugs", RS_TEMPLATE("{v} {drug recurs|drugs recur} among these visitors ({drugs}): the first with {0} people "
                                "where {e.1} would be expected")},
    {"visitors_doctor", RS_TEMPLATE("{v%} % of their visits there carry one doctor's name")},
    {"visits_each", RS_TEMPLATE("{v.1} visits each")},
    {"amount_visitors", RS_TEMPLATE("money per visit {v.1} times that of visits to the same kind of institution")},
    {"busload", RS_TEMPLATE("the same people are there together on {v} days, on which most of their visits fall: like a busload, not like people who travel for treatment each on a day of their own")},
    {"hospital", RS_TEMPLATE("a hospital: people travel for treatment")},
    {"overlaps", RS_TEMPLATE("{v.1} times a person on average the same drug is bought again within ten days from another "
                          "institution or doctor; {e.2} is usual")},
    {"even_sources", RS_TEMPLATE("a source of one of them serves {v%} % of the others as well, every source counting alike")},
    {"many_doctors", RS_TEMPLATE("one and the same drug from {v.1} doctors a person on average; {e.1} is usual")},
    {"shared_sources", RS_TEMPLATE("any two of them get {v.1} drugs from the same doctor or institution on average")},
    {"one_list", RS_TEMPLATE("one list of {v} drugs ({drugs}), each from three or more institutions: the first with {0} of these people, where {e.1} would be "
                          "expected among the {1} people of the city who get so many drugs from so many institutions")},
    {"scattered", RS_TEMPLATE("{v.1} drugs a person from three or more institutions each; {e.1} among all who do so")},
    {"common_drugs", RS_TEMPLATE("{v} {drug is|drugs are} collected in common ({drugs}), from {0} doctors or institutions")},
    {"collectors", RS_TEMPLATE("{v} people collect them")},
    {"card_repeats", RS_TEMPLATE("{v} of the {0} visits follow another one of the same card at the same outlet within ten "
                              "minutes, where {e.1} would be expected before selection")},
    {"odd_hours", RS_TEMPLATE("{v} of the {0} visits lie outside the hours of 98 % of the outlet's other visits; {e.1} would be "
                           "expected before selection")},
    {"under_cap", RS_TEMPLATE("{v} of the {0} visits end within 2 % under {1}, an amount under which the city's visits pile up "
                           "and above which they break off; {e.1} would be expected before selection")},
    {"no_diagnosis", RS_TEMPLATE("{v} of {0} people get a drug with none of the diagnoses that others get it for; {e.1} would be expected")},
    {"oversupply", RS_TEMPLATE("{v} of {0} times a person gets more of one drug in 30 days than 99 % of those who get it; {e.1} "
                            "would be expected before selection")},
    {"one_outlet", RS_TEMPLATE("all bursts at one outlet, as households, homes and fixed treatments do")},
};

static void append_number(GString *out, double value, int decimals) {
  char buffer[64];
  if (isnan(value)) {
    g_string_append_c(out, '?');
    return;
  }
  char format[8] = {'%', '.', (char)('0' + decimals), 'f', '\0'};
  g_string_append(out, g_ascii_formatd(buffer, sizeof buffer, format, value));
}

static void append_top(GString *out, double percent, RsLanguage language) {
  int decimals = percent < 1.0 ? 1 : 0;
  double shown = fmax(percent, 0.1);
  char number[64], format[] = {'%', '.', (char)('0' + decimals), 'f', '\0'};
  g_string_append_printf(out, rs_say(language, "top %s %%"), g_ascii_formatd(number, sizeof number, format, shown));
}

static void append_width(GString *out, double minutes, RsLanguage language) {
  if (minutes >= 1440.0) g_string_append(out, rs_say(language, "on one day"));
  else if (minutes >= 60.0) g_string_append(out, rs_say(language, "within an hour"));
  else g_string_append_printf(out, rs_say(language, "within %d minutes"), (int)minutes);
}

static void append_drugs(GString *out, const RsClaims *claims, const RsFact *fact, RsLanguage language) {
  for (uint32_t i = 0; i < fact->n_drugs; i++) {
    uint32_t drug = fact->drug[i];
    const char *name = claims->drug_name != NULL && drug < claims->drug_name->n ? rs_text_get(claims->drug_name, drug) : "";
    if (i > 0) g_string_append(out, rs_say_in(language, "list", NC_("list", ", ")));
    g_string_append(out, rs_text_get(claims->drug, drug));
    if (*name != '\0') g_string_append_printf(out, " %s", name);
  }
}

/* In the order of RsExcuse. */
static const char *const reason_name[RS_N_EXCUSES] = {
    N_("household"), N_("care home"), N_("treatment by schedule"), N_("health day"), N_("clinic of a works or school"), N_("promotion or season"),
    N_("times uploaded in batches"), N_("one fetching for another"), N_("migrants"), N_("pharmacy at the hospital's door"), N_("doctor's own workplace"),
    N_("box sold in parts"), N_("border nearby")};

static void append_reasons(GString *out, double bits, RsLanguage language) {
  bool first = true;
  for (unsigned r = 0; r < RS_N_EXCUSES; r++) {
    if (((unsigned)bits >> r & 1u) == 0) continue;
    if (!first) g_string_append(out, rs_say_in(language, "list", NC_("list", ", ")));
    g_string_append(out, rs_say(language, reason_name[r]));
    first = false;
  }
}

static void append_token(GString *out, const RsClaims *claims, const RsFact *fact, RsLanguage language, const char *token, size_t n) {
  const char *bar = memchr(token, '|', n);
  if (bar != NULL) {
    if (fact->value == 1.0) g_string_append_len(out, token, bar - token);
    else g_string_append_len(out, bar + 1, (gssize)n - (bar + 1 - token));
    return;
  }
  if (n == 3 && memcmp(token, "top", 3) == 0) append_top(out, fact->argument[0], language);
  else if (n == 5 && memcmp(token, "width", 5) == 0) append_width(out, fact->argument[2], language);
  else if (n == 7 && memcmp(token, "reasons", 7) == 0) append_reasons(out, fact->argument[0], language);
  else if (n == 5 && memcmp(token, "drugs", 5) == 0) append_drugs(out, claims, fact, language);
  else {
    double value = token[0] == 'v' ? fact->value : token[0] == 'e' ? fact->expected : fact->argument[token[0] - '0'];
    bool percent = n > 1 && token[1] == '%';
    append_number(out, percent ? 100.0 * value : value, n > 2 && token[1] == '.' ? token[2] - '0' : 0);
  }
}

/* Where the input has no drugs, equal amounts stand for them: a sentence that speaks of drugs has a twin that does not. */
static const char *sentence_of(const RsClaims *claims, const char *code) {
  const char *text = NULL;
  g_autofree char *twin = claims->columns & RS_HAS_DRUG ? NULL : g_strconcat(code, "_without_drugs", NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(sentence); i++) {
    if (twin != NULL && strcmp(sentence[i].code, twin) == 0) return sentence[i].text;
    if (strcmp(sentence[i].code, code) == 0) text = sentence[i].text;
  }
  return text;
}

char *rs_fact_text(const RsClaims *claims, const RsFact *fact, RsLanguage language) {
  const bool often = strcmp(fact->code, "recurring_drugs") == 0 && fact->argument[2] == 1.0;
  const char *text = sentence_of(claims, often ? "recurring_drugs_often" : fact->code);
  if (text == NULL) return g_strdup(fact->code);
  text = rs_say(language, text);
  GString *out = g_string_new(NULL);
  while (*text != '\0') {
    const char *end = *text == '{' ? strchr(text, '}') : NULL;
    if (end == NULL) {
      g_string_append_c(out, *text++);
      continue;
    }
    append_token(out, claims, fact, language, text + 1, (size_t)(end - text - 1));
    text = end + 1;
  }
  return g_string_free(out, FALSE);
}

static const RsFact *find_fact(const RsRing *ring, const char *code) {
  for (uint32_t i = 0; i < ring->n_facts; i++)
    if (strcmp(ring->facts[i].code, code) == 0) return &ring->facts[i];
  return NULL;
}

static char *batch_summary(const RsRing *ring, RsLanguage language) {
  const RsFact *drugs = find_fact(ring, "recurring_drugs"), *bursts = find_fact(ring, "bursts");
  uint32_t n_drugs = drugs != NULL ? (uint32_t)drugs->value : 0, n_bursts = bursts != NULL ? (uint32_t)bursts->value : ring->n_bursts;
  uint32_t outlets = ring->count[RS_INSTITUTION];
  GString *out = g_string_new(NULL);
  g_string_printf(out, outlets > 1 ? rs_say(language, "%u cards, %u bursts at %u rotating outlets") : rs_say(language, "%u cards, %u bursts at %u outlet"),
                  ring->count[RS_PERSON], n_bursts, outlets);
  if (n_drugs > 0) g_string_append_printf(out, rs_say_n(language, ", %u drug in common", ", %u drugs in common", n_drugs), n_drugs);
  return g_string_free(out, FALSE);
}

/* People, hits and outlets of things seen twice (rings/twice.h). */
static char *twice_summary(const RsRing *ring, const RsFact *hits, RsLanguage language) {
  uint32_t persons = ring->count[RS_PERSON], outlets = ring->count[RS_INSTITUTION], n = (uint32_t)hits->value;
  switch (ring->pattern) {
  case RS_DUPLICATE:
    return g_strdup_printf(rs_say(language, "%u people, %u purchases billed at two outlets each, %u outlets"), persons, n, outlets);
  case RS_TRAVEL:
    return g_strdup_printf(rs_say_n(language, "%u people, credentials in two cities at once %u times, %u outlet",
                                    "%u people, credentials in two cities at once %u times, %u outlets", outlets), persons, n, outlets);
  default:
    return g_strdup_printf(rs_say_n(language, "%u people, boxes sold again %u times, %u outlet", "%u people, boxes sold again %u times, %u outlets", outlets),
                           persons, n, outlets);
  }
}

static char *one_decimal(double value) {
  char buffer[32];
  return g_strdup(g_ascii_formatd(buffer, sizeof buffer, "%.1f", value));
}

static char *resale_summary(const RsRing *ring, const RsFact *common, RsLanguage language) {
  const RsFact *again = find_fact(ring, "overlaps");
  uint32_t drugs = (uint32_t)common->value, sources = (uint32_t)common->argument[0];
  GString *out = g_string_new(NULL);
  g_string_printf(out, rs_say_n(language, "%u people collect the same %u drug from %u doctors or institutions",
                                "%u people collect the same %u drugs from %u doctors or institutions", drugs), ring->count[RS_PERSON], drugs, sources);
  if (again != NULL && again->value >= 1.0) {
    g_autofree char *times = one_decimal(again->value);
    g_string_append_printf(out, rs_say(language, ", each %s times again within ten days"), times);
  }
  return g_string_free(out, FALSE);
}

static char *steering_summary(const RsFact *steered, RsLanguage language) {
  g_autofree char *expected = one_decimal(steered->expected);
  return g_strdup_printf(rs_say(language, "%u of one doctor's %u patients fill at one outlet that is not the workplace, where %s would be usual"),
                         (uint32_t)steered->value, (uint32_t)steered->argument[1], expected);
}

/* The region that all of them have, or its prefecture; "" where they differ or it is unknown. Regions are six-digit codes, or names. */
static char *common_region(const RsClaims *claims, const RsRing *ring, RsKind kind, const uint32_t *region) {
  g_autofree char *out = NULL;
  for (uint32_t i = 0; i < ring->n_members; i++) {
    if (ring->members[i].kind != kind) continue;
    uint32_t number = region[ring->members[i].id];
    const char *text = number != RS_NONE ? rs_text_get(claims->region, number) : "";
    if (out == NULL) out = g_strdup(text);
    if (strcmp(out, text) == 0) continue;
    bool prefecture = strlen(out) == 6 && strlen(text) == 6 && strncmp(out, text, 4) == 0;
    if (!prefecture) return g_strdup("");
    out[4] = out[5] = '0';
  }
  return out != NULL ? g_steal_pointer(&out) : g_strdup("");
}

static char *crossregion_summary(const RsClaims *claims, const RsRing *ring, RsLanguage language) {
  const RsFact *strangers = find_fact(ring, "strangers");
  if (strangers != NULL)
    return g_strdup_printf(rs_say(language, "%u people insured elsewhere (prefectures: %u), seen nowhere else, come to one outlet for the same things"),
                           ring->count[RS_PERSON], (uint32_t)strangers->argument[0]);
  const RsFact *drugs = find_fact(ring, "visitors_drugs");
  uint32_t persons = ring->count[RS_PERSON], outlets = ring->count[RS_INSTITUTION], n = drugs != NULL ? (uint32_t)drugs->value : 0;
  g_autofree char *home = common_region(claims, ring, RS_PERSON, claims->person_region);
  g_autofree char *place = common_region(claims, ring, RS_INSTITUTION, claims->institution_region);
  GString *out = g_string_new(NULL);
  if (*home != '\0' && *place != '\0')
    g_string_printf(out, rs_say_n(language, "%u people insured in %s gather at %u outlet in %s", "%u people insured in %s gather at %u outlets in %s", outlets),
                    persons, home, outlets, place);
  else
    g_string_printf(out, rs_say_n(language, "%u people of one other place gather at %u outlet", "%u people of one other place gather at %u outlets", outlets),
                    persons, outlets);
  if (n > 0) g_string_append_printf(out, rs_say_n(language, ", %u drug in common", ", %u drugs in common", n), n);
  if (find_fact(ring, "visitors_doctor") != NULL) g_string_append(out, rs_say(language, ", mostly through one doctor"));
  return g_string_free(out, FALSE);
}

char *rs_ring_summary(const RsClaims *claims, const RsRing *ring, RsLanguage language) {
  static const char *const main_fact[RS_N_PATTERNS] = {[RS_DUPLICATE] = "duplicates", [RS_TRAVEL] = "travels", [RS_TRACE] = "traces",
                                                       [RS_RESALE] = "common_drugs", [RS_STEERING] = "steered"};
  if (ring->pattern == RS_BATCH) return batch_summary(ring, language);
  if (ring->pattern == RS_CROSSREGION) return crossregion_summary(claims, ring, language);
  const RsFact *fact = main_fact[ring->pattern] != NULL ? find_fact(ring, main_fact[ring->pattern]) : NULL;
  if (fact == NULL) return ring->n_facts > 0 ? rs_fact_text(claims, &ring->facts[0], language) : g_strdup(rs_pattern_name[ring->pattern]);
  if (ring->pattern == RS_RESALE) return resale_summary(ring, fact, language);
  if (ring->pattern == RS_STEERING) return steering_summary(fact, language);
  return twice_summary(ring, fact, language);
}
