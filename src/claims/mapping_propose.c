#include "claims/mapping.h"

#include "base/calendar.h"

#include <string.h>

/* A guess is a sum of what a column's name says and what its first cells say. The figures below only order the guesses; whatever
 * is not an exact name is marked as a guess in the proposal, for a person to check. */
enum { SCORE_ALIAS = 200, SCORE_WHOLE = 100, SCORE_TYPO = 90, SCORE_WORD = 60, SCORE_PART = 40, SCORE_VALUES = 30, SCORE_LEAST = 25 };
enum { MAX_GUESSED_FIELDS = 500, MAX_GUESSED_ROWS = 200 };

/* Words that stand in the names of such columns in other people's exports. */
static const char *const hints[RS_N_COLUMNS] = {
  [RS_COLUMN_PERSON] = "person patient member insured insurant bene beneficiary card cardholder psn subscriber user customer client 人员 参保人 "
                       "患者 病人 就诊人 会员 卡号 身份证 证件号",
  [RS_COLUMN_INSTITUTION] = "institution provider shop store pharmacy hospital facility outlet merchant org organization organisation "
                            "fixmedins medins prov 机构 药店 医院 商户 门店",
  [RS_COLUMN_TIME] = "time date day datetime timestamp dt when occurred 时间 日期",
  [RS_COLUMN_VISIT_TIME] = "settlement_time settled_at 结算时间",
  [RS_COLUMN_CLAIM_ID] = "claim line detail lineno claimno serial row_id 流水号 明细号 明细id 记录号",
  [RS_COLUMN_SETTLEMENT] = "settlement setl invoice bill receipt order encounter 结算 发票 单据 订单 小票",
  [RS_COLUMN_DOCTOR] = "doctor physician prescriber dr attending practitioner clinician 医师 医生 开方人",
  [RS_COLUMN_INSTITUTION_NAME] = "institution_name provider_name facility_name shop_name store_name pharmacy_name hospital_name 机构名称 药店名称 医院名称 门店名称",
  [RS_COLUMN_INSTITUTION_TYPE] = "institution_type provider_type facility_type shop_type store_type org_type 机构类型 机构类别 机构性质",
  [RS_COLUMN_DRUG] = "drug item ndc product medicine medication article goods sku atc 药品编码 药品代码 项目编码 目录编码 商品编码 药品",
  [RS_COLUMN_DRUG_NAME] = "drug_name item_name product_name medicine_name goods_name drugname 药品名称 项目名称 商品名称 通用名",
  [RS_COLUMN_QUANTITY] = "quantity qty units cnt count pieces 数量",
  [RS_COLUMN_AMOUNT] = "amount amt total sum fee cost charge price money paid value 金额 费用 总额 总价",
  [RS_COLUMN_FUND] = "fund fund_amount fund_amt reimbursed reimbursement covered insurer_paid 基金 统筹 报销 医保支付",
  [RS_COLUMN_PERSON_REGION] = "person_region patient_region member_region home_region residence insured_region 参保地 居住地 户籍地",
  [RS_COLUMN_SERVICE_REGION] = "region area district county service_region provider_region 就医地 地区 区划 行政区",
  [RS_COLUMN_DIAGNOSIS] = "diagnosis diag icd dx disease 诊断 病种 疾病",
  [RS_COLUMN_TRACE] = "trace trace_code barcode serialization 追溯码 追溯",
  [RS_COLUMN_TERMINAL] = "terminal pos device till 终端",
  [RS_COLUMN_VALID_FLAG] = "valid valid_flag is_valid vali 有效",
  [RS_COLUMN_REFUND_FLAG] = "refund refund_flag is_refund reversal returned 退费 退货 冲正",
};

/* ---- names ---- */

/* Whether word stands in name between separators; both folded. */
static bool has_word(const char *name, const char *word) {
  size_t length = strlen(word);
  for (const char *at = strstr(name, word); at != NULL; at = strstr(at + 1, word)) {
    bool starts = at == name || !g_ascii_isalnum(at[-1]);
    bool ends = !g_ascii_isalnum(at[length]);
    if (starts && ends) return true;
  }
  return false;
}

static int hint_score(const char *name, const char *hint) {
  int length = (int)g_utf8_strlen(hint, -1);
  bool chinese = (unsigned char)hint[0] >= 0x80;
  if (strcmp(name, hint) == 0) return SCORE_WHOLE;
  if (!chinese && has_word(name, hint)) return SCORE_WORD + length;
  if ((chinese || length > 3) && strstr(name, hint) != NULL) return SCORE_PART + length * (chinese ? 4 : 1);
  return 0;
}

