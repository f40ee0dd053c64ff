// A calendar of any bytes: marks are spans, in order.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "publish/report/calendar.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto calendar = tocsin::publish::parse_calendar({reinterpret_cast<const char*>(data), size}, "fuzz");
  if (!calendar) return 0;
  for (std::size_t i = 0; i < calendar->marks.size(); ++i) {
    const auto& mark = calendar->marks[i];
    if (mark.end < mark.start || (i > 0 && mark.start < calendar->marks[i - 1].start)) std::abort();
  }
  return 0;
}
