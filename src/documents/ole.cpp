// OLE documents: doc, xls, ppt, msg. Property sets by MS-OLEPS 2.21 and MS-OSHARED 2.3.3.2; text of Word by its piece
// table (MS-DOC 2.4.1), of Excel its shared strings as far as they are plain (MS-XLS 2.4.265), of PowerPoint its text
// atoms.
#include <fmt/format.h>

#include <algorithm>

#include "base/endian.h"
#include "base/text.h"
#include "documents/code_page.h"
#include "documents/compound.h"
#include "documents/format.h"
#include "documents/markup.h"
#include "documents/office_words.h"

namespace tocsin::documents {
namespace {

template <class T>
std::optional<T> at(std::string_view bytes, std::size_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
  return *reinterpret_cast<const T*>(bytes.data() + offset);
}
std::uint32_t u32(std::string_view bytes, std::size_t offset) { return at<ul32>(bytes, offset).value_or(ul32{0}); }
std::uint16_t u16(std::string_view bytes, std::size_t offset) { return at<ul16>(bytes, offset).value_or(ul16{0}); }

struct Property {
  unsigned type = 0;
  std::string_view value;  // from behind the type to the end of the set
};

class PropertySet {
 public:
  explicit PropertySet(std::string_view stream) {
    if (u16(stream, 0) != 0xfffe || u32(stream, 24) == 0) return;
    const std::uint32_t start = u32(stream, 44);
    if (start >= stream.size()) return;
    const std::string_view set = stream.substr(start);
    system_ = u32(stream, 4);
    const std::uint32_t count = std::min<std::uint32_t>(u32(set, 4), 1000);
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t id = u32(set, 8 + 8 * i), offset = u32(set, 12 + 8 * i);
      if (offset + 4 > set.size()) break;
      properties_.emplace_back(id, Property{u32(set, offset), set.substr(offset + 4)});
    }
    if (const auto* page = find(1)) codepage_ = u16(page->value, 0);
  }
  const Property* find(unsigned id) const {
    const auto found = std::ranges::find(properties_, id, &std::pair<unsigned, Property>::first);
    return found == properties_.end() ? nullptr : &found->second;
  }
  unsigned codepage() const { return codepage_; }
  std::uint32_t system() const { return system_; }
  std::string string_at(unsigned type, std::string_view value) const {
    const std::size_t size = u32(value, 0);
    if (type == 31)
      return utf16_text(value.substr(std::min<std::size_t>(4, value.size()), std::min<std::size_t>(size, 4096) * 2));
    std::string_view raw = value.substr(std::min<std::size_t>(4, value.size()), std::min<std::size_t>(size, 8192));
    if (codepage_ == 1200) return utf16_text(raw);
    raw = raw.substr(0, raw.find('\0'));
    return decode_page(raw, codepage_);
  }
  std::string text(unsigned id) const {
    const Property* property = find(id);
    if (!property || (property->type != 30 && property->type != 31)) return {};
    std::string out = string_at(property->type, property->value);
    return out.substr(0, out.find('\0'));
  }
  std::optional<std::uint64_t> integer(unsigned id) const {
    const Property* property = find(id);
    if (!property) return std::nullopt;
    if (property->type == 3 || property->type == 19) return u32(property->value, 0);
    if (property->type == 2) return u16(property->value, 0);
    return std::nullopt;
  }
  std::uint64_t ticks(unsigned id) const {
    const Property* property = find(id);
    return property && property->type == 64 ? std::uint64_t{at<ul64>(property->value, 0).value_or(ul64{0})} : 0;
  }

