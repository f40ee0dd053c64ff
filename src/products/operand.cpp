#include "products/operand.h"

#include <algorithm>
#include <array>

#include "products/transform.h"

namespace tocsin::products {
namespace {

char lower_of(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

FieldRef reader_field(std::string_view name, FieldNames& names) { return {FieldRef::Kind::reader, names.add(name)}; }

}  // namespace

bool equal_no_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i] && lower_of(a[i]) != lower_of(b[i])) return false;
  return true;
}

Result<Operand> Operand::compile(std::string_view text, const CaptureNames& captures, FieldNames& names) {
  Operand out;
  if (const auto found = std::ranges::find(captures, text); found != captures.end()) {
    out.plain_ = {FieldRef::Kind::capture, static_cast<std::uint16_t>(found - captures.begin())};
    return out;
  }
  if (const std::size_t brace = text.find('{'); brace != text.npos) {
    if (brace == 0 || !text.ends_with('}'))
      return fail("the field '" + std::string(text) + "'", {}, "FIELD{KEY}: of lines KEY = value");
    const std::string_view field = text.substr(0, brace);
    const auto found = std::ranges::find(captures, field);
    out.plain_ = found != captures.end()
                     ? FieldRef{FieldRef::Kind::capture, static_cast<std::uint16_t>(found - captures.begin())}
                     : reader_field(field, names);
    out.key_ = text.substr(brace + 1, text.size() - brace - 2);
    out.in_lines_ = true;
    return out;
  }
  const std::size_t open = text.find('[');
  if (open == text.npos) {
    if (text.empty()) return fail("an empty field name");
    out.plain_ = reader_field(text, names);
    return out;
  }
  const std::size_t close = text.find(']', open);
  if (open == 0 || close == text.npos)
    return fail("the field '" + std::string(text) + "'", {}, "LIST[NAME], or LIST[field=VALUE].other");
  const std::string list(text.substr(0, open));
  const std::string_view inside = text.substr(open + 1, close - open - 1), behind = text.substr(close + 1);
  const std::size_t equals = inside.find('=');
  std::vector<FieldRef> values;
  if (equals != inside.npos) {
    if (behind.size() < 2 || behind[0] != '.')
      return fail("the field '" + std::string(text) + "'", {}, "LIST[field=VALUE].other");
    out.members_.push_back(reader_field(list + "." + std::string(inside.substr(0, equals)), names));
    out.key_ = inside.substr(equals + 1);
    values.push_back(reader_field(list + std::string(behind), names));
  } else {
    for (const char* name : {".Name", ".name", ".displayName", ".key", ".Key"})
      out.members_.push_back(reader_field(list + name, names));
    out.key_ = inside;
    for (const char* value : {".Value", ".value", ".newValue", ".NewValue", ".multiValue", ".boolValue", ".intValue"})
      values.push_back(reader_field(list + value, names));
  }
  out.names_count_ = out.members_.size();
  out.members_.insert(out.members_.end(), values.begin(), values.end());
  out.values_ = std::move(values);
  return out;
}

std::string_view Operand::value_in_lines(std::string_view text, std::string_view key, bool& repeated) {
  const std::string_view divider = text.find('\n') == text.npos ? ", " : "\n";
  std::string_view out;
  bool found = false;
  while (!text.empty()) {
    const std::size_t end = text.find(divider);
    std::string_view line = trimmed(text.substr(0, end));
    if (line.size() > key.size() && equal_no_case(line.substr(0, key.size()), key)) {
      line = trimmed(line.substr(key.size()));
      if (!line.empty() && (line.front() == '=' || line.front() == ':')) {
        repeated = found;
        if (found) return out;
        line = trimmed(line.substr(1));
        if (line.size() >= 2 && line.front() == '"' && line.back() == '"') line = line.substr(1, line.size() - 2);
        out = line == "null" ? std::string_view() : line;
        found = true;
      }
    }
    if (end == text.npos) break;
    text.remove_prefix(end + divider.size());
  }
  return out;
}

void Operand::needs(std::vector<bool>& wanted) const {
  const auto flag = [&](FieldRef ref) {
    if (ref.kind != FieldRef::Kind::reader) return;
    if (wanted.size() <= ref.index) wanted.resize(ref.index + std::size_t{1});
    wanted[ref.index] = true;
  };
  flag(plain_);
  for (const FieldRef ref : members_) flag(ref);
}

}  // namespace tocsin::products