static int typo_score(const char *name, const char *alias) {
  size_t length = (size_t)g_utf8_strlen(alias, -1);
  unsigned distance = length >= 5 ? rs_mapping_distance(name, alias) : 99;
  return (size_t)distance * 4 <= length ? SCORE_TYPO - 10 * (int)distance : 0;
}

typedef struct {
  char **hint[RS_N_COLUMNS];
  RsMapping *mapping[8]; /* the built-in ones; the rest NULL */
} Names;

static void names_init(Names *names) {
  memset(names, 0, sizeof *names);
  for (size_t role = 0; role < RS_N_COLUMNS; role++) names->hint[role] = g_strsplit(hints[role], " ", -1);
  const char *const *name = rs_mapping_names();
  for (size_t i = 0; i < G_N_ELEMENTS(names->mapping) && name[i] != NULL; i++) names->mapping[i] = rs_mapping_new(name[i], NULL);
}

static void names_clear(Names *names) {
  for (size_t role = 0; role < RS_N_COLUMNS; role++) g_strfreev(names->hint[role]);
  for (size_t i = 0; i < G_N_ELEMENTS(names->mapping); i++) rs_mapping_free(names->mapping[i]);
}

static int name_score(const Names *names, RsColumnRole role, const char *name) {
  int best = 0;
  if (name[0] == 0) return 0;
  for (char **hint = names->hint[role]; *hint != NULL; hint++) best = MAX(best, hint_score(name, *hint));
  for (size_t i = 0; i < G_N_ELEMENTS(names->mapping) && names->mapping[i] != NULL; i++)
    for (char **alias = names->mapping[i]->alias[RS_TABLE_CLAIMS][role]; alias != NULL && *alias != NULL; alias++) {
      if (strcmp(*alias, name) == 0) return SCORE_ALIAS;
      best = MAX(best, typo_score(name, *alias));
    }
  return best;
}

int rs_mapping_guess(RsColumnRole role, const char *const *fields, size_t n_fields) {
  Names names;
  names_init(&names);
  int best = -1, best_score = SCORE_LEAST - 1;
  for (size_t i = 0; i < n_fields && i < MAX_GUESSED_FIELDS; i++) {
    g_autofree char *folded = rs_mapping_fold(fields[i]);
    int score = name_score(&names, role, folded);
    if (score > best_score) best = (int)i, best_score = score;
  }
  names_clear(&names);
  return best;
}

/* ---- values ---- */

typedef struct {
  size_t n;         /* cells that are not empty */
  size_t dates;     /* of them readable as a date or time with separators */
  size_t times;     /* readable as a date or time in any form */
  size_t numbers;   /* plain decimal numbers */
  size_t cents;     /* numbers with exactly two decimals */
  size_t six;       /* six digits */
  size_t distinct;
} Values;

static bool is_number(const char *text, bool *two_decimals) {
  const char *at = text + (*text == '-' || *text == '+');
  size_t before = strspn(at, "0123456789"), after = 0;
  at += before;
  if (*at == '.') after = strspn(at + 1, "0123456789"), at += 1 + after;
  *two_decimals = after == 2;
  return *at == 0 && before + after > 0;
}

static void count_value(Values *values, const char *text) {
  uint32_t seconds;
  bool cents;
  size_t length = strlen(text);
  RsTimeStatus status = rs_time_parse(text, length, &seconds);
  bool readable = status == RS_TIME_OK || status == RS_TIME_DATE_ONLY;
  values->n++;
  values->times += readable;
  values->dates += readable && (strpbrk(text, "-/") != NULL || strstr(text, "年") != NULL);
  if (is_number(text, &cents)) values->numbers++, values->cents += cents;
  values->six += length == 6 && strspn(text, "0123456789") == 6;
}

static Values look_at_column(const char *const *const *rows, size_t n_rows, size_t field) {
  Values values = {0};
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (size_t i = 0; i < n_rows && i < MAX_GUESSED_ROWS; i++) {
    char *text = g_strstrip(g_strdup(rows[i][field]));
    if (text[0] != 0) count_value(&values, text);
    if (text[0] != 0) g_hash_table_add(seen, text);
    else g_free(text);
  }
  values.distinct = g_hash_table_size(seen);
  return values;
}

#define IMPOSSIBLE (-1000)

static int time_score(const Values *v) {
  if (v->times * 2 < v->n) return IMPOSSIBLE;
  return v->dates * 10 >= v->n * 9 ? SCORE_VALUES : 0;
}

static int money_score(const Values *v) {
  if (v->numbers * 2 < v->n || v->dates * 2 > v->n) return IMPOSSIBLE;
  return v->cents * 2 >= v->n ? SCORE_VALUES : 0;
}

