/* rings/explain.c: facts and rings as sentences, English and Chinese. A finding is a lead, never a verdict: no sentence here says that
 * anybody did wrong.
 *
 * A sentence is a template. {v} value, {e} expected, {0}..{3} the arguments; a digit after a point gives decimals ({v.1}), a % the
 * hundredfold ({1%}); {top} the standing in percent from argument 0; {width} minutes in argument 2; {drugs} the drugs named; {one|many}
 * chooses by the value. */
#include "rings/ring.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct { const char *code, *text[2]; } Sentence;

static const Sentence sentence[] = {
    {"bursts",
     {"{v} bursts {width} with {1.1} of these {3} people on average; {top} of groups that move together",
      "这 {3} 人中平均 {1.1} 人{width}集中结算，共 {v} 次；在同行人群中居{top}"}},
    {"rotation",
     {"the bursts rotate over {v} outlets; {top} of groups that move together", "集中结算在 {v} 家机构之间轮换；在同行人群中居{top}"}},
    {"recurring_drugs",
     {"{v} {drug recurs|drugs recur} in the bursts ({drugs}): the first with {1} people where {e.1} would be expected; {top}",
      "集中结算中有 {v} 种药品反复出现（{drugs}）：首种涉及 {1} 人，预期 {e.1} 人；居{top}"}},
    {"apart",
     {"outside the bursts these people share little of their lives: {2%} % of their outlets; {top}",
      "集中结算之外，这些人的就医购药地点少有重合（重合 {2%} %）；居{top}"}},
    {"dose",
     {"quantities {v.1} times what the same drugs are bought in elsewhere; {top}", "数量为同种药品在其他处购买量的 {v.1} 倍；居{top}"}},
    {"amount",
     {"money per visit {v.1} times that of visits to the same kind of institution; {top}",
      "单次金额为同类机构结算的 {v.1} 倍；居{top}"}},
    {"hours",
     {"{v} of {1} bursts in the quietest tenth of the outlet's hours; {top}", "{1} 次中有 {v} 次发生在该机构最清淡的十分之一时段；居{top}"}},
    {"same_doctor", {"the same doctor for different people of a burst, more than the outlet's doctors explain; {top}",
                     "同一次集中结算中不同人的处方出自同一医师，多于该机构医师构成所能解释；居{top}"}},
    {"household", {"{v} of the {0} share an address, phone or account: one household, not counted as independent",
                   "{0} 人中有 {v} 人共用住址、电话或账户：按一户计，不视为相互独立"}},
    {"household_like", {"few people who also spend {v%} % of their other days at these outlets: like a household",
                        "人数少，且其他日子的 {v%} % 也在这些机构：与家庭相似"}},
    {"regulars", {"these people spend {v%} % of their other days at the same outlets: regulars, who may meet at a promotion or market day",
                  "这些人其他日子的 {v%} % 也在这些机构：属常客，可能因促销或赶集相遇"}},
    {"event", {"all bursts fall on {v} {day|days} at one time: like a health day or another event",
               "全部集中在 {v} 天：与单位体检日等活动相似"}},
    {"care_home", {"{v%} % of the gaps between the {0} burst days are four weeks or a month, at one outlet: like a care home or a "
                   "monthly occasion, which explains what is bought there as well",
                   "{0} 个结算日之间的间隔有 {v%} % 为四周或一个月，且在同一机构：与养老机构或每月固定活动相似，其购药亦可由此解释"}},
    {"schedule", {"the {0} burst days keep to a weekly calendar ({v%} %), at one outlet: like a fixed treatment or clinic day, which explains "
                  "what is bought there as well",
                  "{0} 个结算日按星期固定重复（{v%} %），且在同一机构：与血液透析等定期治疗或固定门诊日相似，其购药亦可由此解释"}},
    {"duplicates", {"{v} times one person's purchase is billed at two outlets within two days, same drugs in equal quantities: {1} people, where {e.1} "
                    "such would be expected before selection; {top} of pairs of outlets",
                    "同一人两日内在两家机构重复结算相同药品、相同数量共 {v} 次，涉及 {1} 人；筛选前预期 {e.1} 次；在机构组合中居{top}"}},
    {"equal_drugs", {"{v.1} drugs equal at once on average; {top}", "每次平均有 {v.1} 种药品完全相同；居{top}"}},
    {"outlets_apart", {"the two outlets are in different places, for every purchase alike; {top}", "两家机构分处异地；居{top}"}},
    {"single_drug", {"in {v} of the {0} only one drug is equal: one drug alone is soon bought again", "{0} 次中有 {v} 次仅一种药品相同：单一药品易于重复购买"}},
    {"door_pharmacy", {"a hospital and a pharmacy of its county with {v} such people: a habit of billing there is likelier than a few people's doing",
                       "医院与同区县药店之间涉及 {v} 人：更可能是结算习惯，而非少数人所为"}},
    {"travels", {"{v} times a credential is used in two prefectures or provinces nearer in time than a journey takes (45 minutes, 120 between "
                 "provinces): {1} people, where {e.1} such would be expected before selection; {top} of outlets",
                 "同一凭证在不同地市或省份使用的间隔短于最低路程时间（跨地市 45 分钟，跨省 120 分钟）共 {v} 次，涉及 {1} 人；筛选前预期 {e.1} 次；"
                 "在机构中居{top}"}},
    {"minutes", {"{v} minutes between the two uses on average; {top}", "两次使用平均相隔 {v} 分钟；居{top}"}},
    {"crowd", {"{v} people at one outlet: a wrong clock, a wrong region code or a border nearby is likelier than a few people's doing",
               "同一机构涉及 {v} 人：更可能是时钟或区划代码有误，或邻近边界"}},
    {"settled_later", {"{v} of the {0} have a hospital at one end, which may settle when nobody is there",
                       "{0} 次中有 {v} 次一端为医院，可能为事后结算"}},
    {"traces", {"{v} times the trace code of one box is sold again as a whole box: {1} people, where {e.1} such would be expected before selection; "
                "{top} of outlets",
                "同一追溯码的整盒药品再次结算 {v} 次，涉及 {1} 人；筛选前预期 {e.1} 次；在机构中居{top}"}},
    {"boxes_moved", {"{v%} % of these boxes are sold again by another outlet; {top}", "其中 {v%} % 由另一家机构再次结算；居{top}"}},
    {"also_batch", {"the same people are also found as: swiped together in batches ({0} people, {v} points by itself)", "同一批人另见于：集中刷卡（{0} 人，单独计 {v} 分）"}},
    {"also_resale", {"the same people are also found as: the same drugs from many places ({0} people, {v} points by itself)", "同一批人另见于：疑似倒卖药品（{0} 人，单独计 {v} 分）"}},
    {"also_crossregion", {"the same people are also found as: gathered from elsewhere ({0} people, {v} points by itself)", "同一批人另见于：异地聚集（{0} 人，单独计 {v} 分）"}},
    {"also_duplicate", {"the same people are also found as: purchases billed in two places ({0} people, {v} points by itself)", "同一批人另见于：重复结算（{0} 人，单独计 {v} 分）"}},
    {"also_travel", {"the same people are also found as: one credential in two places too far apart ({0} people, {v} points by itself)", "同一批人另见于：异地同时使用（{0} 人，单独计 {v} 分）"}},
    {"also_trace", {"the same people are also found as: boxes sold twice ({0} people, {v} points by itself)", "同一批人另见于：追溯码重复结算（{0} 人，单独计 {v} 分）"}},
    {"again", {"{v.1} times for each of the people; {top}", "人均 {v.1} 次；居{top}"}},
    {"people", {"{v} people at the same outlets; {top}", "同一批机构涉及 {v} 人；居{top}"}},
    {"steered", {"{v} of this doctor's {1} patients fill at the outlet, {0.1} times as many as the patients of other doctors of the same workplace "
                 "would ({e.1})",
                 "该医师 {1} 名患者中有 {v} 名到该机构取药，为同一单位其他医师患者预期（{e.1} 名）的 {0.1} 倍"}},
    {"steered_share", {"{v%} % of the doctor's prescriptions that are filled outside the workplace go there", "该医师外配处方的 {v%} % 流向该机构"}},
    {"steered_persons", {"{v} people, none of them a regular of the outlet", "涉及 {v} 人，均非该机构常客"}},
    {"outlet_elsewhere", {"the outlet is in another county than the workplace: not the pharmacy at the door", "该机构与医师工作单位不在同一区县，并非门口药店"}},
    {"come_together", {"{v.1} of them a day, on the days when any come: a home or a clinic day, not patients one by one",
                       "有人到来之日平均每天 {v.1} 人：似养老机构或固定门诊日，而非患者各自取药"}},
    {"only_doctor", {"hardly another doctor of the workplace to compare with ({v} fills); others who are alone see {0%} % of their patients at the outlet "
                     "used most",
                     "同一单位几乎没有其他医师可供对照（{v} 次取药）；其他独自执业医师的患者有 {0%} % 集中在最常用的机构"}},
    {"gathered", {"{v} people insured in one other place, who live there, come to this outlet; {e.1} would be expected of such visitors ({0} stays in "
                  "the whole place)",
                  "{v} 名同一参保地且仍在当地居住的人员到该机构结算，按同类异地人员预期为 {e.1} 人（全地共 {0} 人次机构）"}},
    {"visitors_drugs", {"{v} {drug recurs|drugs recur} among these visitors ({drugs}): the first with {0} people where {e.1} would be expected",
                        "这些异地人员中有 {v} 种药品反复出现（{drugs}）：首种涉及 {0} 人，预期 {e.1} 人"}},
    {"visitors_doctor", {"{v%} % of their visits there carry one doctor's name", "其结算的 {v%} % 出自同一医师"}},
    {"visits_each", {"{v.1} visits each", "人均 {v.1} 次"}},
    {"amount_visitors", {"money per visit {v.1} times that of visits to the same kind of institution", "单次金额为同类机构的 {v.1} 倍"}},
    {"hospital", {"a hospital: people travel for treatment", "该机构为医院：异地就医属常见"}},
    {"overlaps", {"{v.1} times a person on average the same drug is bought again within ten days from another institution or doctor; {e.2} is usual",
                  "人均 {v.1} 次在十天内从其他机构或医师处再次购买同种药品；一般为 {e.2} 次"}},
    {"even_sources", {"a source of one of them serves {v%} % of the others as well, every source counting alike", "其中一人的取药来源平均也为其余 {v%} % 的人所用"}},
    {"many_doctors", {"one and the same drug from {v.1} doctors a person on average; {e.1} is usual", "人均从 {v.1} 名医师处取得同一种药品；一般为 {e.1} 名"}},
    {"shared_sources", {"any two of them get {v.1} drugs from the same doctor or institution on average", "其中任意两人平均有 {v.1} 种药品来自同一医师或机构"}},
    {"common_drugs", {"{v} {drug is|drugs are} collected in common ({drugs}), from {0} doctors or institutions",
                      "共同购买 {v} 种药品（{drugs}），来自 {0} 名医师或机构"}},
    {"collectors", {"{v} people collect them", "涉及 {v} 人"}},
    {"card_repeats", {"{v} of the {0} visits follow another one of the same card at the same outlet within ten minutes, where {e.1} would be expected "
                      "before selection",
                      "{0} 次结算中有 {v} 次为同一凭证十分钟内在同一机构再次结算，筛选前预期 {e.1} 次"}},
    {"odd_hours", {"{v} of the {0} visits lie outside the hours of 98 % of the outlet's other visits; {e.1} would be expected before selection",
                   "{0} 次结算中有 {v} 次发生在该机构其他 98 % 结算的时段之外，筛选前预期 {e.1} 次"}},
    {"under_cap", {"{v} of the {0} visits end within 2 % under {1}, an amount under which the city's visits pile up and above which they break "
                   "off; {e.1} would be expected before selection",
                   "{0} 次结算中有 {v} 次的金额紧贴 {1} 元以下（相差 2 % 以内）；全市数据显示金额在此聚集并骤减，筛选前预期 {e.1} 次"}},
    {"no_diagnosis", {"{v} of {0} lines have a drug with a diagnosis that hardly anybody else gets it with; {e.1} would be expected before selection",
                      "{0} 行明细中有 {v} 行的药品与诊断组合在其他人中极少见，筛选前预期 {e.1} 行"}},
    {"oversupply", {"{v} of {0} times a person gets more of one drug in 30 days than 99 % of those who get it; {e.1} would be expected before selection",
                    "{0} 个（人·药品·30 天）中有 {v} 个的购药量超过全市该药购药者的 99 %，筛选前预期 {e.1} 个"}},
    {"one_outlet", {"all bursts at one outlet, as households, homes and fixed treatments do",
                    "全部在同一机构，家庭、养老机构与定期治疗亦如此"}},
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
  g_string_append(out, language == RS_LANG_ZH ? "前 " : "top ");
  append_number(out, shown, decimals);
  g_string_append(out, " %");
}

