// Which cluster is which known incident, and what analysts made of them.
#include "assess/incident.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <map>
#include <set>

#include "assess/telling.h"
#include "base/hash.h"

namespace tocsin::assess {
namespace {

using casefile::Act;
using casefile::ActKind;
using casefile::Incident;
using casefile::IncidentFindings;
using casefile::Story;

constexpr std::uint32_t kLoose = UINT32_MAX;

struct Piece {
  std::vector<std::uint32_t> findings;  // ascending
  std::vector<std::pair<std::uint32_t, std::uint32_t>> bonds;
  std::vector<std::string> ties;
  std::string id, defining;
  std::vector<std::string> aliases;
  bool cut = false;  // an analyst cut it out: its id is made from that
};

struct IdHash {
  std::size_t operator()(const Findings::Id& id) const {
    return hash64(std::string_view(reinterpret_cast<const char*>(id.data()), id.size()));
  }
};

std::string incident_id(std::string_view how, std::string_view finding) {
  return "incident-" + sha256(fmt::format("{} {}", how, finding)).hex().substr(0, 16);
}

class Namer {
 public:
  Namer(const Findings& all, const Story& before, std::span<const IncidentFindings> known, std::span<const Act> acts)
      : all_(all), before_(before), known_(known), acts_(acts), piece_of_(all.ids.size(), kLoose) {
    for (std::uint32_t i = 0; i < all.ids.size(); ++i) numbers_.emplace(all.ids[i], i);
  }

  std::vector<Piece> run(const Clustering& clustering) {
    for (const Cluster& cluster : clustering.clusters)
      if (cluster.incident) {
        for (const std::uint32_t group : cluster.groups)
          cluster_piece_[group] = static_cast<std::uint32_t>(pieces_.size());
        pieces_.emplace_back().bonds = cluster.bonds;
      }
    for (std::uint32_t i = 0; i < piece_of_.size(); ++i)
      if (const auto found = cluster_piece_.find(all_.group_of[i]); found != cluster_piece_.end())
        piece_of_[i] = found->second;
    for (const Act& act : acts_)
      if (!act.undone && act.kind == ActKind::split) split(act);
    for (std::uint32_t i = 0; i < piece_of_.size(); ++i)
      if (piece_of_[i] != kLoose) pieces_[piece_of_[i]].findings.push_back(i);
    name_known();
    for (Piece& piece : pieces_) {
      if (piece.findings.empty() || !piece.id.empty()) continue;
      piece.defining = hex(all_.ids[piece.findings.front()]);
      piece.id = incident_id("incident", piece.defining);
    }
    for (const Act& act : acts_)
      if (!act.undone && act.kind == ActKind::merge) merge(act);
    std::erase_if(pieces_, [](const Piece& one) { return one.findings.empty(); });
    return std::move(pieces_);
  }

  std::vector<std::string> remarks;

 private:
  std::uint32_t number_of(std::string_view id) const {
    const auto found = numbers_.find(id_from(id));
    return found == numbers_.end() ? kLoose : found->second;
  }

  void split(const Act& act) {
    if (act.subjects.size() < 2 || !act.subjects[0].starts_with("incident-")) return;
    Piece piece;
    piece.cut = true;
    piece.ties.push_back(fmt::format("cut out of {} by {}: {}", act.subjects[0], act.author, act.reason));
    const auto number = static_cast<std::uint32_t>(pieces_.size());
    bool any = false;
    for (std::size_t i = 1; i < act.subjects.size(); ++i) {
      const std::uint32_t finding = number_of(act.subjects[i]);
      if (finding == kLoose) continue;
      piece_of_[finding] = number;
      any = true;
    }
    if (!any) {
      remarks.push_back(fmt::format("decision {}: none of its findings is in the case any more", act.number));
      return;
    }
    piece.defining = act.subjects[1];
    piece.id = incident_id("split", piece.defining);
    pieces_.push_back(std::move(piece));
  }

