#include "documents/outlook.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/endian.h"
#include "base/hash.h"
#include "base/text.h"
#include "documents/code_page.h"
#include "documents/compound.h"
#include "documents/mapi.h"
#include "documents/outlook_rtf.h"

namespace tocsin::documents {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kBodyMax = 16u << 20;
constexpr std::size_t kRecipientsMax = 5000;

std::string base64(std::string_view bytes) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve(bytes.size() / 3 * 4 + bytes.size() / 57 * 2 + 8);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k)
      bits = bits << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) out += i + k > bytes.size() ? '=' : kLetters[bits >> (18 - 6 * k) & 63];
    if (i % 57 == 54) out += "\r\n";
  }
  return out + "\r\n";
}

bool same(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// One line, whatever the property holds.
std::string line_of(std::string_view text, std::size_t max = 8192) {
  std::string out = to_utf8(text.substr(0, max));
  for (char& c : out)
    if (static_cast<unsigned char>(c) < ' ' || c == 127) c = ' ';
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

// RFC 2047 where it isn't plain; `quoted` for a display name.
std::string worded(std::string_view text, bool quoted) {
  const std::string line = line_of(text);
  if (line.empty()) return line;
  const bool plain = is_ascii(line) && line.find("=?") == std::string::npos;
  if (plain && !quoted) return line;
  std::string out;
  if (plain) {
    out = "\"";
    for (const char c : line) out += (c == '"' || c == '\\') ? std::string{'\\', c} : std::string{c};
    return out + "\"";
  }
  for (std::size_t at = 0; at < line.size();) {
    std::size_t end = std::min(at + 39, line.size());
    while (end < line.size() && end > at && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) --end;
    std::string piece = base64(std::string_view(line).substr(at, end - at));
    piece.resize(piece.find_last_not_of("\r\n") + 1);
    out += (out.empty() ? "" : "\r\n ") + std::string("=?utf-8?B?") + piece + "?=";
    at = end;
  }
  return out;
}

std::string address_of(std::string_view name, std::string_view address) {
  const std::string mail = line_of(address, 1000);
  const bool is_mail = mail.find('@') != std::string::npos && mail.find_first_of(" <>,;\"") == std::string::npos;
  if (!is_mail) return name.empty() && mail.empty() ? "" : worded(name.empty() ? std::string_view(mail) : name, true);
  return name.empty() || name == address ? "<" + mail + ">" : worded(name, true) + " <" + mail + ">";
}

// People of one Exchange organisation have a directory name and maybe no address of mail: it is encapsulated as
// Exchange does for the world outside (MS-OXOAB, MS-OXCMAIL 2.2.4.1), below a domain that nobody has.
std::string mail_address(std::string smtp, const std::string& address, std::string_view type) {
  if (!smtp.empty() || !same(type, "EX") || address.empty()) return smtp.empty() ? address : smtp;
  std::string out = "IMCEAEX-";
  for (const char c : address.substr(0, 600))
    out += std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '=' ? std::string{c}
           : c == '/' || c == '_'                                              ? "_"
                                  : fmt::format("+{:02X}", static_cast<unsigned char>(c));
  return out + "@exchange.invalid";
}

std::string date_of(Time time) {
  constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Civil c = civil(time);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} +0000", kDays[c.weekday], c.day, kMonths[c.month - 1], c.year,
                     c.hour, c.minute, c.second);
}

// The fields of a header as the servers wrote it, without those on the structure of what is made anew.
class Fields {
 public:
  void take(std::string_view header) {
    bool kept = false;
    while (!header.empty()) {
      const std::size_t end = std::min(header.find('\n'), header.size());
      std::string_view line = header.substr(0, end);
      header.remove_prefix(std::min(end + 1, header.size()));
      while (line.ends_with('\r')) line.remove_suffix(1);
      if (line.starts_with(' ') || line.starts_with('\t')) {
        if (kept && line.find_first_not_of(" \t") != std::string_view::npos) add_line(line);
        continue;
      }
      const std::size_t colon = line.find(':');
      const std::string_view name = line.substr(0, colon);
      kept = colon != std::string_view::npos && colon > 0 &&
             std::ranges::all_of(name, [](unsigned char c) { return c > ' ' && c < 127; }) && !name.starts_with("--") &&
             !is_structure(name);
      if (!kept) continue;
      names_.emplace_back(name);
      add_line(line);
    }
  }
  void add(std::string_view name, const std::string& value) {
    if (value.empty() || std::ranges::any_of(names_, [&](const std::string& one) { return same(one, name); })) return;
    names_.emplace_back(name);
    text_ += fmt::format("{}: {}\r\n", name, value);
  }
  const std::string& text() const { return text_; }