 private:
  std::vector<std::pair<unsigned, Property>> properties_;
  unsigned codepage_ = 1252;
  std::uint32_t system_ = 0;
};

std::optional<Stamp> stamp_of(std::uint64_t ticks) {
  if (ticks < 94'354'848'000'000'000ull || ticks > 441'481'536'000'000'000ull) return std::nullopt;  // 1900 … 3000
  return Stamp{Time::from_filetime(ticks), false};
}

std::string_view recognise_ole(std::string_view head) {
  if (!head.starts_with("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) return "";
  return "ole";
}

std::string_view kind_of(const Compound& file) {
  if (file.find("WordDocument")) return "doc";
  if (file.find("Workbook") || file.find("Book")) return "xls";
  if (file.find("PowerPoint Document")) return "ppt";
  if (file.find("__properties_version1.0")) return "msg";
  return "ole";
}

void read_summary(const PropertySet& set, const Limits& limits, Metadata& out) {
  out.title = clean(set.text(2), limits);
  out.author = clean(set.text(4), limits);
  out.template_name = clean(set.text(7), limits);
  out.last_modified_by = clean(set.text(8), limits);
  out.revision = clean(set.text(9), limits);
  out.application = clean(set.text(18), limits);
  out.printed = stamp_of(set.ticks(11));
  out.created = stamp_of(set.ticks(12));
  out.modified = stamp_of(set.ticks(13));
  if (const std::uint64_t ticks = set.ticks(10); ticks > 0 && ticks < 10'000'000ull * 86400 * 36500)
    out.edit_minutes = ticks / 600'000'000;
  out.pages = set.integer(14);
  add_fact(out, limits, "subject", set.text(3));
  add_fact(out, limits, "keywords", set.text(5));
  add_fact(out, limits, "comments", set.text(6));
  add_fact(out, limits, "codepage", std::to_string(set.codepage()));
  const std::uint32_t system = set.system();
  add_fact(out, limits, "saved on",
           (system >> 16) == 1   ? "Macintosh"
           : (system >> 16) == 2 ? fmt::format("Windows {}.{}", system & 0xff, system >> 8 & 0xff)
                                 : "");
  // A code page that only some languages use says what the program ran in.
  constexpr std::pair<unsigned, std::string_view> kPages[] = {
      {1251, "Cyrillic"}, {866, "Cyrillic"}, {10007, "Cyrillic"}, {1253, "Greek"}, {1254, "Turkish"}, {1255, "Hebrew"},
      {1256, "Arabic"},   {932, "Japanese"}, {936, "Chinese"},    {949, "Korean"}, {950, "Chinese"},  {874, "Thai"}};
  for (const auto& [page, script] : kPages)
    if (page == set.codepage()) add_fact(out, limits, "script of the code page", script);
}

void read_document_summary(const PropertySet& set, const Limits& limits, Metadata& out) {
  out.company = clean(set.text(15), limits);
  add_fact(out, limits, "manager", set.text(14));
  add_fact(out, limits, "category", set.text(2));
  if (const auto version = set.integer(23))
    out.application += fmt::format("{}{}.{}", out.application.empty() ? "" : " ", *version >> 16, *version & 0xffff);
  // Heading pairs: a vector of variants, string and number in turn.
  const Property* pairs = set.find(12);
  if (!pairs || pairs->type != 0x100c) return;
  std::size_t place = 4;
  for (std::uint32_t i = 0, count = std::min(u32(pairs->value, 0), 40u); i < count && place + 8 <= pairs->value.size();
       ++i) {
    const unsigned type = u32(pairs->value, place);
    const std::string_view value = pairs->value.substr(place + 4);
    if (type == 30 || type == 31) {
      std::string word = set.string_at(type, value);
      note_interface_word(word.substr(0, word.find('\0')), out);
      const std::size_t size = u32(value, 0);
      place += 8 + (type == 31 ? (size * 2 + 3) / 4 * 4 : size);
    } else {
      place += 8;
    }
  }
}

// Excel: who saved last, the country of the program, the code page (MS-XLS 2.4.349, 2.4.63).
void read_workbook(std::string_view book, const Limits& limits, Metadata& out) {
  std::size_t place = 0;
  for (int records = 0; records < 500 && place + 4 <= book.size(); ++records) {
    const unsigned type = u16(book, place), size = u16(book, place + 2);
    const std::string_view data = book.substr(place + 4, size);
    if (type == 0x5c && data.size() > 3) {
      const std::size_t letters = u16(data, 0);
      const bool wide = (data[2] & 1) != 0;
      const std::string_view name = data.substr(3, wide ? 2 * letters : letters);
      add_fact(out, limits, "saved by user", wide ? utf16_text(name) : decode_page(name, 1252));
    }
    if (type == 0x8c && data.size() >= 4) {
      const unsigned program = u16(data, 0), system = u16(data, 2);
      add_fact(out, limits, "country codes", fmt::format("program {}, system {}", program, system));
      if (program == 7 && out.interface_language.empty()) out.interface_language = "ru";
    }
    if (type == 0x2f) add_fact(out, limits, "encrypted", "yes");
    place += 4 + size;
  }
}

void describe_ole(std::string_view bytes, const Limits& limits, Metadata& out) {
  const Compound file(bytes, limits);
  out.format = kind_of(file);
  const auto stream = [&](std::string_view name) {
    const Compound::Entry* entry = file.find(name);
    return entry ? file.read(*entry, 1u << 20) : std::string{};
  };
  const std::string summary = stream("\5SummaryInformation"), more = stream("\5DocumentSummaryInformation");
  if (!summary.empty()) read_summary(PropertySet(summary), limits, out);
  if (!more.empty()) read_document_summary(PropertySet(more), limits, out);
  if (summary.empty()) add_fact(out, limits, "summary information", "absent");
  const std::string word = stream("WordDocument");
  if (word.size() > 12) {
    const unsigned lcid = u16(word, 6);
    if (out.language.empty()) out.language = language_of_lcid(lcid);
    if ((u16(word, 10) & 0x100) != 0) add_fact(out, limits, "encrypted", "yes");
  }
  read_workbook(stream(file.find("Workbook") ? "Workbook" : "Book"), limits, out);
  std::optional<Time> newest;
  for (const Compound::Entry& entry : file.entries()) {
    if (entry.modified && (!newest || *newest < *entry.modified)) newest = entry.modified;
    if (entry.name == "VBA" || entry.name == "_VBA_PROJECT_CUR") add_fact(out, limits, "macros", entry.name);
  }
  if (newest) out.packed = Stamp{*newest, false};
  for (const Anomaly& anomaly : file.anomalies()) add_anomaly(out, anomaly.name, anomaly.detail);
}

void append_wide(std::string& out, std::string_view raw, std::size_t max) {
  out += utf16_text(raw.substr(0, (max - std::min(max, out.size())) * 2));
}

std::string word_text(const Compound& file, const Limits& limits) {
  std::string out;
  const std::string word = file.read(*file.find("WordDocument"), limits.part);
  const auto* table_entry = file.find((u16(word, 10) & 0x200) != 0 ? "1Table" : "0Table");
  if (!table_entry) return out;
  const std::string table = file.read(*table_entry, limits.part);
  const std::size_t clx = u32(word, 0x1a2), clx_size = u32(word, 0x1a6);
  if (clx >= table.size()) return out;
  std::string_view rest = std::string_view(table).substr(clx, clx_size);
  while (!rest.empty() && rest[0] == 1) rest.remove_prefix(std::min<std::size_t>(3u + u16(rest, 1), rest.size()));
  if (rest.size() < 5 || rest[0] != 2) return out;
  const std::string_view plc = rest.substr(5, u32(rest, 1));
  const std::size_t pieces = plc.size() < 4 ? 0 : (plc.size() - 4) / 12;
  for (std::size_t i = 0; i < pieces && out.size() < limits.text; ++i) {
    const std::uint32_t first = u32(plc, 4 * i), last = u32(plc, 4 * i + 4);
    const std::uint32_t place = u32(plc, 4 * (pieces + 1) + 8 * i + 2);
    if (last <= first) continue;
    const bool narrow = (place & 0x40000000) != 0;
    const std::size_t from = narrow ? (place & 0x3fffffff) / 2 : place & 0x3fffffff;
    if (from >= word.size()) continue;
    const std::size_t letters = std::min<std::size_t>(last - first, limits.text);
    const std::string_view raw = std::string_view(word).substr(from, narrow ? letters : 2 * letters);
    if (narrow)
      out += decode_page(raw, 1252);
    else
      append_wide(out, raw, limits.text);
  }
  std::string readable;
  for (const char c : out) {
    if (c == '\r' || c == '\v' || c == '\f')
      readable += '\n';
    else if (c == '\a')
      readable += '\t';
    else if (c < 0 || c >= ' ' || c == '\t')
      readable += c;
  }
  return readable;
}

std::string sheet_text(const Compound& file, const Limits& limits) {
  const auto* entry = file.find("Workbook");
  if (!entry) entry = file.find("Book");
  const std::string book = file.read(*entry, limits.part);
  std::string out;
  std::size_t place = 0;
  while (place + 4 <= book.size() && out.size() < limits.text) {
    const unsigned type = u16(book, place), size = u16(book, place + 2);
    const std::string_view data = std::string_view(book).substr(place + 4, size);
    if (type == 0xfc || type == 0x3c) {  // shared strings, and what continues them
      std::size_t at_byte = type == 0xfc ? 8 : 0;
      while (at_byte + 3 <= data.size()) {
        const std::size_t letters = u16(data, at_byte);
        const unsigned flags = static_cast<unsigned char>(data[at_byte + 2]);
        std::size_t skip = at_byte + 3, behind = 0;
        if ((flags & 8) != 0) behind += 4u * u16(data, skip), skip += 2;
        if ((flags & 4) != 0) behind += u32(data, skip), skip += 4;
        if (skip > data.size()) break;
        const std::string_view raw = data.substr(skip, (flags & 1) != 0 ? 2 * letters : letters);
        out += (flags & 1) != 0 ? utf16_text(raw) : decode_page(raw, 1252);
        out += '\n';
        at_byte = skip + raw.size() + behind;
        if (letters == 0 && flags == 0) at_byte += 1;
      }
    }
    place += 4 + size;
  }
  return out;
}

std::string slide_text(const Compound& file, const Limits& limits) {
  const std::string stream = file.read(*file.find("PowerPoint Document"), limits.part);
  std::string out;
  std::size_t place = 0;
  while (place + 8 <= stream.size() && out.size() < limits.text) {
    const unsigned type = u16(stream, place + 2);
    const std::size_t size = u32(stream, place + 4);
    const bool container = (u16(stream, place) & 15) == 15;
    place += 8;
    if (container) continue;
    const std::string_view data = std::string_view(stream).substr(place, size);
    if (type == 4000) append_wide(out, data, limits.text);
    if (type == 4008) out += decode_page(data, 1252);
    if (type == 4000 || type == 4008) out += '\n';
    if (size > stream.size() - place) break;
    place += size;
  }
  std::ranges::replace(out, '\r', '\n');
  return out;
}

std::string ole_text(std::string_view bytes, const Limits& limits) {
  const Compound file(bytes, limits);
  const std::string_view kind = kind_of(file);
  if (kind == "doc") return word_text(file, limits);
  if (kind == "xls") return sheet_text(file, limits);
  if (kind == "ppt") return slide_text(file, limits);
  return {};
}

}  // namespace

const FormatSpec ole_spec{recognise_ole, describe_ole, ole_text};

}  // namespace tocsin::documents
