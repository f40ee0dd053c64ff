#include "case/row_block.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/hash.h"

namespace tocsin::casefile {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kNumbered = 1, kFraction = 2, kNoTime = 4;  // a key's flags

std::uint64_t zigzag(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}
std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}
// Differences wrap, so that any two values have one.
std::uint64_t difference(std::uint64_t a, std::uint64_t b) { return zigzag(static_cast<std::int64_t>(a - b)); }
std::uint64_t sum(std::uint64_t base, std::uint64_t coded) {
  return base + static_cast<std::uint64_t>(unzigzag(coded));
}

bool take(const char*& at, const char* end, std::uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (at == end) return false;
    const auto byte = static_cast<std::uint8_t>(*at++);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

}  // namespace

void RowBlock::begin(const RowKey& key) {
  const std::uint64_t fraction = std::uint64_t{key.time.nanoseconds} * 10 + key.time.digits;
  keys_ +=
      static_cast<char>((key.numbered ? kNumbered : 0) | (fraction ? kFraction : 0) | (key.time.known() ? 0 : kNoTime));
  if (key.time.known()) {
    put(keys_, difference(static_cast<std::uint64_t>(key.time.seconds), static_cast<std::uint64_t>(seconds_before_)));
    seconds_before_ = key.time.seconds;
    if (fraction) put(keys_, fraction);
  }
  char content[8];
  for (int i = 0; i < 8; ++i) content[i] = static_cast<char>(key.content >> 8 * i);
  keys_.append(content, 8);
  put(keys_, difference(key.offset, before_.offset));
  put(keys_, difference(key.record, before_.record));
  if (evidence_ == Evidence::kept) put(keys_, static_cast<std::uint64_t>(key.evidence));
  if (rows_ == 0 || key.time < first_) first_ = key.time;
  if (rows_ == 0 || last_ < key.time) last_ = key.time;
  before_ = key;
  payload_begin_ = payload_.size();
}

void RowBlock::end() {
  put(keys_, payload_.size() - payload_begin_);
  ++rows_;
}

void RowBlock::text(std::size_t field, std::string_view value) {
  Latest& latest = latest_[field % std::size(latest_)];
  if (latest.number < texts_.size()) {
    const Text& text = texts_[latest.number];
    if (std::string_view(dictionary_).substr(text.at, text.size) == value) {
      number(latest.number);
      return;
    }
  }
  latest.number = number_of(value);
  number(latest.number);
}

std::uint32_t RowBlock::number_of(std::string_view value) {
  if (texts_.size() * 2 >= table_.size()) grow();
  const std::uint64_t hash = hash64(value);
  const std::size_t mask = table_.size() - 1;
  std::size_t at = hash & mask;
  for (; table_[at] != 0; at = (at + 1) & mask) {
    const Text& text = texts_[table_[at] - 1];
    if (text.hash == hash && std::string_view(dictionary_).substr(text.at, text.size) == value) return table_[at] - 1;
  }
  CHECK(dictionary_.size() + value.size() < UINT32_MAX);
  texts_.push_back({static_cast<std::uint32_t>(dictionary_.size()), static_cast<std::uint32_t>(value.size()), hash});
  dictionary_ += value;
  table_[at] = static_cast<std::uint32_t>(texts_.size());
  return table_[at] - 1;
}

void RowBlock::grow() {
  const std::size_t size = std::max<std::size_t>(64, table_.size() * 2);
  table_.assign(size, 0);
  for (std::uint32_t i = 0; i < texts_.size(); ++i) {
    std::size_t at = texts_[i].hash & (size - 1);
    while (table_[at] != 0) at = (at + 1) & (size - 1);
    table_[at] = i + 1;
  }
}

