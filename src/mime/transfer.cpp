#include "mime/transfer.h"

#include <algorithm>
#include <array>

namespace tocsin::mime {
namespace {

constexpr std::uint8_t kPad = 64, kSpace = 65, kOther = 66;

constexpr std::array<std::uint8_t, 256> base64_table() {
  std::array<std::uint8_t, 256> table{};
  table.fill(kOther);
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kLetters.size(); ++i)
    table[static_cast<unsigned char>(kLetters[i])] = static_cast<std::uint8_t>(i);
  table['='] = kPad;
  for (const char c : {' ', '\t', '\r', '\n'}) table[static_cast<unsigned char>(c)] = kSpace;
  return table;
}
constexpr auto kBase64 = base64_table();

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = static_cast<char>(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

void Decoder::feed(std::string_view piece, std::string& out) {
  switch (encoding_) {
    case Encoding::base64:
      base64(piece, out);
      break;
    case Encoding::quoted_printable:
      quoted(piece, out);
      break;
    case Encoding::uuencode:
      uuencoded(piece, out);
      break;
    case Encoding::identity:
    case Encoding::unknown:
      out += piece;
      break;
  }
  at_ += piece.size();
}

void Decoder::base64(std::string_view piece, std::string& out) {
  const std::size_t start = out.size();
  out.resize(start + piece.size() / 4 * 3 + 6);
  char* to = out.data() + start;
  std::size_t i = 0;
  while (i < piece.size()) {
    // Four letters at once while nothing is open.
    while (have_ == 0 && i + 4 <= piece.size()) {
      const std::uint8_t a = kBase64[static_cast<unsigned char>(piece[i])],
                         b = kBase64[static_cast<unsigned char>(piece[i + 1])],
                         c = kBase64[static_cast<unsigned char>(piece[i + 2])],
                         d = kBase64[static_cast<unsigned char>(piece[i + 3])];
      if ((a | b | c | d) >= kPad) break;
      const std::uint32_t bits = static_cast<std::uint32_t>(a) << 18 | static_cast<std::uint32_t>(b) << 12 |
                                 static_cast<std::uint32_t>(c) << 6 | d;
      *to++ = static_cast<char>(bits >> 16);
      *to++ = static_cast<char>(bits >> 8 & 0xff);
      *to++ = static_cast<char>(bits & 0xff);
      i += 4;
    }
    if (i == piece.size()) break;
    const std::uint8_t value = kBase64[static_cast<unsigned char>(piece[i])];
    if (value < kPad) {
      bits_ = bits_ << 6 | value;
      if (++have_ == 4) {
        *to++ = static_cast<char>(bits_ >> 16 & 0xff);
        *to++ = static_cast<char>(bits_ >> 8 & 0xff);
        *to++ = static_cast<char>(bits_ & 0xff);
        have_ = 0;
      }
    } else if (value == kPad) {
      // The end of a quantum; what follows begins a new one (several encoded pieces in a row).
      if (have_ == 3) {
        *to++ = static_cast<char>(bits_ >> 10 & 0xff);
        *to++ = static_cast<char>(bits_ >> 2 & 0xff);
      } else if (have_ == 2) {
        *to++ = static_cast<char>(bits_ >> 4 & 0xff);
      } else if (have_ == 1) {
        note(at_ + i);
      }
      have_ = 0;
    } else if (value == kOther) {
      note(at_ + i);
    }
    ++i;
  }
  out.resize(static_cast<std::size_t>(to - out.data()));
}

void Decoder::quoted(std::string_view piece, std::string& out) {
  // held_ is what can't be judged yet: "=", "=X", "=" and blanks; or blanks and a CR that may end a line.
  for (std::size_t i = 0; i < piece.size();) {
    const char c = piece[i];
    if (held_.starts_with('=')) {
      const bool letter = held_.size() == 2 && hex(held_[1]) >= 0;
      const bool blank = c == ' ' || c == '\t' || c == '\r';
      if (letter && hex(c) >= 0) {
        out += static_cast<char>(hex(held_[1]) << 4 | hex(c));
        held_.clear();
      } else if (!letter && c == '\n') {
        held_.clear();  // a soft line break
      } else if (!letter && (blank || (held_.size() == 1 && hex(c) >= 0))) {
        held_ += c;
      } else {
        note(at_ + i);
        out += held_;
        held_.clear();
        continue;  // this character again, as text
      }
      ++i;
      continue;
    }
    const std::size_t end = std::min(piece.find_first_of("=\n", i), piece.size());
    std::string_view run = piece.substr(i, end - i);
    const auto split = [](std::string_view text) {  // where the blanks before a line end begin
      std::size_t size = text.size() - text.ends_with('\r');
      while (size > 0 && (text[size - 1] == ' ' || text[size - 1] == '\t')) --size;
      return size;
    };
    i = end + 1;
    if (end == piece.size()) {
      const std::size_t size = split(run);
      if (size > 0 || (held_.ends_with('\r') && !run.empty())) {
        out += held_;
        held_.clear();
      }
      out += run.substr(0, size);
      held_ += run.substr(size);
    } else if (piece[end] == '=') {
      out += held_;
      out += run;
      held_ = "=";
    } else {
      // Blanks before a line end are not part of the text (RFC 2045 6.7 rule 3).
      const std::size_t size = split(run);
      if (size > 0 || (held_.ends_with('\r') && !run.empty())) {
        out += held_;
        held_.clear();
      }
      const bool cr = run.ends_with('\r') || held_.ends_with('\r');
      out += run.substr(0, size);
      out += cr ? "\r\n" : "\n";
      held_.clear();
    }
  }
}

void Decoder::uuline(std::string_view line, std::string& out) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (ended_) return;
  if (!begun_) {
    if (line.starts_with("begin ")) begun_ = true;
    return;
  }
  if (line == "end") {
    ended_ = true;
    return;
  }
  if (line.empty()) return;
  const auto value = [](char c) { return static_cast<std::uint32_t>(c - ' ') & 0x3f; };
  const std::size_t size = value(line[0]);
  line.remove_prefix(1);
  if (line.size() + 1 < (size * 4 + 2) / 3) note(at_);  // blanks at the end may have been cut
  std::size_t written = 0;
  for (std::size_t i = 0; written < size; i += 4) {
    const auto at = [&](std::size_t k) { return k < line.size() ? value(line[k]) : 0; };
    const std::uint32_t bits = at(i) << 18 | at(i + 1) << 12 | at(i + 2) << 6 | at(i + 3);
    for (int shift = 16; shift >= 0 && written < size; shift -= 8, ++written)
      out += static_cast<char>(bits >> shift & 0xff);
  }
}

void Decoder::uuencoded(std::string_view piece, std::string& out) {
  while (!piece.empty()) {
    const std::size_t lf = piece.find('\n');
    if (lf == std::string_view::npos) {
      held_ += piece;
      return;
    }
    if (held_.empty()) {
      uuline(piece.substr(0, lf), out);
    } else {
      held_ += piece.substr(0, lf);
      uuline(held_, out);
      held_.clear();
    }
    piece.remove_prefix(lf + 1);
  }
}

void Decoder::finish(std::string& out) {
  if (encoding_ == Encoding::base64) {
    // Padding is often missing; a single letter left over is damage.
    if (have_ == 3) {
      out += static_cast<char>(bits_ >> 10 & 0xff);
      out += static_cast<char>(bits_ >> 2 & 0xff);
    } else if (have_ == 2) {
      out += static_cast<char>(bits_ >> 4 & 0xff);
    } else if (have_ == 1) {
      note(at_);
    }
    have_ = 0;
  } else if (encoding_ == Encoding::quoted_printable) {
    if (held_.starts_with('=')) {
      if (held_.size() == 2 && hex(held_[1]) >= 0) {
        note(at_);
        out += held_;
      }
    } else {
      out += held_;
    }
    held_.clear();
  } else if (encoding_ == Encoding::uuencode) {
    if (!held_.empty()) uuline(held_, out);
    held_.clear();
    if (!ended_) note(at_);
  }
}

std::optional<std::uint64_t> damage_in(Encoding encoding, std::string_view body) {
  if (encoding == Encoding::base64) {
    for (std::size_t i = 0; i < body.size();) {
      const std::size_t end = std::min(body.size(), i + 64);
      std::uint8_t worst = 0;
      for (std::size_t k = i; k < end; ++k) worst = std::max(worst, kBase64[static_cast<unsigned char>(body[k])]);
      for (; worst == kOther && i < end; ++i)
        if (kBase64[static_cast<unsigned char>(body[i])] == kOther) return i;
      i = end;
    }
  } else if (encoding == Encoding::quoted_printable) {
    for (std::size_t i = body.find('='); i != std::string_view::npos; i = body.find('=', i + 1)) {
      const std::string_view rest = body.substr(i + 1, 2);
      if (rest.size() == 2 && hex(rest[0]) >= 0 && hex(rest[1]) >= 0) continue;
      const std::size_t end = body.find_first_not_of(" \t\r", i + 1);
      if (end != std::string_view::npos && body[end] != '\n') return i;
    }
  } else if (encoding == Encoding::uuencode) {
    const Decoded whole = decode(encoding, body, body.size() * 2 + 1024);
    if (whole.damaged > 0) return whole.first_damage;
  }
  return std::nullopt;
}

Decoded decode(Encoding encoding, std::string_view body, std::size_t max) {
  Decoded out;
  Decoder decoder(encoding);
  constexpr std::size_t kPiece = 64u << 10;
  while (!body.empty() && out.bytes.size() <= max) {
    // Only uuencode's cut lines make more bytes than they are, thirty times; the piece bounds that.
    const std::size_t size = std::min(body.size(), max < kPiece / 8 ? 4 * max + 1024 : kPiece);
    decoder.feed(body.substr(0, size), out.bytes);
    body.remove_prefix(size);
  }
  if (body.empty()) decoder.finish(out.bytes);
  if (out.bytes.size() > max) {
    out.bytes.resize(max);
    out.cut = true;
  } else if (!body.empty()) {
    out.cut = true;
  }
  out.damaged = decoder.damaged();
  out.first_damage = decoder.first_damage();
  return out;
}

}  // namespace tocsin::mime
