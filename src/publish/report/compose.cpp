// Which audience gets which sections is one table; each section is a function of the dossier.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "publish/report/composer.h"

namespace tocsin::publish {
namespace {

struct SectionSpec {
  const char* id;
  std::vector<Block> (Composer::*write)() const;
  bool lead, analyst, everybody, legal;
  bool in_general;  // also where the dossier was cut below our own telemetry
};

constexpr SectionSpec kSections[] = {
    {"situation", &Composer::situation, true, true, true, true, true},
    {"steps", &Composer::steps, true, true, false, false, true},
    {"leaked", &Composer::leaked, true, true, true, true, true},
    {"timeline", &Composer::timeline, true, true, true, true, true},
    {"incidents", &Composer::incidents, true, true, true, true, true},
    {"campaigns", &Composer::campaigns, false, true, false, true, true},
    {"attack", &Composer::attack, false, true, true, false, true},
    {"spread", &Composer::spread, false, true, false, false, true},
    {"attribution", &Composer::attribution, true, true, true, true, true},
    {"claims", &Composer::claims, false, true, true, true, true},
    {"known", &Composer::known, false, true, true, true, true},
    {"statements", &Composer::statements, false, false, false, true, false},
    {"blind", &Composer::blind, true, true, true, true, true},
    {"entities", &Composer::entities, false, true, false, false, false},
    {"findings", &Composer::findings, false, true, false, true, false},
    {"evidence", &Composer::evidence, false, true, false, true, false},
    {"decisions", &Composer::decisions, false, true, false, true, false},
};

bool wanted(const SectionSpec& section, Audience audience) {
  switch (audience) {
    case Audience::lead:
      return section.lead;
    case Audience::analyst:
      return section.analyst;
    case Audience::everybody:
      return section.everybody;
    case Audience::legal:
      return section.legal;
  }
  return false;
}

}  // namespace

std::string masked(std::string_view name) {
  std::string first, last;
  std::size_t points = 0;
  for (std::string_view left = name; !left.empty();) {
    const CodePoint point = first_code_point(left);
    if (points++ == 0) first = left.substr(0, point.length);
    last = left.substr(0, point.length);
    left.remove_prefix(point.length);
  }
  // Four and fewer: even two of them would tell too much.
  return points > 4 ? first + "…" + last : "…";
}

std::string Composer::span(Time first, Time last) const {
  const std::string from = time(first), to = time(last);
  if (from == to || !last.known()) return from;
  if (d.general || !first.known()) return from + " – " + to;
  // The day and the zone once.
  const std::string start = from.substr(0, from.rfind(' '));
  return start + " – " + (from.substr(0, 10) == to.substr(0, 10) ? to.substr(11) : to);
}

const EntityRow* Composer::entity(std::string_view value) const {
  for (const EntityRow& row : d.entities)
    if (row.value == value) return &row;
  return nullptr;
}

bool Composer::may_be_password(const EntityRow& row, bool summary) const {
  return row.type == EntityType::account && !row.known && (summary || for_(Audience::everybody));
}

Span Composer::name(const EntityRow& row, bool summary) const {
  return code(may_be_password(row, summary) ? masked(row.value) : row.value);
}

Rich Composer::names(const std::vector<const EntityRow*>& rows, std::size_t most, std::uint64_t all,
                     bool summary) const {
  Rich out;
  std::size_t shown = 0;
  for (const EntityRow* row : rows) {
    if (shown == most) break;
    if (summary && may_be_password(*row, summary)) continue;
    if (shown++ > 0) out.push_back(plain(", "));
    out.push_back(name(*row, summary));
  }
  if (shown == 0 && all > 0) return t(all == 1 ? "hit.account" : "hit.accounts", {{"n", plain(count(all))}});
  if (all > shown)
    for (Span& span : t("and-more", {{"n", plain(count(all - shown))}})) out.push_back(std::move(span));
  return out;
}

const assess::Yardstick& Composer::yardstick() const {
  // A French page says French words of likelihood unless somebody asked for others: the number is the same.
  const std::string_view own = t.lang() == "fr" ? std::string_view("fr") : std::string_view(d.yardstick);
  const assess::Yardstick* found = assess::find_yardstick(o.yardstick.empty() ? own : o.yardstick);
  return found ? *found : *assess::find_yardstick("icd203");
}

std::string Composer::word(double likelihood) const { return std::string(yardstick().word(likelihood)); }

std::string Composer::technique_name(std::string_view id) const {
  for (const TechniqueRow& row : d.techniques)
    if (row.id == id) return row.name;
  return {};
}

std::vector<const EntityRow*> Composer::entered() const {
  std::vector<const EntityRow*> out;
  for (const EntityRow& row : d.entities)
    if (row.entered && (row.type == EntityType::account || row.type == EntityType::mailbox)) out.push_back(&row);
  return out;
}

Span Composer::incident_title(const casefile::Incident& one) const {
  // "Passwords sprayed, 1 account entered, mail taken on 2 hosts", in the report's language.
  std::string made;
  for (const std::string& key : one.deeds) {
    if (!made.empty()) made += ", ";
    if (key != "entered")
      made += t("deed." + key);
    else if (d.general)
      made += t("deed.entered-general");
    else
      for (const Span& span : t(one.entered == 1 ? "deed.entered" : "deed.entered-many",
                                {{"n", plain(t.number(one.entered))}}))
        made += span.text;
  }
  const auto join = [&](const Rich& more) {
    for (const Span& span : more) made += span.text;
  };
  const bool bare = made.empty();
  if (bare && !one.head.empty() && !d.general) {
    const Span head = said(one.head);
    if (!head.lang.empty()) return said(one.title);  // somebody else's rule: its words stay whole
    made = head.text;
  }
  if (!made.empty()) {
    if (made[0] >= 'a' && made[0] <= 'z') made[0] = static_cast<char>(made[0] - 32);
    if (made.starts_with("é")) made.replace(0, 2, "É");
    // A detector names them itself; then the title in English is its own words and what follows.
    if (!d.general && (!bare || one.title != one.head)) {
      if (one.hosts == 1)
        join(t("title.on", {{"host", plain(one.host)}}));
      else if (one.hosts > 1)
        join(t("title.hosts", {{"n", plain(t.number(one.hosts))}}));
      else if (one.victim_count == 1 && !one.victims.empty())
        made += " (" + one.victims[0] + ")";
      else if (one.victim_count > 1 && !one.victims.empty())
        join(t("title.victims", {{"first", plain(one.victims[0])}, {"n", plain(t.number(one.victim_count - 1))}}));
    }
    return plain(made);
  }
  if (!one.title.empty()) return said(one.title);
  std::string out;
  std::size_t named = 0;
  for (const casefile::PathStep& step : one.path) {
    const std::string known = technique_name(step.technique);
    if (known.empty() || out.find(known) != std::string::npos) continue;
    if (++named > 3) break;
    out += (out.empty() ? "" : ", ") + known;
  }
  return said(out.empty() ? "–" : out);
}

std::string Composer::hypothesis_name(const Judged::Hypothesis& one) const {
  if (one.kind == "actor") return one.name + " (" + one.id + ")";
  return t.all().contains("kind." + one.kind) ? t("kind." + one.kind) : one.name;
}

Document compose(const Dossier& dossier, const Texts& texts, const ReportOptions& options) {
  const Composer composer{dossier, texts, options};
  Document out;
  out.lang = texts.lang();
  out.title = dossier.title.empty() ? texts("report.title-general") : dossier.title;
  const std::string audience(kAudienceNames[static_cast<int>(options.audience)]);
  out.kicker = texts("report.kicker");
  out.subtitle = texts("report.for-" + audience);
  out.tlp = "TLP:";
  for (const char c : name(dossier.marking)) out.tlp += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  if (dossier.exercise) out.exercise = texts("report.exercise");
  out.contents = texts("report.contents");
  out.facts.emplace_back(texts("report.as-of"), Rich{plain(composer.time(dossier.made))});
  if (dossier.first.known())
    out.facts.emplace_back(texts("report.span"), Rich{plain(composer.span(dossier.first, dossier.last))});
  if (!dossier.general) {
    out.facts.emplace_back(texts("report.evidence"), Rich{plain(texts.number(dossier.evidence_files))});
    if (!dossier.head.empty())
      out.facts.emplace_back(texts("report.head"), Rich{code(dossier.head.substr(0, 16)), plain("…")});
  }
  for (const SectionSpec& spec : kSections) {
    if (!wanted(spec, options.audience) || (dossier.general && !spec.in_general)) continue;
    Section section{spec.id, texts("section." + std::string(spec.id)), (composer.*spec.write)()};
    if (!section.blocks.empty()) out.sections.push_back(std::move(section));
  }
  out.foot.push_back(texts("report.made-by", {{"tool", plain(dossier.tool.empty() ? "tocsin" : dossier.tool)}}));
  if (!dossier.techniques.empty()) out.foot.push_back({muted(texts("report.attack-notice"))});
  return out;
}

}  // namespace tocsin::publish
