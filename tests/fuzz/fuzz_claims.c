/* Any bytes as the claims and their tables: byte 0 picks what stands before them (nothing, or a header that is understood), and whether there is a
 * second table; a byte 0x1e parts the two. Whatever comes in, the books balance and the table holds. */
#include "claims/reader.h"
#include "fuzz/fuzz_file.h"

#include <string.h>

static const char *const claims_head[] = {
    "", "claim_id,settlement_id,person_id,institution_id,time,drug_code,quantity,amount,fund_amount,person_region,service_region,trace_code\n",
    "bkkp_sn,setl_id,psn_no,fixmedins_code,fee_ocur_time,med_list_codg,cnt,det_item_fee_sumamt,vali_flag\n"};
static const char *const table_head[] = {"", "setl_id,psn_no,fixmedins_code,setl_time,medfee_sumamt,fund_pay_sumamt,refd_setl_flag,vali_flag\n",
                                         "person_id,name,region,birth,sex,address,phone,employer,account,household\n", "institution_id,name,type,region,level\n", "doctor_id,name,workplace,region,level\n",
                                         "drug_code,name,price,level\n"};
static const char person_claims[] = "person_id,institution_id,time,amount\np1,P1,2025-03-01,1\np2,P1,20250301101500,2.5\n";

static void check(RsReader *reader) {
  GError *error = NULL;
  g_autoptr(RsClaims) claims = rs_reader_read(reader, &error);
  const char *reason = NULL;
  g_assert_true((claims == NULL) == (error != NULL));
  if (claims != NULL && !rs_claims_validate(claims, &reason)) g_error("%s", reason);
  if (claims != NULL) g_assert_true(rs_report_balances(rs_reader_report(reader)));
  for (unsigned kind = 0; kind < 4; kind++) g_assert_nonnull(rs_reader_attribute(reader, kind, "p1", "region"));
  g_clear_error(&error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 1 || size > 30000) return 0;
  /* 0-2: claims alone; 3, 4: with settlements; 5: persons; 6: institutions; 7: a raw table beside good claims; 8: doctors; 9: drugs */
  const unsigned kind = data[0] % 10;
  const char *bytes = (const char *)data + 1, *parted = memchr(bytes, 0x1e, --size);
  const size_t first = parted == NULL ? size : (size_t)(parted - bytes), second = parted == NULL ? 0 : size - first - 1;
  const bool attributes = kind >= 5;
  const char *head = attributes ? person_claims : claims_head[kind < 3 ? kind : 2];
  static const unsigned table_of[10] = {0, 0, 0, 1, 0, 2, 3, 0, 4, 5};
  const char *other = table_head[table_of[kind]];
  FuzzFile claims = attributes ? fuzz_file(head, strlen(head), "", 0) : fuzz_file(head, strlen(head), bytes, first);
  FuzzFile table = attributes ? fuzz_file(other, strlen(other), bytes, size) : fuzz_file(other, strlen(other), parted == NULL ? "" : parted + 1, second);
  const char *const paths[] = {claims.path, NULL};
  const RsReadOptions options = {.paths = paths, .settlements = kind == 3 || kind == 4 ? table.path : NULL, .persons = kind == 5 || kind == 7 ? table.path : NULL,
                                 .institutions = kind == 6 ? table.path : NULL, .doctors = kind == 8 ? table.path : NULL,
                                 .drugs = kind == 9 ? table.path : NULL, .allow_rejects = true, .n_threads = 1, .quiet = true};
  g_autoptr(RsReader) reader = rs_reader_new(&options, NULL);
  if (reader != NULL) check(reader);
  close(claims.fd);
  close(table.fd);
  return 0;
}
