// What `tocsin leak` said of published material, as a report needs it: counts, and the rows that people will ask for.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "case/case.h"

namespace tocsin::publish {

struct LeakedRow {
  std::string item, sha256, verdict, why, kind;
  std::string date, from, subject;
  std::string original, relation, difference;
  std::vector<std::pair<std::string, std::string>> anomalies;  // name, detail
};

struct LeakedCounts {
  std::uint64_t items = 0, proved = 0, partly = 0, altered = 0, weak = 0, unknown = 0, broken = 0, anomalies = 0;
};

struct Leaked {
  LeakedCounts all;
  struct Box {
    std::string name;
    LeakedCounts counts;
  };
  std::vector<Box> boxes;  // most altered first, then most items; kBoxesShown
  std::uint64_t box_count = 0;
  std::vector<std::pair<std::string, std::uint64_t>> names;      // of anomalies, most first
  std::vector<std::pair<std::string, std::string>> of_dump;      // anomalies of the dump as a whole
  std::vector<std::pair<std::string, std::uint64_t>> relations;  // to originals
  std::uint64_t originals = 0, keys_missing = 0;
  struct Key {
    std::string name, from;
    std::uint64_t bits = 0;
    bool circular = false;
  };
  std::vector<Key> keys;  // computed from pairs of messages
  bool interrupted = false;
  // In the order of the dump, the first kRowsShown of each.
  std::vector<LeakedRow> altered, changed, odd, proved;

  bool there() const { return all.items > 0; }
  static constexpr std::size_t kRowsShown = 200, kBoxesShown = 100;
};

Result<Leaked> load_leaked(casefile::Case& from);
// Below our own marking: magnitudes of the counts by verdict, and nothing else.
Leaked in_general(const Leaked& leaked);

}  // namespace tocsin::publish