 private:
  static bool is_structure(std::string_view name) {
    for (const std::string_view one : {"Content-Type"sv, "Content-Transfer-Encoding"sv, "Content-Disposition"sv,
                                       "Content-ID"sv, "MIME-Version"sv, OutlookMail::kMark})
      if (same(name, one)) return true;
    return false;
  }
  void add_line(std::string_view line) {
    for (const char c : line) text_ += c == '\0' || c == '\r' ? ' ' : c;
    text_ += "\r\n";
  }
  std::string text_;
  std::vector<std::string> names_;
};

class Writer {
 public:
  Writer(std::string_view bytes, OutlookMail& out)
      : out_(out),
        limits_{.part = bytes.size(), .total = bytes.size()},
        file_(bytes, limits_),
        budget_(bytes.size() + (1u << 20)),  // small ones are asked for more than once
        mark_("tocsin-" + sha256(bytes).hex().substr(0, 24)) {}

  bool run() {
    if (!file_.good() || file_.root() == Compound::kNone ||
        file_.find_in(file_.root(), kPropertyStream) == Compound::kNone)
      return false;
    for (const Anomaly& anomaly : file_.anomalies()) note(anomaly.name, anomaly.detail);
    const NamedProperties named(file_);
    message(file_.root(), 32, 0, named, 0);
    return true;
  }

 private:
  void note(std::string_view name, std::string detail) {
    if (out_.anomalies.size() < 50) out_.anomalies.push_back({name, 0, 0, std::move(detail)});
  }
  void put(std::string_view text) { out_.text += text; }
  std::string boundary() { return fmt::format("{}-{}", mark_, ++boundaries_); }

  void message(std::uint32_t storage, std::size_t front, unsigned page, const NamedProperties& named, unsigned depth) {
    const Properties item(file_, storage, front, page, budget_);
    fields(item, storage);
    put(head_);
    const std::string kind = item.text(mapi::kMessageClass);
    const std::vector<std::uint32_t> attachments = parts_named("__attach_version1.0_#", storage);
    if (signed_whole(kind, attachments, item.page())) return;
    put("MIME-Version: 1.0\r\n");
    const std::string mixed = boundary();
    put(fmt::format("Content-Type: multipart/mixed; boundary=\"{}\"\r\n\r\n", mixed));
    bodies(item, mixed);
    reminder(item, named, mixed);
    for (const std::uint32_t one : attachments) attachment(one, item.page(), named, mixed, depth);
    put(fmt::format("--{}--\r\n", mixed));
  }

  void fields(const Properties& item, std::uint32_t storage) {
    Fields fields;
    fields.take(item.text(mapi::kTransportHeaders));
    const auto sender = [&](unsigned name, unsigned address, unsigned type, unsigned smtp) {
      return address_of(item.text(name), mail_address(item.text(smtp), item.text(address), item.text(type)));
    };
    const std::string by = sender(mapi::kSenderName, mapi::kSenderAddress, mapi::kSenderType, mapi::kSenderSmtp),
                      of = sender(mapi::kSentForName, mapi::kSentForAddress, mapi::kSentForType, mapi::kSentForSmtp);
    fields.add("From", !of.empty() ? of : !by.empty() ? by : "<nobody@unknown.invalid>");
    if (!of.empty() && of != by) fields.add("Sender", by);
    std::string to[4];
    std::size_t count = 0;
    for (const std::uint32_t one : parts_named("__recip_version1.0_#", storage)) {
      if (++count > kRecipientsMax) break;
      const Properties recipient(file_, one, 8, item.page(), budget_);
      const std::string address =
          address_of(recipient.text(mapi::kDisplayName),
                     mail_address(recipient.text(mapi::kSmtpAddress), recipient.text(mapi::kEmailAddress),
                                  recipient.text(mapi::kAddressType)));
      if (address.empty()) continue;
      const std::uint64_t kind = std::min<std::uint64_t>(recipient.number(mapi::kRecipientType).value_or(1), 3);
      to[kind] += (to[kind].empty() ? "" : ",\r\n ") + address;
    }
    for (const auto& [name, kind] : {std::pair("To", 1), std::pair("Cc", 2), std::pair("Bcc", 3)})
      fields.add(name, to[kind]);
    if (to[1].empty()) fields.add("To", worded(item.text(mapi::kDisplayTo), true));
    fields.add("Reply-To", worded(item.text(mapi::kReplyToNames), true));
    fields.add("Subject", worded(item.text(mapi::kSubject), false));
    fields.add("Message-ID", line_of(item.text(mapi::kMessageId), 998));
    fields.add("In-Reply-To", line_of(item.text(mapi::kInReplyTo), 998));
    fields.add("References", line_of(item.text(mapi::kReferences), 8000));
    for (const unsigned when : {mapi::kSubmitted, mapi::kDelivered, mapi::kModified, mapi::kCreated})
      if (const auto time = item.time(when)) {
        fields.add("Date", date_of(*time));
        break;
      }
    head_ = fmt::format(
                "{}: an item of Outlook, {}\r\n", OutlookMail::kMark,
                line_of(item.text(mapi::kMessageClass).empty() ? "of no class" : item.text(mapi::kMessageClass), 100)) +
            fields.text();
  }

