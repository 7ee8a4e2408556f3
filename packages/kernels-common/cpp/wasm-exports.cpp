#include "failure.h"
#include "isas.h"
#include "replay.h"
#include "wasm-export.h"

// The WebAssembly module: memory, and these functions. wasm-provider.ts is the other side.
using namespace octavo;

static const KernelTable& table() { return *isas[0].tables[0]; }

OCTAVO_EXPORT(kernelCount) uint32_t kernelCount() { return table().count; }
/** Zero-terminated. */
OCTAVO_EXPORT(kernelName) const char* kernelName(uint32_t index) { return table().entries[index].name; }
OCTAVO_EXPORT(kernelArity) uint32_t kernelArity(uint32_t index) { return table().entries[index].arity; }
OCTAVO_EXPORT(callKernel) double callKernel(uint32_t index, const Argument* arguments) {
  return table().entries[index].call(arguments);
}
/** See replay.h. */
OCTAVO_EXPORT(replay) uint32_t replayCalls(const RecordedCall* calls, uint32_t first, uint32_t end) {
  return replay(table(), calls, first, end);
}
OCTAVO_EXPORT(peakFloat) double peakFloat(double steps) { return table().peakFloat(steps); }
OCTAVO_EXPORT(peakInt8) double peakInt8(double steps) { return table().peakInt8(steps); }
OCTAVO_EXPORT(peakInt7) double peakInt7(double steps) { return table().peakInt7(steps); }
/** Zero-terminated message of the last kernel, or null. */
OCTAVO_EXPORT(takeFailure) const char* takeFailureMessage() { return takeFailure(); }

// What the compiler may call; there is no C library in the module. With bulk memory these builtins are one instruction.
extern "C" void* memcpy(void* to, const void* from, size_t bytes) { return __builtin_memcpy(to, from, bytes); }
extern "C" void* memmove(void* to, const void* from, size_t bytes) { return __builtin_memmove(to, from, bytes); }
extern "C" void* memset(void* to, int value, size_t bytes) { return __builtin_memset(to, value, bytes); }
