// A story's objects, warning lists and indicators from arbitrary bytes: whatever is read is written and read back the
// same.
#include "case/story.h"

#include <cstdint>
#include <string_view>

#include "assess/link.h"
#include "base/check.h"
#include "indicators/warning_lists.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto again = [](const auto& one, auto read) { CHECK(to_json(read(to_json(one))) == to_json(one)); };
  again(casefile::incident_from(text), casefile::incident_from);
  again(casefile::campaign_from(text), casefile::campaign_from);
  again(casefile::link_from(text), casefile::link_from);
  again(casefile::claim_from(text), casefile::claim_from);
  again(casefile::act_from(text), casefile::act_from);
  indicators::WarningLists lists;
  if (!lists.add_json("dynamic-dns", text)) lists.add_names("shared", text, indicators::ListKind::shared);
  lists.finish();
  assess::Linker linker(&lists);
  for (int i = 0; i < 2; ++i) {
    linker.add_item();
    std::string_view rest = text.substr(0, 4096);
    while (!rest.empty()) {
      linker.see_indicator(rest.substr(0, rest.find('\n')));
      if (rest.find('\n') == std::string_view::npos) break;
      rest.remove_prefix(rest.find('\n') + 1);
    }
  }
  CHECK(linker.links(-1e9).size() <= 1);
  return 0;
}
