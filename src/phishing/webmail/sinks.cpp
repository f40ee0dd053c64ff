#include "phishing/webmail/sinks.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "phishing/html/address.h"
#include "phishing/html/script.h"
#include "phishing/html/tree.h"
#include "phishing/webmail/walk.h"

namespace tocsin::phishing {
namespace {

constexpr std::string_view kNames[] = {"script", "handler",  "address", "reference",  "animation", "style",  "frame",
                                       "base",   "breakout", "link",    "plain text", "field",     "command"};

// UTF-7 (RFC 2152) of what a browser of old, or a filter, may take for it.
std::string decode_utf7(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '+') {
      out += text[i];
      continue;
    }
    const std::size_t begin = ++i;
    while (i < text.size() && (std::isalnum(static_cast<unsigned char>(text[i])) || text[i] == '+' || text[i] == '/'))
      ++i;
    if (i == begin) {
      out += '+';
    } else {
      const std::string units = decode_base64(text.substr(begin, i - begin));
      for (std::size_t u = 0; u + 1 < units.size(); u += 2) out += units[u] == 0 ? units[u + 1] : '?';
    }
    if (i < text.size() && text[i] != '-') --i;
  }
  return out;
}

// What a decoder of ISO-2022-JP takes out of the text, and what no text needs.
std::string without_escapes(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == 0x1b && (text.substr(i + 1, 1) == "(" || text.substr(i + 1, 1) == "$")) {
      i += 2;
      continue;
    }
    if (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f') continue;
    out += text[i];
  }
  return out;
}

// "Ada <ada@example.org>" is read by no parser: a tag whose name holds an @ is none that a browser knows.
bool may_hold_markup(std::string_view text) {
  for (std::size_t at = text.find_first_of("<=:"); at != std::string_view::npos; at = text.find_first_of("<=:", at)) {
    if (text[at] != '<') return true;
    const std::size_t end =
        text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_+@", at + 1);
    if (end == std::string_view::npos || text[end] != '>') return true;
    if (text.substr(at, end - at).find('@') == std::string_view::npos) return true;
    at = end;
  }
  return false;
}

}  // namespace

std::string_view name(SinkKind kind) { return kNames[static_cast<int>(kind)]; }

std::string printable_excerpt(std::string_view text, std::size_t max) {
  std::string out = to_utf8(text.substr(0, max * 2));
  std::string flat;
  for (const char c : out) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (control && (flat.empty() || flat.back() == ' ')) continue;
    flat += control ? ' ' : c;
  }
  if (flat.size() > max) {
    flat.resize(max);
    while (!flat.empty() && (flat.back() & 0xC0) == 0x80) flat.pop_back();
    if (!flat.empty() && (flat.back() & 0x80)) flat.pop_back();
    flat += "…";
  }
  return flat;
}

void SinkList::add(Sink sink) {
  const auto same = [&](const Sink& one) {
    return one.kind == sink.kind && one.where == sink.where && one.excerpt == sink.excerpt;
  };
  if (sinks_.size() < limits_.sinks) {
    if (std::ranges::none_of(sinks_, same)) sinks_.push_back(std::move(sink));
    return;
  }
  // Full: a graver one takes the place of a leftover.
  const auto least = std::ranges::min_element(sinks_, {}, &Sink::grade);
  if (least != sinks_.end() && least->grade < sink.grade && std::ranges::none_of(sinks_, same))
    *least = std::move(sink);
}

bool SinkList::found(Grade at_least) const {
  return std::ranges::any_of(sinks_, [&](const Sink& sink) { return sink.grade >= at_least; });
}

void SinkList::html(std::string_view html, std::string_view charset, const HtmlTree* tree) {
  if (tree)
    SinkWalk(*this, "", 0, false).page(html, *tree);
  else
    SinkWalk(*this, "", 0, false).page(html);
  if (charset == "utf-7" || html.find("+ADw-") != std::string_view::npos ||
      html.find("charset=utf-7") != std::string_view::npos)
    SinkWalk(*this, "as UTF-7, ", 1, true).page(decode_utf7(html));
  const bool controls = std::ranges::any_of(html, [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f';
  });
  if (controls) SinkWalk(*this, "control characters taken out, ", 1, true).page(without_escapes(html));
}

