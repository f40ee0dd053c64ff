// One thread's compiled templates, kept across chunks, blocks and files.
//
// Neither a template's id nor its GUID says what is in it, and evidence is hostile: a definition is taken from the cache
// only when all its bytes are the same but for the offsets, and each offset leads to the same name.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "readers/evtx/format.h"
#include "readers/evtx/template.h"

namespace tocsin::evtx {

class TemplateCache {
 public:
  static constexpr std::size_t kBytesMax = 16u << 20;

  // Before each block. What get() gave lives until the next begin(). A demand of other names empties the cache; a demand
  // that has not changed has the same `serial`.
  void begin(const Demand& demand, std::uint64_t serial);

  // The template defined at `place` in the view, or nullptr where no definition of that id can be. `budget` is lowered
  // by the bytes looked at; nullptr as well when it is spent.
  const Template* get(View view, std::size_t place, std::uint32_t id, std::int64_t& budget);
  // Plain BinXML of one record; not kept beyond the next forget_plain().
  const Template* plain(View view, std::size_t begin, std::size_t limit, Dependencies dependencies, std::size_t& end);
  void forget_plain() { plain_.clear(); }

 private:
  using Candidates = std::vector<std::unique_ptr<Template>>;

  const Demand* demand_ = nullptr;
  std::uint64_t serial_ = 0;
  std::vector<std::string> names_;  // the demand's
  std::shared_ptr<const Keywords> keywords_;
  std::unordered_map<std::uint64_t, Candidates> templates_;
  Candidates unshared_, plain_;
  std::size_t bytes_ = 0;
};

}  // namespace tocsin::evtx
