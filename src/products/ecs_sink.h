// EcsSink: where a mapping puts ECS values. The first to say a field has the word; a field given a second time by the
// same entry is a list. Reused: begin() keeps the memory.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/ip.h"
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
  // `listed`: given() is wanted.
  void begin(std::size_t fields, bool listed) {
    if (slots_.size() < fields) slots_.resize(fields);
    given_.clear();
    count_ = 0;
    limit_ = static_cast<EcsId>(fields);
    listed_ = listed;
    first_entry_ = ++now_;
    known_ip_.data = nullptr;
  }
  // All put()s until the next one are one entry's.
  void next_entry(From from) { ++now_, from_ = from; }
  // What the values of this entry are taken from, from now on.
  void set_from(From from) { from_ = from; }
  bool has(EcsId field) const { return field < limit_ && slots_[field].entry > first_entry_; }
  bool wants(EcsId field) const {
    return field < limit_ && (slots_[field].entry <= first_entry_ || slots_[field].entry == now_);
  }

  // "" is no value. Of one record; what comes after is left out.
  static constexpr std::size_t kValuesMax = 4096;
  void put(EcsId field, std::string_view value) {
    if (value.empty() || !wants(field) || count_ >= kValuesMax) return;
    ++count_;
    if (Slot& slot = slots_[field]; slot.entry <= first_entry_) slot = {value, now_, from_};
    if (listed_) given_.push_back({field, from_, value});
  }
  std::string_view get(EcsId field) const { return has(field) ? slots_[field].value : std::string_view(); }
  std::string_view get(Ecs field) const { return get(static_cast<EcsId>(field)); }
  bool is_ambiguous(Ecs field) const {
    return has(static_cast<EcsId>(field)) && slots_[static_cast<std::size_t>(field)].from == From::ambiguous;
  }
  // In order of put(), if listed.
  const std::vector<Given>& given() const { return given_; }

  // The address that this text was found to be: whoever makes a value of the text need not read it again.
  void know_ip(std::string_view text, const Ip& ip) { known_ip_ = {text.data(), text.size(), ip}; }
  std::optional<Ip> ip_of(std::string_view text) const {
    if (known_ip_.data == text.data() && known_ip_.size == text.size()) return known_ip_.ip;
    return Ip::parse(text);
  }

 private:
  struct Slot {
    std::string_view value;   // the first
    std::uint64_t entry = 0;  // which entry gave it; of this record if greater than first_entry_
    From from = From::field;
  };
  struct {
    const char* data = nullptr;
    std::size_t size = 0;
    Ip ip;
  } known_ip_;
  std::vector<Slot> slots_;
  std::vector<Given> given_;
  std::size_t count_ = 0;
  EcsId limit_ = 0;
  bool listed_ = true;
  From from_ = From::field;
  std::uint64_t now_ = 1, first_entry_ = 1;
};

}  // namespace tocsin::products
