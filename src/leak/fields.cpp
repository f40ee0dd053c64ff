#include "leak/fields.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "mailauth/tags.h"

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

std::string_view take_word(std::string_view& text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n,");
  if (first == std::string_view::npos) return text = {};
  text.remove_prefix(first);
  const std::size_t end = std::min(text.find_first_of(" \t\r\n,"), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

std::optional<int> number(std::string_view text, std::size_t digits_max) {
  if (text.empty() || text.size() > digits_max) return std::nullopt;
  const auto value = mailauth::parse_number(text);
  return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
}

std::optional<int> zone_minutes(std::string_view zone) {
  constexpr std::pair<std::string_view, int> kNames[] = {{"GMT", 0},    {"UT", 0},     {"UTC", 0},    {"Z", 0},
                                                         {"EST", -300}, {"EDT", -240}, {"CST", -360}, {"CDT", -300},
                                                         {"MST", -420}, {"MDT", -360}, {"PST", -480}, {"PDT", -420}};
  for (const auto& [name, minutes] : kNames)
    if (mailauth::same_name(zone, name)) return minutes;
  if (zone.size() != 5 || (zone[0] != '+' && zone[0] != '-')) return std::nullopt;
  const auto hhmm = number(zone.substr(1), 4);
  if (!hhmm || *hhmm % 100 > 59) return std::nullopt;
  const int minutes = *hhmm / 100 * 60 + *hhmm % 100;
  return zone[0] == '-' ? -minutes : minutes;
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

std::optional<Time> parse_mail_date(std::string_view text) {
  if (const std::size_t comment = text.find('('); comment != std::string_view::npos) text = text.substr(0, comment);
  std::string_view word = take_word(text);
  if (!word.empty() && (word[0] < '0' || word[0] > '9')) word = take_word(text);  // the weekday
  const auto day = number(word, 2);
  constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";
  const std::string month_word = mailauth::lower_ascii(take_word(text).substr(0, 3));
  const std::size_t month = month_word.size() == 3 ? kMonths.find(month_word) : std::string_view::npos;
  auto year = number(take_word(text), 4);
  if (!day || !year || month == std::string_view::npos || month % 3 != 0 || *day < 1 || *day > 31) return std::nullopt;
  if (*year < 50)
    *year += 2000;
  else if (*year < 1000)
    *year += 1900;
  const std::string_view clock = take_word(text);
  if (clock.size() < 4) return std::nullopt;
  const std::size_t colon = clock.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto hour = number(clock.substr(0, colon), 2), minute = number(clock.substr(colon + 1, 2), 2);
  const auto second = clock.size() > colon + 3 ? number(clock.substr(colon + 4), 2) : std::optional(0);
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const auto zone = zone_minutes(take_word(text));
  const Time local =
      Time::from_civil(*year, static_cast<unsigned>(month / 3 + 1), static_cast<unsigned>(*day),
                       static_cast<unsigned>(*hour), static_cast<unsigned>(*minute), static_cast<unsigned>(*second));
  return local.plus_seconds(-60 * zone.value_or(0));
}

void check_fields(const Message& message, const std::vector<Proof>& proofs, std::vector<Oddity>& out) {
  constexpr std::int64_t kSlack = 600;  // clocks of honest servers
  constexpr std::int64_t kDay = 86400;
  const HeaderField* date_field = message.find("Date");
  const auto date = date_field ? parse_mail_date(date_field->value) : std::nullopt;
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
    const auto at = parse_mail_date(field.value.substr(semicolon + 1));
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
