#include "readers/evtx/cache.h"

#include <algorithm>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tocsin::evtx {
namespace {

constexpr std::size_t kCandidatesMax = 8;  // of one GUID and size
constexpr std::uint32_t kInline = Template::NameRef::kInline;

// A definition's place in the table. Salted, so that nobody can make definitions that all share one.
std::uint64_t key_of(std::string_view guid, std::size_t size, std::uint64_t salt) {
  std::uint64_t key = (load64(guid.data()) ^ salt) * 0x9e3779b97f4a7c15;
  key = (key ^ key >> 32 ^ load64(guid.data() + 8)) * 0xd6e8feb86659fd93;
  return key ^ key >> 32 ^ size;
}

// The body as words with every offset (of a name, and a name's link to the next) blanked out.
void remember(Template& made, std::string_view body) {
  made.words.assign((body.size() + 15) / 16 * 2, 0);
  made.mask.assign(made.words.size(), 0);
  std::string mask(body.size(), '\xff');
  for (const Template::NameRef& ref : made.refs)
    mask.replace(ref.at, ref.first == kInline ? 8 : 4, ref.first == kInline ? 8 : 4, '\0');
  std::memcpy(made.words.data(), body.data(), body.size());
  std::memcpy(made.mask.data(), mask.data(), mask.size());
  for (std::size_t i = 0; i < made.words.size(); ++i) made.words[i] &= made.mask[i];
  std::unordered_map<std::string_view, std::uint32_t> first;
  for (std::uint32_t i = 0; i < made.refs.size(); ++i)
    if (Template::NameRef& ref = made.refs[i]; ref.first != kInline)
      ref.first = first.emplace(ref.units.of(made.name_units), i).first->second;
}

bool leads_to(View view, std::size_t body, const Template& known, std::uint32_t index) {
  const Template::NameRef& ref = known.refs[index];
  const char* at = view.bytes.data() + body;
  const std::uint32_t offset = load32(at + ref.at);
  const std::size_t behind = body + ref.at + 4;
  if (ref.first == kInline) return view.at(offset) == behind;
  if (ref.first != index && offset == load32(at + known.refs[ref.first].at)) return true;
  const std::size_t place = view.at(offset), size = ref.units.size;
  const auto* header = overlay<NameHeader>(view.bytes, place);
  return header && place != behind && 2u * header->units == size &&
         size <= view.bytes.size() - place - sizeof(NameHeader) &&
         std::memcmp(view.bytes.data() + place + sizeof(NameHeader), known.name_units.data() + ref.units.begin, size) == 0;
}

// The words cover the body and up to 15 bytes more, which are masked out: blocks are padded for that.
bool same(const Template& known, View view, std::size_t body) {
  const char* at = view.bytes.data() + body;
#if defined(__SSE2__)
  __m128i difference = _mm_setzero_si128();
  for (std::size_t i = 0; i < known.words.size(); i += 2) {
    const auto load = [](const void* from) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); };
    const __m128i word = _mm_xor_si128(load(at + 8 * i), load(known.words.data() + i));
    difference = _mm_or_si128(difference, _mm_and_si128(word, load(known.mask.data() + i)));
  }
  if (_mm_movemask_epi8(_mm_cmpeq_epi8(difference, _mm_setzero_si128())) != 0xffff) return false;
#else
  std::uint64_t difference = 0;
  for (std::size_t i = 0; i < known.words.size(); ++i) difference |= (load64(at + 8 * i) ^ known.words[i]) & known.mask[i];
  if (difference) return false;
#endif
  for (std::uint32_t i = 0; i < known.refs.size(); ++i)
    if (!leads_to(view, body, known, i)) return false;
  return true;
}

}  // namespace

void TemplateCache::begin(const Demand& demand, std::uint64_t serial) {
  unshared_.clear();
  plain_.clear();
  demand_ = &demand;
  const bool same_demand =
      serial == serial_ || (std::ranges::equal(names_, demand.names()) && keywords_ == demand.keywords());
  serial_ = serial;
  if (same_demand && bytes_ <= kBytesMax) return;
  templates_.clear();
  bytes_ = 0;
  names_.assign(demand.names().begin(), demand.names().end());
  keywords_ = demand.keywords();
}

const Template* TemplateCache::get(View view, std::size_t place, std::uint32_t id, std::int64_t& budget) {
  const auto* header = overlay<TemplateHeader>(view.bytes, place);
  if (!header || load32(header->guid) != id) return nullptr;
  const std::size_t body = place + sizeof(TemplateHeader);
  // A size of zero or beyond the chunk is a lie: the tokens say where the definition ends.
  const std::size_t left = view.bytes.size() - body;
  const bool lies = header->size == 0 || header->size > left;
  const std::size_t size = lies ? left : static_cast<std::size_t>(header->size);
  if ((budget -= static_cast<std::int64_t>(sizeof(TemplateHeader) + (lies ? 0 : size))) < 0) return nullptr;

  const std::string_view guid(header->guid, sizeof header->guid);
  Candidates* known = nullptr;
  if (!lies) {
    known = &templates_[key_of(guid, size, reinterpret_cast<std::uintptr_t>(this))];
    if (known->empty()) bytes_ += sizeof(Candidates) + 64;
    for (const auto& candidate : *known)
      if (candidate->size == size && candidate->guid == guid && same(*candidate, view, body)) return candidate.get();
  }
  auto made = std::make_unique<Template>();
  std::size_t end = body;
  std::size_t begin = body;
  if (size >= 4 && view.bytes[body] == '\x0f') begin += 4;
  compile(view, begin, body + size, Dependencies::given, *demand_, *made, end);
  for (Template::NameRef& ref : made->refs) ref.at += static_cast<std::uint32_t>(begin - body);
  made->guid = guid;
  if (lies) {
    if (end < view.bytes.size() && view.bytes[end] == '\0') ++end;
    made->size = static_cast<std::uint32_t>(end - body);
    budget -= made->size;
    if (made->problem.empty()) made->problem = "the template's size is wrong";
  } else {
    made->size = static_cast<std::uint32_t>(size);
  }
  // A damaged definition may hang on what lies around it, so it isn't shared.
  if (!known || !made->problem.empty() || known->size() >= kCandidatesMax) {
    unshared_.push_back(std::move(made));
    return unshared_.back().get();
  }
  remember(*made, view.bytes.substr(body, size));
  bytes_ += made->memory();
  known->push_back(std::move(made));
  return known->back().get();
}

const Template* TemplateCache::plain(View view, std::size_t begin, std::size_t limit, Dependencies dependencies,
                                     std::size_t& end) {
  plain_.push_back(std::make_unique<Template>());
  compile(view, begin, limit, dependencies, *demand_, *plain_.back(), end);
  return plain_.back().get();
}

}  // namespace tocsin::evtx
