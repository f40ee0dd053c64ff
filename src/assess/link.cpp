#include <fmt/format.h>

#include "assess/link.h"
#include "assess/link_state.h"
#include "base/check.h"
#include "base/ip.h"
#include "base/text.h"

namespace tocsin::assess {

namespace {

constexpr std::size_t kWordMin = 5, kPathMin = 7, kTextMax = 255;
constexpr std::size_t kPairsMax = 24'000'000;  // 12 bytes each

std::int16_t day_of(Time time) {
  if (!time.known()) return kNoDay;
  return static_cast<std::int16_t>(std::clamp<std::int64_t>(time.seconds / 86400, INT16_MIN + 1, INT16_MAX));
}

bool is_hash(std::string_view text) {
  return (text.size() == 32 || text.size() == 40 || text.size() == 64) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool usual_port(std::string_view port) {
  return port.empty() || port == "80" || port == "443" || port == "8080" || port == "8443";
}

std::string on_list(std::string_view list) { return fmt::format("on the warning list {}", list); }

// A name that a hosting company gives each of its machines: an address in it (142-11-209-144.…), or a short word and a
// long number (vmi1234567.…). The domain above it says who rents machines out.
bool made_by_provider(std::string_view names) {
  std::size_t groups = 0;
  bool digits = false;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool digit = names[i] >= '0' && names[i] <= '9';
    if (digit && !digits) ++groups;
    if (!digit && names[i] != '-' && names[i] != '.') groups = 0;
    digits = digit;
    if (groups >= 3) return true;
  }
  const std::string_view last = names.substr(names.rfind('.') + 1);
  const std::size_t word = last.find_first_not_of("abcdefghijklmnopqrstuvwxyz");
  if (word == std::string_view::npos || word < 2 || word > 8) return false;
  const std::string_view number = last.substr(word + (last[word] == '-'));
  return number.size() >= 4 && number.find_first_not_of("0123456789") == std::string_view::npos;
}

struct Parts {
  std::string_view host, port, path;
};
Parts parts_of(std::string_view text) {
  if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos && scheme < 16)
    text.remove_prefix(scheme + 3);
  Parts out;
  const std::size_t slash = text.find('/');
  out.host = text.substr(0, slash);
  if (slash != std::string_view::npos) out.path = text.substr(slash);
  if (out.host.starts_with('[')) {
    const std::size_t end = out.host.find(']');
    if (end != std::string_view::npos) {
      if (end + 1 < out.host.size() && out.host[end + 1] == ':') out.port = out.host.substr(end + 2);
      out.host = out.host.substr(1, end - 1);
    }
  } else if (const std::size_t colon = out.host.find(':'); colon != std::string_view::npos) {
    if (out.host.find(':', colon + 1) == std::string_view::npos) {
      out.port = out.host.substr(colon + 1);
      out.host = out.host.substr(0, colon);
    }
  }
  return out;
}

}  // namespace

void Linker::State::see(TieKind kind, std::string_view value, std::uint32_t extra, Time time, bool own) {
  Sighting one{};
  value = value.substr(0, kTextMax);
  one.hash = hash64(value, static_cast<std::uint64_t>(kind) + 1);
  one.item = static_cast<std::uint32_t>(sizes.size() - 1);
  one.extra = extra;
  one.day = day_of(time);
  one.kind = static_cast<std::uint8_t>(kind) | (own ? kOwnName : 0);
  one.size = static_cast<std::uint8_t>(value.size());
  // What was put last often holds it already: a domain ends its host.
  if (texts.size() >= value.size() && std::string_view(texts).substr(texts.size() - value.size()) == value) {
    one.text = static_cast<std::uint32_t>(texts.size() - value.size());
  } else {
    one.text = static_cast<std::uint32_t>(texts.size());
    texts += value;
  }
  sightings.push_back(one);
}

void Linker::State::demote(std::uint32_t item, TieKind kind, std::string_view value, std::string note) {
  if (demoted.size() <= item) demoted.resize(item + 1);
  if (demoted[item].size() < kDemotedMax) demoted[item].try_emplace(std::string(value), Demoted{kind, std::move(note)});
}

std::string_view Linker::State::owned(std::string_view host) const {
  if (lists)
    if (const std::string_view zone = lists->zone_of(host); !zone.empty()) {
      const std::size_t dot = host.rfind('.', host.size() - zone.size() - 2);
      return dot == std::string_view::npos ? host : host.substr(dot + 1);
    }
  const std::string name(host);
  const char* registered = psl_registrable_domain(psl, name.c_str());
  return registered ? host.substr(host.size() - std::string_view(registered).size()) : std::string_view();
}

Linker::Linker(const indicators::WarningLists* lists) : state_(std::make_unique<State>()) { state_->lists = lists; }
Linker::~Linker() = default;
Linker::Linker(Linker&&) noexcept = default;

