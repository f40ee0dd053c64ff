// Decoder: one compressed format, step by step, between the caller's buffers.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "evidence/magic.h"

namespace tocsin::evidence {

class Decoder {
 public:
  enum class State : unsigned char {
    more,     // give it more room or more bytes
    end,      // this frame ended; another may follow
    damaged,  // error() says why
    memory,   // it wants more memory than it was allowed
  };
  struct Step {
    std::size_t taken, given;
    State state;
  };
  virtual ~Decoder() = default;
  // Decodes as far as both buffers reach. What it gave before damage is good.
  virtual Step step(const char* in, std::size_t in_size, char* out, std::size_t out_size) = 0;
  virtual bool restart() = 0;                // for the next frame
  virtual std::uint64_t memory() const = 0;  // bytes that it holds, about
  const std::string& error() const { return error_; }

 protected:
  std::string error_;
};

std::unique_ptr<Decoder> decoder_for(Shape shape, std::uint64_t memory_max);
// As zip holds them: Deflate with nothing around it; LZMA behind its five bytes of properties.
std::unique_ptr<Decoder> inflate_decoder();
std::unique_ptr<Decoder> lzma_decoder(std::uint64_t memory_max);

}  // namespace tocsin::evidence
