// The costly half of keeping an event, made so that matching threads share it: hashing
// the record, finding its entities, writing its fields as JSON.
#include "case/matched.h"

#include <cstring>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "base/check.h"
#include "base/hash.h"
#include "base/json.h"

namespace tocsin::casefile {
namespace {

// Fields in which a record says which one it is. Without `source` agreeing a field of this name may mean anything.
struct OwnNumber {
  std::string_view source, field;
};
constexpr OwnNumber kOwnNumbers[] = {
    {"windows", "EventRecordID"}, {"cloudtrail", "eventID"},       {"m365", "Id"},   {"entra.signin", "id"},
    {"entra.audit", "id"},        {"kubernetes.audit", "auditID"}, {"okta", "uuid"}, {"gcp", "insertId"},
    {"gcp.audit", "insertId"},
};

constexpr std::size_t kWholeMax = 256 * 1024;  // bytes; the longest record that is kept whole
constexpr std::size_t kKeyMax = 1024;          // bytes; the longest value that is grouped by as it stands

// Different long values stay different.
std::string shortened(std::string_view value) {
  return std::string(value.substr(0, 64)) + " sha256:" + sha256(value).hex();
}

void append_sized(std::string& out, std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  const char bytes[4] = {static_cast<char>(size), static_cast<char>(size >> 8), static_cast<char>(size >> 16),
                         static_cast<char>(size >> 24)};
  out.append(bytes, 4);
  out += text;
}

void append_value(std::string& out, const Value& value) {
  const std::string_view text = value.text();
  switch (value.kind) {
    case Kind::null:
      out += "null";
      return;
    case Kind::integer:
    case Kind::real:
      if (!is_json_number(text)) break;  // 0x3e7
      out += text;
      return;
    case Kind::boolean:
      if (text != "true" && text != "false") break;
      out += text;
      return;
    case Kind::string:
      break;
  }
  append_json_string(out, text);
}

// Tells names that have not stood before, quickly for the tens of fields that records have, and within bounds for the
// hundred thousand that a hostile one may have.
class Seen {
 public:
  bool add(std::span<const Record::Entry> before, std::string_view name) {
    const std::uint64_t hash = hash64(name);
    std::uint64_t& word = bits_[hash >> 6 & 15];
    const std::uint64_t bit = std::uint64_t{1} << (hash & 63);
    const bool maybe = word & bit;
    word |= bit;
    if (before.size() > kFew) {
      if (names_.empty())
        for (const Record::Entry& entry : before) names_.insert(entry.name);
      return names_.insert(name).second;
    }
    if (!maybe) return true;
    for (const Record::Entry& entry : before)
      if (entry.name == name) return false;
    return true;
  }

