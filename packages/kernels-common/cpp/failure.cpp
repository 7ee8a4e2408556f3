#include "failure.h"

namespace octavo {

static thread_local const char* failure = nullptr;

void fail(const char* expected) { failure = expected; }

bool failed() { return failure != nullptr; }

const char* takeFailure() {
  const char* message = failure;
  failure = nullptr;
  return message;
}

}  // namespace octavo
