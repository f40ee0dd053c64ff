// One description of each type serves both directions: visit() names the members once, a Writer appends them and a
// Reader fills them. Numbers are LEB128, texts have their length in front, and a count is checked against the bytes
// that are left before memory is taken for it.
#include "sigma/serial.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <type_traits>

#include "base/endian.h"
#include "base/hash.h"

namespace tocsin::sigma {
namespace {

constexpr std::string_view kMagic = "tocsinRS";
constexpr std::size_t kHeadSize = 8 + 4 + 8;  // magic, version, hash of the rest

class Writer {
 public:
  std::string out;
  static constexpr bool reads = false;

  void number(std::uint64_t& value) {
    std::uint64_t left = value;
    for (; left >= 0x80; left >>= 7) out += static_cast<char>(left | 0x80);
    out += static_cast<char>(left);
  }
  void bytes(void* data, std::size_t size) { out.append(static_cast<const char*>(data), size); }
  void text(std::string& value) {
    std::uint64_t size = value.size();
    number(size);
    out += value;
  }
  std::size_t count(std::size_t size) {
    std::uint64_t value = size;
    number(value);
    return size;
  }
  void require(bool) {}
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : left_(bytes) {}
  static constexpr bool reads = true;
  bool sound = true;

  void number(std::uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; shift < 64 && !left_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(left_[0]);
      left_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return;
    }
    broken();
  }
  void bytes(void* data, std::size_t size) {
    if (left_.size() < size) {
      std::memset(data, 0, size);
      return broken();
    }
    std::memcpy(data, left_.data(), size);
    left_.remove_prefix(size);
  }
  void text(std::string& value) {
    const std::size_t size = count(0);
    value.assign(left_.substr(0, size));
    left_.remove_prefix(size);
  }
  // Everything that is counted takes a byte at least.
  std::size_t count(std::size_t) {
    std::uint64_t value = 0;
    number(value);
    if (value <= left_.size()) return static_cast<std::size_t>(value);
    broken();
    return 0;
  }
  void require(bool condition) {
    if (!condition) broken();
  }
  bool at_end() const { return left_.empty(); }

 private:
  void broken() {
    sound = false;
    left_ = {};
  }
  std::string_view left_;
};

template <class A, class T>
void item(A& archive, T& value);

template <class A, class T>
void list(A& archive, std::vector<T>& values) {
  const std::size_t count = archive.count(values.size());
  if constexpr (A::reads) {
    values.clear();
    values.reserve(std::min<std::size_t>(count, 1024));
    for (std::size_t i = 0; i < count && archive.sound; ++i) item(archive, values.emplace_back());
  } else {
    for (T& value : values) item(archive, value);
  }
}

template <class A, class T>
void choice(A& archive, T& value, T last) {
  auto number = static_cast<std::uint64_t>(value);
  archive.number(number);
  archive.require(number <= static_cast<std::uint64_t>(last));
  value = static_cast<T>(number <= static_cast<std::uint64_t>(last) ? number : 0);
}

template <class A, class... T>
void all(A& archive, T&... values) {
  (item(archive, values), ...);
}

template <class A>
void visit(A& a, Token& x) {
  auto& [kind, text] = x;
  choice(a, kind, Token::Kind::one);
  item(a, text);
}
template <class A>
void visit(A& a, Pattern& x) {
  auto& [tokens, cased] = x;
  all(a, tokens, cased);
}
template <class A>
void visit(A& a, Regex& x) {
  auto& [expression, ignore_case, multi_line, dot_all] = x;
  all(a, expression, ignore_case, multi_line, dot_all);
}
template <class A>
void visit(A& a, Cidr& x) {
  auto& [address, bits] = x;
  a.bytes(address, sizeof address);
  item(a, bits);
  a.require(bits <= 128);
}
template <class A>
void visit(A& a, Compare& x) {
  auto& [order, number] = x;
  choice(a, order, Order::neq);
  item(a, number);
}
template <class A>
void visit(A& a, TimePart& x) {
  auto& [unit, order, number] = x;
  choice(a, unit, TimePart::Unit::year);
  choice(a, order, Order::neq);
  item(a, number);
}
template <class A>
void visit(A& a, Exists& x) {
  auto& [wanted] = x;
  item(a, wanted);
}
template <class A>
void visit(A&, Null&) {}
template <class A>
void visit(A& a, FieldRef& x) {
  auto& [field, place, cased] = x;
  item(a, field);
  choice(a, place, FieldRef::Place::ends);
  item(a, cased);
}

template <std::size_t I = 0, class A>
void test_of_kind(A& archive, Test& test, std::size_t kind) {
  if constexpr (I < std::variant_size_v<Test>) {
    if (kind != I) return test_of_kind<I + 1>(archive, test, kind);
    if constexpr (A::reads) test.emplace<I>();
    visit(archive, *std::get_if<I>(&test));
  } else {
    archive.require(false);
  }
}
template <class A>
void visit(A& a, Atom& x) {
  auto& [field, test] = x;
  item(a, field);
  std::uint64_t kind = test.index();
  a.number(kind);
  test_of_kind(a, test, static_cast<std::size_t>(kind));
}
template <class A>
void visit(A& a, Node& x) {
  auto& [kind, atom, children] = x;
  choice(a, kind, Node::Kind::none);
  all(a, atom, children);
}
template <class A>
void visit(A& a, Logsource& x) {
  auto& [product, category, service, definition] = x;
  all(a, product, category, service, definition);
}
template <class A>
void visit(A& a, Heading& x) {
  auto& [id, name, title, author, status, path, techniques, tags, fields, falsepositives, references, description, date,
         modified, level, line, content_hash] = x;
  all(a, id, name, title, author, status, path, techniques, tags, fields, falsepositives, references, description, date,
      modified);
  choice(a, level, Level::critical);
  all(a, line, content_hash);
}
template <class A>
void visit(A& a, Selection& x) {
  auto& [name, node] = x;
  all(a, name, node);
}

template <class A>
void require_nodes(A& archive, const std::vector<Node>& nodes, std::size_t atoms) {
  if constexpr (A::reads)
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const Node& node = nodes[i];
      archive.require(node.kind != Node::Kind::atom || node.atom < atoms);
      archive.require(node.kind != Node::Kind::none || node.children.size() == 1);
      for (const std::uint32_t child : node.children) archive.require(child < i);
    }
}

