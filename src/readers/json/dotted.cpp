#include "base/text.h"
#include "readers/json/walk.h"

namespace tocsin::json {

Value Walk::value(const Node& node) const {
  Value value = value_of(node, sink.arena());
  if (!valid_utf8 && !is_utf8(value.text())) value = {sink.arena().copy(to_utf8(value.text())), value.kind};
  return value;
}

std::string_view Walk::key(const Node& node) const {
  const std::string_view key = unescaped(node.key(), node.key_escaped, sink.arena());
  return valid_utf8 || is_utf8(key) ? key : sink.arena().copy(to_utf8(key));
}

void Walk::put(std::string_view name, const Node& node) const {
  if (const auto want = sink.want(name)) sink.put(want, name, value(node));
}

void Walk::put(std::string_view name, const Value& value) const {
  if (const auto want = sink.want(name)) sink.put(want, name, value);
}

Value value_at(const Walk& walk, const Node& root, std::string_view path) {
  const Node* node = &root;
  while (node) {
    if (const Node* whole = walk.tape.child(*node, path)) return whole->is_container() ? Value{} : walk.value(*whole);
    const std::size_t dot = path.find('.');
    if (dot == path.npos) return {};
    node = walk.tape.child(*node, path.substr(0, dot));
    path.remove_prefix(dot + 1);
  }
  return {};
}

namespace {

struct Frame {
  std::uint32_t at, end;
  std::uint32_t prefix;  // length of the name that members are put after
};

// The name of `node` is in `name`; its members are pushed if anybody may want them.
void visit(const Walk& walk, const Node& node, const NameBuffer& name, std::vector<Frame>& stack) {
  const auto want = walk.sink.want(name.text());
  if (!node.is_container()) {
    if (want) walk.sink.put(want, name.text(), walk.value(node));
    return;
  }
  if (name.cut()) {  // names below would all be the same: the text stands for them
    if (want) walk.sink.put(want, name.text(), walk.value(node));
    return;
  }
  if (node.type == Type::object && want && !walk.sink.wants_all()) walk.sink.put(want, name.text(), walk.value(node));
  if (want.below || name.size() == 0 || (want && node.type == Type::array)) {
    const std::uint32_t index = walk.tape.index_of(node);
    stack.push_back({index + 1, node.next, static_cast<std::uint32_t>(name.size())});
  }
}

void run(const Walk& walk, NameBuffer& name, std::vector<Frame>& stack) {
  while (!stack.empty()) {
    Frame& frame = stack.back();
    if (frame.at == frame.end) {
      stack.pop_back();
      continue;
    }
    const Node& node = walk.tape[frame.at];
    frame.at = node.next;
    name.resize(frame.prefix);
    if (node.key_data) {
      if (frame.prefix > 0) name.add(".");
      name.add(walk.key(node));
    }
    visit(walk, node, name, stack);
  }
}

}  // namespace

void walk_dotted(const Walk& walk, const Node& node, std::string_view prefix) {
  static thread_local std::vector<Frame> stack;
  NameBuffer name;
  name.add(prefix);
  stack.clear();
  const std::uint32_t index = walk.tape.index_of(node);
  if (node.is_container()) {
    stack.push_back({index + 1, node.next, static_cast<std::uint32_t>(name.size())});
  } else {
    visit(walk, node, name, stack);
  }
  run(walk, name, stack);
}

void walk_member(const Walk& walk, const Node& member, std::string_view prefix) {
  static thread_local std::vector<Frame> stack;
  NameBuffer name;
  name.add(prefix);
  if (!prefix.empty()) name.add(".");
  name.add(walk.key(member));
  stack.clear();
  visit(walk, member, name, stack);
  run(walk, name, stack);
}

}  // namespace tocsin::json
