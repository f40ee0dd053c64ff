#include "tests/support/mail/forger.h"

#include <array>

#include "mailauth/tags.h"

namespace tocsin::tests {
namespace {

constexpr std::array<std::string_view, 40> kWords = {
    "minutes",   "agenda",   "budget",   "travel",  "meeting",  "draft",    "committee", "office",
    "statement", "figures",  "session",  "report",  "comment",  "version",  "Monday",    "Friday",
    "proposal",  "contact",  "invoice",  "payment", "approve",  "reject",   "thanks",    "regards",
    "please",    "attached", "question", "answer",  "number",   "account",  "signed",    "archive",
    "press",     "lawyer",   "member",   "group",   "election", "campaign", "donor",     "confidential"};

std::string sentence(Dice& dice, std::size_t words) {
  std::string out;
  for (std::size_t i = 0; i < words; ++i) {
    if (i) out += ' ';
    out += kWords[dice.below(kWords.size())];
  }
  return out;
}

std::string paragraphs(Dice& dice, std::size_t bytes) {
  std::string out;
  do {
    const std::size_t kind = dice.below(12);
    if (kind == 0)
      out += "From the " + sentence(dice, 4) + "\r\n";
    else if (kind == 1)
      out += ". " + sentence(dice, 5) + "\r\n";
    else if (kind == 2)
      out += "\r\n";
    else
      out += sentence(dice, 6 + dice.below(6)) + ".\r\n";
  } while (out.size() < bytes);
  return out;
}

std::string two(std::size_t n) { return (n < 10 ? "0" : "") + std::to_string(n); }

struct Parts {
  std::string header, body;  // header without its empty line
};
Parts parts_of(const std::string& message) {
  const std::size_t at = message.find("\r\n\r\n");
  return {message.substr(0, at + 2), message.substr(at + 4)};
}
std::string joined(const Parts& parts) { return parts.header + "\r\n" + parts.body; }

// The value of a field (not of the signature); npos, npos when it isn't there.
std::pair<std::size_t, std::size_t> field(const std::string& header, std::string_view name) {
  const std::string start = "\r\n" + std::string(name) + ": ";
  const std::size_t at = header.find(start);
  if (at == std::string::npos) return {std::string::npos, 0};
  const std::size_t begin = at + start.size();
  return {begin, header.find("\r\n", begin) - begin};
}

std::string each_line(std::string_view body, std::string (*change)(std::string_view)) {
  std::string out;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find("\r\n"), body.size());
    out += change(body.substr(0, end));
    if (end == body.size()) break;
    out += "\r\n";
    body.remove_prefix(end + 2);
  }
  return out;
}

// Quoted-printable as servers write it: soft breaks at 76, blanks at line ends and "=" as codes.
std::string quoted_lines(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("\r\n")) {
      out += "\r\n";
      ++i;
      column = 0;
      continue;
    }
    const bool last = i + 1 == text.size() || text[i + 1] == '\r';
    const bool coded = text[i] == '=' || text[i] < ' ' || (text[i] == ' ' && last);
    if (column + (coded ? 3 : 1) > 75) {
      out += "=\r\n";
      column = 0;
    }
    constexpr std::string_view kHex = "0123456789ABCDEF";
    if (coded) {
      out += '=';
      out += kHex[static_cast<unsigned char>(text[i]) >> 4];
      out += kHex[static_cast<unsigned char>(text[i]) & 15];
    } else {
      out += text[i];
    }
    column += coded ? 3 : 1;
  }
  return out;
}

}  // namespace

std::string base64_lines(std::string_view bytes) {
  const std::string text = mailauth::encode_base64(bytes);
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 76) out += text.substr(i, 76) + "\r\n";
  return out;
}

