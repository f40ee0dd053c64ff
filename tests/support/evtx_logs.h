// What the EVTX reader's tests share: small logs, and changes to them.
#pragma once
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "readers/evtx/evtx.h"
#include "readers/evtx/format.h"
#include "tests/support/evtx_writer.h"
#include "tests/support/read_all.h"
#include "tests/support/samples_evtx.h"

namespace tocsin::tests {
using evtx_writer::CData, evtx_writer::CharacterReference, evtx_writer::Constant, evtx_writer::Element,
    evtx_writer::EntityReference, evtx_writer::Named, evtx_writer::Nested, evtx_writer::Substitution,
    evtx_writer::Value, evtx_writer::Writer;

inline constexpr std::size_t kFirstChunk = evtx::kFileHeaderSize;
inline constexpr std::size_t kFirstRecord = kFirstChunk + evtx::kChunkHeaderSize;

inline std::string file_of(const std::vector<Named>& data) {
  Writer writer;
  evtx_writer::Record record;
  record.data = data;
  EXPECT_TRUE(writer.add(record));
  return writer.finish();
}

inline std::string file_of(const Element& event) {
  Writer writer;
  EXPECT_TRUE(writer.add(event, Time{1'600'000'000, 0, 7}));
  return writer.finish();
}

inline Element element(std::string name, std::vector<evtx_writer::Node> content) {
  return {.name = std::move(name), .attributes = {}, .content = std::move(content)};
}

// Several chunks of the sample's records.
inline std::string log_of(std::uint64_t records) {
  Writer writer;
  for (std::uint64_t n = 0; n < records; ++n) EXPECT_TRUE(writer.add(sample_record(n)));
  return writer.finish();
}

inline std::vector<std::uint64_t> ids(const ReadResult& read) {
  std::vector<std::uint64_t> out;
  for (const OwnedEvent& event : read.events) out.push_back(event.record);
  return out;
}

// Those of a log of `count` records without the ones in [from, to].
inline std::vector<std::uint64_t> ids_without(std::uint64_t count, std::uint64_t from = 0, std::uint64_t to = 0) {
  std::vector<std::uint64_t> out;
  for (std::uint64_t id = 1; id <= count; ++id)
    if (id < from || id > to) out.push_back(id);
  return out;
}

template <class T>
void patch(std::string& file, std::size_t at, T value) {
  ASSERT_LE(at + sizeof value, file.size());
  std::memcpy(file.data() + at, &value, sizeof value);
}

inline std::size_t size_of_record(const std::string& file, std::size_t at) { return evtx::load32(file.data() + at + 4); }

}  // namespace tocsin::tests
