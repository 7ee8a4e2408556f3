#pragma once
#include "argument.h"

namespace octavo {

/** A kernel call that was written down. */
struct RecordedCall {
  uint32_t kernel;
  const Argument* arguments;
};

/**
 * Makes the calls from `first` up to `end`. @returns `end`, or the index of the call that refused its arguments, whose
 * message `takeFailure` then gives; those behind it are not made.
 */
uint32_t replay(const KernelTable& table, const RecordedCall* calls, uint32_t first, uint32_t end);

}  // namespace octavo
