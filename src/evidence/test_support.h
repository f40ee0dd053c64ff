// What the tests of this folder share: a walk written down.
#pragma once
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evidence/evidence.h"

namespace tocsin::evidence::test {

// Bytes in memory, at most `step` a read.
class MemoryStream final : public Stream {
 public:
  explicit MemoryStream(std::string bytes, std::size_t step = SIZE_MAX) : bytes_(std::move(bytes)), step_(step) {}
  Result<std::size_t> read(char* into, std::size_t size) override {
    size = std::min({size, step_, bytes_.size() - at_});
    std::memcpy(into, bytes_.data() + at_, size);
    at_ += size;
    return size;
  }

 private:
  std::string bytes_;
  std::size_t at_ = 0, step_;
};

struct Walked {
  struct Piece {
    std::string path, bytes;
    Custody custody;
  };
  std::vector<Piece> items;
  std::vector<Custody> closed;

  const Piece* item(std::string_view path) const {
    for (const Piece& piece : items)
      if (piece.path == path) return &piece;
    return nullptr;
  }
  std::string bytes(std::string_view path) const {
    const Piece* piece = item(path);
    return piece != nullptr ? piece->bytes : "<no item " + std::string(path) + ">";
  }
  const Custody* container(std::string_view path) const {
    for (const Custody& custody : closed)
      if (custody.path == path) return &custody;
    return nullptr;
  }
  std::vector<std::string> paths() const {
    std::vector<std::string> out;
    for (const Piece& piece : items) out.push_back(piece.path);
    return out;
  }
  // "path: name" of every anomaly, items first.
  std::vector<std::string> anomalies() const {
    std::vector<std::string> out;
    const auto add = [&](const Custody& custody) {
      for (const Anomaly& anomaly : custody.anomalies) out.push_back(custody.path + ": " + std::string(anomaly.name));
    };
    for (const Piece& piece : items) add(piece.custody);
    for (const Custody& custody : closed) add(custody);
    return out;
  }
  bool complete() const {
    for (const Piece& piece : items)
      if (!piece.custody.complete) return false;
    for (const Custody& custody : closed)
      if (!custody.complete) return false;
    return true;
  }
};

// `keep` bytes of each item are kept; `step` bytes are asked for at a time.
inline Walked walk(Walker walker, std::size_t step = 64 * 1024, std::size_t keep = SIZE_MAX) {
  Walked out;
  std::string buffer(step, '\0');
  while (Item* item = walker.next()) {
    Walked::Piece piece{item->path(), {}, {}};
    while (const std::size_t got = item->read(buffer.data(), buffer.size()).value()) {
      piece.bytes.append(buffer.data(), std::min(got, keep - std::min(keep, piece.bytes.size())));
    }
    piece.custody = item->finish();
    out.items.push_back(std::move(piece));
  }
  out.closed = walker.take_closed();
  return out;
}

inline Walked walk_bytes(std::string bytes, Limits limits = {}, std::size_t step = 64 * 1024,
                         std::size_t chunk = SIZE_MAX) {
  return walk(Walker::over(std::make_unique<MemoryStream>(std::move(bytes), chunk), "e", std::move(limits)), step);
}

}  // namespace tocsin::evidence::test
