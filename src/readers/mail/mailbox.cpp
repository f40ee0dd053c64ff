#include "readers/mail/mailbox.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace tocsin::mail {
namespace {

constexpr std::size_t kRead = 1u << 20;
constexpr std::size_t kHeaderMax = 1u << 20;  // Content-Length is looked for in so much of a message

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view line_at(std::string_view text) {
  std::string_view line = text.substr(0, text.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

// The end of the header: past its empty line; npos when it isn't here.
std::size_t header_end(std::string_view message) {
  for (std::size_t at = message.find('\n'); at != std::string_view::npos; at = message.find('\n', at + 1)) {
    if (message.substr(at + 1).starts_with("\n")) return at + 2;
    if (message.substr(at + 1).starts_with("\r\n")) return at + 3;
  }
  return std::string_view::npos;
}

// -1: none, or no number.
std::int64_t content_length(std::string_view header) {
  for (std::size_t at = 0; at < header.size();) {
    const std::string_view line = line_at(header.substr(at));
    constexpr std::string_view kName = "content-length:";
    if (line.size() > kName.size() && same_word(line.substr(0, kName.size()), kName)) {
      std::int64_t value = 0;
      bool any = false;
      for (const char c : line.substr(kName.size())) {
        if (c == ' ' || c == '\t') continue;
        if (!is_digit(c) || value > (std::int64_t{1} << 40)) return -1;
        value = value * 10 + (c - '0');
        any = true;
      }
      return any ? value : -1;
    }
    const std::size_t lf = header.find('\n', at);
    if (lf == std::string_view::npos) break;
    at = lf + 1;
  }
  return -1;
}

}  // namespace

bool is_from_line(std::string_view line) {
  if (!line.starts_with("From ") || line.size() > 512) return false;
  // A time and a year somewhere behind the sender.
  bool time = false, year = false;
  for (std::size_t i = 5; i < line.size(); ++i) {
    if (!time && i + 4 < line.size() && is_digit(line[i]) && line[i + 1] == ':' && is_digit(line[i + 2]) &&
        is_digit(line[i + 3]) && i > 5 && (is_digit(line[i - 1]) || line[i - 1] == ' '))
      time = true;
    if (i + 3 < line.size() && line[i - 1] == ' ' && (line[i] == '1' || line[i] == '2') && is_digit(line[i + 1]) &&
        is_digit(line[i + 2]) && is_digit(line[i + 3]) && (i + 4 == line.size() || line[i + 4] == ' '))
      year = true;
  }
  return time && year;
}

bool looks_like_mbox(std::string_view head) {
  if (!is_from_line(line_at(head))) return false;
  const std::size_t lf = head.find('\n');
  return lf != std::string_view::npos && looks_like_message(head.substr(lf + 1));
}

bool looks_like_message(std::string_view head) {
  if (head.starts_with("\xef\xbb\xbf")) head.remove_prefix(3);
  constexpr std::array<std::string_view, 24> kFields = {"from",
                                                        "to",
                                                        "cc",
                                                        "subject",
                                                        "date",
                                                        "message-id",
                                                        "received",
                                                        "return-path",
                                                        "mime-version",
                                                        "dkim-signature",
                                                        "content-type",
                                                        "delivered-to",
                                                        "reply-to",
                                                        "sender",
                                                        "x-mailer",
                                                        "arc-seal",
                                                        "authentication-results",
                                                        "references",
                                                        "in-reply-to",
                                                        "domainkey-signature",
                                                        "envelope-to",
                                                        "x-original-to",
                                                        "received-spf",
                                                        "arc-message-signature"};
  constexpr std::array<std::string_view, 6> kElsewhere = {"to", "cc", "date", "content-type", "sender", "references"};
  int known = 0, lines = 0;
  bool only_mail = false;  // a field that HTTP and others don't have
  while (!head.empty() && lines < 200) {
    const std::string_view line = line_at(head);
    const bool whole = head.find('\n') != std::string_view::npos;
    if (line.empty()) break;
    if (line[0] != ' ' && line[0] != '\t') {
      const std::size_t colon = line.find(':');
      if (!whole) break;
      if (colon == std::string_view::npos || colon == 0 ||
          !std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon),
                       [](char c) { return c > ' ' && c < 127; }))
        return false;
      for (const std::string_view field : kFields)
        if (same_word(line.substr(0, colon), field)) {
          ++known;
          only_mail = only_mail || std::ranges::find(kElsewhere, field) == kElsewhere.end();
          break;
        }
    } else if (lines == 0) {
      return false;
    }
    ++lines;
    head.remove_prefix(std::min(head.find('\n') + 1, head.size()));
  }
  return known >= 2 && only_mail;
}

