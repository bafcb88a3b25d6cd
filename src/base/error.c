#include "base/error.h"

GQuark rs_error_quark(void) { return g_quark_from_static_string("rs-error"); }
