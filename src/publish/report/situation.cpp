#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "assess/deeds.h"
#include "publish/report/composer.h"
#include "publish/report/drawings.h"

namespace tocsin::publish {
namespace {

using namespace casefile;

void append(Rich& to, Rich more) {
  for (Span& span : more) to.push_back(std::move(span));
}

std::vector<const Incident*> by_gravity(const Story& story) {
  std::vector<const Incident*> out;
  for (const Incident& one : story.incidents) out.push_back(&one);
  std::ranges::stable_sort(out, [](const Incident* a, const Incident* b) {
    return std::tuple(b->severity, b->finding_count) < std::tuple(a->severity, a->finding_count);
  });
  return out;
}

}  // namespace

// What a spokesperson can read out as it stands.
Rich Composer::aloud() const {
  Time first = d.first, last = d.last;
  std::set<std::string> done;
  for (const Incident& one : d.story.incidents) {
    if (one.first.known() && (!first.known() || one.first < first)) first = one.first;
    if (one.last.known() && (!last.known() || one.last > last)) last = one.last;
    if (one.severity >= Level::high) done.insert(one.deeds.begin(), one.deeds.end());
  }
  done.erase("entered");
  Rich out = t("aloud.seen", {{"first", plain(t.time(first, true))}, {"last", plain(t.time(last, true))}});
  std::string deeds;
  for (const assess::Deed& deed : assess::all_deeds())
    if (done.contains(std::string(deed.key))) deeds += (deeds.empty() ? "" : ", ") + t("deed." + std::string(deed.key));
  if (!deeds.empty()) append(out, t("aloud.deeds", {{"deeds", plain(deeds)}}));
  out.push_back(plain(" " + t(d.entered_count > 0 ? "aloud.entered" : "aloud.not-entered")));
  const Judged* judged = d.main_judgement();
  if (judged && judged->names_somebody())
    append(out, t("aloud.actor", {{"actor", plain(judged->actor.name)},
                                  {"word", plain(word(judged->actor.likelihood))},
                                  {"confidence", plain(t("confidence." + judged->actor.confidence))}}));
  else
    out.push_back(plain(" " + t("aloud.nobody")));
  out.push_back(plain(" " + t("aloud.rest")));
  return out;
}

std::vector<Block> Composer::situation() const {
  Block cards;
  cards.kind = Block::Kind::cards;
  const std::vector<const Incident*> gravest = by_gravity(d.story);
  const bool nothing = d.findings_total() == 0 && d.story.incidents.empty();

  Card happened{t("card.happened"), "", {}, {}};
  if (nothing && d.leaked.there()) {
    append(happened.lead, t("happened.leak", {{"n", strong(count(d.leaked.all.items))}}));
  } else if (nothing) {
    happened.lead = {plain(t("happened.nothing"))};
  } else if (!gravest.empty()) {
    append(happened.lead,
           t(d.story.incidents.size() == 1 ? "happened.incident" : "happened.incidents",
             {{"n", strong(t.number(d.story.incidents.size()))}, {"findings", plain(count(d.findings_total()))}}));
    for (std::size_t i = 0; i < std::min<std::size_t>(3, gravest.size()); ++i)
      happened.lines.push_back({strong(incident_label(d, gravest[i]->id)), plain(" "), incident_title(*gravest[i]),
                                plain(" · "), plain(t.level(gravest[i]->severity))});
    if (!d.story.campaigns.empty())
      happened.lines.push_back(t("happened.campaigns", {{"n", plain(t.number(d.story.campaigns.size()))}}));
  } else {
    append(happened.lead, t("happened.findings", {{"findings", strong(count(d.findings_total()))}}));
    for (std::size_t i = 0; i < std::min<std::size_t>(3, d.rules.size()); ++i)
      happened.lines.push_back({said(d.rules[i].title), plain(" · "), plain(t.level(d.rules[i].level)), plain(" · "),
                                plain(count(d.rules[i].findings))});
    if (d.general)
      for (std::size_t i = 0; i < std::min<std::size_t>(3, d.techniques.size()); ++i)
        happened.lines.push_back({code(d.techniques[i].id), plain(" " + d.techniques[i].name)});
  }
  if (d.leaked.there()) {
    if (!nothing) happened.lines.push_back(t("happened.leak", {{"n", plain(count(d.leaked.all.items))}}));
    happened.lines.push_back(t("happened.leak-verdicts", {{"proved", strong(count(d.leaked.all.proved))},
                                                          {"altered", strong(count(d.leaked.all.altered))}}));
  }
  cards.cards.push_back(std::move(happened));

  Time first = d.first, last = d.last;
  for (const Incident& one : d.story.incidents) {
    if (one.first.known() && (!first.known() || one.first < first)) first = one.first;
    if (one.last.known() && (!last.known() || one.last > last)) last = one.last;
  }
  Card since{t("card.since"), "", {strong(first.known() ? time(first) : t("unknown"))}, {}};
  if (last.known()) since.lines.push_back(t("since.last", {{"time", plain(time(last))}}));
  if (d.evidence_last.known() && !d.general)
    since.lines.push_back(t("since.evidence", {{"time", plain(time(d.evidence_last))}}));
  cards.cards.push_back(std::move(since));

  Card hit{t("card.hit"), "", {}, {}};
  Rich counts;
  for (const EntityType type : {EntityType::account, EntityType::mailbox, EntityType::host, EntityType::service}) {
    const auto found = d.entity_counts.find(type);
    if (found == d.entity_counts.end()) continue;
    const std::uint64_t hit_count = found->second - (type == EntityType::mailbox ? d.senders : 0);
    if (hit_count == 0) continue;
    if (!counts.empty()) counts.push_back(plain(", "));
    append(counts,
           t(fmt::format("hit.{}{}", kEntityTypeNames[static_cast<int>(type)], hit_count == 1 && !d.general ? "" : "s"),
             {{"n", strong(count(hit_count))}}));
  }
  hit.lead = counts.empty() ? Rich{plain(t("hit.nobody"))} : std::move(counts);
  if (!d.general) {
    std::vector<const EntityRow*> hosts;
    for (const EntityRow& row : d.entities)
      if (row.type == EntityType::host && row.gravest >= Level::high) hosts.push_back(&row);
    if (!hosts.empty()) hit.lines.push_back(names(hosts, 5, hosts.size(), true));
  }
  cards.cards.push_back(std::move(hit));

  Card in{t("card.entered"), d.entered_count > 0 ? "alarm" : "", {}, {}};
  const std::vector<const EntityRow*> inside = entered();
  if (d.entered_count == 0 && inside.empty()) {
    in.lead = {plain(t(nothing ? "entered.nothing" : "entered.nobody"))};
  } else {
    const std::uint64_t all = std::max<std::uint64_t>(d.entered_count, d.general ? 0 : inside.size());
    append(in.lead, t(all == 1 && !d.general ? "entered.account" : "entered.accounts", {{"n", strong(count(all))}}));
    if (!for_(Audience::everybody) && !inside.empty()) in.lines.push_back(names(inside, 8, all, true));
  }
  cards.cards.push_back(std::move(in));

  const Judged* judged = d.main_judgement();
  Card sure{t("card.sure"), "", {}, {}};
  if (!judged) {
    sure.lead = {plain(t("sure.not-assessed"))};
  } else if (!judged->names_somebody()) {
    sure.lead = {plain(t("sure.insufficient"))};
  } else {
    append(sure.lead, t("sure.actor", {{"actor", strong(judged->actor.name)},
                                       {"word", strong(word(judged->actor.likelihood))},
                                       {"percent", plain(t.percent(judged->actor.likelihood))}}));
  }
  if (judged) {
    for (const Judged::Judgement& one : judged->wider)
      if (one.scope == "state" && !one.value.empty())
        sure.lines.push_back(t("sure.state", {{"state", plain(one.name.empty() ? one.value : one.name)},
                                              {"word", strong(word(one.likelihood))},
                                              {"percent", plain(t.percent(one.likelihood))}}));
    sure.lines.push_back(t("sure.confidence", {{"confidence", strong(t("confidence." + judged->actor.confidence))}}));
    if (judged->deception) sure.lines.push_back({plain(t("sure.deception"))});
  }
  cards.cards.push_back(std::move(sure));

  if (!for_(Audience::everybody) && !for_(Audience::legal)) {
    Card first_steps{t("card.first"), "act", {}, {}};
    const std::vector<Step> steps = advised(d, o.steps);
    if (steps.empty()) first_steps.lead = {plain(t("steps.none"))};
    for (std::size_t i = 0; i < std::min<std::size_t>(3, steps.size()); ++i) {
      if (i == 0)
        first_steps.lead = {plain(steps[i].text(t.lang()))};
      else
        first_steps.lines.push_back({plain(steps[i].text(t.lang()))});
    }
    cards.cards.push_back(std::move(first_steps));
  }
  std::vector<Block> out;
  if (for_(Audience::everybody) && !nothing) out.push_back(paragraph(aloud()));
  out.push_back(std::move(cards));
  if (d.general) out.push_back(callout({plain(t("general.note"))}, "info"));
  return out;
}

std::vector<Block> Composer::steps() const {
  std::vector<Block> out;
  const std::vector<Step> all = advised(d, o.steps);
  if (all.empty()) return {paragraph({plain(t("steps.none"))})};
  out.push_back(paragraph({plain(t("steps.lead"))}));
  Block list;
  list.kind = Block::Kind::steps;
  for (const Step& step : all) {
    Rich text{plain(step.text(t.lang()))};
    Rich why;
    if (!step.techniques.empty()) {
      why.push_back(plain(t("steps.because") + " "));
      for (std::size_t i = 0; i < std::min<std::size_t>(4, step.techniques.size()); ++i) {
        if (i > 0) why.push_back(plain(", "));
        why.push_back(code(step.techniques[i]));
      }
      why.push_back(plain(". "));
    }
    if (!step.targets.empty() && !d.general) {
      const std::size_t most = for_(Audience::lead) ? 8 : 30;
      std::vector<const EntityRow*> rows;
      for (const std::string& target : step.targets)
        if (const EntityRow* row = entity(target)) rows.push_back(row);
      why.push_back(plain(t("steps.on") + " "));
      append(why, names(rows, most, step.target_count, for_(Audience::lead)));
      why.push_back(plain("."));
    }
    list.items.push_back(std::move(text));
    list.notes.push_back(std::move(why));
    list.tags.push_back(t("urgency." + std::string(kUrgencyNames[static_cast<int>(step.urgency)])));
  }
  out.push_back(std::move(list));
  return out;
}

std::vector<Block> Composer::timeline() const {
  std::vector<Block> out;
  Figure drawing = timeline_drawing(d, o.calendar, t);
  if (!drawing.svg.empty()) out.push_back(figure(std::move(drawing)));
  Table marks{t("calendar.caption"), {t("column.from"), t("column.to"), t("column.kind"), t("column.what")}, {}, ""};
  for (const Mark& mark : o.calendar.marks) {
    if (marks.rows.size() >= 40) break;
    if (d.first.known() &&
        (mark.end < d.first.plus_seconds(-60 * 86400) || mark.start > d.last.plus_seconds(60 * 86400)))
      continue;
    const std::string kind = t.all().contains("calendar." + mark.kind) ? t("calendar." + mark.kind) : mark.kind;
    marks.rows.push_back({text(t.time(mark.start)), text(t.time(mark.end)), text(kind), text(mark.title)});
  }
  if (!marks.rows.empty()) {
    out.push_back(table(std::move(marks)));
    out.push_back(paragraph({muted(t("calendar.note"))}));
  }
  return out;
}

std::vector<Block> Composer::incidents() const {
  std::vector<Block> out;
  if (d.story.incidents.empty()) {
    if (d.findings_total() > 0 && !for_(Audience::everybody)) out.push_back(paragraph({plain(t("incidents.none"))}));
    return out;
  }
  Table all{t("incidents.caption"),
            {"", t("column.incident"), t("column.level"), t("column.when"), t("column.victims"), t("column.findings")},
            {},
            ""};
  constexpr std::size_t kRows = 200;
  for (const Incident& one : d.story.incidents) {
    if (all.rows.size() >= kRows) break;
    all.rows.push_back({text(incident_label(d, one.id)),
                        {{incident_title(one)}, ""},
                        level(one.severity),
                        text(span(one.first, one.last)),
                        number(one.victim_count),
                        number(one.finding_count)});
  }
  out.push_back(table(std::move(all)));
  if (d.story.incidents.size() > kRows)
    out.push_back(paragraph({muted(t.number(d.story.incidents.size() - kRows) + " " + t("timeline.more"))}));
  if (for_(Audience::lead) || d.general) return out;
  std::size_t detailed = 0;
  for (const Incident* one : by_gravity(d.story)) {
    if (++detailed > 20) {
      out.push_back(paragraph({muted(t("incidents.rest"))}));
      break;
    }
    out.push_back(heading({plain(incident_label(d, one->id) + " · "), incident_title(*one)}));
    std::vector<Rich> facts{{muted(one->id)}};
    Rich victims;
    for (std::size_t i = 0; i < std::min<std::size_t>(12, one->victims.size()); ++i) {
      if (i > 0) victims.push_back(plain(", "));
      victims.push_back(code(one->victims[i]));
    }
    if (!victims.empty()) {
      Rich line{strong(t("column.victims") + " ")};
      append(line, std::move(victims));
      if (one->victim_count > std::min<std::size_t>(12, one->victims.size()))
        append(line, t("and-more",
                       {{"n", plain(count(one->victim_count - std::min<std::size_t>(12, one->victims.size())))}}));
      facts.push_back(std::move(line));
    }
    if (!one->path.empty()) {
      Rich line{strong(t("incidents.path") + " ")};
      std::string tactic;
      for (std::size_t i = 0; i < std::min<std::size_t>(24, one->path.size()); ++i) {
        const PathStep& step = one->path[i];
        if (i > 0) line.push_back(plain(step.tactic == tactic ? ", " : " → "));
        tactic = step.tactic;
        line.push_back(code(step.technique));
        if (const std::string known = technique_name(step.technique); !known.empty())
          line.push_back(plain(" " + known));
      }
      facts.push_back(std::move(line));
    }
    for (std::size_t i = 0; i < std::min<std::size_t>(4, one->ties.size()); ++i)
      facts.push_back({strong(t("incidents.tie") + " "), said(one->ties[i])});
    out.push_back(list(std::move(facts)));
    Table lines{t("incidents.timeline") + " " + incident_label(d, one->id),
                {t("column.time"), t("column.level"), t("column.what"), t("column.entities"), t("column.findings")},
                {},
                ""};
    for (const TimelineEntry& entry : one->timeline) {
      if (lines.rows.size() >= 40) break;
      Rich who;
      for (std::size_t i = 0; i < std::min<std::size_t>(4, entry.entities.size()); ++i) {
        if (i > 0) who.push_back(plain(", "));
        who.push_back(code(entry.entities[i]));
      }
      lines.rows.push_back({text(span(entry.first, entry.last)),
                            level(entry.level),
                            {{said(entry.title)}, ""},
                            {std::move(who), ""},
                            number(entry.count)});
    }
    const std::uint64_t shown = lines.rows.size();
    if (shown > 0) {
      Block block = table(std::move(lines));
      block.folded = t("incidents.timeline") + " " + incident_label(d, one->id);
      out.push_back(std::move(block));
    }
    if (one->timeline_count > shown)
      out.push_back(paragraph(t("incidents.timeline-rest", {{"n", plain(count(one->timeline_count - shown))}})));
  }
  return out;
}

std::vector<Block> Composer::campaigns() const {
  std::vector<Block> out;
  for (const Campaign& campaign : d.story.campaigns) {
    if (campaign.incidents.size() < 2) continue;
    if (out.size() > 40) break;
    out.push_back(heading({campaign.title.empty() ? plain(campaign.id) : said(campaign.title)}));
    out.push_back(paragraph(t("campaign.lead", {{"n", strong(count(campaign.incidents.size()))},
                                                {"span", plain(span(campaign.first, campaign.last))}})));
    Figure drawing = campaign_drawing(d, campaign, t);
    Table ties{t("campaign.ties"), {t("column.between"), t("column.joins"), t("column.ties"), t("column.why")}, {}, ""};
    for (const Link& link : d.story.links) {
      if (std::ranges::find(campaign.incidents, link.a) == campaign.incidents.end() ||
          std::ranges::find(campaign.incidents, link.b) == campaign.incidents.end() || ties.rows.size() >= 60)
        continue;
      Rich what;
      for (std::size_t i = 0; i < std::min<std::size_t>(5, link.ties.size()); ++i) {
        const Tying& tie = link.ties[i];
        if (i > 0) what.push_back(plain("; "));
        what.push_back(plain((t.all().contains("tie." + tie.type) ? t("tie." + tie.type) : tie.type) + " "));
        if (!d.general) what.push_back(code(tie.value));
        if (tie.demoted) what.push_back(muted(" " + t("campaign.demoted")));
        if (!tie.note.empty() && !d.general) what.push_back(muted(" (" + tie.note + ")"));
      }
      ties.rows.push_back({text(incident_label(d, link.a) + " – " + incident_label(d, link.b)),
                           text(t(link.joins ? "yes" : "no")),
                           {std::move(what), ""},
                           {{said(link.why)}, ""}});
    }
    if (!drawing.svg.empty()) {
      if (!ties.rows.empty()) drawing.table = std::move(ties);
      out.push_back(figure(std::move(drawing)));
    } else if (!ties.rows.empty()) {
      out.push_back(table(std::move(ties)));
    }
  }
  if (out.empty() && !d.story.incidents.empty()) out.push_back(paragraph({plain(t("campaign.none"))}));
  return out;
}

std::vector<Block> Composer::attack() const {
  if (d.techniques.empty()) return {};
  Block block;
  block.kind = Block::Kind::lanes;
  std::vector<bool> placed(d.techniques.size());
  std::string bare;
  const auto tile = [&](const TechniqueRow& row) {
    return Tile{row.id, row.name, std::string(tocsin::name(row.gravest)),
                t.level(row.gravest) + " · " + count(row.findings)};
  };
  for (std::size_t tactic = 0; tactic < d.tactics.size(); ++tactic) {
    const std::string key = "tactic." + d.tactics[tactic].short_name;
    Lane lane{t.all().contains(key) ? t(key) : d.tactics[tactic].name, {}};
    for (std::size_t i = 0; i < d.techniques.size(); ++i)
      if (std::ranges::find(d.techniques[i].tactics, tactic) != d.techniques[i].tactics.end()) {
        lane.tiles.push_back(tile(d.techniques[i]));
        placed[i] = true;
      }
    if (!lane.tiles.empty())
      block.lanes.push_back(std::move(lane));
    else
      bare += (bare.empty() ? "" : ", ") + lane.title;
  }
  Lane rest{t("attack.other"), {}};
  for (std::size_t i = 0; i < d.techniques.size(); ++i)
    if (!placed[i]) rest.tiles.push_back(tile(d.techniques[i]));
  if (!rest.tiles.empty()) block.lanes.push_back(std::move(rest));
  std::vector<Block> out{paragraph(t("attack.lead", {{"n", strong(t.number(d.techniques.size()))}})), std::move(block)};
  if (!bare.empty()) out.push_back(paragraph({muted(t("attack.bare") + " " + bare + ".")}));
  return out;
}

std::vector<Block> Composer::spread() const {
  Figure drawing = spread_drawing(d, o.calendar, t);
  if (drawing.svg.empty()) return {};
  Table words{t("spread.caption"),
              {t("column.from"), t("column.findings"), t("spread.accounts"), t("spread.addresses"), t("spread.hosts")},
              {},
              ""};
  for (const Slice& slice : d.slices)
    if (sum(slice.counts) > 0)
      words.rows.push_back({text(time(Time{slice.start, 0, 0})), number(sum(slice.counts)), number(slice.new_accounts),
                            number(slice.new_addresses), number(slice.new_hosts)});
  drawing.table = std::move(words);
  return {figure(std::move(drawing))};
}

}  // namespace tocsin::publish
