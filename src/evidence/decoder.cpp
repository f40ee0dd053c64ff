// Each library gives what it decoded before it met damage, and checks the format's own checksums. (libarchive's filters
// drop the block in which damage lies, up to 128 KiB, and don't look at gzip's checksum; that's why they are not used.)
#include "evidence/decoder.h"

#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <bit>
#include <climits>

#include "base/check.h"

namespace tocsin::evidence {
namespace {

unsigned clamp(std::size_t size) { return static_cast<unsigned>(std::min<std::size_t>(size, 1u << 30)); }

class Inflate final : public Decoder {
 public:
  static constexpr int kGzip = 15 + 16, kRaw = -15;
  explicit Inflate(int window) { CHECK(inflateInit2(&z_, window) == Z_OK); }
  ~Inflate() override { inflateEnd(&z_); }

  Step step(const char* in, std::size_t in_size, char* out, std::size_t out_size) override {
    z_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in));
    z_.avail_in = clamp(in_size);
    z_.next_out = reinterpret_cast<Bytef*>(out);
    z_.avail_out = clamp(out_size);
    const int result = inflate(&z_, Z_NO_FLUSH);
    Step step{clamp(in_size) - z_.avail_in, clamp(out_size) - z_.avail_out, State::more};
    if (result == Z_STREAM_END)
      step.state = State::end;
    else if (result != Z_OK && result != Z_BUF_ERROR) {
      step.state = State::damaged;
      error_ = result == Z_NEED_DICT ? "it needs a dictionary" : z_.msg != nullptr ? z_.msg : "cannot be decoded";
    }
    return step;
  }
  bool restart() override { return inflateReset(&z_) == Z_OK; }
  std::uint64_t memory() const override { return 48 * 1024; }

 private:
  z_stream z_{};
};

class Xz final : public Decoder {
 public:
  enum class Format : bool { xz, alone };
  Xz(Format format, std::uint64_t memory_max) : format_(format), memory_max_(memory_max) { CHECK(restart()); }
  ~Xz() override { lzma_end(&lzma_); }

  Step step(const char* in, std::size_t in_size, char* out, std::size_t out_size) override {
    lzma_.next_in = reinterpret_cast<const std::uint8_t*>(in);
    lzma_.avail_in = in_size;
    lzma_.next_out = reinterpret_cast<std::uint8_t*>(out);
    lzma_.avail_out = out_size;
    const lzma_ret result = lzma_code(&lzma_, LZMA_RUN);
    Step step{in_size - lzma_.avail_in, out_size - lzma_.avail_out, State::more};
    switch (result) {
      case LZMA_OK:
      case LZMA_BUF_ERROR:
        break;
      case LZMA_STREAM_END:
        step.state = State::end;
        break;
      case LZMA_MEMLIMIT_ERROR:
      case LZMA_MEM_ERROR:
        step.state = State::memory;
        break;
      case LZMA_OPTIONS_ERROR:
        step.state = State::damaged, error_ = "options that are not supported";
        break;
      default:
        step.state = State::damaged, error_ = "cannot be decoded";
        break;
    }
    return step;
  }
  bool restart() override {
    const std::uint64_t most = std::max<std::uint64_t>(memory_max_, 1);
    return (format_ == Format::xz ? lzma_stream_decoder(&lzma_, most, 0) : lzma_alone_decoder(&lzma_, most)) == LZMA_OK;
  }
  std::uint64_t memory() const override { return lzma_memusage(&lzma_); }

 private:
  lzma_stream lzma_ = LZMA_STREAM_INIT;
  Format format_;
  std::uint64_t memory_max_;
};

class Bzip2 final : public Decoder {
 public:
  Bzip2() { CHECK(restart()); }
  ~Bzip2() override { BZ2_bzDecompressEnd(&bz_); }

