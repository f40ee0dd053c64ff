#include "leak/repair.h"

#include <algorithm>
#include <array>

#include "mailauth/tags.h"

namespace tocsin::leak {
namespace {

using mailauth::LineEnds;
using mailauth::Message;
using mailauth::Signature;

bool body_matches(std::string_view body, LineEnds ends, const Signature& signature) {
  mailauth::Hasher hasher(signature.hash);
  const std::uint64_t limit = signature.length.value_or(UINT64_MAX);
  const std::uint64_t size = mailauth::canonical_body(
      body, ends, signature.body_form, [&](std::string_view piece) { hasher.update(piece); }, limit);
  return (!signature.length || *signature.length <= size) && hasher.finish() == signature.body_hash;
}

// Each line through `change`, which gets it without its end.
template <class Change>
std::string by_lines(std::string_view body, Change&& change) {
  std::string out;
  out.reserve(body.size() + 64);
  while (!body.empty()) {
    const std::size_t lf = body.find('\n');
    std::string_view line = body.substr(0, lf);
    const bool cr = lf != std::string_view::npos && line.ends_with('\r');
    if (cr) line.remove_suffix(1);
    change(out, line);
    if (lf == std::string_view::npos) break;
    out += cr ? "\r\n" : "\n";
    body.remove_prefix(lf + 1);
  }
  return out;
}

std::string unquote_from(std::string_view body) {
  return by_lines(body, [](std::string& out, std::string_view line) {
    const std::size_t quotes = std::min(line.find_first_not_of('>'), line.size());
    out += quotes > 0 && line.substr(quotes).starts_with("From ") ? line.substr(1) : line;
  });
}
std::string quote_from(std::string_view body) {
  return by_lines(body, [](std::string& out, std::string_view line) {
    if (line.starts_with("From ")) out += '>';
    out += line;
  });
}
std::string unstuff_dots(std::string_view body) {
  return by_lines(
      body, [](std::string& out, std::string_view line) { out += line.starts_with("..") ? line.substr(1) : line; });
}
std::string stuff_dots(std::string_view body) {
  return by_lines(body, [](std::string& out, std::string_view line) {
    if (line.starts_with(".")) out += '.';
    out += line;
  });
}
std::string restore_signature_dashes(std::string_view body) {
  return by_lines(
      body, [](std::string& out, std::string_view line) { out += line == "--" ? std::string_view("-- ") : line; });
}
std::string strip_trailing_blanks(std::string_view body) {
  return by_lines(body, [](std::string& out, std::string_view line) {
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
    out += line;
  });
}
// Blank lines made of blanks at the end, which count in the simple form.
std::string cut_blank_end(std::string_view body) {
  const std::size_t last = body.find_last_not_of(" \t\r\n");
  return std::string(last == std::string_view::npos ? std::string_view{} : body.substr(0, last + 1)) + "\r\n";
}
std::string without_first_empty_line(std::string_view body) {
  if (body.starts_with("\r\n")) return std::string(body.substr(2));
  if (body.starts_with("\n")) return std::string(body.substr(1));
  return std::string(body);
}
std::string with_first_empty_line(std::string_view body) { return "\r\n" + std::string(body); }
// CR CR LF, bare CR and bare LF to CRLF.
std::string plain_line_ends(std::string_view body) {
  std::string out;
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (body[i] == '\r') {
      while (i + 1 < body.size() && body[i + 1] == '\r') ++i;
      if (i + 1 < body.size() && body[i + 1] == '\n') ++i;
      out += "\r\n";
    } else if (body[i] == '\n') {
      out += "\r\n";
    } else {
      out += body[i];
    }
  }
  return out;
}

int hex_digit(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                : -1;
}
// Quoted-printable (RFC 2045 6.7) undone.
std::string decode_quoted(std::string_view body) {
  std::string out;
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (body[i] != '=') {
      out += body[i];
    } else if (body.substr(i + 1).starts_with("\r\n")) {
      i += 2;
    } else if (body.substr(i + 1).starts_with("\n")) {
      i += 1;
    } else if (i + 2 < body.size() && hex_digit(body[i + 1]) >= 0 && hex_digit(body[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(body[i + 1]) * 16 + hex_digit(body[i + 2]));
      i += 2;
    } else {
      out += '=';
    }
  }
  return out;
}
std::string decode_base64(std::string_view body) { return mailauth::decode_base64(body).value_or(std::string(body)); }

std::string latin1_to_utf8(std::string_view body) {
  std::string out;
  for (const char c : body) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xc0 | byte >> 6);
      out += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return out;
}
std::string utf8_to_latin1(std::string_view body) {
  std::string out;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const auto byte = static_cast<unsigned char>(body[i]);
    if ((byte == 0xc2 || byte == 0xc3) && i + 1 < body.size())
      out += static_cast<char>((byte & 3) << 6 | (body[++i] & 0x3f));
    else
      out += body[i];
  }
  return out;
}

