// Indicator files on arbitrary bytes: read in one piece and in small ones, the same comes out, in normal form.
#include <algorithm>
#include <cstdint>

#include "base/check.h"
#include "indicators/judge.h"
#include "indicators/read.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin::indicators;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Set whole, pieces;
  FileReport of_whole, of_pieces;
  whole.begin_source("fuzzed");
  pieces.begin_source("fuzzed");
  read_text(bytes, whole, of_whole);
  read_text(bytes, pieces, of_pieces, 3);
  CHECK(of_whole.taken == of_pieces.taken && of_whole.reasons == of_pieces.reasons);
  CHECK(whole.size() == pieces.size());
  whole.finish();
  std::vector<Number> found;
  for (Number i = 0; i < whole.size(); ++i) {
    const Set::Described one = whole.describe(i);
    const auto again = normal(one.indicator.type, one.indicator.value);
    CHECK(again && *again == one.indicator.value);
    found.clear();
    whole.find(one.indicator.type, one.indicator.value, found);
    CHECK(found.size() == 1 && found[0] == i);
    const auto back = from_text(to_text(one));
    CHECK(back && to_text(*back) == to_text(one));
    const double score = judge(one, one.indicator.first).score;
    CHECK(score >= 0 && score <= 100);
  }
  return 0;
}