  Step step(const char* in, std::size_t in_size, char* out, std::size_t out_size) override {
    bz_.next_in = const_cast<char*>(in);
    bz_.avail_in = clamp(in_size);
    bz_.next_out = out;
    bz_.avail_out = clamp(out_size);
    const int result = BZ2_bzDecompress(&bz_);
    Step step{clamp(in_size) - bz_.avail_in, clamp(out_size) - bz_.avail_out, State::more};
    if (result == BZ_STREAM_END)
      step.state = State::end;
    else if (result != BZ_OK)
      step.state = State::damaged, error_ = "cannot be decoded";
    return step;
  }
  bool restart() override {
    if (bz_.state != nullptr) BZ2_bzDecompressEnd(&bz_);
    bz_ = {};
    return BZ2_bzDecompressInit(&bz_, 0, 0) == BZ_OK;
  }
  std::uint64_t memory() const override { return 4 * 1024 * 1024; }

 private:
  bz_stream bz_{};
};

class Zstd final : public Decoder {
 public:
  explicit Zstd(std::uint64_t memory_max) : stream_(ZSTD_createDStream()) {
    CHECK(stream_ != nullptr);
    // A window is rounded up to a power of two and held about once; the frame's header states it.
    const int window = std::bit_width(std::max<std::uint64_t>(memory_max, 1)) - 1;
    ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, std::clamp(window, 10, 31));
  }
  ~Zstd() override { ZSTD_freeDStream(stream_); }

  Step step(const char* in, std::size_t in_size, char* out, std::size_t out_size) override {
    ZSTD_inBuffer input{in, in_size, 0};
    ZSTD_outBuffer output{out, out_size, 0};
    const std::size_t result = ZSTD_decompressStream(stream_, &output, &input);
    Step step{input.pos, output.pos, State::more};
    if (ZSTD_isError(result)) {
      error_ = ZSTD_getErrorName(result);
      const bool window = ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge;
      step.state = window ? State::memory : State::damaged;
    } else if (result == 0) {
      step.state = State::end;
    }
    return step;
  }
  bool restart() override { return !ZSTD_isError(ZSTD_DCtx_reset(stream_, ZSTD_reset_session_only)); }
  std::uint64_t memory() const override { return ZSTD_sizeof_DStream(stream_); }

 private:
  ZSTD_DStream* stream_;
};

class Lz4 final : public Decoder {
 public:
  Lz4() { CHECK(!LZ4F_isError(LZ4F_createDecompressionContext(&context_, LZ4F_VERSION))); }
  ~Lz4() override { LZ4F_freeDecompressionContext(context_); }

  Step step(const char* in, std::size_t in_size, char* out, std::size_t out_size) override {
    Step step{in_size, out_size, State::more};
    const std::size_t result = LZ4F_decompress(context_, out, &step.given, in, &step.taken, nullptr);
    if (LZ4F_isError(result))
      step = {0, 0, State::damaged}, error_ = LZ4F_getErrorName(result);
    else if (result == 0)
      step.state = State::end;
    return step;
  }
  bool restart() override {
    LZ4F_resetDecompressionContext(context_);
    return true;
  }
  std::uint64_t memory() const override { return 9 * 1024 * 1024; }

 private:
  LZ4F_dctx* context_ = nullptr;
};

}  // namespace

std::unique_ptr<Decoder> inflate_decoder() { return std::make_unique<Inflate>(Inflate::kRaw); }

std::unique_ptr<Decoder> lzma_decoder(std::uint64_t memory_max) {
  return std::make_unique<Xz>(Xz::Format::alone, memory_max);
}

std::unique_ptr<Decoder> decoder_for(Shape shape, std::uint64_t memory_max) {
  switch (shape) {
    case Shape::gz:
      return std::make_unique<Inflate>(Inflate::kGzip);
    case Shape::xz:
      return std::make_unique<Xz>(Xz::Format::xz, memory_max);
    case Shape::bz2:
      return std::make_unique<Bzip2>();
    case Shape::zst:
      return std::make_unique<Zstd>(memory_max);
    case Shape::lz4:
      return std::make_unique<Lz4>();
    default:
      break;
  }
  CHECK(!"a compressed format");
  return nullptr;
}

}  // namespace tocsin::evidence
