#pragma once

// Kernels neither throw nor trap: a kernel whose arguments do not fit writes nothing and says what it expected.
namespace octavo {

/** Records what was expected of the arguments of the kernel that runs on this thread. `expected` is a literal. */
void fail(const char* expected);

/** Whether there is such a message. */
bool failed();

/** The message of the kernel that has just run, or null; clears it. */
const char* takeFailure();

}  // namespace octavo

/** First lines of a kernel: return, having written nothing, unless `condition` holds. */
#define OCTAVO_EXPECT(condition, expected) \
  do {                                     \
    if (!(condition)) {                    \
      ::octavo::fail(expected);            \
      return;                              \
    }                                      \
  } while (0)
