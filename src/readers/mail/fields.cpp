#include "readers/mail/fields.h"

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "base/ip.h"
#include "base/suffix.h"
#include "base/text.h"
#include "mime/charset.h"
#include "mime/header.h"
#include "mime/transfer.h"
#include "readers/mail/links.h"

namespace tocsin::mail {
namespace {

using mime::Header;
using mime::Message;
using mime::Part;

constexpr std::size_t kValueMax = 16u << 10;    // of a header value that is kept
constexpr std::size_t kHeadersMax = 2'000;      // header fields of a message that become fields
constexpr std::size_t kAttachmentsMax = 1'000;  // attachments of a message that are listed
constexpr std::size_t kAddressesMax = 1'000;    // of one field

// Names whose usual spelling is not a capital behind each dash.
constexpr std::array<std::string_view, 24> kSpelled = {"Message-ID",
                                                       "MIME-Version",
                                                       "Content-ID",
                                                       "DKIM-Signature",
                                                       "ARC-Seal",
                                                       "ARC-Message-Signature",
                                                       "ARC-Authentication-Results",
                                                       "Received-SPF",
                                                       "X-Originating-IP",
                                                       "List-ID",
                                                       "X-PHP-Originating-Script",
                                                       "X-MS-Exchange-Organization-SCL",
                                                       "X-MimeOLE",
                                                       "X-UID",
                                                       "X-IMAP",
                                                       "X-Spam-ASN",
                                                       "DomainKey-Signature",
                                                       "X-PHP-Script",
                                                       "X-MSMail-Priority",
                                                       "X-OriginalArrivalTime",
                                                       "X-Google-DKIM-Signature",
                                                       "X-SID-PRA",
                                                       "X-MS-Has-Attach",
                                                       "X-MS-TNEF-Correlator"};

std::string usual_spelling(std::string_view name) {
  for (const std::string_view spelled : kSpelled)
    if (mime::same_name(spelled, name)) return std::string(spelled);
  std::string out = mime::lower_ascii(name);
  bool first = true;
  for (char& c : out) {
    if (first && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    first = c == '-';
  }
  return out;
}

std::string shortened(std::string text) {
  if (text.size() <= kValueMax) return text;
  text.resize(kValueMax);
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80) text.pop_back();
  if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xc0) text.pop_back();
  return text;
}

// Whom a Received field says it came from: the first address before "by".
std::optional<Ip> hop_address(std::string_view received) {
  received = received.substr(0, 1024);
  const std::string lower = mime::lower_ascii(received);
  std::string_view from = lower;
  if (const std::size_t by = lower.find(" by "); by != std::string::npos) from = from.substr(0, by);
  for (std::size_t at = 0; at < from.size();) {
    const std::size_t start = from.find_first_of("0123456789abcdef:", at);
    if (start == std::string_view::npos) break;
    const std::size_t end = std::min(from.find_first_not_of("0123456789abcdef:.", start), from.size());
    std::string_view word = from.substr(start, end - start);
    const bool bounded = (start == 0 || !((from[start - 1] >= 'a' && from[start - 1] <= 'z') ||
                                          from[start - 1] == '-' || from[start - 1] == '.')) &&
                         (end == from.size() || !((from[end] >= 'g' && from[end] <= 'z') || from[end] == '-'));
    if (start >= 5 && from.substr(start - 5, 5) == "[ipv6" && word.starts_with(':')) word.remove_prefix(1);
    if (bounded || word.size() + 1 == end - start) {
      while (word.ends_with('.')) word.remove_suffix(1);
      if (word.size() > 6 || word.find("::") != std::string_view::npos)
        if (const auto ip = Ip::parse(word); ip && !ip->is_unspecified()) return ip;
    }
    at = std::max(end, start + 1);
  }
  return std::nullopt;
}

// "from a.example.org (…) by mx.example.net …": the names, lower case.
struct HopNames {
  std::string from, by;
};
HopNames hop_names(std::string_view received) {
  const std::string lower = mime::lower_ascii(received.substr(0, 2048));
  HopNames out;
  std::string* into = nullptr;
  for (std::size_t at = 0; at < lower.size();) {
    const std::size_t start = lower.find_first_not_of(" \t\r\n", at);
    if (start == std::string::npos) break;
    const std::size_t end = std::min(lower.find_first_of(" \t\r\n", start), lower.size());
    const std::string_view word = std::string_view(lower).substr(start, end - start);
    if (into) {
      *into = word.substr(0, word.find(';'));
      into = nullptr;
      if (!out.by.empty()) break;
    } else if (word == "from" && out.from.empty()) {
      into = &out.from;
    } else if (word == "by") {
      into = &out.by;
    }
    at = end;
  }
  return out;
}

// A hop inside one organisation: the server that handed it on is the one that the hop below was taken by, and both
// names have one owner.
bool is_internal(std::string_view received, std::string_view below) {
  const HopNames names = hop_names(received);
  if (names.from.empty() || names.by.empty() || below.empty() || hop_names(below).by != names.from) return false;
  const PublicSuffixes& suffixes = PublicSuffixes::system();
  const std::string_view owner = suffixes.registrable(names.from);
  return !owner.empty() && owner == suffixes.registrable(names.by);
}

std::optional<Time> hop_time(std::string_view received) {
  const std::size_t semicolon = received.rfind(';');
  return semicolon == std::string_view::npos ? std::nullopt : mime::parse_date(received.substr(semicolon + 1));
}

void put_addresses(const Part& root, std::string_view header, FieldOut& out) {
  const std::string name = std::string(header) + ".Address";
  if (!out.wants(name)) return;
  std::size_t count = 0;
  for (const Header& field : root.headers) {
    if (!mime::same_name(field.name, header)) continue;
    for (const mime::Address& address : mime::addresses(field.raw))
      if (!address.address.empty() && count++ < kAddressesMax) out.put(name, shortened(address.address));
  }
}

std::string extension_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || name.size() - dot > 16) return {};
  return mime::lower_ascii(name.substr(dot + 1));
}

