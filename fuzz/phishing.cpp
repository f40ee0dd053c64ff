// A mail judged whole; and the same bytes as HTML, as a field and as an address. Pictures are left to their libraries:
// a mail that holds none is enough for everything of ours.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/share.h"
#include "phishing/verdict.h"
#include "phishing/webmail/message.h"

using namespace tocsin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const auto share = share_folder();
  if (share) {
    static const auto knowledge = phishing::Knowledge::load(*share + "/phishing");
    CHECK(knowledge.has_value());
    static const phishing::Judge judge(*knowledge);
    for (const auto& one : judge.judge(mime::parse(text))) CHECK(!one.title.empty() && !one.detail.empty());
  }
  phishing::SinkList list;
  list.html(text);
  list.plain(text);
  list.field(text, "Subject");
  list.link(text, "a href");
  list.mailbox(text, "To");
  phishing::webmail_sinks(mime::parse(text));
  return 0;
}