std::string make_mail(Dice& dice, std::uint64_t number, std::size_t body_bytes) {
  const std::string person = std::string(kWords[dice.below(kWords.size())]) + "@example.org";
  std::string out = "From: " + person + "\r\nTo: desk" + std::to_string(dice.below(50)) +
                    "@example.net\r\nSubject: " + sentence(dice, 3) + "\r\nDate: Mon, " +
                    std::to_string(1 + dice.below(28)) + " Aug 2020 " + two(dice.below(24)) + ":" +
                    two(dice.below(60)) + ":" + two(dice.below(60)) + " +0000\r\nMessage-ID: <" +
                    std::to_string(number) + "." + std::to_string(dice.below(1'000'000)) +
                    "@example.org>\r\nMIME-Version: 1.0\r\n";
  const std::size_t size = body_bytes ? body_bytes : 200 + dice.below(2000);
  const std::size_t kind = dice.below(3);
  if (kind == 0) {
    out += "Content-Type: text/plain; charset=utf-8\r\n\r\n" + paragraphs(dice, size);
  } else if (kind == 1) {
    out += "Content-Type: text/html; charset=utf-8\r\n\r\n<html><body><p>\r\n" + paragraphs(dice, size) +
           "</p></body></html>\r\n";
  } else {
    const std::string boundary = "b" + std::to_string(dice.below(1'000'000'000));
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(dice.below(256));
    out += "Content-Type: multipart/mixed; boundary=\"" + boundary + "\"\r\n\r\n--" + boundary +
           "\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + paragraphs(dice, 300) + "--" + boundary +
           "\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: "
           "attachment; filename=\"" +
           std::string(kWords[dice.below(kWords.size())]) + ".dat\"\r\n\r\n" + base64_lines(bytes) + "--" + boundary +
           "--\r\n";
  }
  return out;
}

Changed forge(const std::string& message, Dice& dice) {
  for (;;) {
    Parts parts = parts_of(message);
    std::string what;
    const auto set = [&](std::string_view name, const std::string& value) {
      const auto [at, size] = field(parts.header, name);
      if (at == std::string::npos) return;
      parts.header.replace(at, size, value);
      what = "header: " + std::string(name);
    };
    switch (dice.below(18)) {
      case 0: {  // a word of the body
        const std::string_view word = kWords[dice.below(kWords.size())];
        const std::size_t at = parts.body.find(word);
        if (at != std::string::npos) parts.body.replace(at, word.size(), kWords[dice.below(kWords.size())]);
        what = "body: a word";
        break;
      }
      case 1: {  // a line taken out
        const std::size_t at = parts.body.find("\r\n", dice.below(parts.body.size()));
        const std::size_t end = at == std::string::npos ? at : parts.body.find("\r\n", at + 2);
        if (end != std::string::npos && end > at + 3) parts.body.erase(at, end - at);
        what = "body: a line less";
        break;
      }
      case 2:
        parts.body.insert(0, "Dear friend,\r\n\r\nplease treat this as " + sentence(dice, 3) + ".\r\n");
        what = "body: text in front";
        break;
      case 3:
        parts.body += sentence(dice, 8) + ".\r\n";
        what = "appended text";
        break;
      case 4:
        parts.body += "\r\n-- \r\n" + sentence(dice, 5) + "\r\nhttp://example.com/" +
                      std::string(kWords[dice.below(kWords.size())]) + "\r\n";
        what = "appended text like a footer";
        break;
      case 5:
        set("Date", "Tue, 01 Sep 2020 10:00:00 +0000");
        break;
      case 6:
        set("Subject", sentence(dice, 4));
        break;
      case 7:
        set("From", "minister@example.org");
        break;
      case 8:
        set("To", "journalist@example.com");
        break;
      case 9:
        set("Message-ID", "<" + std::to_string(dice.next()) + "@example.org>");
        break;
      case 10: {
        constexpr std::string_view kNames[] = {"From: minister@example.org",  "Subject: confidential payment",
                                               "To: donor@example.com",       "Date: Tue, 01 Sep 2020 10:00:00 +0000",
                                               "Reply-To: donor@example.com", "Sender: minister@example.org"};
        const std::string_view added = kNames[dice.below(std::size(kNames))];
        parts.header = std::string(added) + "\r\n" + parts.header;
        what = "header: one more " + std::string(added.substr(0, added.find(':')));
        break;
      }
      case 11: {
        constexpr std::string_view kNames[] = {"Subject: confidential payment", "From: minister@example.org",
                                               "Cc: donor@example.com"};
        const std::string_view added = kNames[dice.below(std::size(kNames))];
        parts.header += std::string(added) + "\r\n";
        what = "header: one more below " + std::string(added.substr(0, added.find(':')));
        break;
      }
      case 12: {  // an attachment's bytes
        const std::size_t at = parts.body.find("base64\r\n");
        if (at == std::string::npos) continue;
        const std::size_t byte = parts.body.find("\r\n\r\n", at) + 5;
        if (byte >= parts.body.size()) continue;
        parts.body[byte] = parts.body[byte] == 'A' ? 'B' : 'A';
        what = "attachment: a byte";
        break;
      }
      case 13: {  // another file's name
        const std::size_t at = parts.body.find("filename=\"");
        if (at == std::string::npos) continue;
        parts.body.replace(at + 10, 1, "z");
        what = "attachment: its name";
        break;
      }
      case 14: {  // the shown text comes from elsewhere: another boundary
        const auto [at, size] = field(parts.header, "Content-Type");
        if (at == std::string::npos) continue;
        parts.header.replace(at, size, "multipart/mixed; boundary=\"forged\"");
        parts.body =
            "--forged\r\nContent-Type: text/plain\r\n\r\n" + sentence(dice, 9) + "\r\n--forged--\r\n" + parts.body;
        what = "body: behind another boundary";
        break;
      }
      case 15: {  // shown as it was never meant to be
        const auto [at, size] = field(parts.header, "Content-Type");
        if (at == std::string::npos || !parts.header.substr(at).starts_with("multipart/")) continue;
        if (dice.below(2))
          parts.header.replace(at, size, "text/plain");
        else
          parts.header.erase(at - 14, size + 16);
        what = "header: parts shown as text";
        break;
      }
      case 16: {  // a field that was not there
        constexpr std::array<std::string_view, 4> kFields = {"Reply-To", "Sender", "Cc", "Subject"};
        parts.header = std::string(kFields[dice.below(4)]) + ": other@example.com\r\n" + parts.header;
        what = "header: a field more";
        break;
      }
      default: {  // another message's signature
        const std::size_t at = parts.header.find(" bh=");
        if (at == std::string::npos) continue;
        const std::size_t byte = parts.header.find(';', at) - 6;
        parts.header[byte] = parts.header[byte] == 'x' ? 'y' : 'x';
        parts.body += "x";
        what = "signature: another hash";
        break;
      }
    }
    std::string out = joined(parts);
    if (!what.empty() && out != message) return {what, out};
  }
}

Changed reencode(const std::string& message, Dice& dice) {
  for (;;) {
    Parts parts = parts_of(message);
    std::string what;
    switch (dice.below(12)) {
      case 9: {  // a server that takes no 8-bit mail
        const std::size_t part = parts.body.find("Content-Type: text/plain; charset=utf-8\r\n\r\n");
        if (part == std::string::npos) {
          if (parts.header.find("boundary") != std::string::npos || parts.header.find("Encoding:") != std::string::npos)
            continue;
          parts.header += "Content-Transfer-Encoding: quoted-printable\r\n";
          parts.body = quoted_lines(parts.body);
        } else {
          const std::size_t from = parts.body.find("\r\n\r\n", part) + 4, to = parts.body.find("\r\n--", from);
          if (to == std::string::npos || to < from) continue;
          parts.body.replace(from, to - from, quoted_lines(parts.body.substr(from, to - from)));
          parts.body.insert(from - 2, "Content-Transfer-Encoding: quoted-printable\r\n");
        }
        what = "quoted-printable on the way";
        break;
      }
      case 10: {
        if (parts.header.find("boundary") != std::string::npos || parts.header.find("Encoding:") != std::string::npos)
          continue;
        parts.header += "Content-Transfer-Encoding: base64\r\n";
        parts.body = base64_lines(parts.body);
        what = "base64 on the way";
        break;
      }
      case 11: {
        const std::size_t part = parts.body.find("Content-Transfer-Encoding: base64\r\n");
        if (part == std::string::npos) continue;
        const std::size_t from = parts.body.find("\r\n\r\n", part) + 4, to = parts.body.find("\r\n--", from);
        if (to == std::string::npos || to < from) continue;
        std::string letters, lines;
        for (const char c : parts.body.substr(from, to - from))
          if (c != '\r' && c != '\n') letters += c;
        for (std::size_t i = 0; i < letters.size(); i += 60) lines += (i > 0 ? "\r\n" : "") + letters.substr(i, 60);
        parts.body.replace(from, to - from, lines);
        what = "base64 in other lines";
        break;
      }
      case 0: {
        std::string out;
        for (const char c : message)
          if (c != '\r') out += c;
        return {"line ends", out};
      }
      case 1:
        parts.body = each_line(parts.body, [](std::string_view line) {
          return (line.starts_with("From ") ? ">" : "") + std::string(line);
        });
        what = "quoted From lines";
        break;
      case 2:
        parts.body = each_line(
            parts.body, [](std::string_view line) { return (line.starts_with(".") ? "." : "") + std::string(line); });
        what = "stuffed dots";
        break;
      case 3:
        parts.body += "\r\n\r\n  \r\n";
        what = "trailing blank lines";
        break;
      case 4:
        parts.header += "List-Id: <press.example.net>\r\n";
        parts.body +=
            "_______________________________________________\r\nPress mailing "
            "list\r\nPress@example.net\r\nhttps://lists.example.net/press\r\n";
        what = "list footer";
        break;
      case 5:
        parts.header =
            "Received: from mx.example.org by mx.example.net; Mon, 31 Aug 2020 10:00:00 +0000\r\n" + parts.header;
        what = "a hop";
        break;
      case 6: {
        const auto [at, size] = field(parts.header, "Subject");
        parts.header.insert(at, "[press] ");
        (void)size;
        what = "a list's tag in the subject";
        break;
      }
      case 7: {
        std::string out;  // CR LF became CR CR LF in the body
        for (const char c : parts.body) {
          if (c == '\n') out += '\r';
          out += c;
        }
        parts.body = out;
        what = "doubled carriage returns";
        break;
      }
      default: {
        std::string out;  // a file with bare LF, quoted as mboxrd does
        for (const char c : each_line(parts.body, [](std::string_view line) {
               return (line.starts_with("From ") ? ">" : "") + std::string(line);
             }))
          if (c != '\r') out += c;
        std::string header;
        for (const char c : parts.header)
          if (c != '\r') header += c;
        return {"an mbox file", header + "\n" + out};
      }
    }
    std::string out = joined(parts);
    if (out != message) return {what, out};
  }
}

}  // namespace tocsin::tests
