#pragma once
#include "node-values.h"

namespace octavo {

/** Adds what records and repeats calls to the addon's exports: `pool`, `record`, `recordParameter`, `replay`, … */
void exportRecording(napi_env env, napi_value exports);
/** A recording of calls of a table's kernels, empty: `(pool) => recording`. */
napi_value createRecording(napi_env env, napi_callback_info info);

}  // namespace octavo