// Members of a class with a base can't be bound by name; its size stands guard instead.
static_assert(sizeof(Rule) == sizeof(Heading) + sizeof(Logsource) + sizeof(Rule::atoms) + sizeof(Rule::nodes) +
                                  sizeof(Rule::selections) + alignof(Rule),
              "a member was added: visit() must name it");
template <class A>
void visit(A& a, Rule& x) {
  visit(a, static_cast<Heading&>(x));
  all(a, x.logsource, x.atoms, x.nodes, x.selections, x.reported);
  require_nodes(a, x.nodes, x.atoms.size());
  for (const Selection& selection : x.selections) a.require(selection.node < x.nodes.size());
  a.require(!x.nodes.empty());
}
template <class A>
void visit(A& a, Correlation::Input& x) {
  auto& [correlation, index, group_by, value_fields] = x;
  all(a, correlation, index, group_by, value_fields);
}
template <class A>
void visit(A& a, Correlation::Bound& x) {
  auto& [order, number] = x;
  choice(a, order, Order::neq);
  item(a, number);
}
static_assert(sizeof(Correlation) == sizeof(Heading) + 8 + sizeof(Correlation::inputs) + sizeof(Correlation::group_by) +
                                         sizeof(Correlation::timespan_seconds) + sizeof(Correlation::bounds) +
                                         sizeof(Correlation::percentile) + sizeof(Correlation::condition) + 8,
              "a member was added: visit() must name it");
template <class A>
void visit(A& a, Correlation& x) {
  visit(a, static_cast<Heading&>(x));
  choice(a, x.type, Correlation::Type::value_percentile);
  all(a, x.inputs, x.group_by, x.timespan_seconds, x.bounds);
  bool has_percentile = x.percentile.has_value();
  item(a, has_percentile);
  if (has_percentile) {
    double percentile = x.percentile.value_or(0);
    item(a, percentile);
    x.percentile = percentile;
  }
  all(a, x.condition, x.reported);
  require_nodes(a, x.condition, x.inputs.size());
  a.require(x.timespan_seconds >= 0);
  for (const Correlation::Input& input : x.inputs) a.require(input.group_by.size() == x.group_by.size());
}
template <class A>
void visit(A& a, Refusal& x) {
  auto& [path, line, id, reason, hint] = x;
  all(a, path, line, id, reason, hint);
}
template <class A>
void visit(A& a, FilterUse& x) {
  auto& [path, id, title, line, rules, missing] = x;
  all(a, path, id, title, line, rules, missing);
}
template <class A>
void visit(A& a, RuleSet& x) {
  auto& [rules, correlations, refused, filters, ignored] = x;
  all(a, rules, correlations, refused, filters, ignored);
  for (std::size_t i = 0; i < correlations.size(); ++i)
    for (const Correlation::Input& input : correlations[i].inputs)
      a.require(input.index < (input.correlation ? i : rules.size()));
}

template <class A, class T>
void item(A& archive, T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    archive.text(value);
  } else if constexpr (std::is_same_v<T, bool>) {
    std::uint64_t number = value;
    archive.number(number);
    value = number != 0;
  } else if constexpr (std::is_same_v<T, double>) {
    archive.bytes(&value, sizeof value);
  } else if constexpr (std::is_integral_v<T>) {
    auto number = static_cast<std::uint64_t>(value);
    archive.number(number);
    value = static_cast<T>(number);
  } else if constexpr (requires { value.emplace_back(); }) {
    list(archive, value);
  } else {
    visit(archive, value);
  }
}

}  // namespace

std::string serialise(const RuleSet& set) {
  Writer writer;
  writer.out.assign(kHeadSize, '\0');
  item(writer, const_cast<RuleSet&>(set));  // a Writer changes nothing
  const ul32 version = kSerialVersion;
  const ul64 hash = hash64(std::string_view(writer.out).substr(kHeadSize), kSerialVersion);
  std::memcpy(writer.out.data(), kMagic.data(), 8);
  std::memcpy(writer.out.data() + 8, &version, 4);
  std::memcpy(writer.out.data() + 12, &hash, 8);
  return std::move(writer.out);
}

Result<RuleSet> deserialise(std::string_view bytes) {
  if (bytes.size() < kHeadSize || !bytes.starts_with(kMagic)) return fail("these bytes are no rule set");
  ul32 version;
  ul64 hash;
  std::memcpy(&version, bytes.data() + 8, 4);
  std::memcpy(&hash, bytes.data() + 12, 8);
  if (version != kSerialVersion) return fail("the rule set was written by another version");
  bytes.remove_prefix(kHeadSize);
  if (hash != hash64(bytes, kSerialVersion)) return fail("the rule set is damaged");
  RuleSet out;
  Reader reader(bytes);
  item(reader, out);
  if (!reader.sound || !reader.at_end()) return fail("the rule set is inconsistent");
  return out;
}

}  // namespace tocsin::sigma
