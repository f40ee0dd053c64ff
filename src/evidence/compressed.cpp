// Compressed data holds one member. It may stand in several frames one behind the other (logrotate and pigz write
// such), with zeros between them as tapes leave; anything else behind the last frame is told, not read.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "evidence/decoder.h"
#include "evidence/layer.h"

namespace tocsin::evidence {
namespace {

constexpr std::size_t kIn = 256 * 1024;

class Compressed final : public Layer {
 public:
  Compressed(const ContainerKind& kind, std::unique_ptr<Tap> input, Context context)
      : Layer(kind, std::move(input), context), buffer_(new char[kIn]) {
    const std::uint64_t held = budget().decoder_memory, most = limits().decoder_memory;
    decoder_ = decoder_for(kind.shape, most > held ? most - held : 0);
  }
  ~Compressed() override { budget().decoder_memory -= counted_; }

 protected:
  std::optional<Member> advance() override {
    if (begun_ || !count_member()) return std::nullopt;
    begun_ = true;
    return Member{inner_name(kind(), tap().path()), std::nullopt};
  }

  std::size_t produce(char* into, std::size_t size, Notes& member) override {
    while (!over_) {
      refill();
      const Decoder::Step step = decoder_->step(buffer_.get() + at_, filled_ - at_, into, size);
      at_ += step.taken;
      switch (step.state) {
        case Decoder::State::end: next_frame(member); break;
        case Decoder::State::damaged: stop(member, decoder_->error()); break;
        case Decoder::State::memory:
          tap().notes().lost("archive-memory", offset(), 0,
                             fmt::format("it takes more than the {} bytes of memory that are left for it",
                                         limits().decoder_memory - budget().decoder_memory));
          member.cut_short();
          over_ = true;
          break;
        case Decoder::State::more:
          if (step.given > 0 || step.taken > 0) break;
          if (input_over_) stop(member, at_ == filled_ ? "it ends in the middle" : "cannot be decoded");
          else if (filled_ - at_ == kIn) stop(member, "cannot be decoded");
          else compact_and_fill();
          break;
      }
      count_memory();
      if (step.given > 0) return step.given;
    }
    return 0;
  }

 private:
  std::uint64_t offset() const { return input().count() - (filled_ - at_); }

  // Keeps what was not taken, and adds to it once less than a frame's header is there.
  void refill() {
    if (!input_over_ && filled_ - at_ < 64) compact_and_fill();
  }
  void compact_and_fill() {
    std::memmove(buffer_.get(), buffer_.get() + at_, filled_ - at_);
    filled_ -= at_;
    at_ = 0;
    const std::size_t got = tap().fill(buffer_.get() + filled_, kIn - filled_);
    filled_ += got;
    input_over_ = filled_ < kIn;
  }

  void stop(Notes& member, const std::string& why) {
    damaged(offset(), why);
    member.cut_short();
    over_ = true;
  }

  void next_frame(Notes& member) {
    for (;;) {
      refill();
      while (at_ < filled_ && buffer_[at_] == '\0') ++at_;
      if (at_ < filled_ && filled_ - at_ >= 64) break;
      if (input_over_) break;
    }
    const std::string_view rest(buffer_.get() + at_, filled_ - at_);
    if (!rest.empty() && kind().fits(rest)) {
      if (decoder_->restart()) return;
      stop(member, "the next frame cannot be begun");
    } else if (!rest.empty()) {
      tap().notes().tell("archive-trailing-data", offset(), 0, "bytes behind the end of the compressed data");
    }
    over_ = true;
  }

  void count_memory() {
    const std::uint64_t now = decoder_->memory();
    budget().decoder_memory += now - counted_;
    counted_ = now;
  }

  std::unique_ptr<char[]> buffer_;
  std::size_t at_ = 0, filled_ = 0;
  std::unique_ptr<Decoder> decoder_;
  std::uint64_t counted_ = 0;
  bool begun_ = false, over_ = false, input_over_ = false;
};

}  // namespace

std::unique_ptr<Layer> open_compressed(const ContainerKind& kind, std::unique_ptr<Tap> input, Layer::Context context) {
  return std::make_unique<Compressed>(kind, std::move(input), context);
}

}  // namespace tocsin::evidence