  // Outlook keeps a clear-signed entity as its only attachment, with its own header.
  bool signed_whole(std::string_view kind, const std::vector<std::uint32_t>& attachments, unsigned page) {
    if (attachments.size() != 1 || kind.find("SMIME.MultipartSigned") == std::string_view::npos) return false;
    const Properties one(file_, attachments[0], 8, page, budget_);
    const std::string entity = one.bytes(mapi::kAttachData);
    std::string lower = entity.substr(0, 200);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    if (lower.find("multipart/signed") == std::string::npos || entity.starts_with("\r\n")) return false;
    put("MIME-Version: 1.0\r\n" + entity);
    return true;
  }

  void bodies(const Properties& item, const std::string& mixed) {
    std::string text = item.text(mapi::kBody, kBodyMax), html = item.bytes(mapi::kHtml, kBodyMax), html_page = "utf-8";
    if (html.empty()) {
      html = item.text(mapi::kHtml, kBodyMax);
    } else if (const std::string page = page_name(static_cast<unsigned>(item.number(mapi::kInternetPage).value_or(0)));
               !page.empty()) {
      html_page = page;
    }
    if (html.empty()) {
      const auto rtf = decompress_rtf(item.bytes(mapi::kRtf, kBodyMax), kBodyMax);
      std::string inner;
      const InRtf what = rtf ? unwrap_rtf(*rtf, kBodyMax, inner) : InRtf::nothing;
      if (what == InRtf::html) html = std::move(inner);
      if (what == InRtf::text && text.empty()) text = std::move(inner);
      if (what == InRtf::nothing && rtf && text.empty() && !rtf->empty()) {
        text = text_of(*rtf, {});
        note("outlook-body-only-rtf", fmt::format("{} bytes of RTF; its words are given", rtf->size()));
      }
    }
    if (text.empty() && html.empty()) return;
    const std::string inner = boundary();
    put(fmt::format("--{}\r\nContent-Type: multipart/alternative; boundary=\"{}\"\r\n\r\n", mixed, inner));
    const auto body = [&](std::string_view type, std::string_view charset, std::string_view bytes) {
      if (!bytes.empty())
        put(fmt::format("--{}\r\nContent-Type: {}; charset={}\r\nContent-Transfer-Encoding: base64\r\n\r\n{}", inner,
                        type, charset, base64(bytes)));
    };
    body("text/plain", "utf-8", text);
    body("text/html", html_page, html);
    put(fmt::format("--{}--\r\n", inner));
  }

  // The sound of a reminder may lie on anybody's file share, and Outlook fetches it unasked (as for CVE-2023-23397).
  void reminder(const Properties& item, const NamedProperties& named, const std::string& mixed) {
    const auto id = named.common(mapi::kReminderFile);
    const std::string file = id ? line_of(item.text(*id), 2000) : std::string();
    if (file.empty()) return;
    put(fmt::format("--{}\r\nContent-Type: text/calendar; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
                    mixed,
                    base64("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nBEGIN:VALARM\r\nACTION:AUDIO\r\nATTACH:" + file +
                           "\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")));
  }

