// Who, how likely, how sure, and what would change it. Likelihood and confidence never share a sentence (ICD 203,
// D.6.e.2.a).
#include <fmt/format.h>

#include <algorithm>

#include "publish/report/composer.h"
#include "publish/report/drawings.h"

namespace tocsin::publish {
namespace {

void append(Rich& to, Rich more) {
  for (Span& span : more) to.push_back(std::move(span));
}

}  // namespace

void Composer::judgement(const Judged& judged, std::vector<Block>& out) const {
  const Judged::Judgement& actor = judged.actor;
  if (actor.value.empty()) {
    out.push_back(callout({plain(t("who.insufficient"))}, "info"));
  } else {
    Rich text = t("who.actor", {{"actor", strong(actor.name + " (" + actor.value + ")")},
                                {"word", strong(word(actor.likelihood))},
                                {"percent", plain(t.percent(actor.likelihood))},
                                {"yardstick", said(std::string(yardstick().name))}});
    out.push_back(paragraph(std::move(text)));
  }
  Rich sure = t("who.confidence", {{"confidence", strong(t("confidence." + actor.confidence))}});
  if (!actor.confidence_why.empty() && !d.general) {
    sure.push_back(plain(" "));
    append(sure, t("who.because", {{"why", said(actor.confidence_why)}}));
  }
  out.push_back(paragraph(std::move(sure)));
  if (!judged.wider.empty()) {
    Table wider{
        t("who.wider"),
        {t("column.scope"), t("column.who"), t("column.likelihood"), t("column.confidence"), t("column.contested")},
        {},
        ""};
    for (const Judged::Judgement& one : judged.wider) {
      std::string contested;
      for (const std::string& other : one.contested) contested += (contested.empty() ? "" : ", ") + other;
      wider.rows.push_back(
          {text(t("scope." + one.scope)),
           text(one.value.empty()  ? t("who.nobody")
                : one.name.empty() ? one.value
                                   : one.name),
           one.value.empty() ? text("–") : text(word(one.likelihood) + " (" + t.percent(one.likelihood) + ")"),
           one.value.empty() ? text("–") : text(t("confidence." + one.confidence)),
           text(contested.empty() ? "–" : contested)});
    }
    out.push_back(table(std::move(wider)));
  }
  const auto threshold = [&](const char* key, const std::string& why) {
    Rich line{strong(t(key))};
    if (!d.general && !why.empty()) {
      line.push_back(plain(" ("));
      line.push_back(said(why));
      line.push_back(plain(")"));
    }
    return line;
  };
  out.push_back(list({threshold(judged.intelligence_met ? "threshold.intelligence-met" : "threshold.intelligence-not",
                                judged.intelligence_why),
                      threshold(judged.legal_met ? "threshold.legal-met" : "threshold.legal-not", judged.legal_why)}));
}

std::vector<Block> Composer::attribution() const {
  std::vector<Block> out;
  const Judged* main = d.main_judgement();
  if (!main) {
    out.push_back(paragraph({plain(t("sure.not-assessed"))}));
    return out;
  }
  const casefile::Campaign* campaign = d.story.campaign(main->subject);
  const std::string about = campaign && !campaign->title.empty() ? campaign->title
                            : campaign                           ? campaign->id
                                                                 : incident_label(d, main->subject);
  if (d.judged.size() > 1) out.push_back(paragraph(t("who.about", {{"subject", campaign ? said(about) : plain(about)}})));
  judgement(*main, out);
  if (for_(Audience::lead)) return out;

  Table hypotheses{t("who.hypotheses"), {t("column.hypothesis"), "", t("column.share")}, {}, "bars"};
  std::size_t actors = 0;
  for (const Judged::Hypothesis& one : main->hypotheses) {
    if (one.kind == "actor" && ++actors > 6) continue;
    hypotheses.rows.push_back(
        {{{one.kind == "actor" ? plain(hypothesis_name(one)) : t.or_english("kind." + one.kind, one.name)}, ""},
         {{}, fmt::format("bar:{:.3f}", one.likelihood)},
         {{plain(one.likelihood < .005 ? "< 1\u00a0%" : t.percent(one.likelihood))}, "number"}});
  }
  out.push_back(table(std::move(hypotheses)));
  out.push_back(paragraph({muted(t("who.ungated"))}));
  if (!main->rows.empty()) {
    Table matrix{t("ach.caption"), {t("column.evidence"), t("column.grade"), t("column.cost")}, {}, "matrix"};
    constexpr std::size_t kColumns = 9, kRows = 60;
    const std::size_t columns = std::min(main->columns.size(), kColumns);
    // The hypotheses that are always on the table must not fall off the edge: actors give way first.
    std::vector<std::size_t> shown;
    for (std::size_t i = 0; i < main->columns.size(); ++i) shown.push_back(i);
    while (shown.size() > columns) {
      const auto last = std::find_if(shown.rbegin(), shown.rend(),
                                     [&](std::size_t i) { return main->hypotheses[main->columns[i]].kind == "actor"; });
      if (last == shown.rend()) break;
      shown.erase(std::next(last).base());
    }
    for (const std::size_t i : shown) {
      const Judged::Hypothesis& one = main->hypotheses[main->columns[i]];
      matrix.columns.push_back(one.kind == "actor"                     ? one.name
                               : t.all().contains("short." + one.kind) ? t("short." + one.kind)
                                                                       : one.kind);
    }
    std::uint64_t silent = 0;
    for (const Judged::Row& row : main->rows) {
      if (matrix.rows.size() >= kRows) break;
      if (std::ranges::all_of(row.cells, [](int one) { return one == 0; })) {
        ++silent;
        continue;
      }
      const Judged::Item& item = main->items[row.item];
      std::vector<Cell> cells{
          {{strong(t.all().contains("family." + item.family) ? t("family." + item.family) : item.family), plain(" "),
            said(item.text)},
           ""},
          {{code(item.grade)}, ""},
          {{plain(std::to_string(item.spoof_cost))}, "number"}};
      for (const std::size_t i : shown) {
        static constexpr const char* kSigns[] = {"−−", "−", "·", "+", "++"};
        const int value = i < row.cells.size() ? row.cells[i] : 0;
        cells.push_back({{plain(kSigns[value + 2])}, fmt::format("fit fit{}", value)});
      }
      matrix.rows.push_back(std::move(cells));
    }
    out.push_back(table(std::move(matrix)));
    out.push_back(paragraph({muted(t("ach.key"))}));
    if (silent > 0) out.push_back(paragraph(t("ach.silent", {{"n", plain(t.number(silent))}})));
  }
  std::vector<Rich> light;
  for (const Judged::Item& item : main->items)
    if (!item.weighs && light.size() < 12)
      light.push_back({said(item.text), plain(" "), muted("("), said(item.note), muted(")")});
  if (!light.empty()) {
    out.push_back(heading({plain(t("who.weighs-nothing"))}));
    out.push_back(list(std::move(light)));
  }
  if (!main->actor.gates.empty()) {
    Table gates{t("who.gates"), {t("column.gate"), t("column.met"), t("column.why")}, {}, ""};
    for (const Judged::Gate& gate : main->actor.gates)
      gates.rows.push_back({{{t.or_english("gate." + gate.name, gate.name)}, ""},
                            {{plain(t(gate.met ? "yes" : "no"))}, gate.met ? "good" : "bad"},
                            {{said(gate.why)}, ""}});
    Block block = table(std::move(gates));
    block.folded = t("who.gates");
    out.push_back(std::move(block));
  }
  std::vector<Rich> hinges;
  hinges.push_back(main->linchpin.empty() ? Rich{plain(t("who.no-linchpin"))}
                                          : Rich{strong(t("who.linchpin") + " "), said(main->linchpin)});
  hinges.push_back(main->deception ? Rich{strong(t("sure.deception") + " "), said(main->deception_why)}
                                   : Rich{plain(t("who.no-deception"))});
  out.push_back(heading({plain(t("who.hinges"))}));
  out.push_back(list(std::move(hinges)));
  if (!main->would_change.empty()) {
    out.push_back(heading({plain(t("who.would-change"))}));
    std::vector<Rich> items;
    for (const std::string& one : main->would_change) items.push_back({said(one)});
    out.push_back(list(std::move(items)));
  }
  if (!for_(Audience::everybody)) {
    Table others{t("who.others"),
                 {t("column.subject"), t("column.who"), t("column.likelihood"), t("column.confidence")},
                 {},
                 ""};
    for (const Judged& one : d.judged) {
      if (&one == main || others.rows.size() >= 50) continue;
      const casefile::Campaign* of = d.story.campaign(one.subject);
      others.rows.push_back({text(of ? of->title : incident_label(d, one.subject)),
                             text(one.names_somebody() ? one.actor.name : t("who.nobody")),
                             one.names_somebody()
                                 ? text(word(one.actor.likelihood) + " (" + t.percent(one.actor.likelihood) + ")")
                                 : text("–"),
                             text(t("confidence." + one.actor.confidence))});
    }
    if (!others.rows.empty()) out.push_back(table(std::move(others)));
  }
  return out;
}

std::vector<Block> Composer::claims() const {
  if (d.claims.empty()) return {};
  Table all{t("claims.caption"),
            {t("column.by"), t("column.date"), t("column.says"), t("column.who"), t("column.grade"), "TLP"},
            {},
            ""};
  for (const casefile::Claim& claim : d.claims) {
    if (all.rows.size() >= 200) break;
    Rich says{plain(claim.statement)};
    if (claim.persona) says.push_back(muted(" " + t("claims.persona")));
    if (claim.legal == "charged") says.push_back(muted(" " + t("claims.charged")));
    if (claim.legal == "no-charges") says.push_back(muted(" " + t("claims.no-charges")));
    all.rows.push_back({text(claim.by),
                        text(claim.date.empty() ? "–" : claim.date),
                        {std::move(says), ""},
                        text(!claim.actor.empty()   ? claim.actor
                             : !claim.state.empty() ? claim.state
                                                    : "–"),
                        value(claim.admiralty),
                        text(std::string(tocsin::publish::name(parse_tlp(claim.tlp).value_or(kNotSaid))))});
  }
  return {paragraph({plain(t("claims.lead"))}), table(std::move(all))};
}

}  // namespace tocsin::publish