// Parts of a multipart, found by their boundary lines: `change` gets a part's header and content, both as they stand,
// and gives what they are replaced by.
template <class Change>
std::string by_parts(std::string_view body, Change&& change) {
  std::string out;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('\n'), body.size() - 1) + 1;
    const std::string_view line = body.substr(0, end);
    out += line;
    body.remove_prefix(end);
    const std::string_view mark = mailauth::trimmed(line);
    if (!line.starts_with("--") || mark.size() < 3 || mark.ends_with("--")) continue;
    const bool crlf = line.ends_with("\r\n");
    const std::size_t blank = crlf ? body.find("\r\n\r\n") : body.find("\n\n");
    const std::size_t next = body.find((crlf ? "\r\n" : "\n") + std::string(mark));
    if (blank == std::string_view::npos || next == std::string_view::npos || blank > next) continue;
    const std::size_t content = blank + (crlf ? 4 : 2);
    if (content > next) continue;
    out += change(body.substr(0, content), body.substr(content, next - content));
    body.remove_prefix(next);
  }
  return out;
}

// Where the value of a part's transfer encoding stands, when it is this one.
std::size_t encoding_at(std::string_view header, std::string_view encoding) {
  const std::string lower = mailauth::lower_ascii(header);
  constexpr std::string_view kName = "content-transfer-encoding:";
  const std::size_t name = lower.starts_with(kName) ? 0 : lower.find("\n" + std::string(kName));
  if (name == std::string::npos) return name;
  const std::size_t value = lower.find_first_not_of(" \t", name + (name > 0 ? 1 : 0) + kName.size());
  return value != std::string::npos && lower.substr(value).starts_with(encoding) ? value : std::string::npos;
}

bool is_text(std::string_view header) {
  const std::string lower = mailauth::lower_ascii(header);
  return lower.find("content-type:") == std::string::npos || lower.find("content-type: text/") != std::string::npos;
}

std::string decode_quoted(std::string_view body);

// A server that does not take 8-bit mail encodes text parts on the way: back, under the name that they had.
template <int variant>
std::string text_parts_decoded(std::string_view body) {
  static constexpr std::string_view kNames[] = {"8bit", "7bit", "binary"};
  return by_parts(body, [](std::string_view header, std::string_view content) {
    std::string out(header);
    for (const std::string_view encoding : {"quoted-printable", "base64"}) {
      const std::size_t at = encoding_at(header, encoding);
      if (at == std::string_view::npos || !is_text(header)) continue;
      if constexpr (variant < 3) {
        out.replace(at, encoding.size(), kNames[variant]);
      } else {  // it had none
        const std::size_t line = out.rfind('\n', at);
        const std::size_t from = line == std::string::npos ? 0 : line + 1;
        out.erase(from, out.find('\n', at) + 1 - from);
      }
      std::string plain = encoding == "base64" ? mailauth::decode_base64(content).value_or(std::string(content))
                                               : decode_quoted(content);
      // The last line's end belongs to the boundary.
      if (encoding == "base64" && plain.ends_with("\r\n")) plain.resize(plain.size() - 2);
      return out + plain;
    }
    return out + std::string(content);
  });
}

// base64 in lines of another length.
template <std::size_t width>
std::string rewrapped(std::string_view body) {
  return by_parts(body, [](std::string_view header, std::string_view content) {
    if (encoding_at(header, "base64") == std::string_view::npos) return std::string(header) + std::string(content);
    std::string letters, out(header);
    for (const char c : content)
      if (c != '\r' && c != '\n' && c != ' ') letters += c;
    const std::string_view end = header.ends_with("\r\n") ? "\r\n" : "\n";
    for (std::size_t i = 0; i < letters.size(); i += width) {
      if (i > 0) out += end;
      out += letters.substr(i, width);
    }
    // Lines at the end of the part stay as they were.
    for (std::size_t i = content.size(); i > 0 && (content[i - 1] == '\n' || content[i - 1] == '\r'); --i)
      if (content[i - 1] == '\n') out += end;
    return out;
  });
}

