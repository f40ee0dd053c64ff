// The splitter: one pass over the lines that may be boundaries, with a stack of open containers. GMime would give
// objects instead of views and recurses; hashes, offsets and bombs need neither.
#include "mime/message.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "mime/charset.h"
#include "mime/header.h"
#include "mime/transfer.h"

namespace tocsin::mime {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

struct Line {
  std::string_view content;  // without its end
  std::size_t next;          // where the next one begins
};

Line line_at(std::string_view raw, std::size_t at) {
  const std::size_t lf = raw.find('\n', at);
  if (lf == std::string_view::npos) return {raw.substr(at), raw.size()};
  return {raw.substr(at, lf - at - (lf > at && raw[lf - 1] == '\r')), lf + 1};
}

// Printable ASCII up to the colon (RFC 5322 2.2), blanks before the colon allowed; 0 for a line that is no field.
std::size_t name_size(std::string_view line) {
  std::size_t size = 0;
  while (size < line.size() && line[size] > ' ' && line[size] < 127 && line[size] != ':') ++size;
  std::size_t colon = size;
  while (colon < line.size() && is_blank(line[colon])) ++colon;
  return size > 0 && colon < line.size() && line[colon] == ':' ? size : 0;
}

std::string_view right_trimmed(std::string_view text) {
  while (!text.empty() && (is_blank(text.back()) || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

Encoding encoding_of(std::string_view word, bool& known) {
  known = true;
  if (word.empty() || word == "7bit" || word == "8bit" || word == "binary" || word == "7-bit" || word == "8-bit")
    return Encoding::identity;
  if (word == "base64") return Encoding::base64;
  if (word == "quoted-printable") return Encoding::quoted_printable;
  if (word == "x-uuencode" || word == "x-uue" || word == "uuencode" || word == "x-uu") return Encoding::uuencode;
  known = false;
  return Encoding::unknown;
}

class Splitter {
 public:
  Splitter(std::string_view raw, const Limits& limits) : raw_(raw), limits_(limits) {}
  Message run();

 private:
  struct Open {  // a multipart whose parts are being read
    std::uint32_t part;
    std::string boundary;
    bool begun = false, ended = false;
  };
  // What a line that begins with "--" is to the open multiparts.
  struct Delimiter {
    std::size_t level = 0;  // in open_
    bool end = false;
  };

  void note(std::string_view name, std::uint64_t offset, std::string detail);
  std::size_t header(Part& part, std::size_t at);  // returns where the body begins
  void describe(Part& part);
  const Header* type_field(const Part& part);
  // A new part at `at`; returns where the search for boundaries goes on.
  std::size_t begin(std::size_t at, std::uint32_t parent, std::uint32_t depth);
  void open(std::uint32_t part);
  bool delimiter(std::string_view line, Delimiter& out) const;
  bool delimiter_line(std::string_view line, Delimiter& out) const {
    return line.starts_with("--") && delimiter(line, out);
  }
  // Everything above `level` ends at `end`.
  void close_above(std::size_t level, std::size_t end);
  void end_body(std::uint32_t part, std::size_t end);
  void guess_boundary(Part& part, std::size_t body);
  void uuencoded();

  const std::string_view raw_;
  const Limits& limits_;
  Message out_;
  std::vector<Open> open_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> levels_;  // boundary → levels in open_, innermost last
  std::vector<std::uint32_t> unfinished_;  // parts whose bodies have no end yet, outermost first
  std::vector<std::size_t> bodies_;        // by part: where its body begins
  std::vector<std::pair<std::string_view, std::size_t>> noted_;
  std::uint32_t headers_ = 0;
  bool full_ = false;
};

void Splitter::note(std::string_view name, std::uint64_t offset, std::string detail) {
  auto found = std::ranges::find(noted_, name, &std::pair<std::string_view, std::size_t>::first);
  if (found == noted_.end()) found = noted_.insert(found, {name, 0});
  if (found->second++ < kAnomaliesMax) out_.anomalies.push_back({name, offset, 0, std::move(detail)});
}

std::size_t Splitter::header(Part& part, std::size_t at) {
  const std::size_t start = at;
  Delimiter delimiter;
  std::size_t value = 0;
  bool open = false;
  std::string_view name;
  const auto close = [&](std::size_t end) {
    if (!open) return;
    open = false;
    if (headers_ == limits_.headers) {
      note("mime-too-many-headers", start, "fields past " + std::to_string(limits_.headers) + " are left out");
      return;
    }
    ++headers_;
    part.headers.push_back({name, raw_.substr(value, end - value)});
  };
  std::size_t end = at;  // of the last line that belongs to the open field
  while (at < raw_.size()) {
    const Line line = line_at(raw_, at);
    if (line.content.empty()) {
      close(end);
      return line.next;
    }
    if (!open_.empty() && delimiter_line(line.content, delimiter)) break;  // a part that is a header only
    if (is_blank(line.content[0])) {
      // Blanks alone are an empty line to some programs and a fold to others; behind a field it is a fold.
      if (!open && part.headers.empty()) {
        if (trimmed(line.content).empty()) return line.next;
        break;
      }
      end = at + line.content.size();
    } else if (const std::size_t size = name_size(line.content); size > 0) {
      close(end);
      open = true;
      name = line.content.substr(0, size);
      value = at + line.content.find(':', size) + 1;
      end = at + line.content.size();
    } else {
      close(end);
      if (part.headers.empty()) break;
      const Line after = line_at(raw_, line.next);
      if (after.content.empty() || name_size(after.content) == 0) {
        note("mime-header-unterminated", at, "a line that is no field: the body is taken to begin there");
        return at;
      }
      note("mime-header-malformed", at, "a line that is no field, left out");
    }
    at = line.next;
  }
  close(end);
  if (part.headers.empty() && part.parent == Part::kNone)
    note("mime-header-missing", start, raw_.size() == start ? "the message is empty" : "all of it is taken as body");
  return at;
}

// The first Content-Type holds; but where it is no multipart and a later one is, parts would be hidden.
const Header* Splitter::type_field(const Part& part) {
  const Header* first = part.find("content-type");
  if (!first || parameters(first->raw).value.starts_with("multipart/")) return first;
  for (const Header& field : part.headers)
    if (&field != first && same_name(field.name, "content-type") &&
        parameters(field.raw).value.starts_with("multipart/"))
      return &field;
  return first;
}

void Splitter::describe(Part& part) {
  constexpr std::array<std::string_view, 18> kOnce = {"from",
                                                      "sender",
                                                      "reply-to",
                                                      "to",
                                                      "cc",
                                                      "bcc",
                                                      "subject",
                                                      "date",
                                                      "message-id",
                                                      "in-reply-to",
                                                      "references",
                                                      "mime-version",
                                                      "content-type",
                                                      "content-id",
                                                      "content-transfer-encoding",
                                                      "content-disposition",
                                                      "content-description",
                                                      "content-location"};
  std::array<std::uint32_t, kOnce.size()> met{};
  for (const Header& field : part.headers)
    for (std::size_t i = 0; i < kOnce.size(); ++i)
      if (same_name(field.name, kOnce[i])) {
        if (++met[i] == 2)
          note("mime-header-duplicate", static_cast<std::uint64_t>(field.name.data() - raw_.data()),
               "a second " + std::string(kOnce[i]));
        break;
      }
  part.type = "text/plain";
  if (part.parent != Part::kNone && out_.parts[part.parent].type == "multipart/digest") part.type = "message/rfc822";
  std::string type_name;
  if (const Header* field = type_field(part)) {
    Parameters type = parameters(field->raw);
    const std::size_t slash = type.value.find('/');
    if (slash != std::string::npos && slash > 0 && slash + 1 < type.value.size()) part.type = std::move(type.value);
    for (auto& [key, text] : type.list) {
      if (key == "charset")
        part.charset = lower_ascii(text);
      else if (key == "boundary")
        part.boundary = right_trimmed(text);
      else if (key == "name")
        type_name = std::move(text);
    }
  }
  if (const Header* field = part.find("content-disposition")) {
    const Parameters disposition = parameters(field->raw);
    part.is_inline = disposition.value == "inline";
    // RFC 2183 2.8: what is unknown is an attachment.
    part.attachment = !part.is_inline && !disposition.value.empty();
    if (const std::string* name = disposition.find("filename")) part.file_name = *name;
  }
  if (part.file_name.empty()) part.file_name = std::move(type_name);
  if (const Header* field = part.find("content-id")) {
    std::string_view id = trimmed(field->raw);
    if (id.starts_with('<')) id.remove_prefix(1);
    if (id.ends_with('>')) id.remove_suffix(1);
    part.content_id = decode_header(id);
  }
  if (const Header* field = part.find("content-transfer-encoding")) {
    bool known = false;
    const std::string word = parameters(field->raw).value;
    part.encoding = encoding_of(word, known);
    if (!known) note("mime-encoding-unknown", part.offset, word.substr(0, 40));
  }
}

std::size_t Splitter::begin(std::size_t at, std::uint32_t parent, std::uint32_t depth) {
  for (;;) {  // one turn a message inside a message
    const auto index = static_cast<std::uint32_t>(out_.parts.size());
    if (index >= limits_.parts) {
      if (!full_) note("mime-too-many-parts", at, "more than " + std::to_string(limits_.parts) + " parts");
      full_ = true;
      return raw_.size();
    }
    Part part;
    part.parent = parent;
    part.depth = depth;
    part.offset = at;
    const std::size_t body = header(part, at);
    describe(part);
    const bool message = part.type == "message/rfc822" || part.type == "message/global" || part.type == "message/news";
    const bool container = part.is_multipart() || message;
    if (container && part.encoding != Encoding::identity) {
      // A message that is really encoded is a leaf: decoded(), then parsed by itself.
      if (part.is_multipart() || part.encoding == Encoding::unknown) note("mime-encoding-on-multipart", at, part.type);
      if (part.is_multipart()) part.encoding = Encoding::identity;
    }
    if (part.is_multipart() && part.boundary.empty()) guess_boundary(part, body);
    const bool opens = part.is_multipart() && !part.boundary.empty();
    const bool nests = message && part.encoding == Encoding::identity;
    out_.parts.push_back(std::move(part));
    bodies_.push_back(body);
    unfinished_.push_back(index);
    if (!opens && !nests) return body;
    if (depth >= limits_.depth) {
      note("mime-too-deep", at, "parts inside each other: more than " + std::to_string(limits_.depth));
      return body;
    }
    if (opens) {
      open(index);
      return body;
    }
    at = body;
    parent = index;
    ++depth;
  }
}

void Splitter::open(std::uint32_t index) {
  const Part& part = out_.parts[index];
  std::vector<std::uint32_t>& levels = levels_[part.boundary];
  if (!levels.empty())
    note("mime-boundary-reused", part.offset, "a part around has the boundary \"" + part.boundary.substr(0, 80) + "\"");
  levels.push_back(static_cast<std::uint32_t>(open_.size()));
  open_.push_back({index, part.boundary});
}

// The first line of a body that looks like a boundary, followed by a header.
void Splitter::guess_boundary(Part& part, std::size_t body) {
  for (std::size_t at = body, lines = 0; at < raw_.size() && lines < 200; ++lines) {
    const Line line = line_at(raw_, at);
    if (line.content.starts_with("--") && line.content.size() > 3 && line.content.size() <= 200 &&
        !right_trimmed(line.content).ends_with("--") && name_size(line_at(raw_, line.next).content) > 0) {
      Delimiter around;
      if (!open_.empty() && delimiter(line.content, around)) break;
      part.boundary = right_trimmed(line.content.substr(2));
      break;
    }
    at = line.next;
  }
  note("mime-boundary-missing", part.offset,
       part.boundary.empty() ? "no boundary, and the body shows none" : "taken from the body: " + part.boundary);
}

// The line begins with "--". An end boundary ends in "--"; but "--X--" begins a part of the boundary "X--", too.
bool Splitter::delimiter(std::string_view line, Delimiter& out) const {
  const std::string_view word = right_trimmed(line.substr(2));
  if (word.size() > 1000) return false;
  const auto find = [&](std::string_view boundary) {
    const auto found = levels_.find(std::string(boundary));
    if (found == levels_.end() || found->second.empty()) return false;
    // Of equal boundaries the innermost that has not ended.
    for (auto level = found->second.rbegin(); level != found->second.rend(); ++level)
      if (!open_[*level].ended) {
        out.level = *level;
        return true;
      }
    out.level = found->second.back();
    return true;
  };
  out.end = false;
  if (find(word)) return true;
  out.end = true;
  return word.ends_with("--") && find(word.substr(0, word.size() - 2));
}

void Splitter::end_body(std::uint32_t index, std::size_t end) {
  const std::size_t body = bodies_[index];
  // The line end before a boundary belongs to the boundary.
  if (end < raw_.size() && end > body && raw_[end - 1] == '\n') end -= end - 1 > body && raw_[end - 2] == '\r' ? 2 : 1;
  out_.parts[index].body = raw_.substr(body, std::max(end, body) - body);
}

void Splitter::close_above(std::size_t level, std::size_t end) {
  while (open_.size() > level + 1) {
    const Open& last = open_.back();
    if (!last.begun)
      note("mime-boundary-not-found", out_.parts[last.part].offset, "no part begins in this multipart");
    else if (!last.ended)
      note("mime-end-boundary-missing", end, "the boundary \"" + last.boundary.substr(0, 80) + "\" is never closed");
    levels_[last.boundary].pop_back();
    open_.pop_back();
  }
  // The parts inside the multipart that stays open.
  const std::uint32_t keep = open_.empty() ? Part::kNone : open_.back().part;
  while (!unfinished_.empty() && unfinished_.back() != keep) {
    end_body(unfinished_.back(), end);
    unfinished_.pop_back();
  }
}

Message Splitter::run() {
  std::size_t at = 0;
  if (raw_.starts_with("\xef\xbb\xbf")) at = 3;
  if (raw_.substr(at).starts_with("From ") || raw_.substr(at).starts_with(">From ")) at = line_at(raw_, at).next;
  at = begin(at, Part::kNone, 0);
  while (at < raw_.size() && !open_.empty()) {
    // The next line that begins with "--": `at` is the beginning of a line.
    if (!raw_.substr(at).starts_with("--")) {
      const std::size_t found = raw_.find("\n--", at);
      if (found == std::string_view::npos) break;
      at = found + 1;
    }
    const Line line = line_at(raw_, at);
    Delimiter met;
    if (!delimiter(line.content, met)) {
      at = line.next;
      continue;
    }
    close_above(met.level, at);
    Open& open = open_[met.level];
    if (met.end) {
      open.ended = open.begun = true;
      at = line.next;
      continue;
    }
    if (open.ended) note("mime-part-after-end", at, "behind the end of \"" + open.boundary.substr(0, 80) + "\"");
    open.begun = true;
    if (full_) break;
    const std::uint32_t parent = open.part;
    at = begin(line.next, parent, out_.parts[parent].depth + 1);
  }
  // The end of the message ends all.
  while (!open_.empty()) {
    const Open& last = open_.back();
    if (!full_ && !last.begun)
      note("mime-boundary-not-found", out_.parts[last.part].offset, "no part begins in this multipart");
    else if (!full_ && !last.ended)
      note("mime-end-boundary-missing", raw_.size(),
           "the boundary \"" + last.boundary.substr(0, 80) + "\" is never closed");
    open_.pop_back();
  }
  for (const std::uint32_t index : unfinished_) end_body(index, raw_.size());
  uuencoded();
  return std::move(out_);
}

// "begin 644 name" on a line of a plain text, up to "end": a file, as Outlook shows it.
void Splitter::uuencoded() {
  std::vector<std::pair<std::uint32_t, Part>> found;  // behind which part
  for (std::uint32_t index = 0; index < out_.parts.size(); ++index) {
    const Part& text = out_.parts[index];
    if (text.type != "text/plain" || text.encoding != Encoding::identity) continue;
    for (std::size_t at = 0; at < text.body.size();) {
      if (!text.body.substr(at).starts_with("begin ")) {
        const std::size_t next = text.body.find("\nbegin ", at);
        if (next == std::string_view::npos) break;
        at = next + 1;
      }
      const Line line = line_at(text.body, at);
      std::string_view mode = line.content.substr(6);
      std::size_t digits = 0;
      while (digits < mode.size() && mode[digits] >= '0' && mode[digits] <= '7') ++digits;
      if (digits < 3 || digits > 4 || digits + 1 >= mode.size() || mode[digits] != ' ') {
        at = line.next;
        continue;
      }
      std::size_t end = text.body.find("\nend", line.next > 0 ? line.next - 1 : 0);
      end = end == std::string_view::npos ? text.body.size() : end + 1;
      if (out_.parts.size() + found.size() >= limits_.parts) {
        note("mime-too-many-parts", text.offset, "more than " + std::to_string(limits_.parts) + " parts");
        break;
      }
      Part file;
      file.parent = index;
      file.depth = text.depth + 1;
      file.offset = static_cast<std::uint64_t>(text.body.data() - raw_.data()) + at;
      file.body = text.body.substr(at, end - at);
      file.type = "application/octet-stream";
      file.file_name = decode_header(mode.substr(digits + 1));
      file.attachment = true;
      file.encoding = Encoding::uuencode;
      found.emplace_back(index, std::move(file));
      at = std::max(end, line.next);
    }
  }
  if (found.empty()) return;
  // Put in after their texts: indices behind them move.
  std::vector<Part> all;
  std::vector<std::uint32_t> moved(out_.parts.size());
  all.reserve(out_.parts.size() + found.size());
  std::size_t next = 0;
  for (std::uint32_t index = 0; index < out_.parts.size(); ++index) {
    moved[index] = static_cast<std::uint32_t>(all.size());
    Part part = std::move(out_.parts[index]);
    if (part.parent != Part::kNone) part.parent = moved[part.parent];
    all.push_back(std::move(part));
    for (; next < found.size() && found[next].first == index; ++next) {
      found[next].second.parent = moved[index];
      all.push_back(std::move(found[next].second));
    }
  }
  out_.parts = std::move(all);
}

}  // namespace

const Header* Part::find(std::string_view name) const {
  for (const Header& field : headers)
    if (same_name(field.name, name)) return &field;
  return nullptr;
}

std::size_t Part::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(headers, [&](const Header& field) { return same_name(field.name, name); }));
}

Message parse(std::string_view raw, const Limits& limits) { return Splitter(raw, limits).run(); }

std::string decoded(const Part& part, std::size_t max) { return decode(part.encoding, part.body, max).bytes; }

std::string text(const Part& part, std::size_t max) {
  const std::string bytes = decoded(part, max);
  std::string charset = part.charset;
  if (charset.empty() && part.type == "text/html") {
    // <meta charset=…> or <meta … content="text/html; charset=…">, in front.
    const std::string head = lower_ascii(std::string_view(bytes).substr(0, 2048));
    if (const std::size_t at = head.find("charset="); at != std::string::npos) {
      std::size_t from = at + 8;
      while (from < head.size() && (head[from] == '"' || head[from] == '\'')) ++from;
      charset = head.substr(from, head.find_first_of("\"'>; /\t\r\n", from) - from);
      if (charset.starts_with("utf-16")) charset.clear();  // it could not be read here if it were
    }
  }
  return convert(bytes, charset).text;
}

}  // namespace tocsin::mime
