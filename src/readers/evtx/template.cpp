// One pass over the tokens with a stack of open elements, which is bounded because definitions are hostile. Leaves are
// noted as their elements close, so a nested template comes after what stands before it in the XML.
#include "readers/evtx/template.h"

#include "base/text.h"
#include "readers/evtx/format.h"
#include "readers/evtx/value.h"

namespace tocsin::evtx {
namespace {

constexpr std::size_t kDepthMax = 128;

constexpr std::string_view kTruncated = "the template ends early", kBadName = "a name leads outside the chunk",
                           kBadToken = "unknown token", kTooDeep = "elements nested too deep",
                           kUnbalanced = "elements don't close";

struct Name {
  const char* units = nullptr;
  std::size_t count = 0;
};

class Compiler {
 public:
  Compiler(View view, std::size_t begin, std::size_t limit, Dependencies dependencies, Template& out)
      : view_(view), at_(begin), begin_(begin), limit_(std::min(limit, view.bytes.size())),
        dependencies_(dependencies), out_(out) {}

  std::size_t run() {
    while (out_.problem.empty() && !done_) step();
    return at_;
  }

 private:
  struct Open {
    std::string name;
    std::vector<Part> content, label;  // label: the Name of <Data Name="…">
    std::uint16_t dependency = Leaf::kAlways;
    bool labelled = false, has_attributes = false, has_children = false, nests = false;
  };

  const char* take(std::size_t size) {
    if (size > limit_ - at_) {
      fail(kTruncated);
      return nullptr;
    }
    const char* taken = view_.bytes.data() + at_;
    at_ += size;
    return taken;
  }
  void fail(std::string_view problem) {
    if (out_.problem.empty()) out_.problem = problem;
  }

  void step() {
    const char* token = take(1);
    if (!token) return;
    switch (const int kind = *token & 0xbf; kind) {  // 0x40 says that more follows, which the next token says too
      case 0x00: return depth_ == 0 ? void(done_ = true) : fail(kUnbalanced);
      case 0x01: return open(*token & 0x40);
      case 0x02: return void(in_attribute_ = false);
      case 0x03: case 0x04: return close();
      case 0x05: return text(true);
      case 0x06: return attribute();
      case 0x07: return text(false);
      case 0x08:
        if (const char* unit = take(2)) constant(unit, 1);
        return;
      case 0x09: return entity();
      case 0x0a: return void(name());  // a processing instruction carries no field
      case 0x0b:
        if (const char* count = take(2)) take(2u * load16(count));
        return;
      case 0x0d: case 0x0e: return substitution();
      case 0x0f: return void(take(3));
      default: return fail(kBadToken);
    }
  }

  Name name_at(std::size_t place) const {
    const auto* header = overlay<NameHeader>(view_.bytes, place);
    if (!header || 2u * header->units > view_.bytes.size() - place - sizeof(NameHeader)) return {};
    return {view_.bytes.data() + place + sizeof(NameHeader), header->units};
  }

  static bool hash_holds(Name name) {
    std::uint32_t hash = 0;
    for (std::size_t i = 0; i < name.count; ++i) hash = hash * 65599 + load16(name.units + 2 * i);
    return static_cast<std::uint16_t>(hash) == load16(name.units - 4);
  }

  std::string name() {
    const std::size_t field = at_;
    const char* offset = take(4);
    if (!offset) return {};
    const std::size_t place = view_.at(load32(offset));
    const Name found = name_at(place);
    if (!found.units) return fail(kBadName), std::string();
    const bool is_inline = place == at_;
    if (is_inline) take(sizeof(NameHeader) + 2 * found.count + 2);
    out_.refs.push_back({static_cast<std::uint32_t>(field - begin_), is_inline ? Template::NameRef::kInline : 0,
                         {static_cast<std::uint32_t>(out_.name_units.size()), static_cast<std::uint32_t>(2 * found.count)}});
    out_.name_units.append(found.units, 2 * found.count);
    std::string text(3 * found.count + 16, '\0');
    text.resize(utf16le_to_utf8(found.units, found.count, text.data()));
    return text;
  }

  // Plain BinXML inside a value leaves the dependency ids out, other plain BinXML has them, and writers differ: look
  // for the reading in which the name makes sense.
  void settle_dependencies() {
    if (settled_) return;
    settled_ = true;
    const auto sensible = [&](std::size_t skip) {
      if (limit_ - at_ < skip + 8) return false;
      const Name found = name_at(view_.at(load32(view_.bytes.data() + at_ + skip + 4)));
      return found.units && found.count > 0 && hash_holds(found);
    };
    const bool with = sensible(2), without = sensible(0);
    if (with != without) dependencies_ = with ? Dependencies::given : Dependencies::left_out;
  }

