#include "publish/story/story.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace tocsin::publish {
namespace {

using namespace casefile;

constexpr std::size_t kStepsShown = 8, kVictimsShown = 6, kTiesShown = 3;

std::string day(Time time) { return time.known() ? time.iso().substr(0, 16) : "time unknown"; }
std::string span_of(Time first, Time last) {
  const std::string a = day(first), b = day(last);
  if (a == b) return a;
  return a.substr(0, 10) == b.substr(0, 10) && b.size() > 11 ? a + " – " + b.substr(11) : a + " – " + b;
}
std::string short_id(std::string_view id) { return std::string(id.substr(0, id.find('-') + 9)); }

class Page {
 public:
  Page(const Story& story, std::span<const Act> acts, const Terminal& terminal) : story_(story), terminal_(terminal) {
    for (const Act& act : acts) {
      if (act.undone) continue;
      for (const std::string& subject : act.subjects) acts_[subject].push_back(&act);
    }
  }

  std::string write(std::span<const Act> acts, std::span<const Claim> claims, const StoryWords& words) {
    std::set<std::string> inside;
    for (const Campaign& one : story_.campaigns) {
      campaign(one);
      inside.insert(one.incidents.begin(), one.incidents.end());
    }
    std::vector<const Incident*> alone;
    for (const Incident& one : story_.incidents)
      if (!inside.contains(one.id)) alone.push_back(&one);
    std::ranges::stable_sort(alone, std::greater(), [](const Incident* one) { return one->severity; });
    for (std::size_t i = 0; i < std::min(alone.size(), words.rows); ++i) incident(*alone[i], "");
    if (alone.size() > words.rows)
      out_ += fmt::format("  … and {} more incidents: --json lists them\n", alone.size() - words.rows);
    if (story_.incidents.empty()) out_ += "  no incidents\n";
    if (story_.loose > 0)
      out_ += fmt::format("  {} {} to no incident\n", grouped(story_.loose),
                          story_.loose == 1 ? "finding belongs" : "findings belong");
    for (const std::string& remark : story_.remarks) out_ += "  note       " + printable(remark) + "\n";
    people(acts, claims);
    if (words.pages)
      for (const StoredAssessment& one : story_.assessments)
        out_ += fmt::format("\n── {}\n{}", short_id(one.subject), one.text);
    return std::move(out_);
  }

 private:
  void line(const std::string& indent, std::string_view what, const std::string& text) {
    const std::string first = fmt::format("  {}{:<10} ", indent, what);
    out_ += first + fitted_or_whole(printable(text), terminal_.width - std::min(terminal_.width, display_width(first)));
  }
  static std::string fitted_or_whole(const std::string& text, std::size_t width) {
    std::string made = display_width(text) <= width ? text : fitted(text, width);
    return made + "\n";
  }

  void decided(const std::string& indent, const std::string& id) {
    const auto found = acts_.find(id);
    if (found == acts_.end()) return;
    for (const Act* act : found->second)
      line(indent, std::string(name(act->kind)),
           fmt::format("{}{} ({}: {}) #{}",
                       act->kind == ActKind::annotate || act->kind == ActKind::decide ? act->text : "", "", act->author,
                       act->reason, act->number));
  }

  void incident(const Incident& one, const std::string& indent) {
    out_ += fmt::format("\n  {}{}  {}  {}\n", indent,
                        coloured(terminal_, one.severity, fitted(short_name(one.severity), 8)), short_id(one.id),
                        fitted_or_whole(printable(one.title), 200));
    out_.pop_back();
    line(indent, "when", span_of(one.first, one.last));
    std::string victims;
    for (std::size_t i = 0; i < std::min(one.victims.size(), kVictimsShown); ++i)
      victims += (i > 0 ? ", " : "") + one.victims[i];
    if (one.victim_count > kVictimsShown) victims += fmt::format(" and {} more", one.victim_count - kVictimsShown);
    if (!victims.empty()) line(indent, "victims", victims);
    std::string path;
    for (std::size_t i = 0; i < std::min(one.path.size(), kStepsShown); ++i)
      path += (i > 0 ? " → " : "") + one.path[i].technique;
    if (one.path.size() > kStepsShown) path += fmt::format(" and {} more", one.path.size() - kStepsShown);
    if (!path.empty()) line(indent, "ATT&CK", path);
    line(indent, "findings", grouped(one.finding_count) + (one.origin.empty() ? "" : ", in " + one.origin));
    for (std::size_t i = 0; i < std::min(one.ties.size(), kTiesShown); ++i)
      line(indent, i == 0 ? "why one" : "", one.ties[i]);
    decided(indent, one.id);
  }

