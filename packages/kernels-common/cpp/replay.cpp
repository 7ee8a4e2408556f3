#include "replay.h"

#include "failure.h"

namespace octavo {

uint32_t replay(const KernelTable& table, const RecordedCall* calls, uint32_t first, uint32_t end) {
  for (uint32_t i = first; i < end; ++i) {
    table.entries[calls[i].kernel].call(calls[i].arguments);
    if (failed()) return i;
  }
  return end;
}

}  // namespace octavo
