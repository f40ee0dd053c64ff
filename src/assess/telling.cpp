#include "assess/telling.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "assess/deeds.h"

namespace tocsin::assess {
namespace {

using casefile::Incident;

constexpr std::size_t kBondsTold = 5, kNamesOfEntry = 4, kTechniquesMax = 200, kDeedsTold = 4;

struct Part {
  std::uint32_t group = 0, finding = 0;
  std::uint64_t count = 0;
};

struct Seen {
  std::uint32_t thing = 0;
  std::uint8_t role = 6;
  float strength = 0;
  std::uint64_t findings = 0;
  Time first = Time::none(), last = Time::none();
};

void widen(Time& first, Time& last, Time from, Time to) {
  if (from.known() && (!first.known() || from < first)) first = from;
  if (to.known() && (!last.known() || to > last)) last = to;
}

std::string_view type_word(const Thing& thing) { return kEntityTypeNames[static_cast<int>(thing.type)]; }

class Teller {
 public:
  Teller(const Findings& all, const Tactics& tactics, Incident& out) : all_(all), tactics_(tactics), out_(out) {}

  void tell(std::span<const std::uint32_t> findings, std::span<const std::pair<std::uint32_t, std::uint32_t>> bonds) {
    take(findings);
    entities();
    victims();
    path();
    timeline();
    title();
    for (std::size_t i = 0; i < std::min(bonds.size(), kBondsTold); ++i) {
      const Thing& thing = all_.things[bonds[i].first];
      if (thing.derived) {
        out_.ties.push_back(fmt::format(
            "{} {} joined by {}", bonds[i].second, bonds[i].second == 1 ? "step is" : "steps are",
            thing.kind == Class::service ? "the web service that was attacked and whose account then acted"
                                         : "logins from the machine at " + thing.value));
        continue;
      }
      out_.ties.push_back(fmt::format("{} {} joined by the {} {}", bonds[i].second,
                                      bonds[i].second == 1 ? "step is" : "steps are", type_word(thing), thing.value));
    }
  }

 private:
  const Text& text(const Part& part) const { return all_.text(all_.groups[part.group]); }

  void take(std::span<const std::uint32_t> findings) {
    std::map<std::uint32_t, Part> parts;
    for (const std::uint32_t finding : findings) {
      const auto [at, fresh] = parts.try_emplace(all_.group_of[finding]);
      if (fresh) at->second = {all_.group_of[finding], finding, 0};
      ++at->second.count;
    }
    out_.finding_count = findings.size();
    for (const std::uint32_t finding : findings.first(std::min(findings.size(), Incident::kFindingsShown)))
      out_.findings.push_back(hex(all_.ids[finding]));
    std::map<std::uint32_t, Seen> seen;
    out_.severity = Level::informational;
    for (const auto& [number, part] : parts) {
      const Group& group = all_.groups[number];
      widen(out_.first, out_.last, group.first, group.last);
      out_.severity = std::max(out_.severity, text(part).level);
      parts_.push_back(part);
      for (const Mention& one : all_.mentions(group)) {
        Seen& entity = seen[one.thing];
        entity.thing = one.thing;
        entity.role = std::min(entity.role, one.role);
        entity.strength = std::max(entity.strength, one.strength);
        entity.findings += part.count;
        widen(entity.first, entity.last, group.first, group.last);
      }
    }
    for (const auto& [thing, entity] : seen)
      if (!all_.things[thing].derived) seen_.push_back(entity);
  }

  void entities() {
    const auto& things = all_.things;
    std::ranges::sort(seen_, [&](const Seen& a, const Seen& b) {
      const auto key = [&](const Seen& one) {
        return std::tuple(!things[one.thing].common.empty(), one.role != 0, -one.strength,
                          -static_cast<std::int64_t>(one.findings));
      };
      const auto x = key(a), y = key(b);
      return x != y ? x < y : std::tie(things[a.thing].value, a.thing) < std::tie(things[b.thing].value, b.thing);
    });
    out_.entity_count = seen_.size();
    for (const Seen& one : std::span(seen_).first(std::min(seen_.size(), Incident::kEntitiesMax))) {
      const Thing& thing = things[one.thing];
      out_.entities.push_back({thing.type, thing.value, std::string(kRoles[one.role]), !thing.common.empty(),
                               thing.common, one.findings, one.first, one.last});
    }
  }