/* An id of people or places comes back in other rows; an id of lines does not. */
static int id_score(const Values *v, bool repeats) {
  if (v->dates * 2 > v->n || v->cents * 2 > v->n) return IMPOSSIBLE;
  return v->n >= 5 && (v->distinct < v->n) == repeats ? 10 : 0;
}

/* What the cells say about the role; 0 where they say nothing. */
static int value_score(RsColumnRole role, const Values *v) {
  if (v->n == 0) return 0;
  switch (role) {
  case RS_COLUMN_TIME: return time_score(v);
  case RS_COLUMN_VISIT_TIME: return v->times * 2 < v->n ? IMPOSSIBLE : 0;
  case RS_COLUMN_AMOUNT: return money_score(v);
  case RS_COLUMN_FUND: return MIN(money_score(v), 10);
  case RS_COLUMN_QUANTITY: return v->numbers * 2 < v->n || v->dates * 2 > v->n ? IMPOSSIBLE : 0;
  case RS_COLUMN_PERSON_REGION:
  case RS_COLUMN_SERVICE_REGION: return v->six * 10 >= v->n * 9 ? SCORE_LEAST : 0;
  case RS_COLUMN_PERSON:
  case RS_COLUMN_INSTITUTION:
  case RS_COLUMN_DOCTOR:
  case RS_COLUMN_DRUG: return id_score(v, true);
  case RS_COLUMN_CLAIM_ID: return id_score(v, false);
  default: return 0;
  }
}

/* ---- the choice ---- */

typedef struct { int score; RsColumnRole role; int field; } Guess;

/* Best first; ties by role, then by place in the header, so that the choice is one only. */
static gint compare_guesses(gconstpointer a, gconstpointer b) {
  const Guess *x = a, *y = b;
  if (x->score != y->score) return x->score > y->score ? -1 : 1;
  if (x->role != y->role) return x->role < y->role ? -1 : 1;
  return (x->field > y->field) - (x->field < y->field);
}

static void add_guesses(GArray *guesses, const Names *names, const char *field, int position, const Values *values) {
  g_autofree char *folded = rs_mapping_fold(field);
  for (unsigned role = 0; role < RS_N_COLUMNS; role++) {
    int by_name = name_score(names, (RsColumnRole)role, folded), by_value = value_score((RsColumnRole)role, values);
    /* Ids of any kind look alike: without a word in the name their cells decide nothing. */
    Guess guess = {by_name + by_value, (RsColumnRole)role, position};
    if (by_value > IMPOSSIBLE && guess.score >= SCORE_LEAST && folded[0] != 0) g_array_append_val(guesses, guess);
  }
}

/* Gives each role at most one field and each field one role, surest first. certain: by an exact name. */
static void choose_fields(const char *const *fields, size_t n_fields, const char *const *const *rows, size_t n_rows,
                          int column[RS_N_COLUMNS], bool certain[RS_N_COLUMNS]) {
  Names names;
  names_init(&names);
  g_autoptr(GArray) guesses = g_array_new(FALSE, FALSE, sizeof(Guess));
  g_autofree bool *taken = g_new0(bool, n_fields + 1);
  for (size_t i = 0; i < n_fields && i < MAX_GUESSED_FIELDS; i++) {
    Values values = look_at_column(rows, n_rows, i);
    add_guesses(guesses, &names, fields[i], (int)i, &values);
  }
  names_clear(&names);
  g_array_sort(guesses, compare_guesses);
  for (size_t role = 0; role < RS_N_COLUMNS; role++) column[role] = -1, certain[role] = false;
  for (guint i = 0; i < guesses->len; i++) {
    const Guess *guess = &g_array_index(guesses, Guess, i);
    if (column[guess->role] >= 0 || taken[guess->field]) continue;
    column[guess->role] = guess->field;
    certain[guess->role] = guess->score >= SCORE_ALIAS - 50;
    taken[guess->field] = true;
  }
}

/* ---- the text ---- */

/* A value as GKeyFile reads it back: the list separator and backslashes escaped; what steers a line
 * or its reading direction as spaces. */
static void append_name(GString *text, const char *field, bool in_comment) {
  g_autofree char *valid = g_utf8_make_valid(field, -1);
  g_strstrip(valid);
  for (const char *at = valid; *at != 0; at = g_utf8_next_char(at)) {
    gunichar c = g_utf8_get_char(at);
    if (c == 0xFEFF) continue;
    if (!in_comment && (c == ';' || c == '\\')) g_string_append_c(text, '\\');
    g_string_append_unichar(text, g_unichar_iscntrl(c) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ? ' ' : c);
  }
}

