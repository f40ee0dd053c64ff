// Any bytes as evidence: containers inside containers, with limits small enough that each input is quick. The bytes
// that a reader sees must not depend on how it reads.
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

#include "base/check.h"
#include "evidence/evidence.h"

namespace {

using namespace tocsin;
using namespace tocsin::evidence;

class MemoryStream final : public Stream {
 public:
  MemoryStream(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}
  Result<std::size_t> read(char* into, std::size_t size) override {
    size = std::min(size, left_);
    std::memcpy(into, data_, size);
    data_ += size;
    left_ -= size;
    return size;
  }

 private:
  const std::uint8_t* data_;
  std::size_t left_;
};

// One line a piece: path, bytes, hash.
std::string walk(const std::uint8_t* data, std::size_t size, std::size_t step) {
  Limits limits;
  limits.members = 200;
  limits.total = 16 << 20;
  limits.floor = 1 << 20;
  limits.bombs = 2;
  limits.decoder_memory = 32 << 20;
  limits.spool_disk = limits.spool_memory = 4 << 20;
  std::string out;
  const auto note = [&](const Custody& custody) {
    CHECK(custody.complete || custody.nature == Nature::item || !custody.anomalies.empty() || custody.path != "e");
    out +=
        custody.path + ' ' + std::to_string(custody.size) + ' ' + (custody.sha256 ? custody.sha256->hex() : "") + '\n';
  };
  Walker walker = Walker::over(std::make_unique<MemoryStream>(data, size), "e", limits);
  const std::unique_ptr<char[]> buffer(new char[step]);
  while (Item* item = walker.next()) {
    std::uint64_t read = 0;
    while (const std::size_t got = item->read(buffer.get(), step).value()) read += got;
    const Custody custody = item->finish();
    CHECK(custody.size == read);
    note(custody);
  }
  for (const Custody& custody : walker.take_closed()) note(custody);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string large = walk(data, size, 256 * 1024);
  CHECK(large == walk(data, size, 256 * 1024));
  walk(data, size, 1009);
  return 0;
}
