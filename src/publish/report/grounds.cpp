// What is fact, what is judged and what isn't known; and the ground under it.
#include <fmt/format.h>

#include <algorithm>

#include "publish/report/composer.h"
#include "publish/report/drawings.h"
#include "publish/terminal/text.h"

namespace tocsin::publish {
namespace {

using namespace casefile;

const char* key_of(Blind::Kind kind) {
  switch (kind) {
    case Blind::Kind::refused:
      return "blind.refused";
    case Blind::Kind::unmapped:
      return "blind.unmapped";
    case Blind::Kind::unmet:
      return "blind.unmet";
    case Blind::Kind::partial:
      return "blind.partial";
    case Blind::Kind::unrecognised:
      return "blind.unrecognised";
    case Blind::Kind::evicted:
      return "blind.evicted";
    case Blind::Kind::uncorrelated:
      return "blind.uncorrelated";
    case Blind::Kind::gap:
      return "blind.gap";
  }
  return "";
}

}  // namespace

std::vector<Block> Composer::known() const {
  std::vector<Block> out;
  std::vector<Rich> facts, judged, unknown;
  if (d.findings_total() > 0)
    facts.push_back(
        t(d.general ? "known.findings-general" : "known.findings", {{"findings", strong(count(d.findings_total()))},
                                                                    {"rules", plain(count(d.rules.size()))},
                                                                    {"span", plain(span(d.first, d.last))}}));
  if (d.entered_count > 0) facts.push_back(t("known.entered", {{"n", strong(count(d.entered_count))}}));
  if (!d.general) {
    for (std::size_t i = 0; i < std::min<std::size_t>(6, d.rules.size()); ++i) {
      const RuleRow& rule = d.rules[i];
      if (rule.level < Level::high) break;
      facts.push_back(t("known.rule", {{"rule", said(rule.title)},
                                       {"n", plain(count(rule.findings))},
                                       {"span", plain(span(rule.first, rule.last))}}));
    }
    facts.push_back(
        t("known.evidence", {{"files", plain(t.number(d.evidence_files))}, {"events", plain(t.number(d.events))}}));
  } else {
    for (std::size_t i = 0; i < std::min<std::size_t>(8, d.techniques.size()); ++i)
      facts.push_back({code(d.techniques[i].id), plain(" " + d.techniques[i].name)});
  }
  for (const Incident& one : d.story.incidents) {
    if (judged.size() >= 8) break;
    if (one.finding_count > 1)
      judged.push_back(t("known.incident",
                         {{"incident", strong(incident_label(d, one.id))}, {"n", plain(count(one.finding_count))}}));
  }
  for (const Campaign& one : d.story.campaigns)
    if (one.incidents.size() > 1 && judged.size() < 12)
      judged.push_back(t("known.campaign", {{"n", plain(count(one.incidents.size()))}}));
  if (const Judged* main = d.main_judgement()) {
    if (main->names_somebody())
      judged.push_back(
          t("known.actor", {{"actor", strong(main->actor.name)}, {"word", strong(word(main->actor.likelihood))}}));
    else
      unknown.push_back({plain(t("who.insufficient"))});
    if (main->deception) unknown.push_back({plain(t("sure.deception"))});
  } else {
    unknown.push_back({plain(t("sure.not-assessed"))});
  }
  if (!d.claims.empty()) unknown.push_back(t("known.claims", {{"n", plain(t.number(d.claims.size()))}}));
  if (d.story.loose > 0 && !d.general) unknown.push_back(t("known.loose", {{"n", plain(t.number(d.story.loose))}}));
  if (!d.blind.empty() || !d.anomalies.empty()) unknown.push_back({plain(t("known.blind"))});
  const auto part = [&](const char* key, std::vector<Rich> items) {
    if (items.empty()) return;
    out.push_back(heading({plain(t(key))}));
    out.push_back(list(std::move(items)));
  };
  part("known.fact", std::move(facts));
  part("known.judged", std::move(judged));
  part("known.unknown", std::move(unknown));
  return out;
}

// Each statement with what it rests on, numbered so that it can be quoted.
std::vector<Block> Composer::statements() const {
  Table all{t("statements.caption"),
            {"", t("column.statement"), t("column.nature"), t("column.grade"), t("column.ground")},
            {},
            ""};
  std::size_t number = 0;
  const auto add = [&](Rich what, const char* nature, std::string grade, Rich ground) {
    all.rows.push_back({text(fmt::format("S{}", ++number)),
                        {std::move(what), ""},
                        text(t(nature)),
                        value(std::move(grade)),
                        {std::move(ground), ""}});
  };
  for (const FindingRow& row : d.findings) {
    if (number >= 100) break;
    Rich ground{plain(t("statements.finding") + " "), code(row.id)};
    for (std::size_t i = 0; i < std::min<std::size_t>(2, row.exhibits.size()); ++i) {
      const Exhibit& one = row.exhibits[i];
      ground.push_back(plain("; "));
      ground.push_back(code(one.path));
      ground.push_back(plain(" SHA-256 "));
      ground.push_back(code(one.sha256));
      ground.push_back(
          plain(fmt::format(", {} {}, {} {}", t("statements.offset"), one.offset, t("statements.record"), one.record)));
    }
    if (row.count > row.exhibits.size())
      for (Span& span : t("statements.members", {{"n", plain(count(row.count))}})) ground.push_back(std::move(span));
    Rich what{said(row.title), plain(" · "), plain(span(row.first, row.last))};
    for (std::size_t i = 0; i < std::min<std::size_t>(6, row.entities.size()); ++i) {
      what.push_back(plain(i == 0 ? " · " : ", "));
      what.push_back(code(row.entities[i].value));
    }
    // Own telemetry is A; what a record says by itself is 2, what several records agree on 1.
    add(std::move(what), "nature.fact", row.count > 1 ? "A1" : "A2", std::move(ground));
  }
  for (const Incident& one : d.story.incidents) {
    if (number >= 150) break;
    Rich ground;
    for (std::size_t i = 0; i < std::min<std::size_t>(3, one.ties.size()); ++i) {
      if (i > 0) ground.push_back(plain("; "));
      ground.push_back(said(one.ties[i]));
    }
    add(t("known.incident", {{"incident", strong(incident_label(d, one.id))}, {"n", plain(count(one.finding_count))}}),
        "nature.judged", "–", std::move(ground));
  }
  for (const Claim& claim : d.claims)
    if (number < 250)
      add({plain(claim.by + ": " + claim.statement)}, "nature.claim", claim.admiralty,
          {plain(claim.date), plain(claim.origin.empty() ? "" : " · " + claim.origin)});
  if (const Judged* main = d.main_judgement(); main && main->names_somebody())
    add(t("known.actor", {{"actor", strong(main->actor.name)}, {"word", strong(word(main->actor.likelihood))}}),
        "nature.judged", "–", {plain(t("statements.see-ach"))});
  if (all.rows.empty()) return {};
  std::vector<Block> out{paragraph({plain(t("statements.lead"))}), table(std::move(all))};
  if (d.findings_total() > d.findings.size() || d.findings.size() > 100)
    out.push_back(
        paragraph(t("findings.rest", {{"shown", plain(t.number(std::min<std::size_t>(100, d.findings.size())))},
                                      {"all", plain(t.number(d.findings_total()))}})));
  return out;
}

std::vector<Block> Composer::blind() const {
  std::vector<Rich> items;
  for (const Blind& one : d.blind) {
    Rich text = t(key_of(one.kind), {{"n", strong(count(one.count))}});
    if (!one.detail.empty() && !d.general) {
      text.push_back(plain(" ("));
      text.push_back(said(one.detail));
      text.push_back(plain(")"));
    }
    items.push_back(std::move(text));
  }
  std::vector<Block> out;
  if (!items.empty()) {
    out.push_back(paragraph({plain(t("blind.lead"))}));
    out.push_back(list(std::move(items)));
  }
  if (!d.gaps.empty()) {
    Table all{t("gaps.caption"),
              {t("column.log"), t("column.what"), t("column.from"), t("column.to"), t("column.hours"), t("column.due"),
               t("column.incident")},
              {},
              ""};
    const std::size_t most = for_(Audience::lead) ? 5 : d.gaps.size();
    for (const Gap& one : d.gaps) {
      if (all.rows.size() >= most) break;
      static constexpr const char* kWords[] = {"gap.silent", "gap.ends", "gap.begins"};
      Rich log = {code(one.source)};
      if (one.files > 1) log.push_back(plain(" " + t("gaps.more-files")));
      all.rows.push_back({{std::move(log), ""},
                          text(t(kWords[static_cast<int>(one.kind)])),
                          text(time(one.from)),
                          text(time(one.to)),
                          number(static_cast<std::uint64_t>((one.to.seconds - one.from.seconds + 1800) / 3600)),
                          one.expected > 0 ? number(one.expected) : text("–"),
                          text(incident_label(d, one.incident))});
    }
    out.push_back(table(std::move(all)));
    out.push_back(paragraph({muted(t("gaps.note"))}));
  }
  if (!d.anomalies.empty() && !d.general && !for_(Audience::lead)) {
    Table all{t("anomalies.caption"), {t("column.anomaly"), t("column.count")}, {}, ""};
    for (const AnomalyRow& row : d.anomalies) {
      if (all.rows.size() >= 40) break;
      all.rows.push_back({value(row.name), number(row.count)});
    }
    out.push_back(table(std::move(all)));
  }
  if (out.empty()) out.push_back(paragraph({plain(t("blind.none"))}));
  return out;
}

std::vector<Block> Composer::entities() const {
  std::vector<Block> out;
  constexpr std::size_t kRows = 40;
  for (std::size_t type = 0; type < std::size(kEntityTypeNames); ++type) {
    const auto kind = static_cast<EntityType>(type);
    const auto all = d.entity_counts.find(kind);
    if (all == d.entity_counts.end() || all->second == 0) continue;
    const std::string caption = t("entities." + std::string(kEntityTypeNames[type])) + " · " + t.number(all->second);
    Table rows{caption,
               {t("column.value"), t("column.role"), t("column.level"), t("column.findings"), t("column.when")},
               {},
               ""};
    for (const EntityRow& row : d.entities) {
      if (row.type != kind) continue;
      if (rows.rows.size() >= kRows) break;
      std::string roles;
      for (const std::string& role : row.roles)
        roles += (roles.empty() ? "" : ", ") + (t.all().contains("role." + role) ? t("role." + role) : role);
      rows.rows.push_back({{{name(row, false)}, ""},
                           text(roles.empty() ? "–" : roles),
                           level(row.gravest),
                           number(row.findings),
                           text(span(row.first, row.last))});
    }
    Block block = table(std::move(rows));
    block.folded = caption;
    out.push_back(std::move(block));
  }
  if (d.entities_cut) out.push_back(paragraph({muted(t("entities.cut"))}));
  if (!out.empty()) out.insert(out.begin(), paragraph({plain(t("entities.lead"))}));
  return out;
}

std::vector<Block> Composer::findings() const {
  std::vector<Block> out;
  if (t.lang() != "en") out.push_back(paragraph({muted(t("said.note"))}));
  Table rules{t("rules.caption"),
              {t("column.rule"), t("column.level"), t("column.findings"), t("column.when"), "ATT&CK"},
              {},
              ""};
  for (const RuleRow& row : d.rules) {
    if (rules.rows.size() >= 100) break;
    Rich techniques;
    for (std::size_t i = 0; i < std::min<std::size_t>(4, row.techniques.size()); ++i) {
      if (i > 0) techniques.push_back(plain(" "));
      techniques.push_back(code(row.techniques[i]));
    }
    rules.rows.push_back({{{said(row.title)}, ""},
                          level(row.level),
                          number(row.findings),
                          text(span(row.first, row.last)),
                          {std::move(techniques), ""}});
  }
  if (!rules.rows.empty()) out.push_back(table(std::move(rules)));
  Table all{t("findings.caption"),
            {t("column.time"), t("column.level"), t("column.what"), t("column.entities"), t("column.count"), "id"},
            {},
            ""};
  for (const FindingRow& row : d.findings) {
    Rich who;
    for (std::size_t i = 0; i < std::min<std::size_t>(4, row.entities.size()); ++i) {
      if (i > 0) who.push_back(plain(", "));
      who.push_back(code(row.entities[i].value));
    }
    if (row.entity_count > 4)
      for (Span& span : t("and-more", {{"n", plain(t.number(row.entity_count - 4))}})) who.push_back(std::move(span));
    all.rows.push_back({text(time(row.time)),
                        level(row.level),
                        {{said(row.title)}, ""},
                        {std::move(who), ""},
                        number(row.count),
                        {{code(row.id.substr(0, 12))}, ""}});
  }
  if (!all.rows.empty()) {
    Block block = table(std::move(all));
    block.folded = t("findings.caption") + " · " + t.number(d.findings.size());
    out.push_back(std::move(block));
  }
  if (d.findings_total() > d.findings.size())
    out.push_back(callout(t("findings.rest", {{"shown", plain(t.number(d.findings.size()))},
                                              {"all", plain(t.number(d.findings_total()))}}),
                          "info"));
  return out;
}

std::vector<Block> Composer::evidence() const {
  std::vector<Block> out;
  out.push_back(paragraph(t("evidence.lead", {{"files", strong(t.number(d.evidence_files))},
                                              {"size", plain(size_text(d.evidence_bytes))},
                                              {"events", plain(t.number(d.events))},
                                              {"copies", plain(t.number(d.copies))}})));
  if (!d.head.empty())
    out.push_back(paragraph(t("evidence.head", {{"n", plain(t.number(d.entries))}, {"head", code(d.head)}})));
  Table all{
      t("evidence.caption"),
      {t("column.path"), "SHA-256", t("column.size"), t("column.events"), t("column.anomalies"), t("column.speaks")},
      {},
      ""};
  constexpr std::size_t kRows = 500;
  for (const EvidenceRow& row : d.evidence) {
    if (all.rows.size() >= kRows) break;
    Rich path{code(row.path)};
    if (!row.complete) path.push_back(muted(" " + t("evidence.partial")));
    all.rows.push_back({{std::move(path), ""},
                        {{code(row.sha256.empty() ? "–" : row.sha256)}, "hash"},
                        {{plain(size_text(row.size))}, "number"},
                        number(row.events),
                        number(row.anomalies),
                        text(row.first.known() ? span(row.first, row.last) : "–")});
  }
  const std::size_t shown = all.rows.size();
  if (shown > 0) {
    Block block = table(std::move(all));
    if (shown > 12) block.folded = t("evidence.caption") + " · " + t.number(shown);
    out.push_back(std::move(block));
  }
  if (d.evidence_files > shown) out.push_back(paragraph({muted(t("evidence.rest"))}));
  return out;
}

std::vector<Block> Composer::decisions() const {
  if (d.acts.empty()) return {};
  Table all{t("decisions.caption"),
            {t("column.time"), t("column.author"), t("column.act"), t("column.what"), t("column.reason")},
            {},
            ""};
  for (const Act& act : d.acts) {
    if (all.rows.size() >= 300) break;
    std::string on;
    for (std::size_t i = 0; i < std::min<std::size_t>(4, act.subjects.size()); ++i) {
      const std::string label = incident_label(d, act.subjects[i]);
      on += (i > 0 ? ", " : "") + (label == "?" ? act.subjects[i] : label);
    }
    if (!act.text.empty()) on += (on.empty() ? "" : ": ") + act.text;
    const auto when = Time::parse_iso(act.time);
    all.rows.push_back({text(time(when.value_or(Time::none()))), text(act.author),
                        text(t("act." + std::string(tocsin::casefile::name(act.kind)))), text(on), text(act.reason)});
  }
  return {table(std::move(all))};
}

}  // namespace tocsin::publish
