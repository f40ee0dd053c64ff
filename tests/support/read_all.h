// Reads a piece of evidence to its end, as the pipeline would, into values that
// own themselves: for tests.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "readers/reader.h"

namespace tocsin::tests {

struct OwnedField {
  std::string name, value;
  Kind kind = Kind::null;
  friend bool operator==(const OwnedField&, const OwnedField&) = default;
};

struct OwnedEvent {
  Time time;
  std::uint64_t offset = 0, record = 0;
  std::string source, raw;
  std::vector<OwnedField> fields;

  // The first value of that name; "(absent)" and "(null)" where there is none.
  std::string get(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;
  friend bool operator==(const OwnedEvent&, const OwnedEvent&) = default;
};

struct OwnedAnomaly {
  std::string name, detail;
  std::uint64_t offset = 0, size = 0;
  friend bool operator==(const OwnedAnomaly&, const OwnedAnomaly&) = default;
};

struct ReadResult {
  std::vector<OwnedEvent> events;
  std::vector<OwnedAnomaly> anomalies;  // those of cutting, then those of decoding
  std::optional<Error> error;
  std::size_t blocks = 0;
  bool has_anomaly(std::string_view name) const;
};

// Delivers `bytes`, at most `step` at a time.
class MemoryStream final : public Stream {
 public:
  explicit MemoryStream(std::string_view bytes, std::size_t step = SIZE_MAX) : bytes_(bytes), step_(step) {}
  Result<std::size_t> read(char* into, std::size_t size) override;

 private:
  std::string_view bytes_;
  std::size_t step_;
};

// The demanded fields.
ReadResult read_all(const ReaderSpec& spec, std::string_view bytes, const Demand& demand,
                    const ReadOptions& options = {}, std::size_t step = SIZE_MAX);
// All fields, through RecordAccess.
ReadResult read_whole(const ReaderSpec& spec, std::string_view bytes, const ReadOptions& options = {},
                      std::size_t step = SIZE_MAX);

// A demand for every field name that read_whole() met.
Demand demand_for(const ReadResult& whole);

void PrintTo(const OwnedField& field, std::ostream* out);
void PrintTo(const OwnedEvent& event, std::ostream* out);
void PrintTo(const OwnedAnomaly& anomaly, std::ostream* out);

}  // namespace tocsin::tests
