#include "cores.h"
#include "failure.h"
#include "isas.h"
#include "node-recording.h"
#include "node-values.h"
#include "threads.h"

// The addon: { isas: [{ name, description, missing, peakFloat, peakInt8, peakInt7, kernels: { name: function }, recording }], cores,
// setThreads, misalignment, and what node-recording.cpp adds }. A kernel function returns undefined (or the kernel's
// number), or a string: what it expected of its arguments, having done nothing.
namespace octavo {
namespace {

napi_value callKernel(napi_env env, napi_callback_info info) {
  const Arguments<maxArity> given(env, info);
  const KernelEntry& kernel = *static_cast<const KernelEntry*>(given.data);
  if (given.count != kernel.arity) return text(env, "as many arguments as the kernel has parameters");
  Argument arguments[maxArity];
  for (size_t i = 0; i < given.count; ++i) {
    const char* expected = readArgument(env, kernel.parameters[i], given[i], arguments[i]);
    if (expected) return text(env, expected);
  }
  const double result = kernel.call(arguments);
  if (const char* expected = takeFailure()) return text(env, expected);
  return result == 0 ? nullptr : number(env, result);
}

/** The loop's function is the data; steps that are no number are none. */
napi_value callPeak(napi_env env, napi_callback_info info) {
  const Arguments<1> given(env, info);
  const double steps = readNumber(env, given[0]);
  return number(env, reinterpret_cast<PeakLoop>(given.data)(steps > 0 ? steps : 0));
}

napi_value callSetThreads(napi_env env, napi_callback_info info) {
  const Arguments<1> given(env, info);
  setThreadCount(int(readNumber(env, given[0])));
  return number(env, threadCount());
}

/** Address of a typed array's first byte modulo 64: how allocations are aligned. */
napi_value callMisalignment(napi_env env, napi_callback_info info) {
  const Arguments<1> given(env, info);
  Argument array{};
  readArray(env, given[0], array);
  return number(env, double(reinterpret_cast<uintptr_t>(array.data) % 64));
}

/** What the machine lacks for an instruction set, or null. */
napi_value callMissing(napi_env env, napi_callback_info info) {
  void* data;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
  napi_value none;
  napi_get_null(env, &none);
  const char* const lacks = static_cast<const Isa*>(data)->missing();
  return lacks ? text(env, lacks) : none;
}

/** An instruction set's kernels as functions, made when they are first asked for: of all sets but one they never are. */
napi_value makeKernels(napi_env env, napi_callback_info info) {
  napi_value isa, kernels;
  void* data;
  napi_get_cb_info(env, info, nullptr, nullptr, &isa, &data);
  const KernelTable& table = *static_cast<const KernelTable*>(data);
  napi_create_object(env, &kernels);
  for (uint32_t i = 0; i < table.count; ++i) {
    const KernelEntry& entry = table.entries[i];
    setFunction(env, kernels, entry.name, callKernel, &entry);
  }
  const napi_property_descriptor made = {"kernels", nullptr, nullptr, nullptr, nullptr, kernels, napi_enumerable, nullptr};
  napi_define_properties(env, isa, 1, &made);
  return kernels;
}

napi_value isaObject(napi_env env, const Isa& isa, const KernelTable& table) {
  napi_value object;
  napi_create_object(env, &object);
  const auto attributes = napi_property_attributes(napi_enumerable | napi_configurable);
  const napi_property_descriptor kernels = {
      "kernels", nullptr, nullptr, makeKernels, nullptr, nullptr, attributes, const_cast<KernelTable*>(&table)};
  napi_define_properties(env, object, 1, &kernels);
  set(env, object, "name", text(env, isa.name));
  set(env, object, "description", text(env, isa.description));
  setFunction(env, object, "missing", callMissing, &isa);
  setFunction(env, object, "peakFloat", callPeak, reinterpret_cast<const void*>(table.peakFloat));
  setFunction(env, object, "peakInt8", callPeak, reinterpret_cast<const void*>(table.peakInt8));
  setFunction(env, object, "peakInt7", callPeak, reinterpret_cast<const void*>(table.peakInt7));
  setFunction(env, object, "recording", createRecording, &table);
  return object;
}

}  // namespace
}  // namespace octavo

NAPI_MODULE_INIT() {
  using namespace octavo;
  napi_value list;
  napi_create_array(env, &list);
  for (uint32_t i = 0; i < isaCount; ++i) napi_set_element(env, list, i, isaObject(env, isas[i], wholeTable(i)));
  set(env, exports, "isas", list);
  set(env, exports, "cores", number(env, coreCount()));
  setFunction(env, exports, "setThreads", callSetThreads, nullptr);
  setFunction(env, exports, "misalignment", callMisalignment, nullptr);
  exportRecording(env, exports);
  return exports;
}