Result<bool> Mailbox::fill() {
  if (at_end_) return false;
  if (start_ > (1u << 20) && start_ > buffer_.size() / 2) {
    buffer_.erase(0, start_);
    base_ += start_;
    scanned_ -= start_;
    start_ = 0;
  }
  const std::size_t size = buffer_.size();
  buffer_.resize(size + kRead);
  auto got = stream_.read(buffer_.data() + size, kRead);
  if (!got) {
    buffer_.resize(size);
    at_end_ = true;
    return std::unexpected(std::move(got).error());
  }
  buffer_.resize(size + *got);
  if (*got == 0) at_end_ = true;
  return *got > 0;
}

// Where the open message ends; `certain` when nothing that comes can change it.
std::size_t Mailbox::message_end(bool& certain) {
  const std::string_view message = std::string_view(buffer_).substr(start_);
  certain = at_end_;
  if (!mbox_) return buffer_.size();
  std::size_t from = std::max(scanned_, start_) - start_;
  if (!split_) {
    // What is seen of a message, and with it the answer, must not depend on how much the stream gave at once.
    const std::size_t window = std::min(kHeaderMax, whole_max_);
    const std::size_t header = header_end(message.substr(0, window));
    if (header == std::string_view::npos && !at_end_ && message.size() < window) return buffer_.size();
    if (header != std::string_view::npos) {
      const std::int64_t length = content_length(message.substr(0, header));
      if (length >= 0 && header + static_cast<std::size_t>(length) < whole_max_) {
        std::size_t end = header + static_cast<std::size_t>(length);
        if (message.size() < end + 256 && !at_end_) return buffer_.size();  // more is needed to judge it
        // An empty line may follow, then the next "From " line or the end.
        for (int i = 0; i < 2 && end < message.size() && (message[end] == '\n' || message[end] == '\r'); ++i) {
          if (message[end] == '\r' && end + 1 < message.size() && message[end + 1] == '\n') ++end;
          ++end;
          if (is_from_line(line_at(message.substr(end)))) break;
        }
        if (length > 0 &&
            (end == message.size() || is_from_line(line_at(message.substr(std::min(end, message.size()))))) &&
            end <= message.size()) {
          certain = true;
          return start_ + end;
        }
      }
    }
  }
  for (;;) {
    const std::size_t at = message.find("\nFrom ", from);
    if (at == std::string_view::npos) break;
    const bool after_empty =
        at > 0 && (message[at - 1] == '\n' || (at > 1 && message[at - 1] == '\r' && message[at - 2] == '\n'));
    if (after_empty) {
      const std::string_view rest = message.substr(at + 1);
      if (rest.find('\n') == std::string_view::npos && rest.size() < 512 && !at_end_) {
        scanned_ = start_ + at;
        return buffer_.size();
      }
      if (is_from_line(line_at(rest))) {
        certain = true;
        return start_ + at + 1;
      }
    }
    from = at + 1;
  }
  if (at_end_) {
    // A file cut off inside a "From " line: the message before it is whole.
    const std::size_t line = message.rfind('\n');
    if (line != std::string_view::npos && line > 0 && line + 1 < message.size() && message.size() - line < 512 &&
        (message[line - 1] == '\n' || (message[line - 1] == '\r' && line > 1 && message[line - 2] == '\n'))) {
      const std::string_view tail = message.substr(line + 1);
      if (tail.starts_with("From ") || std::string_view("From ").starts_with(tail)) return start_ + line + 1;
    }
  }
  scanned_ = start_ + (message.size() > 8 ? message.size() - 8 : 0);
  return buffer_.size();
}

Result<bool> Mailbox::next(MailPiece& out) {
  for (;;) {
    bool certain = false;
    const std::size_t end = start_ < buffer_.size() ? message_end(certain) : buffer_.size();
    const bool have = start_ < buffer_.size();
    const std::size_t size = end - start_;
    if (have && certain && size <= whole_max_) {
      out = {base_ + start_, std::string_view(buffer_).substr(start_, end - start_), !split_, true};
      start_ = scanned_ = end;
      split_ = false;
      return true;
    }
    constexpr std::size_t keep = 1024;  // what may be the next message's beginning
    if (have && (certain || size > whole_max_ + keep)) {
      out = {base_ + start_, std::string_view(buffer_).substr(start_, whole_max_), !split_, false};
      start_ += whole_max_;
      scanned_ = std::max(scanned_, start_);
      split_ = true;
      return true;
    }
    if (at_end_) {
      if (split_) {  // the last piece was empty
        out = {base_ + start_, {}, false, true};
        split_ = false;
        return true;
      }
      return false;
    }
    TRY(const bool more, fill());
    (void)more;
  }
}

}  // namespace tocsin::mail
