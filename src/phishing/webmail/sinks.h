// Sinks: all places of a piece of HTML where a mail could make a webmail client run script, load code or send data.
//
// Two readings. As a browser builds the page: scripts, handlers, addresses, SVG and SMIL, CSS, frames. And as a filter
// might spoil it: what stands in an attribute, a comment or raw text, and would be such a place once a filter breaks
// its quoting, its namespace or its end tag. Mails have no honest use of either; what pages that were copied into mails
// leave behind (onclick="return false", ld+json, analytics) is told apart as a leftover.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::phishing {

class HtmlTree;

enum class SinkKind : std::uint8_t {
  script,      // a script element
  handler,     // an event handler
  address,     // javascript: and its kin, or a page in data:
  reference,   // SVG use, image, script … with a target that holds code
  animation,   // SMIL that sets an address or handler
  style,       // CSS
  frame,       // srcdoc, object, embed
  base,        // base, meta refresh
  breakout,    // becomes one of the above once a filter spoils the markup around it
  link,        // an address that carries script to the site that it names
  plain_text,  // a link reference in plain text that becomes markup
  field,       // markup in a header, name or calendar field
  command,     // shell or lookup syntax in an address
};
std::string_view name(SinkKind kind);

enum class Grade : std::uint8_t { leftover, active, exploit };

struct Sink {
  SinkKind kind = SinkKind::script;
  Grade grade = Grade::exploit;
  bool hidden = false;                            // by characters that only serve to hide
  std::string where;                              // "use href", "Subject"
  std::string what;                               // one sentence part: "runs script when it is shown"
  std::string excerpt;                            // printable, at most 120 bytes
  std::vector<std::string_view> abilities, aims;  // of the script (html/script.h)
};

struct SinkLimits {
  std::size_t sinks = 200;
  std::size_t parses = 2000;           // of what stands within
  std::size_t inner_bytes = 4u << 20;  // of all these together
};

// Collects; one a message, so that limits hold for all its parts.
class SinkList {
 public:
  explicit SinkList(const SinkLimits& limits = {}) : limits_(limits) {}

  // HTML that a client shows. `charset` as declared, lower case; the bytes are UTF-8 already but for tricks of
  // charsets.
  // `tree`: of it, where somebody has built it.
  void html(std::string_view html, std::string_view charset = {}, const HtmlTree* tree = nullptr);
  // Text that a client may put into its page: a header, a name, a calendar field.
  void field(std::string_view text, std::string_view where);
  // A body of plain text, in which clients look for links.
  void plain(std::string_view text);
  // An address that a reader may follow.
  void link(std::string_view url, std::string_view where);
  // A recipient or sender.
  void mailbox(std::string_view address, std::string_view where);

  void add(Sink sink);
  const std::vector<Sink>& sinks() const { return sinks_; }
  std::vector<Sink> take() { return std::move(sinks_); }
  bool found(Grade at_least) const;

 private:
  friend class SinkWalk;
  SinkLimits limits_;
  std::vector<Sink> sinks_;
};

std::string printable_excerpt(std::string_view text, std::size_t max = 120);

}  // namespace tocsin::phishing
