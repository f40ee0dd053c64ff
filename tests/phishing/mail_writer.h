// Writes mail as programs write it: headers, parts, encodings; for generators of test data.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/phishing/draw.h"

namespace tocsin::test {

std::string base64_text(std::string_view bytes);  // folded at 76
// An RFC 2047 word where there are letters beyond ASCII.
std::string header_text(std::string_view utf8);
// A QR code as a PNG of black and white.
std::string qr_png(std::string_view text);

struct MailPart {
  std::string type;  // with parameters: "text/html; charset=utf-8"
  std::string body;  // undone
  std::string name;  // of a file
  bool attachment = false;
  std::string content_id;
};

struct MailDraft {
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<MailPart> bodies;  // alternatives
  std::vector<MailPart> files;
  void header(std::string name, std::string value) { headers.emplace_back(std::move(name), std::move(value)); }
};

std::string write_mail(const MailDraft& draft, Draw& draw);

}  // namespace tocsin::test