void SinkList::field(std::string_view text, std::string_view where) {
  if (!may_hold_markup(text)) return;
  SinkWalk walk(*this, "", 1, false);
  walk.as_field(text.substr(0, 64u << 10), where);
}

void SinkList::plain(std::string_view text) {
  text = text.substr(0, 2u << 20);
  // [label] and [label]: address, as programs that number links take them.
  std::size_t tries = 0;
  for (std::size_t open = text.find('['); open != std::string_view::npos && tries < 2000;
       open = text.find('[', open + 1)) {
    const std::size_t close = text.substr(open, 2000).find(']');
    if (close == std::string_view::npos) continue;
    const std::string_view label = text.substr(open + 1, close - 1);
    if (label.find_first_of("<\"'=") == std::string_view::npos) continue;
    ++tries;
    SinkWalk(*this, "", 1, false).as_reference(label, Grade::exploit, "a link reference");
  }
  // Addresses that go on after a quote or an angle bracket.
  tries = 0;
  for (std::size_t at = text.find("://"); at != std::string_view::npos && tries < 2000; at = text.find("://", at + 3)) {
    std::size_t begin = at;
    while (begin > 0 && at - begin < 8 && std::isalpha(static_cast<unsigned char>(text[begin - 1]))) --begin;
    const std::string_view line =
        text.substr(begin, std::min<std::size_t>(text.find_first_of("\r\n", at), begin + 4000) - begin);
    if (line.find_first_of("\"'<") == std::string_view::npos) {
      link(line.substr(0, line.find_first_of(" \t")), "a link in plain text");
      continue;
    }
    ++tries;
    const std::string_view token = line.substr(0, line.find_first_of(" \t"));
    SinkWalk(*this, "", 1, false).as_reference(token, Grade::active, "an address in plain text");
  }
  // A line that begins with a scheme that runs.
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = trimmed(text.substr(at, std::min<std::size_t>(end - at, 1000)));
    if (line.size() > 12 && (line.front() == '[' || line.front() == '<')) {
      const std::size_t colon = line.find("]:");
      const std::string_view target =
          colon == std::string_view::npos ? line.substr(1) : trimmed(line.substr(colon + 2));
      if (view_address(target).scheme == Scheme::script && !view_script(view_address(target).rest).inert)
        add({SinkKind::plain_text,
             Grade::exploit,
             false,
             "a link reference",
             "leads to script",
             printable_excerpt(line),
             {},
             {}});
    }
    at = end + 1;
  }
}

void SinkList::link(std::string_view url, std::string_view where) {
  if (url.find('%') == std::string_view::npos && url.find_first_of("<\"'") == std::string_view::npos) return;
  const std::size_t query = url.find_first_of(
      "?#/", std::min(url.size(), url.find("://") == std::string_view::npos ? 0 : url.find("://") + 3));
  if (query == std::string_view::npos) return;
  std::string decoded(url.substr(query, 8192));
  for (int round = 0; round < 3; ++round) {
    std::string again = decode_percent(decoded);
    if (again == decoded) break;
    decoded = std::move(again);
  }
  for (char& c : decoded)
    if (c == '+') c = ' ';
  if (decoded.find('<') == std::string::npos && decoded.find('"') == std::string::npos &&
      decoded.find('\'') == std::string::npos)
    return;
  SinkWalk(*this, "", 1, false).as_link(decoded, url, where);
}

void SinkList::mailbox(std::string_view address, std::string_view where) {
  const auto holds = [&](std::string_view word) { return address.find(word) != std::string_view::npos; };
  const std::string low = lower_ascii(address);
  if (holds("$(") || holds("${") || (std::ranges::count(address, '`') >= 2)) {
    const bool lookup = low.find("${jndi:") != std::string::npos || low.find("${lower:") != std::string::npos;
    add({SinkKind::command,
         Grade::exploit,
         false,
         std::string(where),
         lookup ? "holds a lookup that a log library would follow (as for CVE-2021-44228)"
                : "holds a shell command (as for CVE-2024-45519 in Zimbra)",
         printable_excerpt(address),
         {},
         {}});
  }
}

}  // namespace tocsin::phishing