static void append_width(GString *out, double minutes, RsLanguage language) {
  bool zh = language == RS_LANG_ZH;
  if (minutes >= 1440.0) g_string_append(out, zh ? "同一天" : "on one day");
  else if (minutes >= 60.0) g_string_append(out, zh ? "一小时内" : "within an hour");
  else g_string_append_printf(out, zh ? "%d 分钟内" : "within %d minutes", (int)minutes);
}

static void append_drugs(GString *out, const RsClaims *claims, const RsFact *fact, RsLanguage language) {
  for (uint32_t i = 0; i < fact->n_drugs; i++) {
    uint32_t drug = fact->drug[i];
    const char *name = claims->drug_name != NULL && drug < claims->drug_name->n ? rs_text_get(claims->drug_name, drug) : "";
    if (i > 0) g_string_append(out, language == RS_LANG_ZH ? "、" : ", ");
    g_string_append(out, rs_text_get(claims->drug, drug));
    if (*name != '\0') g_string_append_printf(out, " %s", name);
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
  else if (n == 5 && memcmp(token, "drugs", 5) == 0) append_drugs(out, claims, fact, language);
  else {
    double value = token[0] == 'v' ? fact->value : token[0] == 'e' ? fact->expected : fact->argument[token[0] - '0'];
    bool percent = n > 1 && token[1] == '%';
    append_number(out, percent ? 100.0 * value : value, n > 2 && token[1] == '.' ? token[2] - '0' : 0);
  }
}

char *rs_fact_text(const RsClaims *claims, const RsFact *fact, RsLanguage language) {
  const char *text = NULL;
  for (size_t i = 0; i < G_N_ELEMENTS(sentence); i++)
    if (strcmp(sentence[i].code, fact->code) == 0) text = sentence[i].text[language == RS_LANG_ZH];
  if (text == NULL) return g_strdup(fact->code);
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
  if (language == RS_LANG_ZH) {
    g_string_printf(out, "疑似集中刷卡：%u 张凭证，%u 次集中结算，%u 家机构%s", ring->count[RS_PERSON], n_bursts, outlets,
                    outlets > 1 ? "轮换" : "");
    if (n_drugs > 0) g_string_append_printf(out, "，%u 种药品反复出现", n_drugs);
  } else {
    g_string_printf(out, "%u cards, %u bursts at %u %soutlet%s", ring->count[RS_PERSON], n_bursts, outlets, outlets > 1 ? "rotating " : "",
                    outlets > 1 ? "s" : "");
    if (n_drugs > 0) g_string_append_printf(out, ", %u drug%s in common", n_drugs, n_drugs > 1 ? "s" : "");
  }
  return g_string_free(out, FALSE);
}

/* People, hits and outlets of things seen twice (rings/twice.h). */
static char *twice_summary(const RsRing *ring, const RsFact *hits, RsLanguage language) {
  uint32_t persons = ring->count[RS_PERSON], outlets = ring->count[RS_INSTITUTION], n = (uint32_t)hits->value;
  bool zh = language == RS_LANG_ZH;
  switch (ring->pattern) {
  case RS_DUPLICATE:
    return g_strdup_printf(zh ? "疑似重复结算：%u 人，%u 次购药在两家机构各结算一次，涉及 %u 家机构"
                              : "%u people, %u purchases billed at two outlets each, %u outlets", persons, n, outlets);
  case RS_TRAVEL:
    return g_strdup_printf(zh ? "疑似异地同时使用凭证：%u 人，%u 次间隔短于路程时间，涉及 %u 家机构%.0s"
                              : "%u people, credentials in two cities at once %u times, %u outlet%s", persons, n, outlets, outlets == 1 ? "" : "s");
  default:
    return g_strdup_printf(zh ? "疑似追溯码重复：%u 人，%u 次整盒药品再次结算，涉及 %u 家机构%.0s"
                              : "%u people, boxes sold again %u times, %u outlet%s", persons, n, outlets, outlets == 1 ? "" : "s");
  }
}

char *rs_ring_summary(const RsClaims *claims, const RsRing *ring, RsLanguage language) {
  static const char *const twice[RS_N_PATTERNS] = {[RS_DUPLICATE] = "duplicates", [RS_TRAVEL] = "travels", [RS_TRACE] = "traces"};
  if (ring->pattern == RS_BATCH) return batch_summary(ring, language);
  const RsFact *hits = twice[ring->pattern] != NULL ? find_fact(ring, twice[ring->pattern]) : NULL;
  if (hits != NULL) return twice_summary(ring, hits, language);
  return ring->n_facts > 0 ? rs_fact_text(claims, &ring->facts[0], language) : g_strdup(rs_pattern_name[ring->pattern]);
}
