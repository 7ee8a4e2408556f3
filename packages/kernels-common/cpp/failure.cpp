#include "failure.h"

namespace octavo {

static thread_local const char* failure = nullptr;

void fail(const char* expected) { failure = expected; }

const char* takeFailure() {
  const char* message = failure;
  failure = nullptr;
  return message;
}

}  // namespace octavo