std::uint32_t Linker::add_item() {
  state_->sizes.push_back(0);
  return static_cast<std::uint32_t>(state_->sizes.size() - 1);
}
std::size_t Linker::items() const { return state_->sizes.size(); }
double Linker::size_of(std::uint32_t item) const { return std::max(1u, state_->sizes[item]); }
std::uint64_t Linker::capped() const { return state_->capped; }

std::string Linker::demoted(std::string_view indicator) const {
  const std::string folded = fold(indicator);
  const Parts parts = parts_of(folded);
  if (const auto ip = Ip::parse(parts.host)) {
    if (ip->is_private()) return "private address";
    if (state_->lists)
      if (const auto listed = state_->lists->of(*ip); listed && listed.kind != indicators::ListKind::rented)
        return std::string(listed.list);
    return {};
  }
  if (!state_->lists) return {};
  if (is_hash(folded)) return std::string(state_->lists->of_value(folded).list);
  const auto listed = state_->lists->of(parts.host);
  return listed ? std::string(listed.list) : std::string();
}

void Linker::see_indicator(std::string_view given, Time time, bool listed) {
  State& me = *state_;
  CHECK(!me.sizes.empty() && !me.sorted);
  std::string folded = fold(given);
  me.sizes.back() += listed;
  const auto item = static_cast<std::uint32_t>(me.sizes.size() - 1);
  if (is_hash(folded)) {
    if (std::string why = demoted(folded); !why.empty())
      me.demote(item, TieKind::hash, folded, on_list(why));
    else
      me.see(TieKind::hash, folded, narrow(hash64(folded)), time);
    return;
  }
  const Parts parts = parts_of(folded);
  const auto see_path = [&](std::uint32_t lineage) {
    if (parts.path.size() >= kPathMin) me.see(TieKind::path, parts.path, lineage, time);
  };
  if (const auto ip = Ip::parse(parts.host)) {
    const std::string address = ip->text(), network = ip->network_text(ip->is_v4() ? 24 : 48);
    const std::uint32_t lineage = narrow(hash64(network));
    see_path(lineage);
    if (std::string why = demoted(parts.host); !why.empty()) {
      me.demote(item, TieKind::address, address, ip->is_private() ? why : on_list(why));
      return;
    }
    me.see(TieKind::address, address, lineage, time);
    me.see(TieKind::network, network, lineage, time);
    if (!usual_port(parts.port) && parts.port.size() <= 5)
      me.see(TieKind::port, parts.port, narrow(hash64(parts.port)), time);
    return;
  }
  std::string_view host = parts.host;
  while (host.ends_with('.')) host.remove_suffix(1);
  if (host.find('.') == std::string_view::npos || host.size() > kTextMax) {
    see_path(narrow(hash64(parts.path)));
    return;
  }
  if (me.lists)
    if (const auto known = me.lists->of(host)) {
      me.demote(item, TieKind::host, host, on_list(known.list));
      see_path(narrow(hash64(host)));
      return;
    }
  const std::string_view domain = me.owned(host);
  const std::uint32_t lineage = narrow(hash64(domain.empty() ? host : domain));
  see_path(lineage);
  if (domain.empty()) return;
  const bool own = host == domain || (host.starts_with("www.") && host.substr(4) == domain);
  if (!own) me.see(TieKind::host, host, lineage, time);
  if (!own && made_by_provider(host.substr(0, host.size() - domain.size() - 1))) return;
  me.see(TieKind::domain, domain, narrow(hash64(host)), time, own);
  const std::string_view label = domain.substr(0, domain.find('.'));
  if (label.size() >= kWordMin) me.see(TieKind::label, label, narrow(hash64(label)), time);
  const std::string_view words = std::string_view(host).substr(0, host.size() - domain.size() + label.size());
  for (std::size_t at = 0; at < words.size();) {
    if (words[at] < 'a' || words[at] > 'z') {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < words.size() && words[end] >= 'a' && words[end] <= 'z') ++end;
    if (end - at >= kWordMin) me.see(TieKind::word, words.substr(at, end - at), lineage, time);
    at = end;
  }
}

void Linker::see(TieKind kind, std::string_view value, Time time, std::string_view lineage) {
  CHECK(!state_->sizes.empty() && !state_->sorted);
  const std::string folded = fold(value);
  state_->see(kind, folded, narrow(hash64(lineage.empty() ? std::string_view(folded) : lineage)), time);
}

