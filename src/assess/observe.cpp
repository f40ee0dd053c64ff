#include "assess/observe.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/ip.h"
#include "base/text.h"

namespace tocsin::assess {
namespace {

using casefile::Incident;

constexpr std::size_t kIndicatorsMax = 1000, kAbsencesMax = 5, kReportsMin = 4, kSharedMin = 3;
constexpr double kUsual = 0.6;  // of an actor's reports: what it does nearly always

std::string_view indicator_type(EntityType type) {
  switch (type) {
    case EntityType::address:
      return "ip";
    case EntityType::domain:
      return "domain";
    case EntityType::url:
      return "url";
    case EntityType::hash:
      return "hash";
    default:
      return {};
  }
}

// Techniques that a kind of log shows when they happen, by the reader of the log. Short on purpose: only what such a
// log can't miss.
struct Shows {
  std::string_view reader, technique;
};
constexpr Shows kShows[] = {
    {"evtx", "T1110"}, {"evtx", "T1021"},   {"evtx", "T1543"},   {"evtx", "T1053"}, {"evtx", "T1070"},
    {"evtx", "T1136"}, {"auditd", "T1059"}, {"auditd", "T1053"}, {"zeek", "T1071"}, {"zeek", "T1048"},
    {"zeek", "T1571"}, {"access", "T1190"}, {"access", "T1505"}, {"w3c", "T1190"},  {"w3c", "T1505"},
};

bool covers(std::span<const Coverage> coverage, std::string_view reader, Time first, Time last) {
  return std::ranges::any_of(coverage, [&](const Coverage& one) {
    return one.reader == reader && one.first.known() && first.known() && one.first <= first && last <= one.last;
  });
}

class Observer {
 public:
  Observer(std::span<const Incident* const> incidents, const Knowledge& knowledge)
      : incidents_(incidents), knowledge_(knowledge) {}

  void take() {
    std::set<std::string> techniques;
    std::map<std::string, SeenIndicator> indicators;
    for (const Incident* incident : incidents_) {
      if (incident->first.known() && (!first_.known() || incident->first < first_)) first_ = incident->first;
      last_ = std::max(last_, incident->last);
      for (const casefile::PathStep& step : incident->path) techniques.insert(step.technique);
      for (const casefile::StoryEntity& entity : incident->entities) {
        const std::string_view type = indicator_type(entity.type);
        if (type.empty() || entity.common) continue;
        const auto ip = Ip::parse(entity.value);
        if (ip && ip->is_private()) continue;
        const std::string value = fold(entity.value);
        seen_.insert(value);
        if (type == "url") seen_.insert(host_of(value));
        // Only what somebody is tied to tells anything; the list of all would drown the matrix.
        if (known(value) && indicators.size() < kIndicatorsMax)
          indicators.try_emplace(value, SeenIndicator{std::string(type), value, entity.last.iso()});
      }
    }
    out.techniques.assign(techniques.begin(), techniques.end());
    for (auto& [value, one] : indicators) out.indicators.push_back(std::move(one));
  }

  void take(const casefile::Claim& claim) {
    const Grade grade = parse_grade(claim.admiralty).value_or(Grade{'F', '6'});
    const std::string lineage = fold(claim.lineage.empty() ? claim.by : claim.lineage);
    const bool names = !claim.actor.empty() || !claim.state.empty();
    if (names || !claim.statement.empty()) {
      Claim one;
      one.actor = claim.actor;
      one.state = claim.state;
      one.by = claim.by;
      one.date = claim.date;
      one.statement = claim.statement;
      one.lineage = lineage;
      one.legal = claim.legal;
      one.grade = grade;
      one.persona = claim.persona;
      // A claim that only lists what was seen says nothing on whether somebody can be named.
      if (names || claim.ties.empty()) out.claims.push_back(std::move(one));
    }
    if (!names || claim.persona) return;
    for (const casefile::Tie& tie : claim.ties) {
      const std::string value = fold(tie.value);
      if (tie.type == "technique" || tie.type == "software" || !seen_.contains(value)) continue;
      SeenTrait trait;
      trait.family = Family::infrastructure;
      trait.value = fmt::format("{} {}", tie.type, tie.value);
      trait.source = claim.by;
      trait.lineage = lineage;
      trait.spoof_cost = Ip::parse(value) ? 1 : 2;
      trait.grade = grade;
      if (!claim.actor.empty()) trait.actors.push_back(claim.actor);
      if (!claim.state.empty()) trait.states.push_back(claim.state);
      out.traits.push_back(std::move(trait));
    }
  }

