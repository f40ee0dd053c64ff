// The walk: a stack of open containers, the innermost on top. Each piece of evidence, from the disk or out of a
// container, meets the same question: do its first bytes say that it is a container? Then it becomes the new top of the
// stack; else it is an item for the caller.
#include <fmt/format.h>

#include "base/check.h"
#include "evidence/evidence.h"
#include "evidence/layer.h"
#include "evidence/source.h"
#include "evidence/tree.h"

namespace tocsin::evidence {
namespace {

class MemberSource final : public Source {
 public:
  MemberSource(Layer& layer, std::optional<std::uint64_t> size) : layer_(layer), size_(size) {}
  std::size_t read(char* into, std::size_t size, Notes& notes) override { return layer_.read(into, size, notes); }
  std::optional<std::uint64_t> expected_size() const override { return size_; }

 private:
  Layer& layer_;
  std::optional<std::uint64_t> size_;
};

}  // namespace

Item::Item(std::unique_ptr<Tap> tap) : tap_(std::move(tap)) { tap_->peek(); }
Item::~Item() = default;
const std::string& Item::path() const { return tap_->path(); }
const std::string& Item::top() const { return tap_->top(); }
std::optional<std::uint64_t> Item::expected_size() const { return tap_->source().expected_size(); }
std::string_view Item::head() const { return tap_->peek(); }
bool Item::whole() const { return tap_->whole(); }
Result<std::size_t> Item::read(char* into, std::size_t size) { return tap_->read(into, size); }
Custody Item::finish() { return tap_->finish(Nature::item); }

struct Walker::State {
  State(std::vector<std::string> paths, Limits a_limits) : limits(std::move(a_limits)), tree(std::move(paths), limits.own_file) {}

  Limits limits;
  Tree tree;
  std::unique_ptr<Source> first;  // from Walker::over
  std::string first_name;
  std::function<std::optional<Piece>()> feed;  // from Walker::inside
  std::string feed_top;
  bool closed_piece = false;
  Budget budget;
  std::vector<std::unique_ptr<Layer>> stack;
  std::unique_ptr<Item> item;
  std::vector<Custody> closed;
  std::uint64_t bytes_done = 0;  // of tops that ended
  const Tap* top = nullptr;      // the tap of the open top

