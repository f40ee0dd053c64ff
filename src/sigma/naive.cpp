#include "sigma/naive.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <unordered_map>

#include "base/text.h"
#include "base/time.h"
#include "sigma/pattern.h"
#include "sigma/regex.h"

namespace tocsin::sigma {
namespace {

// Compiling is what costs, so each thread keeps the expressions it met; the table is dropped when it grows past
// any real rule set.
const re2::RE2* compiled(const Regex& regex) {
  thread_local std::unordered_map<std::string, std::unique_ptr<re2::RE2>> cache;
  if (cache.size() > 20'000) cache.clear();
  auto& slot = cache[to_re2(regex)];
  if (!slot) {
    auto made = compile(regex);
    if (!made) return nullptr;  // lowering refuses these; a rule set from a forged cache may hold one
    slot = std::move(*made);
  }
  return slot.get();
}

// IPv4 as ::ffff:a.b.c.d, so that one comparison serves both families.
bool parse_address(std::string_view text, std::uint8_t* out) {
  const std::size_t zone = text.find('%');
  if (zone != std::string_view::npos) text = text.substr(0, zone);
  char buffer[64];
  if (text.size() >= sizeof buffer || text.find('\0') != std::string_view::npos) return false;
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = 0;
  if (inet_pton(AF_INET6, buffer, out) == 1) return true;
  static constexpr std::uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  std::memcpy(out, kMapped, 12);
  return inet_pton(AF_INET, buffer, out + 12) == 1;
}

bool is_v4(const std::uint8_t* address) {
  return std::all_of(address, address + 10, [](std::uint8_t byte) { return byte == 0; }) && address[10] == 0xff &&
         address[11] == 0xff;
}

struct Tester {
  Value value;

  bool operator()(const Pattern& pattern) const {
    if (value.is_null()) return false;
    return pattern.cased ? matches(pattern, value.text()) : matches(pattern, fold(value.text()));
  }
  bool operator()(const Regex& regex) const {
    const re2::RE2* expression = compiled(regex);
    return expression != nullptr && !value.is_null() && re2::RE2::PartialMatch({value.data, value.size}, *expression);
  }
  bool operator()(const Cidr& cidr) const { return !value.is_null() && contains_address(cidr, value.text()); }
  bool operator()(const Compare& compare) const {
    const auto number = value.is_null() ? std::nullopt : parse_number(value.text());
    return number && holds(compare.order, *number, compare.number);
  }
  bool operator()(const TimePart& part) const {
    const auto number = value.is_null() ? std::nullopt : time_part(part.unit, value.text());
    return number && holds(part.order, static_cast<double>(*number), static_cast<double>(part.number));
  }
  bool operator()(const Exists&) const { return true; }     // asked of the field, below
  bool operator()(const Null&) const { return false; }      // asked of the field, below
  bool operator()(const FieldRef&) const { return false; }  // asked of two fields, below
};

bool refers(const FieldRef& reference, std::string_view left, std::string_view right) {
  std::string a(left), b(right);
  if (!reference.cased) a = fold(a), b = fold(b);
  switch (reference.place) {
    case FieldRef::Place::whole:
      return a == b;
    case FieldRef::Place::contains:
      return a.find(b) != std::string::npos;
    case FieldRef::Place::starts:
      return a.starts_with(b);
    case FieldRef::Place::ends:
      return a.ends_with(b);
  }
  return false;
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) negative = text[0] == '-', text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  const char* const end = text.data() + text.size();
  double value = 0;
  if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    std::uint64_t integer = 0;
    const auto [stop, error] = std::from_chars(text.data() + 2, end, integer, 16);
    if (error != std::errc() || stop != end) return std::nullopt;
    value = static_cast<double>(integer);
  } else {
    if (text[0] != '.' && (text[0] < '0' || text[0] > '9')) return std::nullopt;  // no inf, no nan
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end) return std::nullopt;
  }
  return negative ? -value : value;
}

