#include "documents/document.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "documents/format.h"

namespace tocsin::documents {
namespace {

constexpr std::array kFormats = {&packed_spec, &ole_spec, &pdf_spec, &rtf_spec, &picture_spec, &plain_spec};
constexpr std::int64_t kZone = 14 * 3600, kDay = 86400;
constexpr std::size_t kHeadSize = 64 * 1024;

const FormatSpec* find_format(std::string_view head, std::string_view& name) {
  for (const FormatSpec* spec : kFormats) {
    name = spec->recognise(head.substr(0, kHeadSize));
    if (!name.empty()) return spec;
  }
  return nullptr;
}

// By how much b may lie before a and still be as late.
std::int64_t slack(const Stamp& a, const Stamp& b) { return a.local != b.local ? kZone + 60 : 60; }

// Dates that contradict each other.
void compare_dates(Metadata& out) {
  if (out.created && out.modified &&
      out.created->time.seconds > out.modified->time.seconds + slack(*out.created, *out.modified))
    add_anomaly(out, "created-after-modified",
                "created " + out.created->iso() + ", last modified " + out.modified->iso() +
                    ((out.created->time.seconds - out.modified->time.seconds) % 1800 == 0 &&
                             out.created->time.seconds - out.modified->time.seconds <= kZone
                         ? "; off by full hours, as a program makes it that mistakes its time zone"
                         : ""));
  if (out.created && out.modified && out.edit_minutes && *out.edit_minutes > 0) {
    const std::int64_t life = out.modified->time.seconds - out.created->time.seconds;
    if (life >= 0 && static_cast<double>(*out.edit_minutes) * 60 > static_cast<double>(life) + 3600)
      add_anomaly(out, "edited-longer-than-it-exists",
                  fmt::format("{} minutes of editing in {} minutes of existence", *out.edit_minutes, life / 60));
  }
  if (out.modified && out.packed && out.packed->time.seconds > out.modified->time.seconds + kZone + kDay)
    add_anomaly(out, "packed-after-modified",
                "says that it was last modified " + out.modified->iso() + ", but was packed " + out.packed->iso());
  if (out.printed && out.created &&
      out.printed->time.seconds + slack(*out.created, *out.printed) + kDay < out.created->time.seconds)
    add_anomaly(out, "printed-before-created", "printed " + out.printed->iso() + ", created " + out.created->iso());
  for (const auto* stamp : {&out.created, &out.modified}) {
    if (!*stamp) continue;
    const std::int64_t year = civil((*stamp)->time).year;
    if (year < 1970 || year > 2200) add_anomaly(out, "impossible-date", (*stamp)->iso());
  }
}

}  // namespace

std::string Stamp::iso() const {
  std::string out = time.iso();
  if (local && out.ends_with('Z')) out.pop_back();
  return out;
}

std::string_view recognise(std::string_view head) {
  std::string_view name;
  find_format(head, name);
  return name;
}

bool is_packed_document(std::string_view head) { return !packed_spec.recognise(head).empty(); }

Metadata describe(std::string_view bytes, const Limits& limits) {
  Metadata out;
  std::string_view name;
  const FormatSpec* spec = find_format(bytes, name);
  if (!spec) return out;
  out.format = name;
  spec->describe(bytes, limits, out);
  compare_dates(out);
  return out;
}

std::string text_of(std::string_view bytes, const Limits& limits) {
  std::string_view name;
  const FormatSpec* spec = find_format(bytes, name);
  if (!spec || !spec->text) return {};
  std::string out = spec->text(bytes, limits);
  if (out.size() > limits.text) out.resize(limits.text);
  return is_utf8(out) ? out : to_utf8(out);
}

std::string clean(std::string_view value, const Limits& limits) {
  while (!value.empty() && static_cast<unsigned char>(value.front()) <= ' ') value.remove_prefix(1);
  while (!value.empty() && static_cast<unsigned char>(value.back()) <= ' ') value.remove_suffix(1);
  bool cut = false;
  if (value.size() > limits.value) {
    std::size_t end = limits.value;
    while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xc0) == 0x80) --end;
    value = value.substr(0, end);
    cut = true;
  }
  std::string out = to_utf8(value);
  std::ranges::replace_if(out, [](char c) { return (c >= 0 && c < ' ') || c == 127; }, ' ');
  return cut ? out + "…" : out;
}

void add_fact(Metadata& out, const Limits& limits, std::string_view name, std::string_view value) {
  std::string text = clean(value, limits);
  if (text.empty() || out.facts.size() >= limits.facts) return;
  out.facts.push_back({clean(name, limits), std::move(text)});
}

void add_person(Metadata& out, const Limits& limits, std::string_view name) {
  std::string text = clean(name, limits);
  if (text.empty() || out.people.size() >= limits.facts) return;
  if (std::ranges::find(out.people, text) == out.people.end()) out.people.push_back(std::move(text));
}

void add_anomaly(Metadata& out, std::string_view name, std::string detail, std::uint64_t offset) {
  if (out.anomalies.size() < 50) out.anomalies.push_back({name, offset, 0, std::move(detail)});
}

std::optional<Stamp> parse_stamp(std::string_view text) {
  const bool zoned = text.ends_with('Z') || text.ends_with('z') ||
                     (text.size() > 16 && text.find_first_of("+-", 16) != std::string_view::npos);
  std::string full(text);
  if (text.size() == 4) full += "-01-01T00:00:00";
  if (text.size() == 7) full += "-01T00:00:00";
  if (text.size() == 10) full += "T00:00:00";
  // "2017-03-02T10:15+02:00": minutes only.
  if (full.size() >= 16 && (full.size() == 16 || full[16] == 'Z' || full[16] == '+' || full[16] == '-'))
    full.insert(16, ":00");
  const auto time = Time::parse_iso(full);
  if (!time) return std::nullopt;
  return Stamp{*time, !zoned};
}

}  // namespace tocsin::documents
