// A mail judged whole; and the same bytes as HTML, as a field and as an address. Pictures are left to their libraries:
// a mail that holds none is enough for everything of ours.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/share.h"
#include "phishing/html/tree.h"
#include "phishing/verdict.h"
#include "phishing/webmail/message.h"

using namespace tocsin;

namespace {

// Elements with their attributes, text without blanks; what a browser adds by itself left out.
std::string drawn(const phishing::HtmlTree& tree) {
  std::string out;
  for (const phishing::HtmlNode& node : tree.nodes()) {
    for (const phishing::HtmlAttribute& one : tree.attributes(node))
      out += "\n " + std::string(one.name) + "=" + std::string(one.value);
    if (node.kind != phishing::HtmlNode::Kind::element)
      out += std::string(node.text);
    else if (node.name != "html" && node.name != "head" && node.name != "body" && node.name != "tbody")
      out += "\n" + std::string(node.name) + " in " + std::to_string(tree.nodes()[node.parent].name == "p") + "\n";
  }
  std::erase_if(out, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f'; });
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const auto share = share_folder();
  if (share) {
    static const auto knowledge = phishing::Knowledge::load(*share + "/phishing");
    CHECK(knowledge.has_value());
    static const phishing::Judge judge(*knowledge);
    for (const auto& one : judge.judge(mime::parse(text))) CHECK(!one.title.empty() && !one.detail.empty());
  }
  // A page that is called plain is the one that a browser builds.
  if (const phishing::HtmlTree tree = phishing::HtmlTree::parse(text); tree.plain())
    if (const phishing::HtmlTree other = phishing::HtmlTree::as_browser(text); other.nested())
      CHECK(drawn(tree) == drawn(other));
  phishing::SinkList list;
  list.html(text);
  list.plain(text);
  list.field(text, "Subject");
  list.link(text, "a href");
  list.mailbox(text, "To");
  phishing::webmail_sinks(mime::parse(text));
  return 0;
}