  // What an actor nearly always does, wasn't found, and would have been seen.
  void absences(std::span<const Coverage> coverage) {
    std::map<std::string, std::vector<std::string>> against;
    const auto was_seen = [&](std::string_view technique) {
      return std::ranges::any_of(out.techniques,
                                 [&](const std::string& one) { return one.substr(0, one.find('.')) == technique; });
    };
    for (const Shows& shows : kShows) {
      if (was_seen(shows.technique) || !covers(coverage, shows.reader, first_, last_)) continue;
      for (const Actor& actor : knowledge_.actors()) {
        if (actor.reports.size() < kReportsMin || shared_with(actor) < kSharedMin) continue;
        const auto holds = std::ranges::count_if(actor.reports, [&](const Report& report) {
          return std::ranges::any_of(report.traits, [&](std::uint32_t trait) {
            const std::string& id = knowledge_.traits()[trait].id;
            return id.substr(0, id.find('.')) == shows.technique;
          });
        });
        if (static_cast<double>(holds) >= kUsual * static_cast<double>(actor.reports.size()))
          against[fmt::format("{} was not found, though {} logs cover the time", shows.technique, shows.reader)]
              .push_back(actor.id);
      }
    }
    for (auto& [text, actors] : against) {
      if (out.traits.size() >= kIndicatorsMax || kept_++ >= kAbsencesMax) return;
      SeenTrait trait;
      trait.family = Family::technique;
      trait.value = text;
      trait.source = trait.lineage = "absence " + text.substr(0, text.find(' '));
      trait.spoof_cost = 1;
      trait.grade = {'B', '3'};
      std::ranges::sort(actors);
      actors.erase(std::ranges::unique(actors).begin(), actors.end());
      trait.against = std::move(actors);
      out.traits.push_back(std::move(trait));
    }
  }

  Observations out;

 private:
  // Nobody is argued away who was never in question.
  std::size_t shared_with(const Actor& actor) const {
    return static_cast<std::size_t>(std::ranges::count_if(out.techniques, [&](const std::string& technique) {
      const auto trait = knowledge_.trait(technique);
      return trait && std::ranges::any_of(actor.reports, [&](const Report& report) {
               return std::ranges::binary_search(report.traits, *trait);
             });
    }));
  }
  bool known(const std::string& value) const {
    const auto& all = knowledge_.indicators();
    const auto found = std::ranges::lower_bound(all, value, {}, &KnownIndicator::value);
    return found != all.end() && found->value == value;
  }
  static std::string host_of(std::string_view url) {
    if (const std::size_t scheme = url.find("://"); scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
    return std::string(url.substr(0, url.find_first_of("/:?#")));
  }

  std::span<const Incident* const> incidents_;
  const Knowledge& knowledge_;
  std::set<std::string> seen_;
  Time first_ = Time::none(), last_ = Time::none();
  std::size_t kept_ = 0;
};

}  // namespace

std::vector<Coverage> coverage_of(std::span<const casefile::Evidence> evidence) {
  std::map<std::string, Coverage> by_reader;
  for (const casefile::Evidence& one : evidence) {
    if (one.reader.empty() || !one.first.known()) continue;
    Coverage& all = by_reader[one.reader];
    all.reader = one.reader;
    if (!all.first.known() || one.first < all.first) all.first = one.first;
    all.last = std::max(all.last, one.last);
  }
  std::vector<Coverage> out;
  for (auto& [reader, coverage] : by_reader) out.push_back(coverage);
  return out;
}

Observations observe(std::span<const casefile::Incident* const> incidents, const std::string& subject,
                     const std::string& title, std::span<const casefile::Claim> claims, const Knowledge& knowledge,
                     std::span<const Coverage> coverage) {
  Observer observer(incidents, knowledge);
  observer.out.title = title;
  observer.take();
  for (const casefile::Claim& claim : claims) {
    const bool meant =
        claim.subject.empty() || claim.subject == subject || std::ranges::any_of(incidents, [&](const Incident* one) {
          return one->id == claim.subject || std::ranges::find(one->aliases, claim.subject) != one->aliases.end();
        });
    if (meant && !claim.withdrawn) observer.take(claim);
  }
  observer.absences(coverage);
  return std::move(observer.out);
}

}  // namespace tocsin::assess
