// Invitations and reminders that fetch something from a file share when they are shown (as for CVE-2023-23397).
#include <fmt/format.h>

#include <algorithm>

#include "base/ip.h"
#include "phishing/html/address.h"
#include "phishing/traits/trait.h"

namespace tocsin::phishing {
namespace {

// \\host\share in a text; nothing within paths of the house.
std::string share_in(std::string_view text, const Facts& facts) {
  for (std::size_t at = text.find("\\\\"); at != std::string_view::npos; at = text.find("\\\\", at + 2)) {
    std::size_t begin = at;
    while (begin < text.size() && text[begin] == '\\') ++begin;
    std::size_t end = begin;
    while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) || text[end] == '.' ||
                                 text[end] == '-' || text[end] == '@'))
      ++end;
    if (end == begin || end >= text.size() || (text[end] != '\\' && text[end] != '/')) continue;
    std::string host = lower_ascii(text.substr(begin, end - begin));
    host = host.substr(0, host.find('@'));
    const auto ip = Ip::parse(host);
    if (ip ? ip->is_private() : host.find('.') == std::string::npos) continue;
    const std::string registrable = ip ? host : registrable_of(host);
    if (facts.to_domain(registrable) || host.ends_with(".local") || host.ends_with(".lan")) continue;
    return std::string(text.substr(at, std::min<std::size_t>(100, text.find_first_of("\r\n\"", at) - at)));
  }
  return {};
}

// UTF-16LE text as its low bytes, other units as a line end.
std::string narrowed(std::string_view bytes) {
  std::string out;
  for (const std::size_t phase : {std::size_t{0}, std::size_t{1}}) {
    for (std::size_t i = phase; i + 1 < bytes.size(); i += 2)
      out += bytes[i + 1] == '\0' && bytes[i] >= 0x20 ? bytes[i] : '\n';
    out += '\n';
  }
  return out;
}

}  // namespace

void calendar_traits(Context& c) {
  const auto say = [&](std::string_view what, const std::string& share) {
    if (!share.empty() && !c.has("calendar-share"))
      c.strong(
          "calendar-share", 5.5,
          fmt::format("{} names a file share outside of the house, which gives away the reader's password hash: {}",
                      what, quoted(share)),
          {"T1187"});
  };
  for (const mime::Part& part : c.facts.message->parts)
    if (part.type == "text/calendar" || part.type == "application/ics")
      say("an invitation", share_in(mime::text(part, 1u << 20), c.facts));
  for (const File& file : c.facts.files) {
    const bool tnef = file.bytes.starts_with("\x78\x9F\x3E\x22") || file.type == "application/ms-tnef";
    const bool message = file.bytes.starts_with("\xD0\xCF\x11\xE0") &&
                         (file.extension == "msg" || file.type == "application/vnd.ms-outlook");
    if (!tnef && !message) continue;
    const std::string_view bytes = std::string_view(file.bytes).substr(0, 2u << 20);
    say("an item of Outlook", share_in(narrowed(bytes), c.facts));
    if (tnef) say("an item of Outlook", share_in(bytes, c.facts));
  }
}

}  // namespace tocsin::phishing