  void drop_item();
  std::unique_ptr<Tap> next_piece();
  std::unique_ptr<Tap> next_top();
  bool enter(std::unique_ptr<Tap>& tap);
  void close_layer();
  void end_top(const Tap& tap) {
    bytes_done += tap.count();
    top = nullptr;
  }
};

void Walker::State::drop_item() {
  if (!item) return;
  if (!item->tap_->finished()) closed.push_back(item->finish());
  if (stack.empty()) end_top(*item->tap_);
  item.reset();
}

std::unique_ptr<Tap> Walker::State::next_piece() {
  while (!stack.empty()) {
    Layer& layer = *stack.back();
    if (std::optional<Layer::Member> member = layer.next())
      return std::make_unique<Tap>(layer.input().path() + "!/" + member->name, layer.input().top(),
                                   std::make_unique<MemberSource>(layer, member->size));
    close_layer();
  }
  return next_top();
}

std::unique_ptr<Tap> Walker::State::next_top() {
  closed_piece = false;
  if (feed) {
    std::optional<Piece> piece = budget.spent ? std::nullopt : feed();
    if (!piece) return nullptr;
    closed_piece = piece->closed;
    auto tap = std::make_unique<Tap>(std::move(piece->path), feed_top, from_stream(std::move(piece->stream)));
    top = tap.get();
    return tap;
  }
  budget = {};
  if (first) {
    auto tap = std::make_unique<Tap>(first_name, first_name, std::move(first));
    top = tap.get();
    return tap;
  }
  while (std::optional<Tree::Leaf> leaf = tree.next(closed)) {
    Opened opened;
    if (leaf->path == "-" && leaf->named == Named::by_user)
      opened.source = standard_input();
    else
      opened = open_file(leaf->path, leaf->named, limits);
    if (opened.source) {
      auto tap = std::make_unique<Tap>(leaf->path, leaf->path, std::move(opened.source));
      top = tap.get();
      return tap;
    }
    Custody custody;
    custody.path = std::move(leaf->path);
    custody.nature = Nature::skipped;
    custody.complete = opened.special;
    custody.anomalies.push_back({opened.special ? "special-file" : "unreadable", 0, 0, std::move(opened.failure)});
    closed.push_back(std::move(custody));
  }
  return nullptr;
}

// Takes the tap if it is a container.
bool Walker::State::enter(std::unique_ptr<Tap>& tap) {
  const ContainerKind* kind = recognise_container(tap->peek());
  if (kind == nullptr || (limits.keep_whole && limits.keep_whole(tap->peek()))) return false;
  if (stack.size() >= limits.depth) {
    tap->notes().lost("archive-depth", 0, 0,
                      fmt::format("{} containers inside each other; not opened", stack.size() + 1));
    Custody custody = tap->finish(Nature::container);
    custody.format = kind->name;
    closed.push_back(std::move(custody));
    if (stack.empty()) end_top(*tap);
    return true;
  }
  Layer* parent = stack.empty() ? nullptr : stack.back().get();
  const bool joined = kind->shape == Shape::tar && parent != nullptr && is_compression(parent->kind().shape);
  if (joined) tap->rename(parent->input().path());
  stack.push_back(open_layer(*kind, std::move(tap), {limits, budget, parent}));
  return true;
}

void Walker::State::close_layer() {
  const std::unique_ptr<Layer> layer = std::move(stack.back());
  Custody custody = layer->close();
  stack.pop_back();
  if (stack.empty()) end_top(layer->input());
  if (!stack.empty() && layer->input().path() == stack.back()->input().path()) {
    stack.back()->add_format(layer->kind().name);
    stack.back()->adopt(std::move(custody));
  } else {
    closed.push_back(std::move(custody));
  }
}

Walker::Walker(std::vector<std::string> paths, Limits limits)
    : state_(std::make_unique<State>(std::move(paths), std::move(limits))) {}
Walker::Walker(std::unique_ptr<State> state) : state_(std::move(state)) {}
Walker::Walker(Walker&&) noexcept = default;
Walker::~Walker() = default;

Walker Walker::inside(std::string top, std::function<std::optional<Piece>()> next_piece, Limits limits) {
  auto state = std::make_unique<State>(std::vector<std::string>(), std::move(limits));
  state->feed = std::move(next_piece);
  state->feed_top = std::move(top);
  return Walker(std::move(state));
}

Walker Walker::over(std::unique_ptr<Stream> stream, std::string name, Limits limits) {
  auto state = std::make_unique<State>(std::vector<std::string>(), std::move(limits));
  state->first = from_stream(std::move(stream));
  state->first_name = std::move(name);
  return Walker(std::move(state));
}

Item* Walker::next() {
  State& state = *state_;
  state.drop_item();
  while (std::unique_ptr<Tap> tap = state.next_piece()) {
    if (state.enter(tap)) continue;
    state.item = std::make_unique<Item>(std::move(tap));
    return state.item.get();
  }
  return nullptr;
}

std::vector<Custody> Walker::take_closed() { return std::exchange(state_->closed, {}); }

std::uint64_t Walker::bytes_in() const { return state_->bytes_done + (state_->top ? state_->top->count() : 0); }

Result<Digest> hash_file(const std::string& path) {
  Opened opened = open_file(path, Named::by_user, {});
  if (!opened.source) return fail(opened.failure, path);
  Tap tap(path, path, std::move(opened.source));
  Custody custody = tap.finish(Nature::item);
  if (!custody.complete) return fail(custody.anomalies.front().detail, path);
  return *custody.sha256;
}

}  // namespace tocsin::evidence
