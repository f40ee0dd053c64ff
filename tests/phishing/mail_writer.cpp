#include "tests/phishing/mail_writer.h"

#define ZX_USE_UTF8 1
#include <ZXing/BarcodeFormat.h>
#include <ZXing/BitMatrix.h>
#include <ZXing/CharacterSet.h>
#include <ZXing/MultiFormatWriter.h>
#include <fmt/format.h>
#include <png.h>

#include <algorithm>

namespace tocsin::test {
namespace {

std::string quoted_printable(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\n') {
      out += "\r\n";
      column = 0;
      continue;
    }
    const bool last = i + 1 == text.size() || text[i + 1] == '\n';
    const std::string piece = c == '=' || c >= 0x7f || c < 0x20 || (c == ' ' && last)
                                  ? fmt::format("={:02X}", c)
                                  : std::string(1, static_cast<char>(c));
    if (column + piece.size() > 75) {
      out += "=\r\n";
      column = 0;
    }
    out += piece;
    column += piece.size();
  }
  return out;
}

std::string part_text(const MailPart& part, Draw& draw) {
  std::string out = "Content-Type: " + part.type;
  if (!part.name.empty()) out += fmt::format("; name=\"{}\"", header_text(part.name));
  out += "\r\n";
  if (part.attachment)
    out += fmt::format("Content-Disposition: attachment; filename=\"{}\"\r\n", header_text(part.name));
  if (!part.content_id.empty())
    out += fmt::format("Content-ID: <{}>\r\nContent-Disposition: inline\r\n", part.content_id);
  const bool text = part.type.starts_with("text/");
  if (!text || draw.chance(30))
    return out + "Content-Transfer-Encoding: base64\r\n\r\n" + base64_text(part.body) + "\r\n";
  return out + "Content-Transfer-Encoding: quoted-printable\r\n\r\n" + quoted_printable(part.body) + "\r\n";
}

}  // namespace

std::string base64_text(std::string_view bytes) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t at) { return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0u; };
    const unsigned bits = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    out += kLetters[bits >> 18];
    out += kLetters[bits >> 12 & 63];
    out += i + 1 < bytes.size() ? kLetters[bits >> 6 & 63] : '=';
    out += i + 2 < bytes.size() ? kLetters[bits & 63] : '=';
    if (i / 3 % 19 == 18) out += "\r\n";
  }
  return out;
}

std::string header_text(std::string_view utf8) {
  if (std::ranges::all_of(utf8, [](unsigned char c) { return c < 0x80; })) return std::string(utf8);
  std::string encoded = base64_text(utf8);
  std::erase(encoded, '\r');
  std::erase(encoded, '\n');
  return "=?UTF-8?B?" + encoded + "?=";
}

std::string qr_png(std::string_view text) {
  ZXing::MultiFormatWriter writer(ZXing::BarcodeFormat::QRCode);
  writer.setEncoding(ZXing::CharacterSet::UTF8);
  const ZXing::BitMatrix matrix = writer.encode(std::string(text), 150, 150);
  std::string pixels;
  for (int y = 0; y < matrix.height(); ++y)
    for (int x = 0; x < matrix.width(); ++x) pixels += matrix.get(x, y) ? '\0' : '\xff';
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(matrix.width());
  image.height = static_cast<png_uint_32>(matrix.height());
  image.format = PNG_FORMAT_GRAY;
  png_alloc_size_t size = 0;
  if (!png_image_write_get_memory_size(image, size, 0, pixels.data(), 0, nullptr)) return {};
  std::string out(size, '\0');
  if (!png_image_write_to_memory(&image, out.data(), &size, 0, pixels.data(), 0, nullptr)) return {};
  out.resize(size);
  return out;
}

std::string write_mail(const MailDraft& draft, Draw& draw) {
  std::string out;
  for (const auto& [name, value] : draft.headers) out += fmt::format("{}: {}\r\n", name, value);
  out += "MIME-Version: 1.0\r\n";
  std::string body;
  if (draft.bodies.size() == 1) {
    body = part_text(draft.bodies.front(), draw);
  } else {
    const std::string boundary = fmt::format("alt-{:x}", draw.next());
    body = fmt::format("Content-Type: multipart/alternative; boundary=\"{}\"\r\n\r\n", boundary);
    for (const MailPart& part : draft.bodies) body += fmt::format("--{}\r\n{}", boundary, part_text(part, draw));
    body += fmt::format("--{}--\r\n", boundary);
  }
  if (draft.files.empty()) return out + body;
  const std::string boundary = fmt::format("mix-{:x}", draw.next());
  out += fmt::format("Content-Type: multipart/mixed; boundary=\"{}\"\r\n\r\n--{}\r\n{}", boundary, boundary, body);
  for (const MailPart& part : draft.files) out += fmt::format("--{}\r\n{}", boundary, part_text(part, draw));
  return out + fmt::format("--{}--\r\n", boundary);
}

}  // namespace tocsin::test
