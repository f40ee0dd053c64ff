#include "readers/json/embedded.h"

#include "base/text.h"

namespace tocsin::json {

std::optional<Heading> read_embedded(std::string_view text, FieldSink& sink, int utc_offset_minutes) {
  static thread_local Tape tape, inner;
  if (tape.parse(text) != Verdict::good || tape.root().type != Type::object) return std::nullopt;
  if (text.find_first_not_of(" \t\r\n", tape.read()) != std::string_view::npos) return std::nullopt;
  return read_object(tape, tape.root(), sink, is_ascii(text) || is_utf8(text), utc_offset_minutes, inner);
}

}  // namespace tocsin::json