  // The machine that logged it; a target with a full name may be anywhere.
  bool victim_host(const Seen& one) const {
    const Thing& thing = all_.things[one.thing];
    return thing.kind == Class::where && !thing.system && one.role != 3 &&
           (one.role != 2 || thing.value.find('.') == std::string::npos);
  }

  void victims() {
    std::vector<std::pair<int, const Seen*>> ranked;
    for (const Seen& one : seen_) {
      const Thing& thing = all_.things[one.thing];
      if (thing.system) continue;
      if (thing.kind == Class::who && one.role <= 1)
        ranked.emplace_back(one.role, &one);
      else if (victim_host(one))
        ranked.emplace_back(2, &one);
      else if (thing.kind == Class::who && one.role == 2)
        ranked.emplace_back(3, &one);
      else if (thing.kind == Class::who && one.role == 6)
        ranked.emplace_back(4, &one);
    }
    // Who merely ran something is a victim only where nobody better is named.
    if (std::ranges::any_of(ranked, [](const auto& one) { return one.first < 4; }))
      std::erase_if(ranked, [](const auto& one) { return one.first == 4; });
    std::ranges::stable_sort(ranked, {}, &std::pair<int, const Seen*>::first);
    out_.victim_count = ranked.size();
    for (const auto& [rank, one] : std::span(ranked).first(std::min(ranked.size(), Incident::kVictimsMax)))
      out_.victims.push_back(all_.things[one->thing].value);
    hosts_ = static_cast<std::size_t>(std::ranges::count(ranked, 2, &std::pair<int, const Seen*>::first));
  }

  void path() {
    std::map<std::string, casefile::PathStep> steps;
    std::map<std::string, std::uint32_t> stages;
    for (const Part& part : parts_) {
      const Group& group = all_.groups[part.group];
      for (const std::string& technique : text(part).techniques) {
        if (steps.size() >= kTechniquesMax && !steps.contains(technique)) continue;
        casefile::PathStep& step = steps[technique];
        if (step.technique.empty()) {
          step.technique = technique;
          const auto serves = tactics_.of(technique);
          stages[technique] = serves.empty() ? UINT32_MAX : serves.front();
          if (!serves.empty()) step.tactic = tactics_.all()[serves.front()].short_name;
        }
        step.findings += part.count;
        widen(step.first, step.last, group.first, group.last);
      }
    }
    for (auto& [technique, step] : steps) out_.path.push_back(std::move(step));
    std::ranges::stable_sort(out_.path, [&](const casefile::PathStep& a, const casefile::PathStep& b) {
      return std::tuple(stages[a.technique], a.first, a.technique) <
             std::tuple(stages[b.technique], b.first, b.technique);
    });
  }

  void timeline() {
    std::vector<const Part*> shown;
    for (const Part& part : parts_) shown.push_back(&part);
    out_.timeline_count = shown.size();
    if (shown.size() > Incident::kTimelineMax) {
      std::set<std::uint32_t> met;
      std::map<const Part*, bool> first_of_kind;
      for (const Part* part : shown) first_of_kind[part] = met.insert(all_.groups[part->group].text).second;
      std::ranges::stable_sort(shown, [&](const Part* a, const Part* b) {
        return std::tuple(!first_of_kind[a], -static_cast<int>(text(*a).level)) <
               std::tuple(!first_of_kind[b], -static_cast<int>(text(*b).level));
      });
      shown.resize(Incident::kTimelineMax);
    }
    std::ranges::stable_sort(shown, [&](const Part* a, const Part* b) {
      return std::tie(all_.groups[a->group].first, a->group) < std::tie(all_.groups[b->group].first, b->group);
    });
    for (const Part* part : shown) {
      const Group& group = all_.groups[part->group];
      casefile::TimelineEntry entry;
      entry.first = group.first;
      entry.last = group.last;
      entry.level = text(*part).level;
      entry.title = text(*part).title;
      entry.rule = text(*part).rule->id;
      entry.finding = hex(all_.ids[part->finding]);
      entry.techniques = text(*part).techniques;
      entry.count = part->count;
      std::vector<Mention> mentions(all_.mentions(group).begin(), all_.mentions(group).end());
      std::ranges::stable_sort(mentions, [](const Mention& a, const Mention& b) {
        return std::tuple(a.role != 0, -a.strength) < std::tuple(b.role != 0, -b.strength);
      });
      for (const Mention& one : mentions)
        if (entry.entities.size() < kNamesOfEntry && one.strength > 0.05f && !all_.things[one.thing].derived)
          entry.entities.push_back(all_.things[one.thing].value);
      out_.timeline.push_back(std::move(entry));
    }
  }

