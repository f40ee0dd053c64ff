// The JSON reader on arbitrary bytes, whole and in small pieces; and the tape against simdjson, which must agree on
// what simdjson accepts.
#include <simdjson.h>

#include "base/check.h"
#include "readers/json/json.h"
#include "readers/json/tape.h"
#include "tests/support/read_all.h"

namespace {

using namespace tocsin;

bool is_object(const tests::OwnedField& field) {
  return field.kind == Kind::string && field.value.starts_with('{') && field.value.ends_with('}');
}

// A name that is a value in one record and an object in another is demanded for both: the object's text then comes
// on top of what the whole record shows.
bool same_but_for_objects(const tests::OwnedEvent& demanded, const tests::OwnedEvent& whole) {
  std::size_t next = 0;
  for (const tests::OwnedField& field : demanded.fields) {
    if (next < whole.fields.size() && field == whole.fields[next]) {
      ++next;
    } else if (!is_object(field)) {
      return false;
    }
  }
  return next == whole.fields.size() && demanded.raw == whole.raw && demanded.offset == whole.offset &&
         demanded.record == whole.record && demanded.time == whole.time && demanded.source == whole.source;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  json::spec.sniff(bytes.substr(0, 65536), size <= 65536);
  ReadOptions options;
  options.record_max = 4096;
  const tests::ReadResult whole = tests::read_whole(json::spec, bytes, options);
  const tests::ReadResult demanded = tests::read_all(json::spec, bytes, tests::demand_for(whole), options, 7);
  CHECK(demanded.events.size() == whole.events.size());
  for (std::size_t i = 0; i < whole.events.size(); ++i)
    CHECK(same_but_for_objects(demanded.events[i], whole.events[i]));
  CHECK(demanded.anomalies == whole.anomalies);

  static simdjson::dom::parser parser;
  static json::Tape tape;
  const simdjson::padded_string padded(bytes);
  const bool accepted = parser.parse(padded).error() == simdjson::SUCCESS;
  const json::Verdict verdict = tape.parse(bytes);
  if (accepted && verdict != json::Verdict::too_deep) CHECK(verdict == json::Verdict::good && tape.read() == size);
  return 0;
}
