#include "documents/pdf_signature.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "documents/pdf_file.h"

namespace tocsin::documents {
namespace {

using namespace pdf;

constexpr std::size_t kCmsMax = 4u << 20;

bool within(std::string_view piece, std::string_view bytes) {
  return std::greater_equal<>()(piece.data(), bytes.data()) &&
         std::less_equal<>()(piece.data() + piece.size(), bytes.data() + bytes.size());
}

// What was put behind `end`: updates by their end marks, objects by their types.
std::string appended(const File& file, std::string_view bytes, std::uint64_t end) {
  std::size_t updates = 0, objects = 0, again = 0;
  for (std::size_t at = bytes.find("%%EOF", end); at != std::string_view::npos; at = bytes.find("%%EOF", at + 5))
    ++updates;
  std::set<std::string, std::less<>> types;
  for (const auto& [number, versions] : file.objects) {
    bool before = false;
    for (const std::string_view dictionary : versions) {
      if (!within(dictionary, bytes) || static_cast<std::uint64_t>(dictionary.data() - bytes.data()) < end) {
        before = true;
        continue;
      }
      ++objects;
      again += before;
      std::string_view type = value_of(dictionary, "Type");
      if (type.starts_with('/') && type.size() < 40 && types.size() < 12) types.emplace(type.substr(1));
    }
  }
  std::string out =
      fmt::format("{} update{}, {} object{}", updates, updates == 1 ? "" : "s", objects, objects == 1 ? "" : "s");
  if (again > 0) out += fmt::format(", {} of them new versions of signed ones", again);
  for (bool first = true; const std::string& type : types) out += (std::exchange(first, false) ? ": " : ", ") + type;
  return out;
}

PdfSignature read_signature(const File& file, std::string_view dictionary, std::string_view bytes) {
  PdfSignature out;
  out.name = string_of(value_of(dictionary, "Name"), 300);
  out.dated = date_of(string_of(value_of(dictionary, "M"), 40));
  std::string_view form = value_of(dictionary, "SubFilter");
  if (form.starts_with('/')) out.form = form.substr(1, 60);
  const std::string_view contents = value_of(dictionary, "Contents"), range = value_of(dictionary, "ByteRange");
  out.cms = bytes_of(contents, kCmsMax);
  std::vector<std::uint64_t> values;
  for (std::size_t place = 1; place < range.size() && values.size() < 64;) {
    skip_blanks(range, place);
    const std::size_t from = place;
    skip_object(range, place);
    const auto value = number_of(range.substr(std::min(from, range.size()), place - from));
    if (!value) break;
    values.push_back(*value);
  }
  std::uint64_t at = 0;
  for (std::size_t i = 0; i + 1 < values.size(); i += 2) {
    if (values[i] < at || values[i] > bytes.size() || values[i + 1] > bytes.size() - values[i]) {
      out.hole = "its ranges lie outside of the file or over each other";
      out.ranges.clear();
      return out;
    }
    out.ranges.emplace_back(values[i], values[i + 1]);
    at = values[i] + values[i + 1];
  }
  if (out.ranges.empty()) {
    out.hole = "it covers nothing";
    return out;
  }
  const auto [first, size] = out.ranges[0];
  const std::uint64_t hole_end = out.ranges.size() > 1 ? out.ranges[1].first : bytes.size();
  if (first != 0)
    out.hole = fmt::format("the first {} bytes are not covered", first);
  else if (out.ranges.size() != 2)
    out.hole = fmt::format("it covers {} ranges, not two", out.ranges.size());
  else if (!within(contents, bytes) || static_cast<std::uint64_t>(contents.data() - bytes.data()) != size ||
           contents.size() != hole_end - size)
    out.hole = fmt::format("{} bytes from {} on are left out, which are not its own alone", hole_end - size, size);
  else if (!contents.starts_with('<') ||
           contents.substr(1).find_first_not_of("0123456789abcdefABCDEF \t\r\n") != contents.size() - 2)
    out.hole = "its own bytes hold something else than hexadecimal digits";
  out.behind = bytes.size() - out.end();
  if (out.behind > 0) out.after = appended(file, bytes, out.end());
  return out;
}

}  // namespace

std::string PdfSignature::content(std::string_view bytes) const {
  std::string out;
  for (const auto& [offset, size] : ranges) out += bytes.substr(offset, size);
  return out;
}

std::vector<PdfSignature> read_signatures(const File& file, std::string_view bytes) {
  std::vector<PdfSignature> out;
  for (const std::string_view dictionary : file.signatures)
    if (out.size() < kPdfSignaturesMax) out.push_back(read_signature(file, dictionary, bytes));
  return out;
}

std::vector<PdfSignature> pdf_signatures(std::string_view bytes, const Limits& limits) {
  if (bytes.find("/ByteRange") == std::string_view::npos) return {};
  Metadata unused;
  return read_signatures(File(bytes, limits, unused), bytes);
}

}  // namespace tocsin::documents