  // Known incidents, oldest first, give their ids to the pieces that hold their defining finding.
  void name_known() {
    std::map<std::string_view, const IncidentFindings*> ids;
    for (const IncidentFindings& one : known_) ids[one.incident] = &one;
    for (const Incident& old : before_.incidents) {
      if (!old.origin.empty()) continue;
      const std::uint32_t finding = number_of(old.defining);
      std::uint32_t at = finding == kLoose ? kLoose : piece_of_[finding];
      if (at == kLoose || (pieces_[at].cut && pieces_[at].id != old.id))
        at = most_of(ids.contains(old.id) ? ids[old.id] : nullptr);
      if (at == kLoose) continue;
      Piece& piece = pieces_[at];
      if (piece.cut) continue;
      if (piece.id.empty()) {
        piece.id = old.id;
        piece.defining =
            finding != kLoose && piece_of_[finding] == at ? old.defining : hex(all_.ids[piece.findings.front()]);
      } else {
        piece.aliases.push_back(old.id);
      }
    }
  }

  std::uint32_t most_of(const IncidentFindings* known) const {
    if (!known) return kLoose;
    std::map<std::uint32_t, std::size_t> counts;
    for (const Findings::Id& id : known->ids)
      if (const auto found = numbers_.find(id); found != numbers_.end())
        if (const std::uint32_t at = piece_of_[found->second]; at != kLoose && !pieces_[at].cut) ++counts[at];
    std::uint32_t best = kLoose;
    std::size_t most = 0;
    for (const auto& [at, count] : counts)
      if (count > most) most = count, best = at;
    return best;
  }

  Piece* find(const Act& act, std::size_t subject) {
    const std::string& id = act.subjects[subject];
    for (Piece& piece : pieces_)
      if (!piece.findings.empty() && (piece.id == id || std::ranges::find(piece.aliases, id) != piece.aliases.end()))
        return &piece;
    if (subject < act.anchors.size())
      if (const std::uint32_t finding = number_of(act.anchors[subject]); finding != kLoose)
        for (Piece& piece : pieces_)
          if (std::ranges::binary_search(piece.findings, finding)) return &piece;
    return nullptr;
  }

  void merge(const Act& act) {
    Piece* into = nullptr;
    for (std::size_t i = 0; i < act.subjects.size(); ++i) {
      if (!act.subjects[i].starts_with("incident-")) return;
      Piece* piece = find(act, i);
      if (!piece) {
        remarks.push_back(fmt::format("decision {}: {} is no longer there", act.number, act.subjects[i]));
        continue;
      }
      if (into == piece) continue;
      if (!into) {
        into = piece;
        continue;
      }
      if (piece->findings.front() < into->findings.front()) std::swap(into, piece);
      into->findings.insert(into->findings.end(), piece->findings.begin(), piece->findings.end());
      std::ranges::sort(into->findings);
      into->aliases.push_back(piece->id);
      into->aliases.insert(into->aliases.end(), piece->aliases.begin(), piece->aliases.end());
      into->bonds.insert(into->bonds.end(), piece->bonds.begin(), piece->bonds.end());
      into->ties.push_back(fmt::format("merged with {} by {}: {}", piece->id, act.author, act.reason));
      *piece = {};
    }
  }