constexpr std::uint64_t kPairsMax = 8u << 20;  // bytes hashed for pairs of repairs of one body

struct Step {
  std::string_view name;
  std::string (*change)(std::string_view body);
};
constexpr std::array kSteps = {
    Step{"line ends", plain_line_ends},
    Step{"quoted From lines", unquote_from},
    Step{"unquoted From lines", quote_from},
    Step{"stuffed dots", unstuff_dots},
    Step{"unstuffed dots", stuff_dots},
    Step{"trailing blank lines", cut_blank_end},
    Step{"trailing blanks", strip_trailing_blanks},
    Step{"signature dashes", restore_signature_dashes},
    Step{"a leading empty line", without_first_empty_line},
    Step{"a lost leading empty line", with_first_empty_line},
    Step{"quoted-printable", decode_quoted},
    Step{"base64", decode_base64},
    Step{"transfer encoding of text parts", text_parts_decoded<0>},
    Step{"transfer encoding of text parts", text_parts_decoded<1>},
    Step{"transfer encoding of text parts", text_parts_decoded<2>},
    Step{"transfer encoding of text parts", text_parts_decoded<3>},
    Step{"base64 in other lines", rewrapped<76>},
    Step{"base64 in other lines", rewrapped<72>},
    Step{"base64 in other lines", rewrapped<64>},
    Step{"base64 in other lines", rewrapped<60>},
    Step{"a character set", latin1_to_utf8},
    Step{"a character set", utf8_to_latin1},
};

// Where a mailing list's footer may begin: a rule of dashes or underscores, at most 15 lines from the end, with words
// that such footers have. Only in a message that says it went through a list.
std::vector<std::size_t> footer_starts(const Message& message) {
  std::vector<std::size_t> out;
  if (!message.find("List-Id") && !message.find("List-Post") && !message.find("List-Unsubscribe")) return out;
  const std::string_view body = message.body();
  std::size_t at = body.size();
  for (int lines = 0; lines < 15 && at > 0; ++lines) {
    const std::size_t lf = body.rfind('\n', at >= 2 ? at - 2 : 0);
    const std::size_t start = lf == std::string_view::npos ? 0 : lf + 1;
    if (start >= at) break;
    const std::string_view line = mailauth::trimmed(body.substr(start, at - start));
    const bool rule = line.size() >= 2 && line.find_first_not_of("-_=") == std::string_view::npos;
    const std::string tail = mailauth::lower_ascii(body.substr(start));
    const bool list_words = tail.find("list") != std::string::npos || tail.find("unsubscribe") != std::string::npos;
    const bool links = tail.find("http") != std::string::npos || tail.find("mailto:") != std::string::npos ||
                       tail.find('@') != std::string::npos;
    if (rule && list_words && links) out.push_back(start);
    at = start;
  }
  return out;
}

}  // namespace

std::optional<BodyRepair> repair_body(const Message& message, const Signature& signature, std::uint64_t budget) {
  if (!signature.has_body_hash) return std::nullopt;
  const std::string_view body = message.body();
  std::uint64_t spent = 0;
  const auto afford = [&](std::size_t size) {
    spent += size;
    return spent <= budget;
  };
  if (message.line_ends() == LineEnds::crlf && afford(body.size()) && body_matches(body, LineEnds::any, signature))
    return BodyRepair{"line ends", ""};
  for (const std::size_t start : footer_starts(message)) {
    if (!afford(start)) return std::nullopt;
    if (body_matches(body.substr(0, start), LineEnds::any, signature))
      return BodyRepair{"list footer", std::string(body.substr(start))};
  }
  std::vector<std::pair<const Step*, std::string>> once;
  for (const Step& step : kSteps) {
    if (!afford(body.size())) return std::nullopt;
    std::string changed = step.change(body);
    if (changed == body) continue;
    if (body_matches(changed, LineEnds::any, signature)) return BodyRepair{std::string(step.name), ""};
    once.emplace_back(&step, std::move(changed));
  }
  // Two at once cost a hundred times the body: little work for a letter, and for a large body not worth it.
  std::uint64_t pairs = 0;
  for (const auto& [first, changed] : once)
    for (const Step& second : kSteps) {
      if (&second == first) continue;
      pairs += changed.size();
      if (pairs > kPairsMax || !afford(changed.size())) return std::nullopt;
      const std::string twice = second.change(changed);
      if (twice != changed && body_matches(twice, LineEnds::any, signature))
        return BodyRepair{std::string(first->name) + " and " + std::string(second.name), ""};
    }
  return std::nullopt;
}

