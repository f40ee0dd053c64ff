// Published material: what was proved, what was altered, what nobody can tell, and what may be said of it in public.
#include <algorithm>

#include "publish/report/composer.h"

namespace tocsin::publish {
namespace {

std::string cut(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return text.substr(0, most) + "…";
}

// A line for each place, as one.
std::string joined(std::string lines) {
  while (lines.ends_with('\n')) lines.pop_back();
  for (std::size_t at = 0; (at = lines.find('\n', at)) != std::string::npos; at += 2) lines.replace(at, 1, "; ");
  return lines;
}

}  // namespace

// A message by its sender, date and subject, else by its path.
Rich Composer::leaked_item(const LeakedRow& row) const {
  Rich out;
  if (!row.from.empty()) {
    if (!row.date.empty()) out.push_back(plain(cut(row.date, 40) + " · "));
    out.push_back(code(cut(row.from, 100)));
    out.push_back(plain(" · " + (row.subject.empty() ? "" : cut(row.subject, 120) + " · ")));
  }
  out.push_back(code(cut(row.item, 200)));
  return out;
}

std::vector<Block> Composer::leaked() const {
  std::vector<Block> out;
  const Leaked& l = d.leaked;
  if (!l.there()) return out;
  out.push_back(paragraph(t("leaked.lead", {{"n", strong(count(l.all.items))}})));

  Block cards;
  cards.kind = Block::Kind::cards;
  const auto card = [&](const char* key, std::uint64_t number, const char* tone) {
    if (number == 0) return;
    const std::string name(key);
    cards.cards.push_back(
        {t("leaked.card." + name), tone, {strong(count(number))}, {{plain(t("leaked.means." + name))}}});
  };
  card("proved", l.all.proved, "");
  card("partly", l.all.partly, "");
  card("altered", l.all.altered, "alarm");
  card("weak", l.all.weak, "");
  card("unknown", l.all.unknown, "");
  card("broken", l.all.broken, "");
  card("anomalies", l.all.anomalies, "");
  out.push_back(std::move(cards));

  out.push_back(heading({plain(t("leaked.sayable"))}));
  std::vector<Rich> lines;
  if (l.all.proved > 0) lines.push_back(t("leaked.say.proved", {{"n", strong(count(l.all.proved))}}));
  if (l.all.altered > 0) lines.push_back(t("leaked.say.altered", {{"n", strong(count(l.all.altered))}}));
  if (l.all.proved > 0 && l.all.altered > 0) lines.push_back({plain(t("leaked.say.mixture"))});
  if (l.all.unknown + l.all.weak > 0) lines.push_back({plain(t("leaked.say.unknown"))});
  lines.push_back({plain(t("leaked.say.signature"))});
  if (l.all.anomalies > 0) lines.push_back({plain(t("leaked.say.metadata"))});
  out.push_back(list(std::move(lines)));
  if (l.interrupted) out.push_back(callout({plain(t("leaked.interrupted"))}, "warn"));
  if (d.general) return out;

  const bool legal = for_(Audience::legal), lead = for_(Audience::lead);
  const std::size_t most = lead ? 15 : Leaked::kRowsShown;

  Table boxes{t("leaked.boxes"),
              {t("leaked.column.box"), t("leaked.column.items"), t("leaked.card.proved"), t("leaked.card.partly"),
               t("leaked.card.altered"), t("leaked.card.weak"), t("leaked.card.unknown"), t("leaked.card.anomalies")},
              {},
              ""};
  for (const Leaked::Box& box : l.boxes) {
    if (boxes.rows.size() >= most) break;
    const LeakedCounts& c = box.counts;
    boxes.rows.push_back({value(cut(box.name, 200)), number(c.items), number(c.proved), number(c.partly),
                          number(c.altered), number(c.weak), number(c.unknown), number(c.anomalies)});
  }
  const std::size_t boxes_left = static_cast<std::size_t>(l.box_count) - boxes.rows.size();
  if (l.box_count > 1) {
    out.push_back(table(std::move(boxes)));
    if (boxes_left > 0) out.push_back(paragraph({muted(t("leaked.rest"))}));
  }

  const auto differences = [&](const char* caption, const std::vector<LeakedRow>& rows, std::uint64_t all) {
    if (rows.empty()) return;
    Table made{t(caption), {t("leaked.column.item"), t("leaked.column.why")}, {}, ""};
    const bool compared = std::ranges::any_of(rows, [](const LeakedRow& row) { return !row.original.empty(); });
    if (compared) made.columns.push_back(t("leaked.column.difference"));
    for (const LeakedRow& row : rows) {
      if (made.rows.size() >= most) break;
      Rich difference;
      if (!row.original.empty()) difference.push_back(code(cut(row.original, 150)));
      if (!row.difference.empty()) difference.push_back(plain(" " + cut(joined(row.difference), lead ? 300 : 900)));
      std::vector<Cell> cells{{leaked_item(row), ""}, {{said(cut(row.why, 400))}, ""}};
      if (compared) cells.push_back({std::move(difference), ""});
      made.rows.push_back(std::move(cells));
    }
    const bool more = all > made.rows.size();
    out.push_back(table(std::move(made)));
    if (more) out.push_back(paragraph({muted(t("leaked.rest"))}));
  };
  differences("leaked.altered", l.altered, l.all.altered);
  differences("leaked.changed", l.changed, l.changed.size());

  if (!l.names.empty()) {
    out.push_back(heading({plain(t("leaked.anomalies"))}));
    out.push_back(callout({plain(t("leaked.planted"))}, "warn"));
    std::vector<Rich> whole;
    for (const auto& [name, detail] : l.of_dump) {
      if (name == "metadata-may-be-planted" || whole.size() >= most) continue;
      whole.push_back({said(detail)});
    }
    if (!whole.empty()) out.push_back(list(std::move(whole)));
    Table names{t("leaked.names"), {t("leaked.column.anomaly"), t("leaked.column.items")}, {}, ""};
    for (const auto& [name, times] : l.names) {
      if (names.rows.size() >= 40) break;
      Rich words;
      const std::string key = "odd." + name;
      words.push_back(t.all().contains(key) ? plain(t(key)) : code(name));
      names.rows.push_back({{std::move(words), ""}, number(times)});
    }
    out.push_back(table(std::move(names), lead ? t("leaked.names") : std::string{}));
    if (!lead && !l.odd.empty()) {
      Table odd{t("leaked.odd"), {t("leaked.column.item"), t("leaked.column.anomaly")}, {}, ""};
      for (const LeakedRow& row : l.odd) {
        Rich what;
        for (const auto& [name, detail] : row.anomalies) {
          if (!what.empty()) what.push_back(plain(" · "));
          const std::string key = "odd." + name;
          what.push_back(t.all().contains(key) ? plain(t(key)) : code(name));
          if (!detail.empty()) {
            what.push_back(plain(": "));
            what.push_back(said(cut(detail, 250)));
          }
        }
        odd.rows.push_back({{leaked_item(row), ""}, {std::move(what), ""}});
      }
      out.push_back(table(std::move(odd), t("leaked.odd")));
    }
  }

  if (!l.proved.empty()) {
    Table proved{t("leaked.proved"), {t("leaked.column.item"), t("leaked.column.proof")}, {}, ""};
    if (legal) proved.columns.push_back("SHA-256");
    for (const LeakedRow& row : l.proved) {
      std::vector<Cell> cells{{leaked_item(row), ""}, {{said(cut(row.why, 300))}, ""}};
      if (legal) cells.push_back({{code(row.sha256)}, "hash"});
      proved.rows.push_back(std::move(cells));
    }
    out.push_back(table(std::move(proved), t("leaked.proved")));
    if (l.all.proved > l.proved.size()) out.push_back(paragraph({muted(t("leaked.rest"))}));
  }
  if (!lead && !l.keys.empty()) {
    Table keys{t("leaked.keys"), {t("leaked.column.key"), t("leaked.column.bits"), t("leaked.column.source")}, {}, ""};
    for (const Leaked::Key& key : l.keys) {
      Rich source{code(cut(key.from, 300))};
      if (key.circular) source.push_back(plain(" " + t("leaked.circular")));
      keys.rows.push_back({value(key.name), number(key.bits), {std::move(source), ""}});
    }
    out.push_back(table(std::move(keys)));
  }
  if (l.keys_missing > 0) out.push_back(paragraph(t("leaked.keys-missing", {{"n", plain(count(l.keys_missing))}})));
  return out;
}

}  // namespace tocsin::publish