static bool is_needed(size_t role) { return role <= RS_COLUMN_TIME; }

static void append_columns(GString *text, const char *const *fields, const int column[RS_N_COLUMNS], const bool certain[RS_N_COLUMNS]) {
  g_string_append(text, "\n[columns]\n");
  for (size_t role = 0; role < RS_N_COLUMNS; role++) {
    if (column[role] < 0) {
      if (is_needed(role)) g_string_append_printf(text, "# NEEDED, and no column looks like it. Name one here:\n");
      g_string_append_printf(text, "# %s=\n", rs_column_role_name[role]);
      continue;
    }
    if (!certain[role]) g_string_append(text, "# a guess from the name and the first rows; please check:\n");
    g_string_append_printf(text, "%s=", rs_column_role_name[role]);
    append_name(text, fields[column[role]], false);
    g_string_append_c(text, '\n');
  }
}

static void append_unused(GString *text, const char *const *fields, size_t n_fields, const int column[RS_N_COLUMNS]) {
  g_autofree bool *used = g_new0(bool, n_fields + 1);
  size_t shown = 0;
  for (size_t role = 0; role < RS_N_COLUMNS; role++)
    if (column[role] >= 0) used[column[role]] = true;
  for (size_t i = 0; i < n_fields && shown < 60; i++) {
    if (used[i]) continue;
    g_string_append(text, shown++ == 0 ? "\n# Columns not used: " : ", ");
    append_name(text, fields[i], true);
  }
  if (shown > 0) g_string_append_c(text, '\n');
}

/* First letters of institution ids: P and H mean what they mean on the national platform, others are left to a person. */
static void append_prefixes(GString *text, const char *const *const *rows, size_t n_rows, int field) {
  bool seen[128] = {false};
  for (size_t i = 0; field >= 0 && i < n_rows; i++) {
    char first = rows[i][field][0];
    if (g_ascii_isalpha(first)) seen[(unsigned char)g_ascii_toupper(first)] = true;
  }
  g_string_append(text, "\n[institution_prefixes]\n# How the ids of each type begin, for rows without institution_type.\n");
  g_string_append_printf(text, "%spharmacy=P\n%shospital=H\n# clinic=\n", seen['P'] ? "" : "# ", seen['H'] ? "" : "# ");
  for (int letter = 'A'; letter <= 'Z'; letter++)
    if (seen[(unsigned char)letter] && letter != 'P' && letter != 'H')
      g_string_append_printf(text, "# institution ids beginning with %c were seen: which type are they?\n", letter);
}

static const char *fitting_mapping(const char *const *fields, size_t n_fields) {
  g_autoptr(RsMapping) mapping = rs_mapping_choose(RS_TABLE_CLAIMS, fields, n_fields, "", NULL);
  const char *const *name = rs_mapping_names();
  for (; mapping != NULL && *name != NULL; name++)
    if (strcmp(mapping->name, *name) == 0) return *name;
  return NULL;
}

void rs_mapping_guess_all(const char *const *fields, size_t n_fields, const char *const *const *rows, size_t n_rows, RsMappingGuess *guess) {
  guess->fits = fitting_mapping(fields, n_fields);
  choose_fields(fields, n_fields, rows, n_rows, guess->column, guess->certain);
}

char *rs_mapping_propose(const char *file, const char *const *fields, size_t n_fields, const char *const *const *rows, size_t n_rows) {
  RsMappingGuess guess = {.fits = NULL};
  rs_mapping_guess_all(fields, n_fields, rows, n_rows, &guess);
  GString *text = g_string_new("# A mapping proposed for ");
  append_name(text, file, true);
  g_string_append(text, "\n# Check it, save it as my.ini and use it with --map my.ini\n");
  const char *fits = guess.fits;
  if (fits != NULL) g_string_append_printf(text, "# The built-in mapping '%s' fits this file: without --map it is chosen by itself.\n", fits);
  append_columns(text, fields, guess.column, guess.certain);
  append_unused(text, fields, n_fields, guess.column);
  g_string_append(text, "\n[institution_types]\n# Words in the institution_type column.\n"
                        "pharmacy=pharmacy;drugstore;药店;零售药店;定点零售药店\nhospital=hospital;医院;定点医疗机构\n"
                        "clinic=clinic;诊所;门诊部;卫生室\n");
  append_prefixes(text, rows, n_rows, guess.column[RS_COLUMN_INSTITUTION]);
  g_string_append(text, "\n[values]\n# Flags that mean a valid row and a refund; words that mean an empty cell.\nvalid=1\nrefund=1\n# empty=NA\n");
  return g_string_free(text, FALSE);
}
