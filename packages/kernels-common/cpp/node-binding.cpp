#define NAPI_VERSION 8
#include <node_api.h>

#include "failure.h"
#include "isas.h"
#include "threads.h"

// The addon: { isas: [{ name, description, missing, peakFloat, peakInt8, kernels: { name: function } }], hardwareThreads,
// setThreads, misalignment }. A kernel function returns undefined (or the kernel's number), or a string: what it
// expected of its arguments, having done nothing.
namespace octavo {
namespace {

bool readArray(napi_env env, napi_value value, Argument& out) {
  napi_typedarray_type type;
  size_t length;
  if (napi_get_typedarray_info(env, value, &type, &length, &out.data, nullptr, nullptr) != napi_ok) return false;
  if (length > UINT32_MAX) return false;
  out.length = uint32_t(length);
  out.kind = static_cast<ElementKind>(type == napi_uint8_clamped_array ? napi_uint8_array : type);
  return true;
}

bool isNull(napi_env env, napi_value value) {
  napi_valuetype type;
  return napi_typeof(env, value, &type) == napi_ok && (type == napi_null || type == napi_undefined);
}

const char* readArgument(napi_env env, ParameterKind parameter, napi_value value, Argument& out) {
  out = {0, nullptr, 0, ElementKind::none};
  if (parameter == ParameterKind::number) {
    return napi_get_value_double(env, value, &out.number) == napi_ok ? nullptr : "a number where the kernel takes one";
  }
  if (readArray(env, value, out)) return nullptr;
  if (parameter == ParameterKind::nullableArray && isNull(env, value)) return nullptr;
  return "a typed array where the kernel takes one";
}

napi_value text(napi_env env, const char* characters) {
  napi_value result;
  napi_create_string_utf8(env, characters, NAPI_AUTO_LENGTH, &result);
  return result;
}

napi_value number(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}

napi_value callKernel(napi_env env, napi_callback_info info) {
  napi_value values[maxArity];
  size_t count = maxArity;
  void* data;
  napi_get_cb_info(env, info, &count, values, nullptr, &data);
  const KernelEntry& kernel = *static_cast<const KernelEntry*>(data);
  if (count != kernel.arity) return text(env, "as many arguments as the kernel has parameters");
  Argument arguments[maxArity];
  for (size_t i = 0; i < count; ++i) {
    if (const char* expected = readArgument(env, kernel.parameters[i], values[i], arguments[i])) return text(env, expected);
  }
  const double result = kernel.call(arguments);
  if (const char* expected = takeFailure()) return text(env, expected);
  return result == 0 ? nullptr : number(env, result);
}

double readNumber(napi_env env, napi_callback_info info, void** data) {
  napi_value value;
  size_t count = 1;
  napi_get_cb_info(env, info, &count, &value, nullptr, data);
  double result = 0;
  napi_get_value_double(env, value, &result);
  return result;
}

/** The loop's function is the data; steps that are no number are none. */
napi_value callPeak(napi_env env, napi_callback_info info) {
  void* loop;
  const double steps = readNumber(env, info, &loop);
  return number(env, reinterpret_cast<PeakLoop>(loop)(steps > 0 ? steps : 0));
}

napi_value callSetThreads(napi_env env, napi_callback_info info) {
  setThreadCount(int(readNumber(env, info, nullptr)));
  return number(env, threadCount());
}

/** Address of a typed array's first byte modulo 64: how allocations are aligned. */
napi_value callMisalignment(napi_env env, napi_callback_info info) {
  napi_value value;
  size_t count = 1;
  napi_get_cb_info(env, info, &count, &value, nullptr, nullptr);
  Argument array{};
  readArray(env, value, array);
  return number(env, double(reinterpret_cast<uintptr_t>(array.data) % 64));
}

void set(napi_env env, napi_value object, const char* name, napi_value value) {
  napi_set_named_property(env, object, name, value);
}

void setFunction(napi_env env, napi_value object, const char* name, napi_callback callback, const void* data) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, const_cast<void*>(data), &function);
  set(env, object, name, function);
}

napi_value isaObject(napi_env env, const Isa& isa) {
  napi_value object, kernels, missing;
  napi_create_object(env, &object);
  napi_create_object(env, &kernels);
  napi_get_null(env, &missing);
  if (const char* lacks = isa.missing()) missing = text(env, lacks);
  for (uint32_t i = 0; i < isa.table->count; ++i) {
    const KernelEntry& entry = isa.table->entries[i];
    setFunction(env, kernels, entry.name, callKernel, &entry);
  }
  set(env, object, "name", text(env, isa.name));
  set(env, object, "description", text(env, isa.description));
  set(env, object, "missing", missing);
  set(env, object, "kernels", kernels);
  setFunction(env, object, "peakFloat", callPeak, reinterpret_cast<const void*>(isa.table->peakFloat));
  setFunction(env, object, "peakInt8", callPeak, reinterpret_cast<const void*>(isa.table->peakInt8));
  return object;
}

}  // namespace
}  // namespace octavo

NAPI_MODULE_INIT() {
  using namespace octavo;
  napi_value list;
  napi_create_array(env, &list);
  for (uint32_t i = 0; i < isaCount; ++i) napi_set_element(env, list, i, isaObject(env, isas[i]));
  set(env, exports, "isas", list);
  set(env, exports, "hardwareThreads", number(env, hardwareThreadCount()));
  setFunction(env, exports, "setThreads", callSetThreads, nullptr);
  setFunction(env, exports, "misalignment", callMisalignment, nullptr);
  return exports;
}
