#pragma once
#include <cstddef>
#include <cstdint>

// The one calling convention of all kernels, from JavaScript through Node-API or WebAssembly: an array of `Argument`.
namespace octavo {

/** Element type of an array; values are those of `napi_typedarray_type`, and of `elementKinds` in wasm-provider.ts. */
enum class ElementKind : uint8_t {
  int8 = 0,
  uint8 = 1,
  int16 = 3,
  uint16 = 4,
  int32 = 5,
  uint32 = 6,
  float32 = 7,
  float64 = 8,
  bigint64 = 9,
  /** Not an array: a number, or null. */
  none = 255,
};

struct Argument {
  double number;
  void* data;
  /** Elements, not bytes. */
  uint32_t length;
  ElementKind kind;
};

/** What a kernel's parameter accepts, so that a binding reads it without asking what it was given. */
enum class ParameterKind : uint8_t { number, array, nullableArray };

struct KernelEntry {
  const char* name;
  uint32_t arity;
  const ParameterKind* parameters;
  /** Returns what the kernel returns (0 for void). On bad arguments it does nothing and leaves a message: `takeFailure`. */
  double (*call)(const Argument* arguments);
};

/** A loop that does as many multiply-adds a second as the instruction set can; returns how many it did. See peak.h. */
using PeakLoop = double (*)(double steps);

/** All kernels compiled for one instruction set. */
struct KernelTable {
  const KernelEntry* entries;
  uint32_t count;
  PeakLoop peakFloat, peakInt8, peakInt7;
};

constexpr uint32_t maxArity = 16;

}  // namespace octavo
