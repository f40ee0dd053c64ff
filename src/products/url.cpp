#include "products/url.h"

#include "base/text.h"

namespace tocsin::products {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The scheme's length, 0 if there is none ("://" must follow, so that "host:443" has none).
std::size_t scheme_size(std::string_view text) {
  if (text.empty() || !is_letter(text[0])) return 0;
  std::size_t at = 1;
  while (at < text.size() &&
         (is_letter(text[at]) || is_digit(text[at]) || text[at] == '+' || text[at] == '.' || text[at] == '-'))
    ++at;
  return text.substr(at, 3) == "://" ? at : 0;
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 && text.find_first_not_of("0123456789") == text.npos;
}

void put(EcsSink& sink, EcsId field, std::string_view value) {
  if (field != kNoEcs) sink.put(field, value);
}

// user:password@host:port
std::string_view put_authority(std::string_view rest, std::span<const EcsId> out, EcsSink& sink) {
  std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  rest.remove_prefix(authority.size());
  if (const std::size_t at = authority.rfind('@'); at != authority.npos) {
    const std::string_view user = authority.substr(0, at);
    const std::size_t colon = user.find(':');
    put(sink, out[8], user.substr(0, colon));
    if (colon != user.npos) put(sink, out[9], user.substr(colon + 1));
    authority.remove_prefix(at + 1);
  }
  const std::size_t colon = authority.rfind(':');
  if (colon != authority.npos && is_port(authority.substr(colon + 1))) {
    put(sink, out[3], authority.substr(colon + 1));
    authority = authority.substr(0, colon);
  }
  put(sink, out[2], authority);
  return rest;
}

bool put_rest(std::string_view rest, std::span<const EcsId> out, EcsSink& sink, Arena* decoding) {
  if (const std::size_t mark = rest.find('#'); mark != rest.npos) {
    put(sink, out[6], rest.substr(mark + 1));
    rest = rest.substr(0, mark);
  }
  if (const std::size_t mark = rest.find('?'); mark != rest.npos) {
    put(sink, out[5], rest.substr(mark + 1));
    rest = rest.substr(0, mark);
  }
  put(sink, out[4], decoding ? percent_decoded(rest, *decoding) : rest);
  const std::size_t slash = rest.rfind('/');
  const std::string_view last = slash == rest.npos ? rest : rest.substr(slash + 1);
  if (const std::size_t dot = last.rfind('.'); dot != last.npos) put(sink, out[7], last.substr(dot + 1));
  return true;
}

}  // namespace

std::string_view percent_decoded(std::string_view text, Arena& arena) {
  if (text.find('%') == text.npos) return text;
  const auto digit = [](char c) {
    if (is_digit(c)) return c - '0';
    const char small = static_cast<char>(c | 0x20);
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
  };
  char* out = arena.allocate(text.size());
  std::size_t size = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool coded = text[at] == '%' && at + 2 < text.size() && digit(text[at + 1]) >= 0 && digit(text[at + 2]) >= 0;
    out[size++] = coded ? static_cast<char>(digit(text[at + 1]) * 16 + digit(text[at + 2])) : text[at];
    if (coded) at += 2;
  }
  arena.shrink(out, text.size(), size);
  return is_utf8({out, size}) ? std::string_view(out, size) : text;
}

bool put_url(std::string_view text, std::span<const EcsId> out, EcsSink& sink, Arena& arena) {
  if (text.empty() || text == "-") return false;
  put(sink, out[0], text);
  std::string_view rest = text;
  if (const std::size_t scheme = scheme_size(rest); scheme > 0) {
    put(sink, out[1], rest.substr(0, scheme));
    rest = put_authority(rest.substr(scheme + 3), out, sink);
  }
  return put_rest(rest, out, sink, &arena);
}

bool put_bare_url(std::string_view text, std::span<const EcsId> out, EcsSink& sink) {
  if (text.empty() || text == "-") return false;
  put(sink, out[0], text);
  return put_rest(put_authority(text, out, sink), out, sink, nullptr);
}

bool put_request(std::string_view text, std::span<const EcsId> out, EcsSink& sink, Arena& arena) {
  const std::size_t first = text.find(' ');
  std::size_t letters = 0;
  while (letters < text.size() && (is_letter(text[letters]) || text[letters] == '_' || text[letters] == '-')) ++letters;
  if (first == text.npos || letters != first || first > 32) {
    return put_url(text, out.subspan(2), sink, arena);
  }
  put(sink, out[0], text.substr(0, first));
  std::string_view target = text.substr(first + 1);
  const std::size_t last = target.rfind(' ');
  if (last != target.npos && target.substr(last + 1).starts_with("HTTP/")) {
    put(sink, out[1], target.substr(last + 6));
    target = target.substr(0, last);
  } else if (target.starts_with("HTTP/")) {
    return true;
  }
  return put_url(target, out.subspan(2), sink, arena);
}

}  // namespace tocsin::products
