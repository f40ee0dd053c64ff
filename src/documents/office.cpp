// OOXML (ECMA-376: part 1, and part 2 for core properties) and OpenDocument (ODF 1.2 part 1, 4.3: meta.xml). Small
// parts are read as trees, bodies by the scanner.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <pugixml.hpp>

#include "documents/format.h"
#include "documents/markup.h"
#include "documents/office_words.h"
#include "documents/packed.h"

namespace tocsin::documents {
namespace {

constexpr std::size_t kTreeMax = 1u << 20;  // bytes of XML that may become a tree

std::string_view local_name(const char* name) {
  const std::string_view text(name);
  return text.substr(text.find(':') + 1);
}

// The children of the root of a small part, by local names.
template <class Take>
void each_child(Packed& packed, std::string_view name, Take&& take) {
  const std::string xml = packed.read(name);
  if (xml.empty()) return;
  pugi::xml_document tree;
  if (xml.size() > kTreeMax) return;
  const auto parsed = tree.load_buffer(xml.data(), xml.size());
  if (!parsed)
    packed.anomalies().push_back({"xml-damaged", static_cast<std::uint64_t>(std::max<std::ptrdiff_t>(parsed.offset, 0)),
                                  0, std::string(name) + ": " + parsed.description()});
  for (const pugi::xml_node child : tree.document_element().children()) take(local_name(child.name()), child);
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

void note_stamp(std::string_view text, std::optional<Stamp>& into, std::string_view what, Metadata& out) {
  if (text.empty()) return;
  const auto stamp = parse_stamp(text);
  if (stamp)
    into = stamp;
  else
    add_anomaly(out, "date-unreadable", std::string(what) + ": " + std::string(text.substr(0, 60)));
}

std::string_view kind_of(std::string_view part_name) {
  if (part_name.starts_with("word/")) return "docx";
  if (part_name.starts_with("xl/")) return "xlsx";
  if (part_name.starts_with("ppt/")) return "pptx";
  return "";
}

// A part that only such a document has; a folder "word/" of an ordinary archive is none.
bool is_own_part(std::string_view name) {
  for (const char* start :
       {"word/document", "xl/workbook", "xl/worksheets/sheet", "ppt/presentation", "ppt/slides/slide"})
    if (name.starts_with(start) && (name.ends_with(".xml") || name.ends_with(".bin"))) return true;
  return name == "[Content_Types].xml" || name == "_rels/.rels" || name == "docProps/core.xml" ||
         name == "docProps/app.xml";
}

// By its entries as far as the head goes: their own headers, one behind the other, never those of an archive inside.
std::string_view recognise_packed(std::string_view head) {
  bool office = false;
  std::string_view kind;
  for (std::size_t at = 0; at + 30 < head.size() && head.substr(at).starts_with("PK\3\4");) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(head[at + i]); };
    const std::size_t size = byte(26) + 256u * byte(27);
    const std::string_view name = head.substr(at + 30, size);
    if (name == "mimetype") {
      const std::size_t data = at + 30 + size + byte(28) + 256u * byte(29);
      const std::string_view raw = head.substr(std::min(data, head.size()), 200);
      bool whole = false;  // it should be stored, but repacking tools deflate it
      const std::string type = byte(8) == 8 ? inflated(raw, false, 100, whole) : std::string(raw);
      constexpr std::string_view kOpen = "application/vnd.oasis.opendocument.";
      if (type.starts_with(kOpen)) {
        const std::string_view what = std::string_view(type).substr(kOpen.size());
        return what.starts_with("spreadsheet")    ? "ods"
               : what.starts_with("presentation") ? "odp"
               : what.starts_with("text")         ? "odt"
                                                  : "odf";
      }
    }
    office |= is_own_part(name);
    if (kind.empty()) kind = kind_of(name);
    if (office && !kind.empty()) return kind;
    const std::size_t data = at + 30 + size + byte(28) + 256u * byte(29);
    const std::size_t packed = byte(18) + 256u * byte(19) + 65536u * byte(20) + 16777216u * byte(21);
    if (data >= head.size()) break;
    if (packed > 0 || (byte(6) & 8) == 0)
      at = data + packed;
    else if (byte(8) == 8)  // its size stands behind it
      at = std::min(head.find("PK\3\4", data), head.size());
    else
      break;
    // The sizes may be stated again.
    if (head.substr(std::min(at, head.size())).starts_with("PK\7\10"))
      at = std::min(head.find("PK\3\4", at), head.size());
  }
  return office ? "ooxml" : "";
}

void read_core(Packed& packed, const Limits& limits, Metadata& out) {
  each_child(packed, "docProps/core.xml", [&](std::string_view name, pugi::xml_node node) {
    const std::string value = clean(node.child_value(), limits);
    if (name == "title")
      out.title = value;
    else if (name == "creator")
      out.author = value;
    else if (name == "lastModifiedBy")
      out.last_modified_by = value;
    else if (name == "revision")
      out.revision = value;
    else if (name == "language")
      out.language = value;
    else if (name == "created")
      note_stamp(value, out.created, "created", out);
    else if (name == "modified")
      note_stamp(value, out.modified, "modified", out);
    else if (name == "lastPrinted")
      note_stamp(value, out.printed, "printed", out);
    else
      add_fact(out, limits, name, value);
  });
}

void read_app(Packed& packed, const Limits& limits, Metadata& out) {
  std::string version;
  each_child(packed, "docProps/app.xml", [&](std::string_view name, pugi::xml_node node) {
    const std::string value = clean(node.child_value(), limits);
    if (name == "Application")
      out.application = value;
    else if (name == "AppVersion")
      version = value;
    else if (name == "Company")
      out.company = value;
    else if (name == "Template")
      out.template_name = value;
    else if (name == "TotalTime")
      out.edit_minutes = number(value);
    else if (name == "Pages" || name == "Slides")
      out.pages = number(value);
    else if (name == "Manager" || name == "HyperlinkBase")
      add_fact(out, limits, name, value);
    else if (name == "HeadingPairs")
      for (const pugi::xml_node variant : node.first_child().children())
        note_interface_word(variant.first_child().child_value(), out);
  });
  if (!version.empty()) out.application += (out.application.empty() ? "" : " ") + version;
  each_child(packed, "docProps/custom.xml", [&](std::string_view, pugi::xml_node node) {
    add_fact(out, limits, "custom " + clean(node.attribute("name").value(), limits), node.first_child().child_value());
  });
}

// Names and dates of comments and tracked changes; languages; how the program calls its own styles.
void read_traces(Packed& packed, const Part& part, const Limits& limits, Metadata& out) {
  const std::string xml = packed.read(part);
  Markup markup(xml);
  std::string newest;
  for (auto token = markup.next(); token.kind != Markup::Kind::end; token = markup.next()) {
    if (token.kind != Markup::Kind::open) continue;
    const std::string_view name = token.name;
    if (name == "comment" || name == "ins" || name == "del" || name == "moveFrom" || name == "moveTo" ||
        name == "rPrChange" || name == "pPrChange") {
      if (part.name.starts_with("word/")) {
        add_person(out, limits, attribute(token, "author"));
        newest = std::max(newest, attribute(token, "date"));
      }
    } else if (name == "cmAuthor") {
      add_person(out, limits, attribute(token, "name"));
    } else if (name == "person") {
      add_person(out, limits, attribute(token, "displayName"));
    } else if (name == "author" && part.name.starts_with("xl/")) {
      const auto text = markup.next();
      if (text.kind == Markup::Kind::text) add_person(out, limits, unescape(text.inside));
    } else if (name == "lang" && out.language.empty()) {
      out.language = clean(attribute(token, "val"), limits);
    } else if (name == "theme" && part.name.find("theme1.xml") != std::string_view::npos) {
      note_interface_word(attribute(token, "name"), out);
    } else if (name == "cellStyle" && attribute(token, "builtinId") == "0") {
      note_interface_word(attribute(token, "name"), out);
    } else if (name == "absPath") {
      add_fact(out, limits, "saved in folder", attribute(token, "url"));
    } else if (name == "fileSharing") {
      add_fact(out, limits, "reserved by", attribute(token, "userName"));
    }
  }
  if (!newest.empty()) add_fact(out, limits, "newest comment or tracked change", newest);
}

void describe_ooxml(Packed& packed, const Limits& limits, Metadata& out) {
  read_core(packed, limits, out);
  read_app(packed, limits, out);
  std::size_t traced = 0;
  for (const Part& part : packed.parts()) {
    if (out.format == "ooxml")
      if (const std::string_view kind = kind_of(part.name); !kind.empty()) out.format = kind;
    if (part.name.ends_with("vbaProject.bin")) add_fact(out, limits, "macros", part.name);
    if (part.name.starts_with("_xmlsignatures/sig")) add_fact(out, limits, "signature inside, not checked", part.name);
    if (part.name.find("/embeddings/") != std::string_view::npos) add_fact(out, limits, "embedded", part.name);
    const bool wanted = part.name == "word/styles.xml" || part.name == "word/document.xml" ||
                        part.name == "xl/styles.xml" || part.name == "xl/workbook.xml" ||
                        part.name.ends_with("theme/theme1.xml") || part.name == "ppt/commentAuthors.xml" ||
                        part.name.starts_with("xl/persons/") ||
                        (part.name.find("comments") != std::string_view::npos && part.name.ends_with(".xml"));
    if (wanted && ++traced <= 50) read_traces(packed, part, limits, out);
  }
  if (!packed.find("docProps/core.xml")) add_fact(out, limits, "core properties", "absent");
  for (const Part& part : packed.parts()) {
    if (part.name != "word/_rels/settings.xml.rels") continue;
    const std::string xml = packed.read(part);
    Markup markup(xml);
    for (auto token = markup.next(); token.kind != Markup::Kind::end; token = markup.next())
      if (token.name == "Relationship" && attribute(token, "Type").ends_with("/attachedTemplate"))
        add_fact(out, limits, "attached template", attribute(token, "Target"));
  }
}

// "P1DT2H3M4S" → minutes (xsd:duration without months).
std::optional<std::uint64_t> duration_minutes(std::string_view text) {
  if (!text.starts_with('P')) return std::nullopt;
  double minutes = 0, value = 0, scale = 0;
  for (const char c : text.substr(1)) {
    if (c >= '0' && c <= '9') {
      value = scale > 0 ? value + (c - '0') * scale : value * 10 + (c - '0');
      if (scale > 0) scale /= 10;
      continue;
    }
    if (c == '.' || c == ',') {
      scale = 0.1;
      continue;
    }
    if (c == 'D') minutes += value * 1440;
    if (c == 'H') minutes += value * 60;
    if (c == 'M') minutes += value;
    if (c == 'S') minutes += value / 60;
    value = scale = 0;
  }
  if (!(minutes < 1e12)) return std::nullopt;
  return static_cast<std::uint64_t>(minutes);
}

void describe_open(Packed& packed, const Limits& limits, Metadata& out) {
  const std::string xml = packed.read("meta.xml");
  pugi::xml_document tree;
  if (xml.size() <= kTreeMax && !xml.empty()) {
    if (const auto parsed = tree.load_buffer(xml.data(), xml.size()); !parsed)
      add_anomaly(out, "xml-damaged", std::string("meta.xml: ") + parsed.description());
  }
  for (const pugi::xml_node node : tree.document_element().first_child().children()) {
    const std::string_view name = local_name(node.name());
    const std::string value = clean(node.child_value(), limits);
    if (name == "title")
      out.title = value;
    else if (name == "initial-creator")
      out.author = value;
    else if (name == "creator")
      out.last_modified_by = value;
    else if (name == "generator")
      out.application = value;
    else if (name == "editing-cycles")
      out.revision = value;
    else if (name == "language")
      out.language = value;
    else if (name == "editing-duration")
      out.edit_minutes = duration_minutes(value);
    else if (name == "creation-date")
      note_stamp(value, out.created, "created", out);
    else if (name == "date")
      note_stamp(value, out.modified, "modified", out);
    else if (name == "print-date")
      note_stamp(value, out.printed, "printed", out);
    else if (name == "printed-by")
      add_person(out, limits, value);
    else if (name == "template")
      out.template_name = clean(node.attribute("xlink:title").value(), limits);
    else if (name == "document-statistic")
      out.pages = number(node.attribute("meta:page-count").value());
    else if (name == "user-defined")
      add_fact(out, limits, "custom " + clean(node.attribute("meta:name").value(), limits), value);
    else
      add_fact(out, limits, name, value);
  }
  for (const char* part : {"styles.xml", "content.xml"}) {
    const std::string body = packed.read(part);
    Markup markup(body);
    int people = 0;
    for (auto token = markup.next(); token.kind != Markup::Kind::end; token = markup.next()) {
      if (token.kind == Markup::Kind::open && (token.name == "annotation" || token.name == "change-info")) people = 1;
      if (token.kind == Markup::Kind::close && (token.name == "annotation" || token.name == "change-info")) people = 0;
      if (token.kind == Markup::Kind::open && token.name == "creator" && people == 1) {
        const auto text = markup.next();
        if (text.kind == Markup::Kind::text) add_person(out, limits, unescape(text.inside));
      }
      if (token.kind == Markup::Kind::open && token.name == "text-properties" && out.language.empty()) {
        const std::string language = attribute(token, "language"), country = attribute(token, "country");
        if (!language.empty() && language != "none")
          out.language = clean(country.empty() || country == "none" ? language : language + "-" + country, limits);
      }
    }
  }
}

void describe_packed(std::string_view bytes, const Limits& limits, Metadata& out) {
  Packed packed(bytes, limits);
  if (out.format.starts_with("od"))
    describe_open(packed, limits, out);
  else
    describe_ooxml(packed, limits, out);
  std::optional<Time> oldest, newest;
  for (const Part& part : packed.parts()) {
    if (!part.written) continue;
    if (!oldest || *part.written < *oldest) oldest = part.written;
    if (!newest || *newest < *part.written) newest = part.written;
  }
  if (newest) {
    out.packed = Stamp{*newest, true};
    if (newest->seconds - oldest->seconds > 86400)
      add_anomaly(out, "parts-of-different-times",
                  "its parts were packed between " + Stamp{*oldest, true}.iso() + " and " + out.packed->iso());
  }
  for (Anomaly& anomaly : packed.anomalies()) add_anomaly(out, anomaly.name, anomaly.detail, anomaly.offset);
}

// Text of elements called `run`, a line for each `paragraph`.
void append_text(const std::string& xml, std::string_view run, std::size_t max, std::string& out) {
  Markup markup(xml);
  bool inside = false;
  for (auto token = markup.next(); token.kind != Markup::Kind::end && out.size() < max; token = markup.next()) {
    if (token.kind == Markup::Kind::text) {
      if (inside) out += unescape(token.inside);
      continue;
    }
    const bool open = token.kind == Markup::Kind::open;
    if (token.name == run)
      inside = open && !token.empty;
    else if (open && token.name == "tab")
      out += '\t';
    else if ((open && (token.name == "br" || token.name == "line-break")) ||
             ((!open || token.empty) && (token.name == "p" || token.name == "h")))
      out += '\n';
  }
}

// ODF: all text inside paragraphs and headings; a row's cells by tabs.
void append_open_text(const std::string& xml, std::size_t max, std::string& out) {
  Markup markup(xml);
  int inside = 0, hidden = 0;
  for (auto token = markup.next(); token.kind != Markup::Kind::end && out.size() < max; token = markup.next()) {
    if (token.kind == Markup::Kind::text) {
      if (inside > 0 && hidden == 0) out += unescape(token.inside);
      continue;
    }
    const int step = token.empty ? 0 : token.kind == Markup::Kind::open ? 1 : -1;
    if (token.name == "annotation" || token.name == "tracked-changes") hidden = std::max(0, hidden + step);
    if (token.name == "p" || token.name == "h") {
      inside = std::max(0, inside + step);
      if (step <= 0) out += '\n';
    } else if (step >= 0 && (token.name == "s" || token.name == "tab")) {
      out += token.name == "s" ? ' ' : '\t';
    }
  }
}

void append_sheet(const std::string& xml, const std::vector<std::string>& shared, std::size_t max, std::string& out) {
  Markup markup(xml);
  std::string type;
  bool value = false;
  for (auto token = markup.next(); token.kind != Markup::Kind::end && out.size() < max; token = markup.next()) {
    if (token.kind == Markup::Kind::open && token.name == "c") type = attribute(token, "t");
    if (token.name == "v" || (token.name == "t" && type == "inlineStr"))
      value = token.kind == Markup::Kind::open && !token.empty;
    if (token.kind == Markup::Kind::close && token.name == "c") out += '\t';
    if (token.kind == Markup::Kind::close && token.name == "row") out += '\n';
    if (token.kind != Markup::Kind::text || !value) continue;
    if (type == "s") {
      const auto index = number(token.inside);
      if (index && *index < shared.size()) out += shared[*index];
    } else {
      out += unescape(token.inside);
    }
  }
}

// Parts "dir/nameN.xml" by N.
std::vector<const Part*> numbered(const Packed& packed, std::string_view prefix) {
  std::vector<std::pair<std::uint64_t, const Part*>> found;
  for (const Part& part : packed.parts()) {
    if (!part.name.starts_with(prefix) || !part.name.ends_with(".xml")) continue;
    const auto n = number(part.name.substr(prefix.size(), part.name.size() - prefix.size() - 4));
    if (n) found.emplace_back(*n, &part);
  }
  std::ranges::sort(found, {}, &std::pair<std::uint64_t, const Part*>::first);
  std::vector<const Part*> out;
  for (const auto& [n, part] : found) out.push_back(part);
  return out;
}

std::string packed_text(std::string_view bytes, const Limits& limits) {
  Packed packed(bytes, limits);
  std::string out;
  if (packed.find("content.xml")) {
    append_open_text(packed.read("content.xml"), limits.text, out);
    return out;
  }
  if (const Part* body = packed.find("word/document.xml")) {
    append_text(packed.read(*body), "t", limits.text, out);
    append_text(packed.read("word/footnotes.xml"), "t", limits.text, out);
    return out;
  }
  for (const Part* slide : numbered(packed, "ppt/slides/slide"))
    append_text(packed.read(*slide), "t", limits.text, out);
  const auto sheets = numbered(packed, "xl/worksheets/sheet");
  if (sheets.empty()) return out;
  std::vector<std::string> shared;
  {
    const std::string xml = packed.read("xl/sharedStrings.xml");
    Markup markup(xml);
    bool inside = false;
    for (auto token = markup.next(); token.kind != Markup::Kind::end; token = markup.next()) {
      if (token.kind == Markup::Kind::open && token.name == "si") shared.emplace_back();
      if (token.name == "t") inside = token.kind == Markup::Kind::open && !token.empty;
      if (token.kind == Markup::Kind::text && inside && !shared.empty()) shared.back() += unescape(token.inside);
    }
  }
  for (const Part* sheet : sheets) append_sheet(packed.read(*sheet), shared, limits.text, out);
  return out;
}

}  // namespace

const FormatSpec packed_spec{recognise_packed, describe_packed, packed_text};

}  // namespace tocsin::documents
