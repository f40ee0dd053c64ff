#include "documents/mapi.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/endian.h"
#include "base/text.h"
#include "documents/code_page.h"

namespace tocsin::documents {
namespace {

using namespace std::string_view_literals;

std::uint32_t u32(std::string_view bytes, std::size_t at) { return *reinterpret_cast<const ul32*>(bytes.data() + at); }

constexpr std::size_t kFixedMax = 1u << 20;  // bytes of fixed properties

}  // namespace

std::string take(const Compound& file, std::uint32_t stream, std::size_t& budget, std::size_t max, bool* cut) {
  const Compound::Entry& entry = file.entries()[stream];
  const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(entry.size, max));
  std::string out = file.read(entry, std::min(wanted, budget));
  if (cut && out.size() < wanted) *cut = true;
  budget -= std::min(budget, out.size());
  return out;
}

Properties::Properties(const Compound& file, std::uint32_t storage, std::size_t front, unsigned page,
                       std::size_t& budget)
    : file_(file), storage_(storage), budget_(budget), page_(page) {
  const std::uint32_t stream = file_.find_in(storage_, kPropertyStream);
  if (stream != Compound::kNone) {
    const std::string bytes = take(file_, stream, budget_, kFixedMax, &cut_);
    for (std::size_t at = front; at + 16 <= bytes.size(); at += 16)
      fixed_.try_emplace(u32(bytes, at), u32(bytes, at + 8) | std::uint64_t{u32(bytes, at + 12)} << 32);
  }
  for (const unsigned id : {mapi::kInternetPage, mapi::kMessagePage})
    if (const auto own = number(id); own && *own > 0 && *own < 65536) page_ = static_cast<unsigned>(*own);
  if (page_ == 0) page_ = 1252;
}

std::uint32_t Properties::stream(unsigned id, unsigned type) const {
  const std::uint32_t found = file_.find_in(storage_, fmt::format("__substg1.0_{:04X}{:04X}", id, type));
  return found != Compound::kNone && file_.entries()[found].type == 2 ? found : Compound::kNone;
}

std::string Properties::text(unsigned id, std::size_t max) const {
  std::string out;
  if (const std::uint32_t wide = stream(id, 0x001f); wide != Compound::kNone) {
    out = utf16_text(take(file_, wide, budget_, max, &cut_));
  } else if (const std::uint32_t narrow = stream(id, 0x001e); narrow != Compound::kNone) {
    out = decode_page(take(file_, narrow, budget_, max, &cut_), page_);
  }
  while (out.ends_with('\0')) out.pop_back();
  return out;
}

std::string Properties::bytes(unsigned id, std::size_t max) const {
  const std::uint32_t found = stream(id, 0x0102);
  return found == Compound::kNone ? std::string() : take(file_, found, budget_, max, &cut_);
}

std::optional<std::uint64_t> Properties::number(unsigned id) const {
  const auto found = fixed_.find(id << 16 | 0x0003);
  return found == fixed_.end() ? std::nullopt : std::optional(found->second & 0xffffffff);
}

std::optional<Time> Properties::time(unsigned id) const {
  const auto found = fixed_.find(id << 16 | 0x0040);
  // 1601 is an empty field, and so is what lies past the year 3000.
  if (found == fixed_.end() || found->second < 10'000'000ull * 86400 * 365 ||
      found->second > 441'481'536'000'000'000ull)
    return std::nullopt;
  return Time::from_filetime(found->second);
}

NamedProperties::NamedProperties(const Compound& file) {
  // PSETID_Common, {00062008-0000-0000-C000-000000000046}
  constexpr std::string_view kCommon = "\x08\x20\x06\0\0\0\0\0\xc0\0\0\0\0\0\0\x46"sv;
  if (file.root() == Compound::kNone) return;
  const std::uint32_t storage = file.find_in(file.root(), "__nameid_version1.0");
  if (storage == Compound::kNone) return;
  std::size_t budget = 2u << 20;
  const auto read = [&](std::string_view name) {
    const std::uint32_t stream = file.find_in(storage, name);
    return stream == Compound::kNone ? std::string() : take(file, stream, budget, 1u << 20, nullptr);
  };
  const std::string sets = read("__substg1.0_00020102"), names = read("__substg1.0_00030102");
  for (std::size_t at = 0; at + 8 <= names.size(); at += 8) {
    const std::uint32_t number = u32(names, at), place = u32(names, at + 4);
    const std::size_t set = place >> 1 & 0x7fff;  // 0 none, 1 and 2 fixed ones, then those of the stream
    if ((place & 1) != 0 || set < 3 || (set - 2) * 16 > sets.size()) continue;
    if (std::string_view(sets).substr((set - 3) * 16, 16) == kCommon)
      common_.try_emplace(number, 0x8000 + (place >> 16));
  }
}

std::optional<unsigned> NamedProperties::common(unsigned name) const {
  const auto found = common_.find(name);
  return found == common_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace tocsin::documents