void put_attachments(const Message& message, const std::vector<bool>& nested, FieldOut& out) {
  const bool names = out.wants("Attachment.Name"), types = out.wants("Attachment.Type"),
             extensions = out.wants("Attachment.Extension"), sizes = out.wants("Attachment.Size"),
             hashes = out.wants("Attachment.Sha256"), counts = out.wants("Attachment.Count");
  if (!names && !types && !extensions && !sizes && !hashes && !counts) return;
  std::uint64_t count = 0;
  for (std::uint32_t i = 0; i < message.parts.size(); ++i) {
    if (nested[i] || !is_attachment(message, i)) continue;
    if (++count > kAttachmentsMax) continue;
    const Part& part = message.parts[i];
    const std::string name = attachment_name(part);
    if (names) out.put("Attachment.Name", shortened(name));
    if (types) out.put("Attachment.Type", shortened(part.type));
    if (extensions) out.put("Attachment.Extension", extension_of(name));
    if (!sizes && !hashes) continue;
    // Decoded piece by piece: an attachment may be as long as the message.
    Sha256 hash;
    std::uint64_t size = 0;
    mime::Decoder decoder(part.encoding);
    std::string piece;
    for (std::string_view rest = part.body;;) {
      const std::string_view now = rest.substr(0, 256u << 10);
      piece.clear();
      decoder.feed(now, piece);
      rest.remove_prefix(now.size());
      if (rest.empty()) decoder.finish(piece);
      size += piece.size();
      if (hashes) hash.update(piece);
      if (rest.empty()) break;
    }
    if (sizes) out.put("Attachment.Size", std::to_string(size), Kind::integer);
    if (hashes) out.put("Attachment.Sha256", hash.finish().hex());
  }
  if (counts) out.put("Attachment.Count", std::to_string(count), Kind::integer);
}

void put_bodies(const Message& message, const std::vector<bool>& nested, FieldOut& out) {
  const bool texts = out.wants("Text"), htmls = out.wants("Html"), urls = out.wants("Url"),
             hosts = out.wants("Url.Domain");
  if (!texts && !htmls && !urls && !hosts) return;
  Links links;
  std::string visible, html;
  for (std::uint32_t i = 0; i < message.parts.size(); ++i) {
    const Part& part = message.parts[i];
    if (nested[i] || is_attachment(message, i) || !part.type.starts_with("text/")) continue;
    const std::string text = mime::text(part, kBodyMax);
    if (!visible.empty() && visible.back() != '\n') visible += '\n';
    if (part.type == "text/html" || part.type == "text/x-amp-html") {
      if (html.size() < kHtmlMax) html += text.substr(0, kHtmlMax - html.size());
      read_html(text, links, visible, kTextMax);
    } else {
      find_urls(text, links);
      if (visible.size() < kTextMax) visible += text.substr(0, kTextMax - visible.size());
    }
  }
  if (urls)
    for (const std::string& url : links.urls) out.put("Url", url);
  if (hosts)
    for (const std::string& host : links.domains) out.put("Url.Domain", host);
  if (texts && !visible.empty()) out.put("Text", is_utf8(visible) ? visible : to_utf8(visible));
  if (htmls && !html.empty()) out.put("Html", is_utf8(html) ? html : to_utf8(html));
}

}  // namespace

Wanted::Wanted(const Demand& demand) {
  for (std::size_t slot = 0; slot < demand.size(); ++slot)
    slots_[mime::lower_ascii(demand.names()[slot])].push_back(static_cast<Slot>(slot));
}

const std::vector<Slot>* Wanted::find(std::string_view lower_name) const {
  const auto found = slots_.find(std::string(lower_name));
  return found == slots_.end() ? nullptr : &found->second;
}

bool FieldOut::wants(std::string_view name) const { return record_ || wanted_->find(mime::lower_ascii(name)); }

void FieldOut::put(std::string_view name, std::string_view value, Kind kind) {
  if (record_) {
    record_->fields.push_back({memory_.copy(name), Value(memory_.copy(value), kind)});
    return;
  }
  const auto* slots = wanted_->find(mime::lower_ascii(name));
  if (!slots) return;
  const std::string_view kept = memory_.copy(value);
  for (const Slot slot : *slots) fields_->push_back({Value(kept, kind), slot});
}