  void attachment(std::uint32_t storage, unsigned page, const NamedProperties& named, const std::string& mixed,
                  unsigned depth) {
    const Properties item(file_, storage, 8, page, budget_);
    std::string name = item.text(mapi::kAttachLongName);
    for (const unsigned other : {mapi::kAttachName, mapi::kDisplayName})
      if (name.empty()) name = item.text(other);
    const std::uint64_t method = item.number(mapi::kAttachMethod).value_or(1);
    const std::uint32_t inner = file_.find_in(storage, "__substg1.0_3701000D");
    if (inner != Compound::kNone && file_.find_in(inner, kPropertyStream) != Compound::kNone) {
      if (depth + 1 >= OutlookMail::kDepthMax) return note("outlook-too-deep", line_of(name, 200));
      put(fmt::format("--{}\r\nContent-Type: message/rfc822\r\n\r\n", mixed));
      message(inner, 24, page, named, depth + 1);
      return;
    }
    std::string type = line_of(item.text(mapi::kAttachType), 100);
    if (type.find('/') == std::string::npos || type.find_first_of(" ;\"") != std::string::npos ||
        type.starts_with("multipart/") || type.starts_with("message/"))
      type = "application/octet-stream";
    std::string bytes;
    if (method == 2 || method == 3 || method == 4 || method == 7) {
      bytes = item.text(mapi::kAttachLongPath);
      if (bytes.empty()) bytes = item.text(mapi::kAttachPath);
      note("outlook-link-attachment", line_of(bytes, 300));
      type = "text/plain";
    } else if (inner != Compound::kNone) {
      bytes = object(inner);  // an OLE object: its native data, or its picture
    } else {
      bytes = item.bytes(mapi::kAttachData);
      if (item.cut()) note("outlook-too-large", line_of(name, 200));
    }
    std::string id = line_of(item.text(mapi::kContentId), 500);
    std::erase_if(id, [](char c) { return c == '<' || c == '>' || c == ' '; });
    put(fmt::format("--{}\r\nContent-Type: {}\r\nContent-Transfer-Encoding: base64\r\n", mixed, type));
    if (!id.empty()) put("Content-ID: <" + id + ">\r\n");
    put(fmt::format("Content-Disposition: {}; filename={}\r\n\r\n", id.empty() ? "attachment" : "inline",
                    file_name(name)));
    put(base64(bytes));
  }

  static std::string file_name(std::string_view name) {
    const std::string word = worded(name, true);
    return word.starts_with('"') ? word : "\"" + word + "\"";
  }

  std::string object(std::uint32_t storage) {
    for (const std::string_view name : {"CONTENTS"sv, "Package"sv, "\1Ole10Native"sv}) {
      const std::uint32_t stream = file_.find_in(storage, name);
      if (stream != Compound::kNone) return take(file_, stream, budget_, SIZE_MAX, nullptr);
    }
    return {};
  }

  std::vector<std::uint32_t> parts_named(std::string_view front, std::uint32_t storage) const {
    std::vector<std::uint32_t> out = file_.inside(storage);
    std::erase_if(out, [&](std::uint32_t i) {
      return file_.entries()[i].type != 1 || !file_.entries()[i].name.starts_with(front);
    });
    std::ranges::sort(out, {}, [&](std::uint32_t i) { return std::string_view(file_.entries()[i].name); });
    return out;
  }

  OutlookMail& out_;
  const Limits limits_;
  const Compound file_;
  std::size_t budget_;  // bytes of streams still to be given: no file holds more than its size
  const std::string mark_;
  unsigned boundaries_ = 0;
  std::string head_;
};

}  // namespace

OutlookItem recognise_outlook_item(std::string_view head) {
  if (!head.starts_with("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv) || head.size() < 512) return OutlookItem::no;
  // The name of its property stream, in UTF-16 as the directory holds it.
  if (head.find("_\0_\0p\0r\0o\0p\0e\0r\0t\0i\0e\0s\0_\0v\0e\0r\0s\0i\0o\0n\0"sv) != std::string_view::npos)
    return OutlookItem::yes;
  const unsigned shift = static_cast<unsigned char>(head[30]);
  const std::uint64_t directory = *reinterpret_cast<const ul32*>(head.data() + 48);
  return (shift == 9 || shift == 12) && ((directory + 2) << shift) > head.size() ? OutlookItem::perhaps
                                                                                 : OutlookItem::no;
}

std::optional<OutlookMail> outlook_mail(std::string_view bytes) {
  OutlookMail out;
  if (!Writer(bytes, out).run()) return std::nullopt;
  return out;
}

}  // namespace tocsin::documents