  void open(bool with_attributes) {
    settle_dependencies();
    std::uint16_t dependency = Leaf::kAlways;
    if (dependencies_ == Dependencies::given) {
      const char* id = take(2);
      if (!id) return;
      dependency = load16(id);
    }
    if (!take(4)) return;  // the element's size: the tokens say where it ends
    std::string own_name = name();
    if (with_attributes) take(4);
    if (!out_.problem.empty()) return;
    if (depth_ == kDepthMax) return fail(kTooDeep);
    if (depth_ > 0) {
      top().has_children = true;
      if (dependency == Leaf::kAlways) dependency = top().dependency;
    }
    if (depth_ == stack_.size()) stack_.emplace_back();
    Open& element = stack_[depth_++];
    element.name = std::move(own_name);
    element.content.clear(), element.label.clear();
    element.dependency = dependency;
    element.labelled = element.has_attributes = element.has_children = element.nests = false;
    in_attribute_ = false;
  }

  void attribute() {
    if (depth_ == 0) return fail(kUnbalanced);
    const std::string own_name = name();
    if (!out_.problem.empty()) return;
    in_attribute_ = true;
    Open& element = top();
    if (own_name.starts_with("xmlns")) {
      attribute_ = Attribute::ignored;
    } else if (own_name == "Name" && (element.name == "Data" || element.name == "ComplexData")) {
      attribute_ = Attribute::label;
      element.labelled = true;
    } else {
      attribute_ = Attribute::field;
      element.has_attributes = true;
      Leaf leaf;
      leaf.name = keep(element.name + "_" + own_name);
      leaf.part = static_cast<std::uint32_t>(out_.parts.size());
      leaf.dependency = element.dependency;
      leaf.attribute = true;
      if (leaf.name.of(out_.names) == "TimeCreated_SystemTime" && in_system(2) && out_.time_leaf < 0)
        out_.time_leaf = static_cast<std::int32_t>(out_.leaves.size());
      out_.leaves.push_back(leaf);
    }
  }

  bool in_system(std::size_t depth) const { return depth_ == depth + 1 && stack_[depth - 1].name == "System"; }

  Slice keep(std::string_view text) {
    const Slice slice{static_cast<std::uint32_t>(out_.names.size()), static_cast<std::uint32_t>(text.size())};
    out_.names += text;
    return slice;
  }

  // Where content goes now; nullptr for what gives no field.
  std::vector<Part>* target() {
    if (depth_ == 0) {
      fail(kUnbalanced);
      return nullptr;
    }
    if (!in_attribute_) return &top().content;
    if (attribute_ == Attribute::label) return &top().label;
    return attribute_ == Attribute::field ? &out_.parts : nullptr;
  }
  void added_part() {
    if (in_attribute_ && attribute_ == Attribute::field) ++out_.leaves.back().parts;
  }

  void constant(const char* units, std::size_t count) {
    std::string utf8(3 * count + 16, '\0');
    utf8.resize(utf16le_to_utf8(units, count, utf8.data()));
    constant(utf8);
  }
  void constant(std::string_view utf8) {
    std::vector<Part>* parts = target();
    if (!parts) return;
    const auto begin = static_cast<std::uint32_t>(out_.constants.size());
    out_.constants += utf8;
    const bool own = !in_attribute_ || attribute_ != Attribute::field || out_.leaves.back().parts > 0;
    if (own && !parts->empty() && parts->back().value < 0 &&
        parts->back().constant.begin + parts->back().constant.size == begin) {
      parts->back().constant.size += static_cast<std::uint32_t>(utf8.size());
      return;
    }
    parts->push_back({{begin, static_cast<std::uint32_t>(utf8.size())}, -1});
    added_part();
  }

  void text(bool typed) {
    if (typed) {
      const char* kind = take(1);
      if (!kind) return;
      if (*kind != type::kText) return fail("a constant that is no text");
    }
    const char* count = take(2);
    if (!count) return;
    const std::size_t units = load16(count);
    if (const char* from = take(2 * units)) constant(from, units);
  }

