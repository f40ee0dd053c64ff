// Layer: one open container on the way down into nested evidence.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "evidence/evidence.h"
#include "evidence/magic.h"
#include "evidence/tap.h"

namespace tocsin::evidence {

// What one top file has cost so far, shared by its layers.
struct Budget {
  std::uint64_t members = 0, total = 0, decoder_memory = 0;
  unsigned bombs = 0;
  bool spent = false;  // every layer ends now
};

class Layer {
 public:
  struct Context {
    const Limits& limits;
    Budget& budget;
    Layer* parent;  // null at the top
  };
  struct Member {
    std::string name;
    std::optional<std::uint64_t> size;
  };

  Layer(const ContainerKind& kind, std::unique_ptr<Tap> input, Context context);
  virtual ~Layer() = default;

  const ContainerKind& kind() const { return kind_; }
  const Tap& input() const { return *input_; }
  // The next member that has bytes, or nothing at the end. The one before must have been read to its end.
  std::optional<Member> next();
  // Bytes of the member; 0 is its end. `member` learns when bytes are lost; why stands with the container.
  std::size_t read(char* into, std::size_t size, Notes& member);
  // A tar inside compression is one container to people: "tar.gz".
  void add_format(std::string_view inner) { format_ = std::string(inner) + '.' + format_; }
  void adopt(Custody inner);  // the anomalies and members of that tar
  Custody close();

 protected:
  virtual std::optional<Member> advance() = 0;
  virtual std::size_t produce(char* into, std::size_t size, Notes& member) = 0;
  // After a bomb: goes to where the next member can be found without making the bytes between, or gives up.
  virtual bool step_over() { return false; }

  // The container is damaged at its own byte `offset`, unless that is only so because what holds it ended early.
  void damaged(std::uint64_t offset, std::string detail);
  // One more header was seen. False when the budget does not allow it.
  bool count_member();
  void too_many_members();
  Tap& tap() { return *input_; }
  const Limits& limits() const { return context_.limits; }
  Budget& budget() { return context_.budget; }
  std::uint64_t memory_left() const;  // for one more decoder
  // A member's decoder asked for more than memory_left().
  void out_of_memory(std::uint64_t offset);
  const std::string& member_name() const { return member_.name; }
  void end() { ended_ = true; }

 private:
  bool charge(std::size_t bytes);
  void burst();
  std::string unique(std::string name);

  const ContainerKind& kind_;
  std::unique_ptr<Tap> input_;
  Context context_;
  std::string format_;
  Member member_;
  std::uint64_t members_ = 0;
  std::uint64_t given_ = 0;  // bytes given, with those of all levels below; forgiven where a bomb was cut off
  bool ended_ = false, cut_ = false;
  std::vector<Anomaly> adopted_;
  bool adopted_complete_ = true;
  std::unordered_map<std::uint64_t, std::uint32_t> seen_;  // hashes of members' names
};

std::unique_ptr<Layer> open_layer(const ContainerKind& kind, std::unique_ptr<Tap> input, Layer::Context context);
// The kinds of layer: compression; tar and 7z; zip.
std::unique_ptr<Layer> open_compressed(const ContainerKind& kind, std::unique_ptr<Tap> input, Layer::Context context);
std::unique_ptr<Layer> open_archive(const ContainerKind& kind, std::unique_ptr<Tap> input, Layer::Context context);
std::unique_ptr<Layer> open_zip(const ContainerKind& kind, std::unique_ptr<Tap> input, Layer::Context context);

}  // namespace tocsin::evidence