  // "Passwords sprayed, 1 account entered, mail taken (alice@…)"; of one kind of finding alone, that one's own words.
  void title() {
    const Part* gravest = nullptr;
    std::set<std::uint32_t> rules;
    std::vector<const Deed*> done;
    const auto rank = [&](const Part& part) {
      return std::tuple(text(part).level, text(part).rule->kind, all_.groups[part.group].mention_count);
    };
    for (const Part& part : parts_) {
      rules.insert(text(part).rule_number);
      if (!gravest || rank(part) > rank(*gravest)) gravest = &part;
      if (text(part).level >= Level::medium)
        for (const std::string& technique : text(part).techniques)
          if (const Deed* deed = deed_of(technique, text(part).rule->id)) done.push_back(deed);
    }
    if (!gravest) return;
    for (const Seen& one : seen_) out_.entered += one.role == 0 && all_.things[one.thing].kind == Class::who;
    if (out_.entered > 0) done.push_back(find_deed("entered"));
    out_.head = text(*gravest).title;
    out_.kinds = rules.size();
    out_.hosts = hosts_;
    for (const Seen& one : seen_)
      if (victim_host(one)) {
        out_.host = all_.things[one.thing].value;
        break;
      }
    if (rules.size() > 1) out_.deeds = gravest_deeds(done, kDeedsTold);
    if (out_.deeds.empty()) {
      out_.title = out_.head;
      // A detector has named them already.
      if (text(*gravest).rule->kind != casefile::RuleKind::detector) out_.title += place();
      if (out_.kinds > 1)
        out_.title += fmt::format(", and {} more {} of finding", out_.kinds - 1, out_.kinds == 2 ? "kind" : "kinds");
      return;
    }
    for (const std::string& key : out_.deeds) {
      const std::string words(find_deed(key)->english);
      const std::size_t number = words.find("{n}");
      if (!out_.title.empty()) out_.title += ", ";
      out_.title += number == std::string::npos
                        ? words
                        : words.substr(0, number) +
                              fmt::format("{} account{}", out_.entered, out_.entered == 1 ? "" : "s") +
                              words.substr(number + 3);
    }
    if (out_.title[0] >= 'a' && out_.title[0] <= 'z') out_.title[0] = static_cast<char>(out_.title[0] - 32);
    out_.title += place();
  }

  std::string place() const {
    if (out_.hosts == 1) return " on " + out_.host;
    if (out_.hosts > 1) return fmt::format(" on {} hosts", out_.hosts);
    if (out_.victims.empty()) return {};
    return out_.victim_count == 1 ? " (" + out_.victims[0] + ")"
                                  : fmt::format(" ({} and {} more)", out_.victims[0], out_.victim_count - 1);
  }

  const Findings& all_;
  const Tactics& tactics_;
  Incident& out_;
  std::vector<Part> parts_;
  std::vector<Seen> seen_;
  std::size_t hosts_ = 0;
};

}  // namespace

void tell(const Findings& all, const Tactics& tactics, std::span<const std::uint32_t> findings,
          std::span<const std::pair<std::uint32_t, std::uint32_t>> bonds, casefile::Incident& out) {
  Teller(all, tactics, out).tell(findings, bonds);
}

}  // namespace tocsin::assess
