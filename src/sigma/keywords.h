// Keywords are searched in all values of a record, and reading all values costs more than anything else. The gate
// looks at the record's bytes first: no keyword can be in a value when none is in the bytes, nor in what the reader
// says stands elsewhere (Event::keywords_elsewhere).
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "event/demand.h"
#include "event/event.h"
#include "sigma/literals.h"

namespace tocsin::sigma {

// The group of a keyword, as a bit.
std::uint64_t keyword_group(std::string_view folded);

// Given to readers through the Demand.
class KeywordGroups : public Keywords {
 public:
  // `before` is asked too: another engine may stand on the same demand.
  explicit KeywordGroups(std::shared_ptr<const Keywords> before) : before_(std::move(before)) {}
  void add(std::string_view folded);
  void build() { literals_.build(); }
  std::uint64_t groups_in(std::string_view text) const override;

 private:
  std::shared_ptr<const Keywords> before_;
  LiteralIndex literals_;
  std::uint64_t always_ = 0;
};

// May a record hold one of the keywords of a class?
class KeywordGate {
 public:
  void add(std::string_view folded);
  void open() { open_ = true; }  // a keyword that bytes can't tell
  void build();
  bool may_hold(const Event& event) const;

 private:
  // A table of 8-byte runs whose letters are made small the crude way (bit 0x20 set), asked at every `stride`-th byte.
  struct Runs {
    std::size_t stride = 8;
    std::vector<std::uint64_t> bits;   // by hash
    std::vector<std::uint64_t> words;  // sorted
    void build(std::vector<std::uint64_t> found, std::size_t a_stride);
    bool in(std::string_view bytes, std::uint64_t mask) const;
  };

  std::vector<std::string> texts_;
  std::uint64_t groups_ = 0;
  bool open_ = false;
  bool wide_ = true, narrow_ = true;
  Runs wide_runs_, narrow_runs_;  // of UTF-16LE and of UTF-8
  std::uint64_t narrow_mask_ = 0;
};

}  // namespace tocsin::sigma