  void campaign(const Campaign& one) {
    out_ += fmt::format("\n  {}  {}  {}\n", coloured(terminal_, one.severity, fitted(short_name(one.severity), 8)),
                        short_id(one.id), printable(one.title));
    line("", "when", span_of(one.first, one.last));
    const std::set<std::string> members(one.incidents.begin(), one.incidents.end());
    for (const Link& link : story_.links) {
      if (!members.contains(link.a) || !members.contains(link.b) || !link.joins) continue;
      std::string ties;
      for (std::size_t i = 0; i < std::min(link.ties.size(), kTiesShown); ++i)
        ties += fmt::format("{}{} {}{}", i > 0 ? ", " : "", link.ties[i].type, link.ties[i].value,
                            link.ties[i].note.empty() ? "" : fmt::format(" ({})", link.ties[i].note));
      if (link.ties.size() > kTiesShown) ties += fmt::format(" and {} more", link.ties.size() - kTiesShown);
      line("", "link", fmt::format("{} ~ {}: {}", short_id(link.a), short_id(link.b), ties));
    }
    decided("", one.id);
    for (const std::string& id : one.incidents)
      if (const Incident* member = story_.incident(id)) incident(*member, "  ");
  }

  void people(std::span<const Act> acts, std::span<const Claim> claims) {
    const auto holds = [](const auto& list, auto gone) { return std::ranges::any_of(list, gone); };
    if (holds(claims, [](const Claim& one) { return !one.withdrawn; })) out_ += "\n  Claims\n";
    for (const Claim& one : claims) {
      if (one.withdrawn) continue;
      const std::string who = !one.actor.empty() ? one.actor : one.state;
      line("", fmt::format("#{} {}", one.number, one.admiralty),
           fmt::format("{}{}{}{}{}", one.by, who.empty() ? "" : " names " + who,
                       one.statement.empty() ? "" : ": " + one.statement,
                       one.ties.empty() ? "" : fmt::format(" ({} things tied to it)", one.ties.size()),
                       one.tlp.empty() ? "" : " [TLP:" + one.tlp + "]"));
    }
    if (!acts.empty()) out_ += "\n  Decisions\n";
    for (const Act& one : acts) {
      std::string subjects;
      for (std::size_t i = 0; i < std::min<std::size_t>(one.subjects.size(), 3); ++i)
        subjects += " " + (one.subjects[i].starts_with("incident-") || one.subjects[i].starts_with("campaign-")
                               ? short_id(one.subjects[i])
                               : one.subjects[i].substr(0, 12));
      if (one.subjects.size() > 3) subjects += fmt::format(" and {} more", one.subjects.size() - 3);
      const bool says = one.kind == ActKind::annotate || one.kind == ActKind::decide;
      line("", fmt::format("#{}", one.number),
           fmt::format("{}{}{} ({}: {}){}", name(one.kind), subjects, says ? " " + one.text : "", one.author,
                       one.reason, one.undone ? " – undone" : ""));
    }
  }

  const Story& story_;
  const Terminal& terminal_;
  std::map<std::string, std::vector<const Act*>> acts_;
  std::string out_;
};

// `kind` first, then the object's own keys.
std::string with_kind(std::string_view kind, const std::string& object) {
  return fmt::format("{{\"kind\":\"{}\",{}\n", kind, object.substr(1));
}

}  // namespace

std::string story_text(const Story& story, std::span<const Act> acts, std::span<const Claim> claims,
                       const Terminal& terminal, const StoryWords& words) {
  return Page(story, acts, terminal).write(acts, claims, words);
}

std::string story_json(const Story& story, std::span<const Act> acts, std::span<const Claim> claims) {
  std::string out;
  for (const Incident& one : story.incidents) out += with_kind("incident", to_json(one));
  for (const Campaign& one : story.campaigns) out += with_kind("campaign", to_json(one));
  for (const Link& one : story.links) out += with_kind("link", to_json(one));
  for (const Claim& one : claims) out += with_kind("claim", to_json(one));
  for (const Act& one : acts) out += with_kind("act", to_json(one));
  for (const StoredAssessment& one : story.assessments) {
    nlohmann::ordered_json made = {{"kind", "assessment"}, {"subject", one.subject}, {"yardstick", one.yardstick}};
    made["assessment"] = nlohmann::ordered_json::parse(one.json, nullptr, false);
    out += made.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  }
  nlohmann::ordered_json sums = {{"kind", "story"},
                                 {"incidents", story.incidents.size()},
                                 {"campaigns", story.campaigns.size()},
                                 {"links", story.links.size()},
                                 {"loose", story.loose},
                                 {"remarks", story.remarks}};
  return out + sums.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace tocsin::publish