 private:
  static constexpr std::size_t kFew = 128;
  std::uint64_t bits_[16] = {};
  std::unordered_set<std::string_view> names_;
};

}  // namespace

ContentHash content_hash(const Event& event, const Record& record) {
  Digest digest;
  if (event.source == "windows") {
    thread_local std::string bytes;
    bytes.clear();
    for (const Record::Entry& entry : record.fields) {
      append_sized(bytes, entry.name);
      bytes += entry.value.is_null() ? '0' : '1';
      append_sized(bytes, entry.value.text());
    }
    digest = sha256(bytes);
  } else {
    digest = sha256(event.raw);
  }
  ContentHash hash;
  std::memcpy(hash.data(), digest.bytes.data(), hash.size());
  return hash;
}

bool is_numbered(const Event& event, const Record& record) {
  for (const OwnNumber& own : kOwnNumbers)
    if (own.source == event.source)
      for (const Record::Entry& entry : record.fields)
        if (entry.name == own.field && entry.value.size > 0) return true;
  return false;
}

Identity identity_of(const Event& event, std::span<const std::string_view, std::size(kIdentityFields)> fields) {
  Digest digest;
  Identity identity;
  if (event.source == "windows" && !fields[0].empty()) {
    thread_local std::string bytes;
    bytes.clear();
    for (const std::string_view field : fields) append_sized(bytes, field);
    digest = sha256(bytes);
    identity.numbered = true;
  } else {
    digest = sha256(event.raw);
    // Of these, records that are equal byte for byte are equal in their number too.
    for (const OwnNumber& own : kOwnNumbers) identity.numbered |= own.source == event.source && own.source != "windows";
  }
  for (std::size_t i = 0; i < 8; ++i) identity.content |= std::uint64_t{digest.bytes[i]} << 8 * i;
  return identity;
}

bool is_record(const ContentHash& wanted, const Event& event, const Record& record) {
  if (content_hash(event, record) == wanted) return true;
  std::string_view fields[std::size(kIdentityFields)];
  for (std::size_t i = 0; i < std::size(kIdentityFields); ++i)
    for (const Record::Entry& entry : record.fields)
      if (fields[i].empty() && entry.name == kIdentityFields[i]) fields[i] = entry.value.text();
  const Identity identity = identity_of(event, fields);
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (wanted[i] != (i < 8 ? static_cast<std::uint8_t>(identity.content >> 8 * i) : 0)) return false;
  return true;
}

void write_json(const Record& record, std::string& out) {
  const std::span<const Record::Entry> fields = record.fields;
  // A list stands as its name repeated, one after the other. Where a name comes back later, which only hostile records
  // do, those values join the list of the first.
  Seen seen;
  std::unordered_map<std::string_view, std::vector<std::size_t>> late;
  bool first = true;
  out += '{';
  for (std::size_t i = 0, end; i < fields.size(); i = end) {
    const std::string_view name = fields[i].name;
    for (end = i + 1; end < fields.size() && fields[end].name == name;) ++end;
    if (!seen.add(fields.first(i), name))
      for (std::size_t j = i; j < end; ++j) late[name].push_back(j);
  }
  Seen written;
  for (std::size_t i = 0, end; i < fields.size(); i = end) {
    const std::string_view name = fields[i].name;
    for (end = i + 1; end < fields.size() && fields[end].name == name;) ++end;
    const std::vector<std::size_t>* more = nullptr;
    if (!late.empty()) {
      if (!written.add(fields.first(i), name)) continue;
      if (const auto found = late.find(name); found != late.end()) more = &found->second;
    }
    if (!first) out += ',';
    first = false;
    append_json_string(out, name);
    out += ':';
    if (end == i + 1 && !more) {
      append_value(out, fields[i].value);
      continue;
    }
    out += '[';
    for (std::size_t j = i; j < end; ++j) {
      if (j > i) out += ',';
      append_value(out, fields[j].value);
    }
    if (more)
      for (const std::size_t j : *more) {
        out += ',';
        append_value(out, fields[j].value);
      }
    out += ']';
  }
  out += '}';
}

void MatchBatch::add(const Event& event, const Record& record, std::span<const std::uint32_t> rules,
                     std::span<const std::pair<std::string_view, std::string_view>> keys, bool whole) {
  CHECK(!rules.empty());
  Item item{};
  item.time = event.time;
  item.offset = event.offset;
  item.record = event.record;
  item.content = content_hash(event, record);
  item.numbered = is_numbered(event, record);
  item.whole = whole && event.raw.size() <= kWholeMax;
  item.first_rule = static_cast<std::uint32_t>(rules_.size());
  item.rules = static_cast<std::uint32_t>(rules.size());
  rules_.insert(rules_.end(), rules.begin(), rules.end());

  std::size_t at = text_.size();
  item.begin = at;
  const auto size_since = [&] {
    const std::size_t size = text_.size() - at;
    at = text_.size();
    return static_cast<std::uint32_t>(size);
  };
  text_ += event.source;
  item.source = size_since();
  write_entities(record, text_);
  item.entities = size_since();
  if (!keys.empty()) {
    text_ += '[';
    for (const auto& [name, value] : keys) {
      text_ += text_.size() == at + 1 ? "[" : ",[";
      append_json_string(text_, name);
      text_ += ',';
      if (value.size() <= kKeyMax)
        append_json_string(text_, value);
      else
        append_json_string(text_, shortened(value));
      text_ += ']';
    }
    text_ += ']';
  }
  item.keys = size_since();
  if (item.whole) {
    write_json(record, text_);
    item.fields = size_since();
    text_ += event.raw;
    item.raw = size_since();
  }
  items_.push_back(item);
}

}  // namespace tocsin::casefile