Way way_of(const Part& root) {
  Way way;
  std::vector<std::size_t> hops;
  for (std::size_t i = 0; i < root.headers.size() && hops.size() < 200; ++i)
    if (mime::same_name(root.headers[i].name, "Received")) hops.push_back(i);
  for (std::size_t i = 0; i < hops.size(); ++i) {
    const std::string_view hop = root.headers[hops[i]].raw;
    const auto ip = hop_address(hop);
    if (!ip) continue;
    way.addresses.push_back(*ip);
    if (way.source || ip->is_private()) continue;
    if (i + 1 < hops.size() && is_internal(hop, root.headers[hops[i + 1]].raw)) continue;
    HopNames names = hop_names(hop);
    way.source = ip;
    way.helo = std::move(names.from);
    way.taken_by = std::move(names.by);
    way.source_field = hops[i];
  }
  return way;
}

Times times_of(const Part& root) {
  Times out;
  if (const Header* date = root.find("Date"))
    if (const auto time = mime::parse_date(date->raw)) out.sent = *time;
  bool first = true;
  for (const Header& field : root.headers) {
    if (!mime::same_name(field.name, "Received")) continue;
    const auto time = hop_time(field.raw);
    if (time && first) out.delivered = *time;
    if (time) out.first_hop = *time;
    first = false;
  }
  return out;
}

bool is_attachment(const Message& message, std::uint32_t index) {
  const Part& part = message.parts[index];
  if (part.is_multipart()) return false;
  if (part.type == "message/rfc822" || part.type == "message/global") return true;
  if (part.attachment || !part.file_name.empty()) return true;
  // Reports on delivery and the like are shown, signatures are files.
  return !part.type.starts_with("text/") && !part.type.starts_with("message/") &&
         (part.parent != Part::kNone || !part.body.empty());
}

std::vector<bool> nested_parts(const Message& message) {
  std::vector<bool> out(message.parts.size());
  for (std::uint32_t i = 1; i < message.parts.size(); ++i) {
    const std::uint32_t parent = message.parts[i].parent;
    out[i] = out[parent] || message.parts[parent].type == "message/rfc822" ||
             message.parts[parent].type == "message/global" || message.parts[parent].type == "message/news";
  }
  return out;
}

std::string attachment_name(const Part& part) {
  if (!part.file_name.empty()) return part.file_name;
  if (part.type.starts_with("message/")) return "message.eml";
  const std::size_t slash = part.type.find('/');
  std::string kind = slash == std::string::npos ? "bin" : part.type.substr(slash + 1);
  if (const std::size_t plus = kind.find_first_of("+;"); plus != std::string::npos) kind.resize(plus);
  return "unnamed." + (kind == "octet-stream" ? "bin" : kind == "plain" ? "txt" : kind);
}

void write_fields(std::string_view raw, const Message& message, const Extra* extra, FieldOut& out) {
  const Part& root = message.parts[0];
  std::size_t count = 0;
  for (const Header& field : root.headers) {
    if (++count > kHeadersMax) break;
    // Names with a dot are what this reader says of a mail, and no sender may say it for us.
    if (field.name.find('.') != std::string_view::npos || !out.wants(field.name)) continue;
    out.put(usual_spelling(field.name), shortened(mime::decode_header(field.raw)));
  }
  if (out.wants("From.Address") || out.wants("From.Name") || out.wants("From.Domain"))
    for (const Header& field : root.headers) {
      if (!mime::same_name(field.name, "From")) continue;
      for (const mime::Address& address : mime::addresses(field.raw)) {
        if (++count > kHeadersMax + kAddressesMax) break;
        if (!address.address.empty()) out.put("From.Address", shortened(address.address));
        if (!address.name.empty()) out.put("From.Name", shortened(address.name));
        const std::string domain = mime::lower_ascii(mime::domain_of(address.address));
        if (!domain.empty()) out.put("From.Domain", shortened(domain));
      }
    }
  for (const std::string_view header : {"Sender", "Reply-To", "Return-Path", "To", "Cc", "Bcc"})
    put_addresses(root, header, out);
  if (out.wants("Sent") || out.wants("Delivered")) {
    const Times times = times_of(root);
    if (times.sent.known()) out.put("Sent", times.sent.iso());
    if (times.delivered.known()) out.put("Delivered", times.delivered.iso());
  }
  if (out.wants("Received.Ip") || out.wants("Source.Ip")) {
    const Way way = way_of(root);
    for (const Ip& address : way.addresses) out.put("Received.Ip", address.text());
    if (way.source) out.put("Source.Ip", way.source->text());
  }
  const std::vector<bool> nested = nested_parts(message);
  put_attachments(message, nested, out);
  put_bodies(message, nested, out);
  if (extra && std::ranges::any_of(extra->names(), [&](std::string_view name) { return out.wants(name); })) {
    Extra::Fields fields;
    extra->add(raw, message, fields);
    for (const auto& [name, value] : fields) out.put(name, shortened(value));
  }
}

}  // namespace tocsin::mail