// Sorts what was seen, names the kinds of domains, and makes the pairs, rarest things first.
void Linker::State::prepare() {
  if (sorted) return;
  sorted = true;
  demoted.resize(sizes.size());
  counts.resize(sizes.size());
  std::ranges::sort(sightings, [](const Sighting& a, const Sighting& b) {
    return std::tie(a.hash, a.item, a.day, a.text) < std::tie(b.hash, b.item, b.day, b.text);
  });
  struct Range {
    std::uint32_t first, last, holders;
  };
  std::vector<Range> ranges;
  std::vector<std::uint32_t> hosts, items;
  for (std::size_t first = 0, last; first < sightings.size(); first = last) {
    items.clear();
    bool own = false;
    for (last = first; last < sightings.size() && sightings[last].hash == sightings[first].hash; ++last) {
      if (items.empty() || items.back() != sightings[last].item) items.push_back(sightings[last].item);
      own |= (sightings[last].kind & kOwnName) != 0;
    }
    const auto holders = static_cast<std::uint32_t>(items.size());
    TieKind kind = kind_of(sightings[first]);
    if (kind == TieKind::domain && !own) {
      hosts.clear();
      for (std::size_t i = first; i < last; ++i) hosts.push_back(sightings[i].extra);
      std::ranges::sort(hosts);
      const auto distinct = static_cast<std::size_t>(std::ranges::unique(hosts).begin() - hosts.begin());
      kind = holders >= 3 && distinct >= holders ? TieKind::zone : TieKind::subdomain;
      for (std::size_t i = first; i < last; ++i) sightings[i].kind = static_cast<std::uint8_t>(kind);
    }
    if (const int counted = kind == TieKind::network ? kNetworks
                            : of_domain(kind)        ? kDomains
                            : kind == TieKind::label ? kLabels
                            : kind == TieKind::word  ? kWords
                                                     : -1;
        counted >= 0)
      for (const std::uint32_t item : items) ++counts[item][static_cast<std::size_t>(counted)];
    if (holders < 2) continue;
    if (holders > spec(kind).degree_max) {
      capped += std::uint64_t{holders} * (holders - 1) / 2;
      if (spec(kind).side)
        for (const std::uint32_t item : items)
          demote(item, kind, text(sightings[first]), fmt::format("held by {} others", holders - 1));
      continue;
    }
    ranges.push_back({static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(last), holders});
  }
  std::ranges::stable_sort(ranges, {}, &Range::holders);
  for (const Range& range : ranges) {
    const std::uint64_t more = std::uint64_t{range.holders} * (range.holders - 1) / 2;
    if (pairs.size() + more > kPairsMax) {
      capped += more;
      continue;
    }
    items.clear();
    for (std::uint32_t i = range.first; i < range.last; ++i)
      if (items.empty() || items.back() != sightings[i].item) items.push_back(sightings[i].item);
    for (std::size_t i = 0; i < items.size(); ++i)
      for (std::size_t j = i + 1; j < items.size(); ++j) pairs.push_back({items[i], items[j], range.first});
  }
  std::ranges::sort(pairs, [](const SharedPair& a, const SharedPair& b) {
    return std::tie(a.a, a.b, a.thing) < std::tie(b.a, b.b, b.thing);
  });
  company.reserve(ranges.size());
  for (const Range& range : ranges) company.push_back({range.first});
  std::ranges::sort(company, {}, &Company::thing);
  find_near();
  find_company();
}

void Linker::State::find_company() {
  std::vector<std::uint32_t> lineages;
  couples(pairs, [&](std::span<const SharedPair> couple) {
    lineages.clear();
    for (const SharedPair& one : couple)
      if (!weak(kind_of(sightings[one.thing]))) lineages.push_back(lineage(sightings[one.thing]));
    std::ranges::sort(lineages);
    const bool several = std::ranges::unique(lineages).begin() - lineages.begin() >= 2;
    for (const SharedPair& one : couple) {
      Company& of = *std::ranges::lower_bound(company, one.thing, {}, &Company::thing);
      ++of.pairs;
      of.befriended += several;
    }
  });
}

// Items that share more than words, ports and what hosting has in common.
void Linker::State::find_near() {
  struct Edge {
    std::uint32_t from, to, lineage;
    auto operator<=>(const Edge&) const = default;
  };
  std::vector<Edge> edges;
  for (const SharedPair& pair : pairs) {
    const TieKind kind = kind_of(sightings[pair.thing]);
    if (kind == TieKind::zone || weak(kind) || kind > TieKind::key) continue;
    const std::uint32_t by = lineage(sightings[pair.thing]);
    edges.push_back({pair.a, pair.b, by});
    edges.push_back({pair.b, pair.a, by});
  }
  std::ranges::sort(edges);
  near_at.assign(sizes.size() + 1, 0);
  near.clear();
  for (std::size_t i = 0; i < edges.size(); ++i) {
    if (i > 0 && edges[i].from == edges[i - 1].from && edges[i].to == edges[i - 1].to) {
      if (near.back().lineage != edges[i].lineage) near.back().lineage = 0;
      continue;
    }
    near.push_back({edges[i].to, edges[i].lineage});
    ++near_at[edges[i].from + 1];
  }
  for (std::size_t i = 1; i < near_at.size(); ++i) near_at[i] += near_at[i - 1];
}

}  // namespace tocsin::assess