  void entity() {
    const std::string own_name = name();
    if (!out_.problem.empty()) return;
    if (own_name == "amp") constant("&");
    else if (own_name == "lt") constant("<");
    else if (own_name == "gt") constant(">");
    else if (own_name == "quot") constant("\"");
    else if (own_name == "apos") constant("'");
    else constant("&" + own_name + ";");
  }

  void substitution() {
    const char* bytes = take(3);
    if (!bytes) return;
    std::vector<Part>* parts = target();
    if (!parts) return;
    const std::uint16_t value = load16(bytes);
    out_.values = std::max<std::uint32_t>(out_.values, value + 1u);
    parts->push_back({{}, value});
    added_part();
    if (!in_attribute_ && static_cast<std::uint8_t>(bytes[2]) == type::kBinXml) top().nests = true;
  }

  void close() {
    if (depth_ == 0) return fail(kUnbalanced);
    in_attribute_ = false;
    Open& element = top();
    bool says_something = false;
    for (const Part& part : element.content)
      says_something |= part.value >= 0 ||
                        part.constant.of(out_.constants).find_first_not_of(" \t\r\n") != std::string_view::npos;
    const bool childless = !element.has_children;
    if (says_something || (childless && (!element.content.empty() || !element.has_attributes))) add_leaf(element);
    if (--depth_ == 0) done_ = true;
  }

  void add_leaf(const Open& element) {
    Leaf leaf;
    leaf.part = static_cast<std::uint32_t>(out_.parts.size());
    leaf.parts = static_cast<std::uint16_t>(element.content.size());
    leaf.dependency = element.dependency;
    leaf.nests = element.nests;
    out_.parts.insert(out_.parts.end(), element.content.begin(), element.content.end());
    if (!element.labelled) {
      leaf.name = keep(element.name);
    } else if (element.label.size() <= 1 && (element.label.empty() || element.label[0].value < 0)) {
      leaf.name = keep(element.label.empty() ? std::string_view() : element.label[0].constant.of(out_.constants));
    } else {
      leaf.name_part = static_cast<std::uint32_t>(out_.parts.size());
      leaf.name_parts = static_cast<std::uint16_t>(element.label.size());
      out_.parts.insert(out_.parts.end(), element.label.begin(), element.label.end());
    }
    if (element.name == "EventRecordID" && in_system(2) && out_.id_leaf < 0)
      out_.id_leaf = static_cast<std::int32_t>(out_.leaves.size());
    out_.leaves.push_back(leaf);
  }

  Open& top() { return stack_[depth_ - 1]; }

  View view_;
  std::size_t at_, begin_, limit_;
  Dependencies dependencies_;
  Template& out_;
  std::vector<Open> stack_;  // grows and stays; depth_ counts the open ones
  std::size_t depth_ = 0;
  enum class Attribute : std::uint8_t { ignored, label, field } attribute_ = Attribute::ignored;
  bool in_attribute_ = false, done_ = false, settled_ = false;
};

}  // namespace

void compile(View view, std::size_t begin, std::size_t limit, Dependencies dependencies, const Demand& demand,
             Template& out, std::size_t& end) {
  end = Compiler(view, begin, std::max(begin, limit), dependencies, out).run();
  if (demand.keywords()) out.keywords = demand.keywords()->groups_in(out.constants);
  for (std::size_t i = 0; i < out.leaves.size(); ++i) {
    Leaf& leaf = out.leaves[i];
    if (leaf.parts > 1) out.keywords = ~std::uint64_t{0};  // a keyword may lie across the seam
    if (leaf.name_parts == 0)
      if (const auto slot = demand.find(leaf.name.of(out.names))) leaf.slot = *slot;
    if (leaf.nests)
      for (std::size_t p = leaf.part; p < leaf.part + leaf.parts; ++p)
        if (out.parts[p].value >= 0 && out.parts[p].value < 64) out.nested |= std::uint64_t{1} << out.parts[p].value;
    if (leaf.slot != Leaf::kNoSlot || leaf.name_parts > 0 || leaf.nests)
      out.demanded.push_back(static_cast<std::uint32_t>(i));
  }
}

std::size_t Template::memory() const {
  return sizeof(Template) + leaves.capacity() * sizeof(Leaf) + demanded.capacity() * 4 +
                    parts.capacity() * sizeof(Part) + names.capacity() + constants.capacity() +
                    16 * words.capacity() + refs.capacity() * sizeof(NameRef) + name_units.capacity();
}

}  // namespace tocsin::evtx
