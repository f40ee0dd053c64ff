// A line of text that a record of another format carries: what a log shipper, a container's runtime or an alert took from
// a file. Its fields join the record's; they are those that the line would give in a file of its own.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "event/record.h"
#include "readers/text/sink.h"

namespace tocsin::lines {

struct Carried {
  std::string_view source;
  Time time = Time::none();  // the line's own
};

class CarriedLines {
 public:
  explicit CarriedLines(const Demand& demand);

  // Nothing where the line says nothing of what wrote it (no header, no known shape): then `bare` decides whether its
  // text counts all the same. `near` dates a line that names no year; it may be unknown. `line` must live as long as
  // what is filled.
  std::optional<Carried> read(std::string_view line, bool bare, Time near, int utc_offset_minutes,
                              std::vector<Field>& fields, Arena& memory) const;
  std::optional<Carried> read(std::string_view line, bool bare, Time near, int utc_offset_minutes, Record& out) const;

 private:
  text::Names names_;
};

}  // namespace tocsin::lines
