// A Windows event log whose chunk holds arbitrary bytes: the first byte says what is put right before reading (file
// header, checksums), the rest stands where the chunk stands. Seeded by the writer: an empty input is its sample.
#include <cstdint>
#include <cstring>
#include <string>

#include "base/check.h"
#include "readers/evtx/evtx.h"
#include "readers/evtx/format.h"
#include "tests/support/read_all.h"
#include "tests/support/samples_evtx.h"

extern "C" __attribute__((weak)) std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max);

namespace {

using namespace tocsin;
using namespace tocsin::tests;

constexpr std::uint8_t kFileHeader = 1, kChunkMagic = 2, kCarve = 4;

// The first chunk without its slack.
std::string seed() {
  const std::string file = sample_evtx(0);
  const std::size_t used = evtx::load32(file.data() + evtx::kFileHeaderSize + 48);
  return std::string(1, '\3') + file.substr(evtx::kFileHeaderSize, used);
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max, unsigned) {
  static const std::string start = seed();
  if (size < 2 && max >= start.size()) {
    std::memcpy(data, start.data(), start.size());
    size = start.size();
  }
  return LLVMFuzzerMutate(data, size, max);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string header = sample_evtx(0).substr(0, evtx::kFileHeaderSize);
  if (size == 0) return 0;
  std::string file = (data[0] & kFileHeader ? header : "") + std::string(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t chunk = data[0] & kFileHeader ? evtx::kFileHeaderSize : 0;
  if (data[0] & kChunkMagic && file.size() >= chunk + 8) file.replace(chunk, 8, evtx::kChunkMagic);
  ReadOptions options;
  options.carve = data[0] & kCarve;

  const ReadResult whole = read_whole(evtx::spec, file, options);
  const ReadResult pieces = read_whole(evtx::spec, file, options, 4093);
  CHECK(whole.events == pieces.events && whole.anomalies == pieces.anomalies);
  static const Demand some = [] {
    Demand demand;
    for (const char* name : {"EventID", "Channel", "Computer", "Image", "Data", "SubjectUserName"}) demand.add(name);
    return demand;
  }();
  const ReadResult demanded = read_all(evtx::spec, file, some, options);
  CHECK(demanded.events.size() == whole.events.size());
  for (const OwnedEvent& event : whole.events) CHECK(event.offset + event.raw.size() <= file.size());
  return 0;
}
