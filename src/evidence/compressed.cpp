// Compressed data holds one member. It may stand in several frames one behind the other (logrotate and pigz write
// such), with zeros between them as tapes leave; anything else behind the last frame is told, not read.
#include <algorithm>

#include "evidence/decoder.h"
#include "evidence/input.h"
#include "evidence/layer.h"

namespace tocsin::evidence {
namespace {

class Compressed final : public Layer {
 public:
  Compressed(const ContainerKind& kind, std::unique_ptr<Tap> input, Context context)
      : Layer(kind, std::move(input), context), input_(tap()), decoder_(decoder_for(kind.shape, memory_left())) {}
  ~Compressed() override { budget().decoder_memory -= counted_; }

 protected:
  std::optional<Member> advance() override {
    if (begun_ || !count_member()) return std::nullopt;
    begun_ = true;
    return Member{inner_name(kind(), tap().path()), std::nullopt};
  }

  std::size_t produce(char* into, std::size_t size, Notes& member) override {
    std::size_t wanted = kLookAhead;
    while (!over_) {
      const std::string_view in = input_.need(wanted);
      const Decoder::Step step = decoder_->step(in.data(), in.size(), into, size);
      input_.take(step.taken);
      switch (step.state) {
        case Decoder::State::end:
          next_frame(member);
          break;
        case Decoder::State::damaged:
          stop(member, decoder_->error());
          break;
        case Decoder::State::memory:
          out_of_memory(input_.offset());
          member.cut_short();
          over_ = true;
          break;
        case Decoder::State::more:
          if (step.given > 0 || step.taken > 0) break;
          if (!input_.over() && wanted < Input::kSize)
            wanted = Input::kSize;
          else
            stop(member, in.empty() ? "it ends in the middle" : "cannot be decoded");
          break;
      }
      count_memory();
      if (step.given > 0) return step.given;
    }
    return 0;
  }

 private:
  static constexpr std::size_t kLookAhead = 64;  // enough to recognise a frame

  void stop(Notes& member, const std::string& why) {
    damaged(input_.offset(), why);
    member.cut_short();
    over_ = true;
  }

  void next_frame(Notes& member) {
    std::string_view rest = input_.need(kLookAhead);
    while (!rest.empty() && rest.front() == '\0') {
      input_.take(std::min(rest.find_first_not_of('\0'), rest.size()));
      rest = input_.need(kLookAhead);
    }
    if (!rest.empty() && kind().fits(rest)) {
      if (decoder_->restart()) return;
      stop(member, "the next frame cannot be begun");
    } else if (rest.find_first_not_of("\r\n") != std::string_view::npos) {
      tap().notes().tell("archive-trailing-data", input_.offset(), 0, "bytes behind the end of the compressed data");
    }
    over_ = true;
  }

  void count_memory() {
    const std::uint64_t now = decoder_->memory();
    budget().decoder_memory += now - counted_;
    counted_ = now;
  }

  Input input_;
  std::unique_ptr<Decoder> decoder_;
  std::uint64_t counted_ = 0;
  bool begun_ = false, over_ = false;
};

}  // namespace

std::unique_ptr<Layer> open_compressed(const ContainerKind& kind, std::unique_ptr<Tap> input, Layer::Context context) {
  return std::make_unique<Compressed>(kind, std::move(input), context);
}

}  // namespace tocsin::evidence