std::optional<std::int64_t> time_part(TimePart::Unit unit, std::string_view text) {
  const auto time = Time::parse_iso(text);
  if (!time || !time->known()) return std::nullopt;
  const Civil parts = civil(*time);
  switch (unit) {
    case TimePart::Unit::minute:
      return parts.minute;
    case TimePart::Unit::hour:
      return parts.hour;
    case TimePart::Unit::day:
      return parts.day;
    case TimePart::Unit::week:
      return parts.week;
    case TimePart::Unit::month:
      return parts.month;
    case TimePart::Unit::year:
      return parts.year;
  }
  return std::nullopt;
}

bool holds(Order order, double left, double right) {
  switch (order) {
    case Order::lt:
      return left < right;
    case Order::lte:
      return left <= right;
    case Order::gt:
      return left > right;
    case Order::gte:
      return left >= right;
    case Order::eq:
      return left == right;
    case Order::neq:
      return left != right;
  }
  return false;
}

bool contains_address(const Cidr& cidr, std::string_view text) {
  std::uint8_t address[16];
  if (!parse_address(text, address)) return false;
  if (cidr.bits < 96 && is_v4(address)) return false;  // ::/0 is all of IPv6, not of IPv4
  const unsigned whole = cidr.bits / 8, rest = cidr.bits % 8;
  if (std::memcmp(address, cidr.address, whole) != 0) return false;
  return rest == 0 || ((address[whole] ^ cidr.address[whole]) >> (8 - rest)) == 0;
}

std::optional<Cidr> parse_cidr(std::string_view text) {
  const std::size_t slash = text.find('/');
  Cidr out{};
  if (!parse_address(text.substr(0, slash), out.address) || text.find('%') != std::string_view::npos)
    return std::nullopt;
  const bool v4 = text.substr(0, slash).find(':') == std::string_view::npos;
  unsigned bits = v4 ? 32 : 128;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (error != std::errc() || end != digits.data() + digits.size() || bits > (v4 ? 32u : 128u)) return std::nullopt;
  }
  out.bits = static_cast<std::uint8_t>(v4 ? bits + 96 : bits);
  for (unsigned i = 0; i < 16; ++i) {  // bits of the host are ignored
    const unsigned from = 8 * i;
    if (from >= out.bits) out.address[i] = 0;
    if (from < out.bits && from + 8 > out.bits)
      out.address[i] &= static_cast<std::uint8_t>(0xff << (from + 8 - out.bits));
  }
  return out;
}

bool evaluate(const Atom& atom, const Fields& fields) {
  std::vector<Value> values;
  if (atom.field.empty()) {
    fields.everything(values);
  } else {
    fields.values(atom.field, values);
  }
  const auto has_content = [](const Value& value) { return !value.is_null(); };
  if (const auto* exists = std::get_if<Exists>(&atom.test)) return exists->wanted == !values.empty();
  if (std::holds_alternative<Null>(atom.test)) return std::none_of(values.begin(), values.end(), has_content);
  if (const auto* reference = std::get_if<FieldRef>(&atom.test)) {
    std::vector<Value> others;
    fields.values(reference->field, others);
    for (const Value& left : values)
      for (const Value& right : others)
        if (has_content(left) && has_content(right) && refers(*reference, left.text(), right.text())) return true;
    return false;
  }
  return std::any_of(values.begin(), values.end(),
                     [&](const Value& value) { return std::visit(Tester{value}, atom.test); });
}

std::vector<bool> evaluate_nodes(const Rule& rule, const Fields& fields) {
  std::vector<bool> truth(rule.nodes.size());
  for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
    const Node& node = rule.nodes[i];
    const auto holds_at = [&](std::uint32_t child) { return truth[child]; };
    switch (node.kind) {
      case Node::Kind::atom:
        truth[i] = evaluate(rule.atoms[node.atom], fields);
        break;
      case Node::Kind::all:
        truth[i] = std::all_of(node.children.begin(), node.children.end(), holds_at);
        break;
      case Node::Kind::any:
        truth[i] = std::any_of(node.children.begin(), node.children.end(), holds_at);
        break;
      case Node::Kind::none:
        truth[i] = !truth[node.children[0]];
        break;
    }
  }
  return truth;
}

bool evaluate(const Rule& rule, const Fields& fields) {
  const std::vector<bool> truth = evaluate_nodes(rule, fields);
  return !truth.empty() && truth.back();
}

}  // namespace tocsin::sigma
