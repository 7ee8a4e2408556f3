#include "node-recording.h"

#include <array>
#include <deque>
#include <memory>
#include <vector>

#include "failure.h"
#include "replay.h"
#include "thread-pool.h"

// Recordings: lists of calls with their arguments. JavaScript keeps the arrays alive that the arguments point to.
namespace octavo {
namespace {

using Pool = std::shared_ptr<ThreadPool>;

struct Recording {
  const KernelTable* table;
  Pool pool;
  std::vector<RecordedCall> calls;
  /** Each call's, at addresses that stay. */
  std::deque<std::array<Argument, maxArity>> arguments;
  /** Arguments that stand for the arrays of each run, by their order there. */
  struct Parameter {
    Argument* argument;
    uint32_t call, position;
  };
  std::vector<Parameter> parameters;
  /** The call that refused its arguments when this last ran. */
  uint32_t refused = 0;
};

/** Null, or the message of the call `refused`. */
const char* run(Recording& recording, uint32_t first, uint32_t end) {
  const WorkOn pool(*recording.pool);
  recording.refused = replay(*recording.table, recording.calls.data(), first, end);
  return takeFailure();
}

/** Puts the arrays of a run in their places; null, or what was expected of them. */
const char* place(napi_env env, Recording& recording, napi_value arrays, uint32_t first, uint32_t end) {
  for (const auto& [argument, call, position] : recording.parameters) {
    if (call < first || call >= end) continue;
    napi_value value;
    Argument given{};
    napi_get_element(env, arrays, position, &value);
    if (!readArray(env, value, given) || given.kind != argument->kind || given.length != argument->length) {
      return "parameters of the types and lengths that were recorded";
    }
    argument->data = given.data;
  }
  return nullptr;
}

/** `(threads) => pool` */
napi_value createPool(napi_env env, napi_callback_info info) {
  const Arguments<1> given(env, info);
  return external(env, new Pool(std::make_shared<ThreadPool>(int(readNumber(env, given[0])))));
}

/** `(pool)`: ends its threads; what is left to do, the callers do. */
napi_value endPool(napi_env env, napi_callback_info info) {
  const Arguments<1> given(env, info);
  externalOf<Pool>(env, given[0])->end();
  return nullptr;
}

/** `(recording, kernel, values)`; a string: what was expected of the values. */
napi_value record(napi_env env, napi_callback_info info) {
  const Arguments<3> given(env, info);
  auto& recording = externalOf<Recording>(env, given[0]);
  const auto index = uint32_t(readNumber(env, given[1]));
  const KernelEntry& kernel = recording.table->entries[index];
  uint32_t count = 0;
  napi_get_array_length(env, given[2], &count);
  if (count != kernel.arity) return text(env, "as many arguments as the kernel has parameters");
  auto& arguments = recording.arguments.emplace_back();
  for (uint32_t i = 0; i < count; ++i) {
    napi_value value;
    napi_get_element(env, given[2], i, &value);
    if (const char* expected = readArgument(env, kernel.parameters[i], value, arguments[i])) {
      recording.arguments.pop_back();
      return text(env, expected);
    }
  }
  recording.calls.push_back({index, arguments.data()});
  return nullptr;
}

/** `(recording, argument, position)`: that argument of the last call stands for an array of each run. */
napi_value recordParameter(napi_env env, napi_callback_info info) {
  const Arguments<3> given(env, info);
  auto& recording = externalOf<Recording>(env, given[0]);
  const auto argument = size_t(readNumber(env, given[1]));
  recording.parameters.push_back({&recording.arguments.back()[argument], uint32_t(recording.calls.size() - 1),
                                  uint32_t(readNumber(env, given[2]))});
  return nullptr;
}

/** `(recording, arrays, first, end)`; a string: what the call `refused` expected. */
napi_value replaySync(napi_env env, napi_callback_info info) {
  const Arguments<4> given(env, info);
  auto& recording = externalOf<Recording>(env, given[0]);
  const auto first = uint32_t(readNumber(env, given[2])), end = uint32_t(readNumber(env, given[3]));
  recording.refused = first;
  const char* expected = place(env, recording, given[1], first, end);
  if (!expected) expected = run(recording, first, end);
  return expected ? text(env, expected) : nullptr;
}

/** A run on a thread of Node's; the reference keeps the recording. */
struct Background {
  Recording& recording;
  uint32_t first, end;
  napi_ref kept;
  napi_deferred deferred;
  napi_async_work work;
  const char* expected;
};

void complete(napi_env env, napi_status, void* data) {
  const std::unique_ptr<Background> background(static_cast<Background*>(data));
  napi_value result;
  if (background->expected) result = text(env, background->expected);
  else napi_get_undefined(env, &result);
  napi_resolve_deferred(env, background->deferred, result);
  napi_delete_async_work(env, background->work);
  napi_delete_reference(env, background->kept);
}

/** As `replay`, a promise of its result. */
napi_value replayAsync(napi_env env, napi_callback_info info) {
  const Arguments<4> given(env, info);
  auto& recording = externalOf<Recording>(env, given[0]);
  napi_value promise, name = text(env, "octavo");
  const auto first = uint32_t(readNumber(env, given[2])), end = uint32_t(readNumber(env, given[3]));
  recording.refused = first;
  auto* background =
      new Background{recording, first, end, {}, {}, {}, place(env, recording, given[1], first, end)};
  napi_create_promise(env, &background->deferred, &promise);
  napi_create_reference(env, given[0], 1, &background->kept);
  const auto execute = [](napi_env, void* data) {
    auto& [recording, first, end, kept, deferred, work, expected] = *static_cast<Background*>(data);
    if (!expected) expected = run(recording, first, end);
  };
  napi_create_async_work(env, nullptr, name, execute, complete, background, &background->work);
  napi_queue_async_work(env, background->work);
  return promise;
}

/** `(recording) => call` */
napi_value refusedCall(napi_env env, napi_callback_info info) {
  const Arguments<1> given(env, info);
  return number(env, externalOf<Recording>(env, given[0]).refused);
}

}  // namespace

napi_value createRecording(napi_env env, napi_callback_info info) {
  const Arguments<1> given(env, info);
  auto* recording = new Recording;
  recording->table = static_cast<const KernelTable*>(given.data);
  recording->pool = externalOf<Pool>(env, given[0]);
  return external(env, recording);
}

void exportRecording(napi_env env, napi_value exports) {
  setFunction(env, exports, "pool", createPool, nullptr);
  setFunction(env, exports, "endPool", endPool, nullptr);
  setFunction(env, exports, "record", record, nullptr);
  setFunction(env, exports, "recordParameter", recordParameter, nullptr);
  setFunction(env, exports, "replay", replaySync, nullptr);
  setFunction(env, exports, "replayAsync", replayAsync, nullptr);
  setFunction(env, exports, "refusedCall", refusedCall, nullptr);
}

}  // namespace octavo
