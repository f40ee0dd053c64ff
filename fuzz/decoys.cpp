// Names, lists and logs of arbitrary bytes: however they are cut the same names come out; what is said of a name holds
// for its normal form, too, and is within bounds.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "base/check.h"
#include "decoys/guard.h"
#include "decoys/input.h"
#include "decoys/share.h"

namespace {

using namespace tocsin::decoys;

const Share& share() {
  static const Share made = [] {
    auto loaded = load_share();
    CHECK(loaded.has_value());
    return std::move(*loaded);
  }();
  return made;
}

std::vector<std::string> names_in(std::string_view text, std::size_t step, std::uint64_t& bad) {
  std::vector<std::string> out;
  NameReader reader(tocsin::PublicSuffixes::system(), [&](std::string_view name, std::uint64_t line) {
    out.push_back(std::to_string(line) + " " + std::string(name));
  });
  for (std::size_t i = 0; i < text.size(); i += step) reader.feed(text.substr(i, step));
  reader.finish();
  bad = reader.bad();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static const Guard guard = [] {
    Lists lists;
    lists.protect = {"example.org", "mfa.gov.ua", "nordvik.no", "en-marche.fr",
                     "hp.com",      "bbc.com",    "google.com", "modern-cloud.net"};
    auto made = Guard::build(lists, share().lexicon, tocsin::PublicSuffixes::system());
    CHECK(made.has_value());
    return std::move(*made);
  }();
  std::uint64_t bad = 0, bad_cut = 0;
  const auto whole = names_in(bytes, std::max<std::size_t>(size, 1), bad);
  CHECK(names_in(bytes, 3, bad_cut) == whole);
  CHECK(bad == bad_cut);
  Guard::Scratch scratch, again;
  Sight sight, second;
  const auto judge = [&](std::string_view name) {
    if (guard.look(name, scratch, sight) != Guard::Seen::sight) return;
    CHECK(sight.score >= 0 && sight.score <= 1);
    const Explanation why = guard.explain(sight, scratch);
    CHECK(!why.reason.empty() && !why.tricks.empty() && why.name.size() <= kNameMax);
    CHECK(guard.look(why.name, again, second) == Guard::Seen::sight);
    CHECK(second.score == sight.score && second.brand == sight.brand);
  };
  judge(bytes.substr(0, 2000));
  for (std::size_t i = 0; i < std::min<std::size_t>(whole.size(), 50); ++i)
    judge(std::string_view(whole[i]).substr(whole[i].find(' ') + 1));
  Lists lists;
  read_list(bytes, "fuzzed", false, lists);
  return 0;
}
