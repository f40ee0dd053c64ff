#include "indicators/judge.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace tocsin::indicators {
namespace {

constexpr char kField = '\x1f', kItem = '\x1e';  // ASCII's unit and record separators

std::string clean(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  return out;
}

std::string number(Time time) { return time.known() ? std::to_string(time.seconds) : ""; }

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Time time(std::string_view text) {
  const auto seconds = integer(text);
  return seconds ? Time{*seconds, 0, 0} : Time::none();
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t end = text.find(at);
    out.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

double half_life_days(const Indicator& indicator) {
  switch (indicator.type) {
    case Type::address:
      return indicator.control ? 365 : 30;
    case Type::prefix:
      return indicator.control ? 365 : 90;
    case Type::domain:
      return 180;
    case Type::url:
      return 60;
    case Type::mail:
      return 365;
    case Type::agent:
      return 730;
    case Type::hash:
      break;
  }
  return 0;
}

Judgement judge(const Set::Described& described, Time event) {
  const Indicator& indicator = described.indicator;
  Judgement out;
  const Time last = indicator.last.known() ? indicator.last : indicator.first;
  const Time first = indicator.first.known() && indicator.first < last ? indicator.first : last;
  if (event.known() && last.known()) {
    if (last < event) out.age_days = static_cast<double>(event.seconds - last.seconds) / 86400;
    if (event < first) out.age_days = static_cast<double>(first.seconds - event.seconds) / 86400;
  }
  const double life = half_life_days(indicator);
  const double decay = life > 0 ? std::max(0.1, std::exp2(-out.age_days / life)) : 1;
  const double list = described.kind == ListKind::none ? 1 : described.kind == ListKind::rented ? 0.6 : 0.2;
  out.score = indicator.confidence * decay * (indicator.part ? 0.6 : 1) * list;
  out.expired = event.known() && indicator.until.known() && indicator.until < event;
  out.level = out.expired       ? Level::informational
              : out.score >= 75 ? Level::high
              : out.score >= 40 ? Level::medium
              : out.score >= 15 ? Level::low
                                : Level::informational;
  return out;
}

std::string to_text(const Set::Described& described) {
  const Indicator& one = described.indicator;
  std::string out(name(one.type));
  const auto add = [&](std::string_view text) {
    out += kField;
    out += clean(text);
  };
  add(one.value);
  add(std::to_string(one.confidence));
  add(number(one.first));
  add(number(one.last));
  add(number(one.until));
  add(one.control ? "c" : "");
  add(one.part ? "p" : "");
  add(std::to_string(static_cast<int>(described.kind)));
  add(described.list);
  add(one.name);
  out += kField;
  for (const std::string& source : described.sources) {
    if (&source != described.sources.data()) out += kItem;
    out += clean(source);
  }
  return out;
}

std::optional<Set::Described> from_text(std::string_view text) {
  const std::vector<std::string_view> parts = split(text, kField);
  if (parts.size() != 12) return std::nullopt;
  Set::Described out;
  const auto type = std::ranges::find(kTypeNames, parts[0]);
  const auto confidence = integer(parts[2]), kind = integer(parts[8]);
  if (type == std::end(kTypeNames) || !confidence || *confidence < 0 || *confidence > 100 || !kind || *kind < 0 ||
      *kind > 3)
    return std::nullopt;
  Indicator& one = out.indicator;
  one.type = static_cast<Type>(type - std::begin(kTypeNames));
  one.value = parts[1];
  one.confidence = static_cast<std::uint8_t>(*confidence);
  one.first = time(parts[3]);
  one.last = time(parts[4]);
  one.until = time(parts[5]);
  one.control = !parts[6].empty();
  one.part = !parts[7].empty();
  out.kind = static_cast<ListKind>(*kind);
  out.list = parts[9];
  one.name = parts[10];
  for (const std::string_view source : split(parts[11], kItem))
    if (!source.empty()) out.sources.emplace_back(source);
  return out;
}

void join(Set::Described& into, const Set::Described& other) {
  Indicator& a = into.indicator;
  const Indicator& b = other.indicator;
  a.confidence = std::max(a.confidence, b.confidence);
  if (!a.first.known() || (b.first.known() && b.first < a.first)) a.first = b.first;
  a.last = std::max(a.last, b.last);
  a.until = a.until.known() && b.until.known() ? std::max(a.until, b.until) : Time::none();
  a.control |= b.control;
  a.part &= b.part;
  if (a.name.empty()) a.name = b.name;
  if (other.kind != ListKind::none && into.kind == ListKind::none) into.kind = other.kind, into.list = other.list;
  for (const std::string& source : other.sources)
    if (std::ranges::find(into.sources, source) == into.sources.end()) into.sources.push_back(source);
  std::ranges::sort(into.sources);
}

}  // namespace tocsin::indicators