  const Findings& all_;
  const Story& before_;
  std::span<const IncidentFindings> known_;
  std::span<const Act> acts_;
  std::vector<std::uint32_t> piece_of_;
  std::vector<Piece> pieces_;
  boost::unordered_flat_map<Findings::Id, std::uint32_t, IdHash> numbers_;
  boost::unordered_flat_map<std::uint32_t, std::uint32_t> cluster_piece_;
};

// Nobody reads more incidents than this, and each costs kilobytes: the gravest stay, first those that people decided
// on.
std::uint64_t keep_gravest(const Findings& all, std::span<const Act> acts, std::vector<Piece>& pieces) {
  if (pieces.size() <= IncidentSet::kIncidentsMax) return 0;
  std::set<std::string_view> decided;
  for (const Act& act : acts)
    if (!act.undone) decided.insert(act.subjects.begin(), act.subjects.end());
  struct Rank {
    bool decided = false;
    Level level = Level::informational;
    std::size_t rules = 0, findings = 0;
    std::uint32_t piece = 0;
  };
  std::vector<Rank> ranks;
  for (std::uint32_t i = 0; i < pieces.size(); ++i) {
    const Piece& piece = pieces[i];
    Rank rank{piece.cut || !piece.ties.empty() || decided.contains(piece.id), {}, 0, piece.findings.size(), i};
    for (const std::string& alias : piece.aliases) rank.decided |= decided.contains(alias);
    std::set<std::uint32_t> rules;
    for (const std::uint32_t finding : piece.findings) {
      const Text& text = all.text(all.groups[all.group_of[finding]]);
      rank.level = std::max(rank.level, text.level);
      rules.insert(text.rule_number);
    }
    rank.rules = rules.size();
    ranks.push_back(rank);
  }
  std::ranges::sort(ranks, [](const Rank& a, const Rank& b) {
    return std::tie(b.decided, b.level, b.rules, b.findings, a.piece) <
           std::tie(a.decided, a.level, a.rules, a.findings, b.piece);
  });
  const std::uint64_t left = ranks.size() - IncidentSet::kIncidentsMax;
  ranks.resize(IncidentSet::kIncidentsMax);
  std::ranges::sort(ranks, {}, &Rank::piece);
  std::vector<Piece> kept;
  for (const Rank& rank : ranks) kept.push_back(std::move(pieces[rank.piece]));
  pieces = std::move(kept);
  return left;
}

}  // namespace

IncidentSet find_incidents(const Findings& findings, const Tactics& tactics, const Story& before,
                           std::span<const IncidentFindings> known, std::span<const Act> acts) {
  IncidentSet out;
  const Clustering clustering = cluster(findings);
  std::map<std::uint32_t, std::string> titles;
  for (const Text& text : findings.texts) titles.try_emplace(text.rule_number, text.rule->title);
  for (const std::uint32_t rule : clustering.routine)
    out.remarks.push_back(
        fmt::format("'{}' fires for many on most days: it joins incidents and starts none", titles[rule]));
  Namer namer(findings, before, known, acts);
  std::vector<Piece> pieces = namer.run(clustering);
  if (const std::uint64_t left = keep_gravest(findings, acts, pieces); left > 0)
    out.remarks.push_back(
        fmt::format("{} incidents less grave than the {} shown are left out; their findings count as "
                    "tied to none",
                    left, IncidentSet::kIncidentsMax));
  std::vector<std::pair<Incident, IncidentFindings>> made;
  std::uint64_t told = 0;
  for (Piece& piece : pieces) {
    Incident incident;
    incident.id = piece.id;
    incident.defining = piece.defining;
    std::ranges::sort(piece.aliases);
    piece.aliases.erase(std::ranges::unique(piece.aliases).begin(), piece.aliases.end());
    incident.aliases = std::move(piece.aliases);
    incident.ties = std::move(piece.ties);
    tell(findings, tactics, piece.findings, piece.bonds, incident);
    IncidentFindings ids{incident.id, {}};
    for (const std::uint32_t finding : piece.findings) ids.ids.push_back(findings.ids[finding]);
    told += piece.findings.size();
    made.emplace_back(std::move(incident), std::move(ids));
  }
  out.loose = findings.ids.size() - told;
  std::ranges::sort(made, [](const auto& a, const auto& b) {
    return std::tie(a.first.first, a.first.id) < std::tie(b.first.first, b.first.id);
  });
  for (auto& [incident, ids] : made) {
    out.incidents.push_back(std::move(incident));
    out.findings.push_back(std::move(ids));
  }
  out.remarks.insert(out.remarks.end(), namer.remarks.begin(), namer.remarks.end());
  return out;
}

}  // namespace tocsin::assess