std::string RowBlock::encode() const {
  std::string out;
  out.reserve(dictionary_.size() + keys_.size() + payload_.size() + 2 * texts_.size() + 32);
  out += static_cast<char>(kVersion);
  out += static_cast<char>(evidence_ == Evidence::kept);
  put(out, texts_.size());
  for (const Text& text : texts_) put(out, text.size);
  out += dictionary_;
  put(out, rows_);
  out += keys_;
  out += payload_;
  return out;
}

void RowBlock::clear() {
  rows_ = 0;
  first_ = last_ = Time::none();
  before_ = {};
  seconds_before_ = 0;
  keys_.clear();
  payload_.clear();
  dictionary_.clear();
  texts_.clear();
  std::fill(table_.begin(), table_.end(), 0);
  std::fill(std::begin(latest_), std::end(latest_), Latest{});
}

Result<RowBlockView> RowBlockView::parse(std::string_view blob) {
  const auto damaged = [] { return fail("the case is damaged: a block of activities"); };
  RowBlockView view;
  const char *at = blob.data(), *const end = at + blob.size();
  if (blob.size() < 2 || at[0] != kVersion || static_cast<unsigned char>(at[1]) > 1) return damaged();
  const bool evidence = at[1] != 0;
  at += 2;
  std::uint64_t count = 0, size = 0;
  if (!take(at, end, count) || count > blob.size()) return damaged();
  std::vector<std::uint64_t> sizes(count);
  for (std::uint64_t& one : sizes)
    if (!take(at, end, one)) return damaged();
  view.texts_.reserve(count);
  for (const std::uint64_t one : sizes) {
    if (one > static_cast<std::uint64_t>(end - at)) return damaged();
    view.texts_.emplace_back(at, one);
    at += one;
  }
  if (!take(at, end, count) || count > blob.size()) return damaged();
  view.rows_.reserve(count);
  RowKey key;
  std::uint64_t seconds = 0, payload = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (end - at < 9) return damaged();
    const auto flags = static_cast<std::uint8_t>(*at++);
    std::uint64_t coded = 0, fraction = 0;
    key.numbered = flags & kNumbered;
    key.time = Time::none();
    if (!(flags & kNoTime)) {
      if (!take(at, end, coded) || (flags & kFraction && !take(at, end, fraction))) return damaged();
      if (fraction / 10 > 999'999'999) return damaged();
      seconds = sum(seconds, coded);
      key.time = {static_cast<std::int64_t>(seconds), static_cast<std::uint32_t>(fraction / 10),
                  static_cast<std::uint8_t>(fraction % 10)};
    }
    if (end - at < 8) return damaged();
    key.content = 0;
    for (int b = 0; b < 8; ++b) key.content |= std::uint64_t{static_cast<std::uint8_t>(at[b])} << 8 * b;
    at += 8;
    if (!take(at, end, coded)) return damaged();
    key.offset = sum(key.offset, coded);
    if (!take(at, end, coded)) return damaged();
    key.record = sum(key.record, coded);
    if (evidence) {
      if (!take(at, end, coded)) return damaged();
      key.evidence = static_cast<std::int64_t>(coded);
    }
    if (!take(at, end, size) || size > blob.size() || payload + size > blob.size()) return damaged();
    view.rows_.push_back({key, static_cast<std::uint32_t>(payload), static_cast<std::uint32_t>(size)});
    payload += size;
  }
  view.payloads_ = {at, static_cast<std::size_t>(end - at)};
  if (payload != view.payloads_.size()) return damaged();
  return view;
}

bool RowBlockView::Reader::number(std::uint64_t& value) { return take(at_, end_, value); }

bool RowBlockView::Reader::text(std::string_view& value) {
  std::uint64_t number = 0;
  if (!take(at_, end_, number) || number >= view_.texts_.size()) return false;
  value = view_.texts_[number];
  return true;
}

bool RowBlockView::Reader::bytes(void* data, std::size_t size) {
  if (static_cast<std::size_t>(end_ - at_) < size) return false;
  std::memcpy(data, at_, size);
  at_ += size;
  return true;
}

}  // namespace tocsin::casefile
