// Bytes are hashed as they come in, right after the copy that the reader asked for, while they are in the cache.
#include "evidence/tap.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace tocsin::evidence {

void Notes::tell(std::string_view name, std::uint64_t offset, std::uint64_t size, std::string detail) {
  auto count = std::ranges::find(counts_, name, &Count::name);
  if (count == counts_.end()) count = counts_.insert(counts_.end(), {name, 0});
  if (++count->seen <= kEach) list_.push_back({name, offset, size, std::move(detail)});
}

std::vector<Anomaly> Notes::take() {
  for (const Count& count : counts_)
    if (count.seen > kEach) list_.push_back({count.name, 0, 0, fmt::format("{} more of these", count.seen - kEach)});
  counts_.clear();
  return std::move(list_);
}

Tap::Tap(std::string path, std::string top, std::unique_ptr<Source> source)
    : path_(std::move(path)), top_(std::move(top)), source_(std::move(source)) {}

std::string_view Tap::peek() {
  if (!peeked_) {
    CHECK(count_ == 0);
    peeked_ = true;
    head_.reset(new char[kHead]);
    while (head_size_ < kHead && !ended_) head_size_ += pull(head_.get() + head_size_, kHead - head_size_);
    head_is_all_ = ended_;
  }
  return head_ ? std::string_view(head_.get(), head_size_) : std::string_view();
}

std::size_t Tap::read(char* into, std::size_t size) {
  if (head_served_ < head_size_) {
    size = std::min(size, head_size_ - head_served_);
    std::memcpy(into, head_.get() + head_served_, size);
    head_served_ += size;
    if (head_served_ == head_size_) head_.reset();
  } else {
    size = pull(into, size);
  }
  count_ += size;
  return size;
}

std::size_t Tap::pull(char* into, std::size_t size) {
  if (ended_ || size == 0) return 0;
  const std::size_t got = source_->read(into, std::min(size, kRead), notes_);
  if (got == 0) ended_ = true;
  hash_.update(std::string_view(into, got));
  return got;
}

std::size_t Tap::fill(char* into, std::size_t size) {
  std::size_t filled = 0;
  while (filled < size) {
    const std::size_t got = read(into + filled, size - filled);
    if (got == 0) break;
    filled += got;
  }
  return filled;
}

void Tap::drain() {
  count_ += head_size_ - head_served_;
  head_served_ = head_size_;
  if (ended_) return;
  const std::unique_ptr<char[]> scratch(new char[kDrain]);
  while (const std::size_t got = pull(scratch.get(), kDrain)) count_ += got;
}

Custody Tap::finish(Nature nature) {
  CHECK(!finished_);
  drain();
  finished_ = true;
  Custody custody;
  custody.path = path_;
  custody.nature = nature;
  custody.size = count_;
  custody.sha256 = hash_.finish();
  custody.complete = notes_.complete();
  custody.anomalies = notes_.take();
  return custody;
}

}  // namespace tocsin::evidence
