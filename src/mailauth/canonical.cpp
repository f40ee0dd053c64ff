// Bodies are walked line by line. Empty lines are only counted until a line with content follows, because those at the
// end don't count.
#include "mailauth/canonical.h"

#include <algorithm>

namespace tocsin::mailauth {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// The b= tag's value removed from a signature's field (its blanks around too, as the verifier removes "the value").
std::string without_signature(std::string_view raw) {
  std::size_t at = raw.find(':');
  if (at == std::string_view::npos) return std::string(raw);
  ++at;
  while (at < raw.size()) {
    const std::size_t end = std::min(raw.find(';', at), raw.size());
    const std::string_view part = raw.substr(at, end - at);
    const std::size_t equals = part.find('=');
    if (equals != std::string_view::npos) {
      std::string_view name = part.substr(0, equals);
      const auto space = [](char c) { return is_blank(c) || c == '\r' || c == '\n'; };
      while (!name.empty() && space(name.front())) name.remove_prefix(1);
      while (!name.empty() && space(name.back())) name.remove_suffix(1);
      if (name == "b") {
        std::string out(raw.substr(0, at + equals + 1));
        return out.append(raw.substr(end));
      }
    }
    at = end + 1;
  }
  return std::string(raw);
}

void append_simple(std::string& out, std::string_view raw) {
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\n' && (i == 0 || raw[i - 1] != '\r')) out += '\r';
    out += raw[i];
  }
  out += "\r\n";
}

void append_relaxed(std::string& out, std::string_view raw) {
  const std::size_t colon = raw.find(':');
  std::size_t name_end = std::min(colon, raw.size());
  while (name_end > 0 && is_blank(raw[name_end - 1])) --name_end;
  for (const char c : raw.substr(0, name_end)) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  out += ':';
  bool gap = false;
  const std::size_t start = out.size();
  for (std::size_t i = colon == std::string_view::npos ? raw.size() : colon + 1; i < raw.size(); ++i) {
    const char c = raw[i];
    if (c == '\n' || (c == '\r' && i + 1 < raw.size() && raw[i + 1] == '\n')) continue;  // unfolded
    if (is_blank(c)) {
      gap = true;
      continue;
    }
    if (gap && out.size() > start) out += ' ';
    gap = false;
    out += c;
  }
  out += "\r\n";
}

void append_nofws(std::string& out, std::string_view raw) {
  for (const char c : raw)
    if (!is_blank(c) && c != '\r' && c != '\n') out += c;
  out += "\r\n";
}

}  // namespace

void append_field(std::string& out, const HeaderField& field, Canonical form, bool emptied) {
  std::string changed;
  std::string_view raw = field.raw;
  if (emptied) raw = changed = without_signature(raw);
  switch (form) {
    case Canonical::simple:
      append_simple(out, raw);
      break;
    case Canonical::relaxed:
      append_relaxed(out, raw);
      break;
    case Canonical::nofws:
      append_nofws(out, raw);
      break;
  }
}

BodyCanonical::BodyCanonical(LineEnds line_ends, Canonical form, Sink sink, std::uint64_t limit)
    : line_ends_(line_ends), form_(form), sink_(std::move(sink)), limit_(limit) {}

void BodyCanonical::put(std::string_view bytes) {
  if (total_ < limit_ && !bytes.empty())
    sink_(bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), limit_ - total_))));
  total_ += bytes.size();
}

void BodyCanonical::line(std::string_view content) {
  if (form_ != Canonical::simple && content.find_first_of(" \t") != std::string_view::npos) {
    reduced_.clear();
    bool gap = false;
    for (const char c : content) {
      if (is_blank(c)) {
        gap = true;
        continue;
      }
      if (gap && form_ == Canonical::relaxed) reduced_ += ' ';
      gap = false;
      reduced_ += c;
    }
    content = reduced_;
  }
  if (content.empty()) {
    ++empty_lines_;
    return;
  }
  for (; empty_lines_ > 0; --empty_lines_) put("\r\n");
  put(content);
  put("\r\n");
  any_ = true;
}

void BodyCanonical::feed(std::string_view bytes) {
  std::size_t at = 0;
  for (std::size_t from = 0; from < bytes.size();) {
    const std::size_t lf = bytes.find('\n', from);
    if (lf == std::string_view::npos) break;
    from = lf + 1;
    const bool cr = lf > at ? bytes[lf - 1] == '\r' : lf == at && !open_.empty() && open_.back() == '\r';
    if (!cr && line_ends_ == LineEnds::crlf) continue;
    std::string_view content = bytes.substr(at, lf - at);
    if (!open_.empty()) {
      open_ += content;
      content = open_;
    }
    if (cr) content.remove_suffix(1);
    line(content);
    open_.clear();
    at = lf + 1;
  }
  open_ += bytes.substr(at);
  if (open_.size() > kLineMax) {
    overlong_ = true;
    open_.clear();
  }
}

std::uint64_t BodyCanonical::finish() {
  if (!open_.empty()) line(open_);
  open_.clear();
  if (!any_ && form_ == Canonical::simple) put("\r\n");
  return total_;
}

std::uint64_t canonical_body(std::string_view body, LineEnds line_ends, Canonical form,
                             const std::function<void(std::string_view)>& sink, std::uint64_t limit) {
  BodyCanonical canonical(line_ends, form, sink, limit);
  canonical.feed(body);
  return canonical.finish();
}

}  // namespace tocsin::mailauth