std::optional<std::size_t> signed_prefix(const Message& message, const Signature& signature, std::size_t lines_max) {
  if (!signature.has_body_hash || signature.length) return std::nullopt;
  const std::string_view body = message.body();
  std::size_t at = body.size();
  for (std::size_t lines = 0; lines < lines_max && at > 0; ++lines) {
    const std::size_t lf = at >= 2 ? body.rfind('\n', at - 2) : std::string_view::npos;
    at = lf == std::string_view::npos ? 0 : lf + 1;
    if (lines * at > (std::size_t{64} << 20)) return std::nullopt;
    if (body_matches(body.substr(0, at), message.line_ends(), signature)) return at;
  }
  return std::nullopt;
}

std::vector<HeaderRepair> header_repairs(std::string_view raw) {
  std::vector<HeaderRepair> out;
  if (raw.starts_with("\xef\xbb\xbf")) out.push_back({"a byte order mark", std::string(raw.substr(3))});
  const Message message = Message::parse(raw);
  const auto replaced = [&](const mailauth::HeaderField& field, const std::string& by) {
    std::string text(raw);
    text.replace(static_cast<std::size_t>(field.raw.data() - raw.data()), field.raw.size(), by);
    return text;
  };
  for (const mailauth::HeaderField& field : message.fields()) {
    if (!mailauth::same_name(field.name, "Subject")) continue;
    // A list's tag in front: "Subject: [list] words".
    const std::size_t open = field.raw.find('['), close = field.raw.find(']');
    if (open != std::string_view::npos && close != std::string_view::npos && open < close) {
      std::size_t rest = close + 1;
      while (rest < field.raw.size() && field.raw[rest] == ' ') ++rest;
      out.push_back({"a list's tag in the subject",
                     replaced(field, std::string(field.raw.substr(0, open)) + std::string(field.raw.substr(rest)))});
    }
    break;
  }
  for (const mailauth::HeaderField& field : message.fields()) {
    if (!mailauth::same_name(field.name, "Content-Transfer-Encoding")) continue;
    const std::string now = mailauth::lower_ascii(mailauth::trimmed(field.value));
    for (const char* encoding : {"8bit", "7bit", "quoted-printable", "base64"})
      if (now != encoding)
        out.push_back({"a transfer encoding", replaced(field, std::string(field.name) + ": " + encoding)});
    break;
  }
  // Bytes above 127 that were read in another character set.
  std::size_t header = raw.find("\n\n");
  if (const std::size_t crlf = raw.find("\r\n\r\n"); crlf < header) header = crlf;
  header = std::min(header, raw.size());
  const std::string_view fields = raw.substr(0, header);
  if (std::ranges::any_of(fields, [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
    for (const auto change : {utf8_to_latin1, latin1_to_utf8}) {
      std::string changed = change(fields);
      if (changed != fields)
        out.push_back({"a character set in the header", changed + std::string(raw.substr(header))});
    }
  }
  // Folds that were taken out or moved count in the simple form: one line a field, then folds back at 76 and 78.
  std::string unfolded;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const bool crlf = fields[i] == '\r' && i + 1 < fields.size() && fields[i + 1] == '\n';
    const std::size_t next = crlf ? i + 2 : i + 1;
    if ((crlf || fields[i] == '\n') && next < fields.size() && (fields[next] == ' ' || fields[next] == '\t')) {
      i = next - 1;
      continue;
    }
    unfolded += fields[i];
  }
  if (unfolded != fields) out.push_back({"folded header fields", unfolded + std::string(raw.substr(header))});
  return out;
}

}  // namespace tocsin::leak
