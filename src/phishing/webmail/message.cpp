#include "phishing/webmail/message.h"

#include <algorithm>
#include <array>

#include "mime/header.h"
#include "phishing/html/address.h"

namespace tocsin::phishing {
namespace {

bool is_page(std::string_view type) { return type == "text/html" || type == "application/xhtml+xml"; }

// XML that a browser shows as a page, though its type says nothing of HTML. SVG as an attachment is judged with the
// attachments (traits/attachments.h): it aims at people, who open it.
bool is_xml(std::string_view type) {
  static constexpr std::array<std::string_view, 10> kTypes = {"text/xml",
                                                              "application/xml",
                                                              "text/xsl",
                                                              "application/xslt+xml",
                                                              "text/rdf",
                                                              "application/rdf+xml",
                                                              "application/mathml+xml",
                                                              "text/x-xslt",
                                                              "application/vnd.wap.xhtml+xml",
                                                              "text/xsl+xml"};
  return std::ranges::find(kTypes, type) != kTypes.end();
}

bool is_calendar(std::string_view type) {
  return type == "text/calendar" || type == "application/ics" || type == "text/vcard" || type == "text/x-vcard" ||
         type == "text/directory" || type == "text/x-vcalendar";
}

// RFC 5545 3.1: content lines, folded; RFC 6350 has them too. Property values with \n, \, and \; undone.
void calendar(std::string_view text, SinkList& list) {
  std::string unfolded;
  unfolded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') continue;
    if (text[i] == '\n' && i + 1 < text.size() && (text[i + 1] == ' ' || text[i + 1] == '\t')) {
      ++i;
      continue;
    }
    unfolded += text[i];
  }
  std::size_t at = 0;
  for (int lines = 0; at < unfolded.size() && lines < 5000; ++lines) {
    const std::size_t end = std::min(unfolded.find('\n', at), unfolded.size());
    const std::string_view line = std::string_view(unfolded).substr(at, end - at);
    at = end + 1;
    if (line.find_first_of("<='\"") == std::string_view::npos && line.find(':') == std::string_view::npos) continue;
    // The value begins after the first colon outside of quotes.
    std::size_t colon = 0;
    bool quoted = false;
    for (; colon < line.size() && (quoted || line[colon] != ':'); ++colon)
      if (line[colon] == '"') quoted = !quoted;
    const std::string_view head = line.substr(0, colon);
    const std::string property(head.substr(0, head.find(';')));
    std::string value;
    const std::string_view written = colon < line.size() ? line.substr(colon + 1) : std::string_view();
    for (std::size_t i = 0; i < written.size(); ++i) {
      if (written[i] == '\\' && i + 1 < written.size()) {
        ++i;
        value += written[i] == 'n' || written[i] == 'N' ? '\n' : written[i];
      } else {
        value += written[i];
      }
    }
    if (lower_ascii(head).find("fmttype=text/html") != std::string::npos || lower_ascii(property) == "x-alt-desc") {
      SinkList inside;
      inside.html(value);
      for (const Sink& sink : inside.sinks()) {
        Sink out = sink;
        out.where = property + ", " + out.where;
        list.add(std::move(out));
      }
    }
    list.field(value, property);
    // Parameters too: CN="<img …>".
    for (std::size_t semicolon = head.find(';'); semicolon != std::string_view::npos;) {
      const std::size_t next = head.find(';', semicolon + 1);
      const std::string_view parameter =
          head.substr(semicolon + 1, next == std::string_view::npos ? next : next - semicolon - 1);
      const std::size_t equals = parameter.find('=');
      if (equals != std::string_view::npos)
        list.field(parameter.substr(equals + 1), property + " " + std::string(parameter.substr(0, equals)));
      semicolon = next;
    }
    if (property == "ATTACH" || property == "URL" || property == "SOURCE") {
      const AddressView view = view_address(value);
      if (view.scheme == Scheme::script ||
          (view.scheme == Scheme::data && read_data(view.rest).type.find("html") != std::string::npos))
        list.add({SinkKind::field,
                  Grade::exploit,
                  view.hidden,
                  property,
                  "is an address that runs script",
                  printable_excerpt(value),
                  {},
                  {}});
    }
  }
}

void headers(const mime::Message& message, SinkList& list) {
  static constexpr std::array<std::string_view, 8> kAddresses = {"from",   "to",          "cc",  "reply-to",
                                                                 "sender", "return-path", "bcc", "resent-to"};
  std::size_t read = 0;
  for (const mime::Part& part : message.parts) {
    for (const mime::Header& header : part.headers) {
      if (++read > 2000) return;
      const std::string name = lower_ascii(header.name);
      const std::string_view raw = header.raw.substr(0, 16u << 10);
      if (name == "content-type" || name == "content-disposition" || name == "content-id" ||
          name == "content-location" || name == "content-description") {
        list.field(mime::decode_header(raw), std::string(header.name));
        continue;
      }
      if (part.parent != mime::Part::kNone) continue;
      if (name == "dkim-signature" || name == "arc-seal" || name == "arc-message-signature" || name == "received")
        continue;
      const std::string value = mime::decode_header(raw);
      list.field(value, std::string(header.name));
      if (std::ranges::find(kAddresses, name) != kAddresses.end()) list.mailbox(value, std::string(header.name));
    }
  }
}

const Page* page_of(const Facts* facts, const mime::Part& part) {
  if (facts)
    for (const Page& page : facts->pages)
      if (page.part == &part) return &page;
  return nullptr;
}

const std::string* text_of(const Facts* facts, const mime::Part& part) {
  if (facts)
    for (const auto& [of, text] : facts->plains)
      if (of == &part) return &text;
  return nullptr;
}

}  // namespace

std::vector<Sink> webmail_sinks(const mime::Message& message, const Facts* facts) {
  SinkList list;
  std::size_t bytes = 0;
  headers(message, list);
  for (const mime::Part& part : message.parts) {
    if (part.is_multipart()) {
      if (part.type == "multipart/x-mixed-replace")
        list.add({SinkKind::field,
                  Grade::active,
                  false,
                  "Content-Type",
                  "is a type that replaces a page by another",
                  part.type,
                  {},
                  {}});
      continue;
    }
    if (!part.file_name.empty()) list.field(part.file_name, "attachment's name");
    const bool shown = !part.attachment;
    const bool page = is_page(part.type) || part.type == "text/enriched" || part.type == "text/richtext" ||
                      part.type == "text/x-amp-html";
    if (bytes > 4 * kPartMax) break;
    if (shown && page) {
      if (const Page* read = page_of(facts, part)) {
        bytes += read->text.size();
        list.html(read->text, part.charset, &read->tree);
        continue;
      }
      const std::string text = mime::text(part, kPartMax);
      bytes += text.size();
      list.html(text, part.charset);
    } else if (shown && part.type == "text/plain" && part.file_name.empty()) {
      std::string own;
      const std::string* text = text_of(facts, part);
      if (!text) text = &(own = mime::text(part, kPartMax));
      bytes += text->size();
      list.plain(*text);
    } else if (is_calendar(part.type)) {
      const std::string text = mime::text(part, 1u << 20);
      bytes += text.size();
      calendar(text, list);
    } else if (is_xml(part.type)) {
      const std::string text = mime::text(part, 1u << 20);
      bytes += text.size();
      SinkList inside;
      inside.html(text);
      for (const Sink& sink : inside.sinks())
        if (sink.grade > Grade::leftover) {
          Sink out = sink;
          out.where = "attachment of type " + part.type + ", " + out.where;
          list.add(std::move(out));
          break;
        }
    }
  }
  return list.take();
}

}  // namespace tocsin::phishing
