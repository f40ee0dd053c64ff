// EcsSink: where a mapping puts ECS values. The first to say a field has the word; a field given a second time by the
// same entry is a list. Reused: begin() keeps the memory.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "products/ecs.h"

namespace tocsin::products {

class EcsSink {
 public:
  enum class From : std::uint8_t { field, constant, ambiguous };
  struct Given {
    EcsId field;
    From from;
    std::string_view value;
  };

  // Fields with numbers below `fields` are kept, others dropped: kActivityFields, or all that the catalog knows.
  void begin(std::size_t fields) {
    if (first_.size() < fields) first_.resize(fields), entry_.resize(fields, 0);
    for (const Given& each : given_) entry_[each.field] = 0;
    given_.clear();
    limit_ = static_cast<EcsId>(fields);
    now_ = 1;
  }
  // All put()s until the next one are one entry's.
  void next_entry(From from) { ++now_, from_ = from; }
  // What the values of this entry are taken from, from now on.
  void set_from(From from) { from_ = from; }
  bool has(EcsId field) const { return field < limit_ && entry_[field] != 0; }
  bool wants(EcsId field) const { return field < limit_ && (entry_[field] == 0 || entry_[field] == now_); }

  // "" is no value. Of one record; what comes after is left out.
  static constexpr std::size_t kValuesMax = 4096;
  void put(EcsId field, std::string_view value) {
    if (value.empty() || !wants(field) || given_.size() >= kValuesMax) return;
    if (entry_[field] == 0) first_[field] = value, entry_[field] = now_;
    given_.push_back({field, from_, value});
  }
  std::string_view get(EcsId field) const { return has(field) ? first_[field] : std::string_view(); }
  std::string_view get(Ecs field) const { return get(static_cast<EcsId>(field)); }
  bool is_ambiguous(Ecs field) const {
    for (const Given& each : given_)
      if (each.field == static_cast<EcsId>(field)) return each.from == From::ambiguous;
    return false;
  }
  // In order of put().
  const std::vector<Given>& given() const { return given_; }

 private:
  std::vector<std::string_view> first_;
  std::vector<std::uint32_t> entry_;  // which entry gave it; 0: none
  std::vector<Given> given_;
  EcsId limit_ = 0;
  From from_ = From::field;
  std::uint32_t now_ = 1;
};

}  // namespace tocsin::products
