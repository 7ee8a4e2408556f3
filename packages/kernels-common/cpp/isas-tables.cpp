#include <cstring>
#include <deque>
#include <vector>

#include "isas.h"

namespace octavo {
namespace {

struct WholeTable {
  std::vector<KernelEntry> entries;
  KernelTable table;

  explicit WholeTable(const Isa& isa) {
    size_t last = maxTables - 1;
    while (!isa.tables[last]) --last;
    entries.assign(isa.tables[last]->entries, isa.tables[last]->entries + isa.tables[last]->count);
    while (last-- > 0) {
      for (uint32_t i = 0; i < isa.tables[last]->count; ++i) replace(isa.tables[last]->entries[i]);
    }
    table = *isa.tables[0];
    table.entries = entries.data();
    table.count = uint32_t(entries.size());
  }

 private:
  void replace(const KernelEntry& better) {
    for (KernelEntry& entry : entries) {
      if (std::strcmp(entry.name, better.name) == 0) entry = better;
    }
  }
};

std::deque<WholeTable> wholeTables() {
  std::deque<WholeTable> tables;
  for (uint32_t i = 0; i < isaCount; ++i) tables.emplace_back(isas[i]);
  return tables;
}

}  // namespace

const KernelTable& wholeTable(uint32_t isa) {
  static const std::deque<WholeTable> tables = wholeTables();
  return tables[isa].table;
}

}  // namespace octavo
