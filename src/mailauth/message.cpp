#include "mailauth/message.h"

#include <algorithm>

namespace tocsin::mailauth {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_space(char c) { return is_blank(c) || c == '\r' || c == '\n'; }

struct Line {
  std::string_view content;  // without its end
  std::size_t next = 0;      // where the next one begins
  bool ended = false;
};

Line line_at(std::string_view raw, std::size_t start, LineEnds ends) {
  for (std::size_t from = start;;) {
    const std::size_t lf = raw.find('\n', from);
    if (lf == std::string_view::npos) return {raw.substr(start), raw.size(), false};
    const bool cr = lf > start && raw[lf - 1] == '\r';
    if (cr || ends == LineEnds::any) return {raw.substr(start, lf - start - cr), lf + 1, true};
    from = lf + 1;
  }
}

LineEnds ends_of(std::string_view raw) {
  const std::size_t lf = raw.find('\n');
  return lf != std::string_view::npos && lf > 0 && raw[lf - 1] == '\r' ? LineEnds::crlf : LineEnds::any;
}

// Field names are printable ASCII without a colon (RFC 5322 2.2); blanks before the colon are the obsolete form.
std::size_t name_size(std::string_view line) {
  std::size_t i = 0;
  while (i < line.size() && line[i] > ' ' && line[i] < 127 && line[i] != ':') ++i;
  std::size_t colon = i;
  while (colon < line.size() && is_blank(line[colon])) ++colon;
  return i > 0 && colon < line.size() && line[colon] == ':' ? i : 0;
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

Message Message::parse(std::string_view raw) { return parse(raw, ends_of(raw)); }

Message Message::parse(std::string_view raw, LineEnds line_ends) {
  Message out;
  out.line_ends_ = line_ends;
  std::size_t at = 0;
  if (raw.starts_with("From ")) at = line_at(raw, 0, line_ends).next;
  std::size_t start = at;  // of the field that is open
  std::size_t end = at;    // of its last line's content
  bool open = false;
  const auto close = [&] {
    if (!open) return;
    open = false;
    const std::string_view field = raw.substr(start, end - start);
    const std::size_t size = name_size(field);
    if (out.fields_.size() == kFieldsMax) {
      ++out.malformed_;
      return;
    }
    out.fields_.push_back({field, field.substr(0, size), field.substr(field.find(':', size) + 1)});
  };
  while (at < raw.size()) {
    const Line line = line_at(raw, at, line_ends);
    if (line.content.empty()) {
      close();
      out.body_ = raw.substr(line.next);
      return out;
    }
    if (is_blank(line.content[0]) && open) {
      end = at + line.content.size();
    } else {
      close();
      if (name_size(line.content) > 0) {
        open = true;
        start = at;
        end = at + line.content.size();
      } else {
        ++out.malformed_;
      }
    }
    at = line.next;
  }
  close();
  return out;
}

const HeaderField* Message::find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(fields_, [&](const HeaderField& field) { return same_name(field.name, name); });
  return found == fields_.end() ? nullptr : &*found;
}

std::size_t Message::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(fields_, [&](const HeaderField& field) { return same_name(field.name, name); }));
}

std::string unfold(std::string_view value) {
  std::string out;
  for (const char c : value)
    if (c != '\r' && c != '\n') out += c;
  const auto first = std::ranges::find_if_not(out, is_blank);
  out.erase(out.begin(), first);
  while (!out.empty() && is_blank(out.back())) out.pop_back();
  return out;
}

std::vector<std::string> addresses_of(std::string_view value) {
  // One pass: comments dropped, quoted strings kept whole, an angle address wins over the words before it.
  std::vector<std::string> out;
  std::string words, angle;
  bool in_angle = false, has_angle = false, quoted = false;
  int comment = 0;
  const auto finish = [&] {
    std::string& address = has_angle ? angle : words;
    if (address.find('@') != std::string::npos) out.push_back(std::move(address));
    words.clear();
    angle.clear();
    in_angle = has_angle = false;
  };
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (comment > 0) {
      if (c == '\\')
        ++i;
      else if (c == '(')
        ++comment;
      else if (c == ')')
        --comment;
      continue;
    }
    std::string& into = in_angle ? angle : words;
    if (quoted) {
      into += c;
      if (c == '\\' && i + 1 < value.size())
        into += value[++i];
      else if (c == '"')
        quoted = false;
      continue;
    }
    if (c == '"') {
      quoted = true;
      into += c;
    } else if (c == '(') {
      comment = 1;
    } else if (c == '<') {
      in_angle = has_angle = true;
      angle.clear();
    } else if (c == '>') {
      in_angle = false;
    } else if ((c == ',' || c == ';') && !in_angle) {
      finish();
    } else if (c == ':' && !in_angle) {
      words.clear();  // a group's name
    } else if (!is_space(c)) {
      into += c;
    }
  }
  finish();
  return out;
}

std::string address_of(std::string_view value) {
  auto all = addresses_of(value);
  return all.empty() ? std::string{} : std::move(all.front());
}

std::string_view domain_of(std::string_view address) {
  const std::size_t at = address.rfind('@');
  return at == std::string_view::npos ? std::string_view{} : address.substr(at + 1);
}

}  // namespace tocsin::mailauth
