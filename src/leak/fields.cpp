#include "leak/fields.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "mailauth/tags.h"
#include "mime/header.h"

namespace tocsin::leak {
namespace {

using mailauth::HeaderField;
using mailauth::Message;

constexpr std::array<std::string_view, 9> kSeen = {"From",    "Sender", "Reply-To",   "To",          "Cc",
                                                   "Subject", "Date",   "Message-ID", "Content-Type"};

bool starts_with_word(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && mailauth::same_name(text.substr(0, word.size()), word);
}

// A body made of MIME parts, whatever the header says of it now.
bool looks_like_parts(std::string_view body) {
  body = body.substr(0, 256u << 10);
  for (std::size_t at = body.starts_with("--") ? 0 : body.find("\n--"); at != std::string_view::npos;
       at = body.find("\n--", at + 1)) {
    const std::size_t line = body.find('\n', at + 1);
    if (line != std::string_view::npos && starts_with_word(body.substr(line + 1), "content-")) return true;
  }
  return false;
}

// A body that shows the same whatever these two fields are changed to.
bool is_plain(const Message& message) {
  if (looks_like_parts(message.body())) return false;
  const HeaderField* type = message.find("Content-Type");
  const HeaderField* encoding = message.find("Content-Transfer-Encoding");
  if (type && !starts_with_word(mailauth::trimmed(type->value), "text/plain")) return false;
  if (!encoding) return true;
  const std::string word = mailauth::lower_ascii(mailauth::trimmed(encoding->value));
  return word == "7bit" || word == "8bit";
}

std::string span_text(std::int64_t seconds) {
  const std::int64_t size = std::llabs(seconds);
  if (size >= 2 * 86400) return std::to_string(size / 86400) + " days";
  if (size >= 2 * 3600) return std::to_string(size / 3600) + " hours";
  return std::to_string(size / 60) + " minutes";
}

}  // namespace

std::vector<std::string> uncovered_fields(const Message& message, const mailauth::Signature& signature) {
  std::vector<std::string> out;
  for (const std::string_view name : kSeen) {
    if (name == "Content-Type" && is_plain(message)) continue;
    const std::size_t there = message.count(name);
    // Taken away, it shows the parts' source instead of what they hold.
    if (there == 0 && name == "Content-Type" && looks_like_parts(message.body()) &&
        std::ranges::find(signature.headers, "content-type") == signature.headers.end())
      out.emplace_back(name);
    if (there == 0) continue;
    const std::string folded = mailauth::lower_ascii(name);
    std::size_t covered = static_cast<std::size_t>(std::ranges::count(signature.headers, folded));
    if (signature.scheme == mailauth::Scheme::domainkeys) {
      // Fields below the signature, all instances of a name at once.
      covered = 0;
      const bool listed =
          !signature.headers_listed || std::ranges::find(signature.headers, folded) != signature.headers.end();
      for (std::size_t i = signature.field + 1; listed && i < message.fields().size(); ++i)
        covered += mailauth::same_name(message.fields()[i].name, name);
    }
    if (covered >= there && (there == 1 || name == "To" || name == "Cc")) continue;
    // Two signed From or Subject fields leave open which one is shown.
    if (there == 1)
      out.emplace_back(name);
    else
      out.push_back(std::string(name) + " (" + std::to_string(covered >= there ? there : there - covered) + " of " +
                    std::to_string(there) + ")");
  }
  return out;
}

void check_fields(const Message& message, const std::vector<Proof>& proofs, std::vector<Oddity>& out) {
  constexpr std::int64_t kSlack = 600;  // clocks of honest servers
  constexpr std::int64_t kDay = 86400;
  const HeaderField* date_field = message.find("Date");
  const auto date = date_field ? mime::parse_date(date_field->value) : std::nullopt;
  if (date_field && !date) out.push_back({"date-unreadable", mailauth::unfold(date_field->value).substr(0, 80)});
  if (!date_field) out.push_back({"no-date", ""});
  if (message.count("From") != 1) out.push_back({"from-fields", std::to_string(message.count("From"))});
  if (!message.find("Message-ID")) out.push_back({"no-message-id", ""});
  // Hops, newest on top: each was written after the one below it.
  std::optional<Time> newer, oldest;
  for (const HeaderField& field : message.fields()) {
    if (!mailauth::same_name(field.name, "Received")) continue;
    const std::size_t semicolon = field.value.rfind(';');
    if (semicolon == std::string_view::npos) continue;
    const auto at = mime::parse_date(field.value.substr(semicolon + 1));
    if (!at) continue;
    if (newer && at->seconds > newer->seconds + kSlack)
      out.push_back({"hops-run-backwards", "a hop at " + at->iso() + " stands below one at " + newer->iso()});
    newer = at;
    oldest = at;
  }
  if (date && oldest && date->seconds > oldest->seconds + kSlack)
    out.push_back({"date-after-first-hop",
                   "Date is " + span_text(date->seconds - oldest->seconds) + " after the first server had it"});
  if (date && oldest && oldest->seconds > date->seconds + 7 * kDay)
    out.push_back({"date-long-before-first-hop",
                   "the first server had it " + span_text(oldest->seconds - date->seconds) + " after Date"});
  for (const Proof& proof : proofs) {
    if (!proof.signed_at || !date || proof.result != "pass") continue;
    if (std::llabs(proof.signed_at->seconds - date->seconds) > kDay)
      out.push_back({"date-not-of-signing",
                     "signed by " + proof.domain + " " + span_text(proof.signed_at->seconds - date->seconds) +
                         (proof.signed_at->seconds < date->seconds ? " before Date" : " after Date")});
  }
  if (const HeaderField* id = message.find("Message-ID")) {
    const std::string value = mailauth::unfold(id->value);
    const std::size_t at = value.rfind('@');
    if (value.size() < 3 || value.front() != '<' || value.back() != '>' || at == std::string::npos)
      out.push_back({"message-id-malformed", value.substr(0, 80)});
  }
}

}  // namespace tocsin::leak
