// The limits live here. Each level counts the bytes that it and the levels below it gave; a level that gave too many
// for what it took in is a bomb. The innermost such level is cut off and its bytes are forgiven to those around it,
// so that a bomb planted among evidence costs that evidence nothing; after Limits::bombs of them the whole top ends.
//
// No call here takes more than 1 MiB out of a decoder before it looks at the counts.
#include "evidence/layer.h"

#include <fmt/format.h>

#include <algorithm>

namespace tocsin::evidence {
namespace {

constexpr std::uint64_t kCheck = 1024 * 1024;

// A name that would leave the folder it is unpacked to. Nothing is unpacked here, but somebody meant it to.
bool escapes(std::string_view name) {
  if (name.starts_with('/') || name.starts_with('\\') || (name.size() > 1 && name[1] == ':')) return true;
  while (!name.empty()) {
    const std::size_t end = std::min(name.find_first_of("/\\"), name.size());
    if (name.substr(0, end) == "..") return true;
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return false;
}

}  // namespace

Layer::Layer(const ContainerKind& kind, std::unique_ptr<Tap> input, Context context)
    : kind_(kind), input_(std::move(input)), context_(context), format_(kind.name) {}

std::optional<Layer::Member> Layer::next() {
  if (ended_ || budget().spent) return std::nullopt;
  if (cut_) {
    cut_ = false;
    if (!step_over()) {
      ended_ = true;
      return std::nullopt;
    }
  }
  std::optional<Member> member = advance();
  if (!member) {
    ended_ = true;
    return std::nullopt;
  }
  ++members_;
  if (escapes(member->name)) input_->notes().tell("archive-path-escape", input_->count(), 0, member->name);
  member->name = unique(std::move(member->name));
  member_ = *member;
  return member;
}

std::string Layer::unique(std::string name) {
  const std::uint32_t seen = ++seen_[hash64(name)];
  if (seen == 1) return name;
  input_->notes().tell("archive-duplicate-name", input_->count(), 0, name);
  return fmt::format("{}#{}", name, seen);
}

std::size_t Layer::read(char* into, std::size_t size, Notes& member) {
  if (cut_ || ended_ || budget().spent) {
    if (cut_ || budget().spent) member.cut_short();
    return 0;
  }
  size = std::min<std::uint64_t>(size, kCheck - given_ % kCheck);
  const std::size_t got = produce(into, size, member);
  if (got > 0 && !charge(got)) {
    member.cut_short();
    return 0;
  }
  return got;
}

bool Layer::charge(std::size_t bytes) {
  for (Layer* layer = this; layer != nullptr; layer = layer->context_.parent) layer->given_ += bytes;
  budget().total += bytes;
  if (budget().total > limits().total) {
    Layer* top = this;
    while (top->context_.parent != nullptr) top = top->context_.parent;
    top->input_->notes().lost("archive-total", top->input_->count(), 0,
                              fmt::format("more than {} bytes came out; the rest is not read", limits().total));
    budget().spent = true;
    return false;
  }
  bool whole = true;
  for (Layer* layer = this; layer != nullptr; layer = layer->context_.parent)
    if (layer->given_ > limits().floor && layer->given_ / limits().ratio > layer->input_->count()) {
      layer->burst();
      whole = false;
    }
  return whole;
}

void Layer::burst() {
  const std::string where = is_compression(kind_.shape) ? std::string() : " at " + member_.name;
  input_->notes().lost("archive-bomb", input_->count(), given_,
                       fmt::format("{} bytes came out of {}{}", given_, input_->count(), where));
  for (Layer* above = context_.parent; above != nullptr; above = above->context_.parent) above->given_ -= given_;
  given_ = 0;
  cut_ = true;
  if (++budget().bombs > limits().bombs) budget().spent = true;
}

void Layer::damaged(std::uint64_t offset, std::string detail) {
  if (input_->notes().was_cut_short()) return;
  input_->notes().lost("archive-damaged", offset, 0, std::move(detail));
}

std::uint64_t Layer::memory_left() const {
  return limits().decoder_memory - std::min(limits().decoder_memory, context_.budget.decoder_memory);
}

void Layer::out_of_memory(std::uint64_t offset) {
  input_->notes().lost("archive-memory", offset, 0,
                       fmt::format("its dictionary takes more than the {} bytes that are left for it", memory_left()));
}

bool Layer::count_member() {
  if (++budget().members <= limits().members) return true;
  if (!budget().spent) too_many_members();
  return false;
}

void Layer::too_many_members() {
  budget().spent = true;
  input_->notes().lost("archive-members", input_->count(), 0,
                       fmt::format("more than {} members; the rest is not read", limits().members));
}

void Layer::adopt(Custody inner) {
  members_ = inner.members;
  adopted_complete_ = adopted_complete_ && inner.complete;
  for (Anomaly& anomaly : inner.anomalies) adopted_.push_back(std::move(anomaly));
}

Custody Layer::close() {
  if (budget().spent) input_->notes().cut_short();
  Custody custody = input_->finish(Nature::container);
  custody.format = format_;
  custody.members = members_;
  custody.complete = custody.complete && adopted_complete_;
  custody.anomalies.insert(custody.anomalies.end(), std::make_move_iterator(adopted_.begin()),
                           std::make_move_iterator(adopted_.end()));
  return custody;
}

std::unique_ptr<Layer> open_layer(const ContainerKind& kind, std::unique_ptr<Tap> input, Layer::Context context) {
  if (is_compression(kind.shape)) return open_compressed(kind, std::move(input), context);
  if (kind.shape == Shape::zip) return open_zip(kind, std::move(input), context);
  return open_archive(kind, std::move(input), context);
}

}  // namespace tocsin::evidence
