#include "indicators/read.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace tocsin::indicators {
namespace {

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

bool begins_json(std::string_view head) {
  if (head.starts_with("\xef\xbb\xbf")) head.remove_prefix(3);
  const std::size_t at = head.find_first_not_of(" \t\r\n");
  return at != std::string_view::npos && (head[at] == '{' || (head[at] == '[' && head.find('{', at) < at + 64));
}

std::unique_ptr<TextReader> reader_for(std::string_view head, Taker& taker, FileReport& report) {
  return begins_json(head) ? json_reader(taker, report) : lines_reader(taker, report);
}

}  // namespace

void Taker::take(Indicator indicator) {
  if (full_) return;
  full_ = !into_.add(indicator);
  if (full_)
    refuse("more than a set can hold");
  else
    ++report_.taken;
}

void read_text(std::string_view text, Set& into, FileReport& report, std::size_t chunk) {
  Taker taker(into, report);
  const auto reader = reader_for(text.substr(0, 4096), taker, report);
  for (std::size_t at = 0; at < text.size(); at += chunk) reader->feed(text.substr(at, chunk));
  reader->finish();
}

Result<FileReport> read_file(const std::string& path, Set& into) {
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rb"));
  if (!file) return fail(std::string("the indicators could not be read: ") + std::strerror(errno), path);
  FileReport report;
  report.path = path;
  const std::size_t slash = path.rfind('/');
  into.begin_source(std::string_view(path).substr(slash == std::string::npos ? 0 : slash + 1));
  Taker taker(into, report);
  std::unique_ptr<TextReader> reader;
  Sha256 hash;
  std::string buffer(1 << 20, '\0');
  for (;;) {
    const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), file.get());
    const std::string_view piece = std::string_view(buffer).substr(0, size);
    if (!reader) reader = reader_for(piece.substr(0, 4096), taker, report);
    if (size == 0) break;
    hash.update(piece);
    reader->feed(piece);
  }
  if (std::ferror(file.get()))
    return fail(std::string("the indicators could not be read: ") + std::strerror(errno), path);
  reader->finish();
  report.sha256 = hash.finish();
  if (report.taken == 0)
    return fail(report.refused ? "none of its indicators can be searched for" : "there are no indicators in it", path,
                "a STIX 2.1 bundle, a MISP event, CSV with a header, or a value a line");
  return report;
}

}  // namespace tocsin::indicators
