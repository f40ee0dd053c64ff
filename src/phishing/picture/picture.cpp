// The decoders report damage by return values (libpng's simplified interface, giflib) or through setjmp (libjpeg), in
// a frame without objects.
#include "phishing/picture/picture.h"

#include <gif_lib.h>
#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstring>

#include <jpeglib.h>

namespace tocsin::phishing {
namespace {

bool affordable(std::uint64_t width, std::uint64_t height) {
  return width >= kSideMin && height >= kSideMin && width <= 20'000 && height <= 20'000 && width * height <= kPixelsMax;
}

std::optional<Picture> read_png(std::string_view bytes) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_memory(&image, bytes.data(), bytes.size())) return std::nullopt;
  if (!affordable(image.width, image.height)) {
    png_image_free(&image);
    return std::nullopt;
  }
  image.format = PNG_FORMAT_GRAY;
  Picture out{image.width, image.height, {}};
  out.grey.resize(PNG_IMAGE_SIZE(image));
  const png_color white{255, 255, 255};
  if (!png_image_finish_read(&image, &white, out.grey.data(), 0, nullptr)) {
    png_image_free(&image);
    return std::nullopt;
  }
  return out;
}

struct JpegErrors {
  jpeg_error_mgr manager;
  std::jmp_buf out;
};
[[noreturn]] void leave(j_common_ptr info) { std::longjmp(reinterpret_cast<JpegErrors*>(info->err)->out, 1); }
void silent(j_common_ptr) {}
void silent_message(j_common_ptr, int) {}

// `row` holds the widest row, `put` is called for each.
struct JpegRun {
  jpeg_decompress_struct info;
  JpegErrors errors;
};

[[gnu::noinline]] bool begin_jpeg(JpegRun* run, const unsigned char* data, unsigned long size) {
  run->info.err = jpeg_std_error(&run->errors.manager);
  run->errors.manager.error_exit = leave;
  run->errors.manager.output_message = silent;
  run->errors.manager.emit_message = silent_message;
  if (setjmp(run->errors.out) != 0) return false;
  jpeg_create_decompress(&run->info);
  jpeg_mem_src(&run->info, data, size);
  if (jpeg_read_header(&run->info, TRUE) != JPEG_HEADER_OK) return false;
  run->info.out_color_space = JCS_GRAYSCALE;
  return true;
}

[[gnu::noinline]] bool rows_jpeg(JpegRun* run, std::uint8_t* grey, std::size_t stride, std::size_t rows) {
  if (setjmp(run->errors.out) != 0) return false;
  // Progressive pictures may have any number of scans; a bound keeps hostile ones short.
  if (jpeg_has_multiple_scans(&run->info)) {
    run->info.buffered_image = FALSE;
  }
  jpeg_start_decompress(&run->info);
  if (run->info.output_width != stride || run->info.output_components != 1) return false;
  while (run->info.output_scanline < run->info.output_height && run->info.output_scanline < rows) {
    JSAMPROW row = grey + run->info.output_scanline * stride;
    jpeg_read_scanlines(&run->info, &row, 1);
  }
  return true;
}

// Scans of a progressive JPEG, by its markers.
std::size_t scans(std::string_view bytes) {
  std::size_t count = 0;
  for (std::size_t at = bytes.find("\xFF\xDA"); at != std::string_view::npos; at = bytes.find("\xFF\xDA", at + 2))
    ++count;
  return count;
}

std::optional<Picture> read_jpeg(std::string_view bytes) {
  if (scans(bytes) > 100) return std::nullopt;
  JpegRun run{};
  std::optional<Picture> out;
  if (begin_jpeg(&run, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) &&
      affordable(run.info.image_width, run.info.image_height) &&
      (run.info.num_components == 1 || run.info.num_components == 3)) {
    out = Picture{run.info.image_width, run.info.image_height, {}};
    out->grey.resize(std::size_t{out->width} * out->height, 255);
    if (!rows_jpeg(&run, out->grey.data(), out->width, out->height)) out.reset();
  }
  jpeg_destroy_decompress(&run.info);
  return out;
}

struct GifSource {
  std::string_view bytes;
  std::size_t at = 0;
};
int read_gif_bytes(GifFileType* file, GifByteType* to, int size) {
  auto* source = static_cast<GifSource*>(file->UserData);
  const std::size_t given = std::min(static_cast<std::size_t>(size), source->bytes.size() - source->at);
  std::memcpy(to, source->bytes.data() + source->at, given);
  source->at += given;
  return static_cast<int>(given);
}

std::optional<Picture> read_gif(std::string_view bytes) {
  GifSource source{bytes};
  int error = 0;
  GifFileType* file = DGifOpen(&source, read_gif_bytes, &error);
  if (!file) return std::nullopt;
  std::optional<Picture> out;
  GifRecordType type = UNDEFINED_RECORD_TYPE;
  while (DGifGetRecordType(file, &type) == GIF_OK && type != TERMINATE_RECORD_TYPE) {
    if (type == EXTENSION_RECORD_TYPE) {
      int code = 0;
      GifByteType* extension = nullptr;
      if (DGifGetExtension(file, &code, &extension) != GIF_OK) break;
      bool good = true;
      while (good && extension) good = DGifGetExtensionNext(file, &extension) == GIF_OK;
      if (!good) break;
      continue;
    }
    if (type != IMAGE_DESC_RECORD_TYPE || DGifGetImageDesc(file) != GIF_OK) break;
    const GifImageDesc& image = file->Image;
    const ColorMapObject* colors = image.ColorMap ? image.ColorMap : file->SColorMap;
    if (!colors || image.Interlace || image.Width <= 0 || image.Height <= 0 ||
        !affordable(static_cast<std::uint64_t>(image.Width), static_cast<std::uint64_t>(image.Height)))
      break;
    out = Picture{static_cast<std::uint32_t>(image.Width), static_cast<std::uint32_t>(image.Height), {}};
    out->grey.assign(std::size_t{out->width} * out->height, 255);
    std::vector<GifPixelType> row(out->width);
    for (std::uint32_t y = 0; y < out->height; ++y) {
      if (DGifGetLine(file, row.data(), image.Width) != GIF_OK) break;
      for (std::uint32_t x = 0; x < out->width; ++x) {
        if (row[x] >= colors->ColorCount) continue;
        const GifColorType& one = colors->Colors[row[x]];
        out->grey[std::size_t{y} * out->width + x] =
            static_cast<std::uint8_t>((one.Red * 306 + one.Green * 601 + one.Blue * 117) >> 10);
      }
    }
    break;
  }
  DGifCloseFile(file, &error);
  return out;
}

}  // namespace

std::optional<Picture> read_picture(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG")) return read_png(bytes);
  if (bytes.starts_with("\xFF\xD8\xFF")) return read_jpeg(bytes);
  if (bytes.starts_with("GIF8")) return read_gif(bytes);
  return std::nullopt;
}

}  // namespace tocsin::phishing
