// What was met over all that scans of a case searched: indicators and decoys of names are put together in the same way,
// one thing each over all records that name it.
#pragma once
#include <functional>
#include <set>

#include "case/case.h"
#include "case/row_block.h"

namespace tocsin {

struct Met {
  std::vector<casefile::EventPlace> events;  // the first ones
  std::set<Entity> entities;                 // whom and what these records name besides
  Time time = Time::none(), first = Time::none(), last = Time::none();
  casefile::ContentHash content{};
  std::uint64_t count = 0;
};

// Reads all rows of one kind. `take` is given each text of a row, in order, and says where what it means is kept, which
// stays the caller's; null: no text of that search, and the case is damaged. Gives the number of records.
Result<std::uint64_t> gather(casefile::Case& in, casefile::RowKind kind, std::size_t memory,
                             const std::function<Met*(std::string_view text)>& take);

// All of `out` that doesn't hang on what was met. Takes met's events and entities.
void put(Met& met, casefile::OrderedFinding& out);

}  // namespace tocsin
