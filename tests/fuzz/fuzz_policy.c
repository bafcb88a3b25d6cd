/* Any bytes as a policy file: whatever it says, persons stay masked. */
#include "exporters/policy.h"
#include "fuzz/fuzz_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size > 20000) return 0;
  GError *error = NULL;
  g_autoptr(RsPolicy) policy = rs_policy_parse((const char *)data, size, "fuzz.ini", &error);
  g_assert_true((policy == NULL) == (error != NULL));
  if (policy != NULL) g_assert_true(policy->id[RS_PERSON] && policy->name[RS_PERSON]);
  g_clear_error(&error);
  return 0;
}
