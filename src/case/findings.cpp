// Reading findings in their order: (time, rule id, id).
//
// Ids are not stored for the findings of single events; they follow from what is. One pass over the events makes small
// entries, those are sorted (on disk when many), and each is then filled from its row.
#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "case/impl.h"
#include "case/lists.h"
#include "case/spill_sort.h"

namespace tocsin::casefile {
namespace {

struct Entry {
  Time time;
  std::array<std::uint8_t, 16> id;
  std::int64_t row;     // of the event; ordered findings are found by their id
  std::uint32_t order;  // of the rule, by its id
  std::uint32_t rule;
  bool ordered;

  friend bool operator<(const Entry& a, const Entry& b) {
    if (a.time != b.time) return a.time < b.time;
    if (a.order != b.order) return a.order < b.order;
    if (const int difference = std::memcmp(a.id.data(), b.id.data(), a.id.size())) return difference < 0;
    return a.row < b.row;
  }
};

// Which findings are wanted, as a table by rule number.
struct Wanted {
  std::vector<bool> rules;
  std::vector<std::uint32_t> order;
  const FindingFilter& filter;

  // A detector's finding has a level of its own: the rule's decides nothing.
  Wanted(const Case::Impl& me, const FindingFilter& a_filter) : filter(a_filter) {
    std::vector<std::uint32_t> by_id;
    rules.resize(me.rules.size() + 1);
    order.resize(me.rules.size() + 1);
    for (std::uint32_t number = 1; number <= me.rules.size(); ++number) {
      const RuleInfo& rule = me.rule(number);
      rules[number] = rule.reported && (rule.level >= filter.level || rule.kind == RuleKind::detector) &&
                      (filter.rule.empty() || filter.rule == rule.id);
      by_id.push_back(number);
    }
    std::sort(by_id.begin(), by_id.end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::tie(me.rule(a).id, me.rule(a).hash) < std::tie(me.rule(b).id, me.rule(b).hash);
    });
    for (std::uint32_t i = 0; i < by_id.size(); ++i) order[by_id[i]] = i;
  }
  bool at(Time time) const {
    return (!filter.since || (time.known() && time >= *filter.since)) &&
           (!filter.until || (time.known() && time < *filter.until));
  }
};

// Of the ordered finding at which the statement of each_wanted() stands.
Level level_of(const Case::Impl& me, const Statement& ordered, std::uint32_t rule) {
  const std::int64_t level = ordered.is_null(10) ? -1 : ordered.integer(10);
  return level < 0 || level > 4 ? me.rule(rule).level : static_cast<Level>(level);
}

// Calls for every wanted (event row, rule) and ordered finding; the statement stands on its row.
template <class OnEvent, class OnOrdered>
Result<void> each_wanted(Case::Impl& me, const Wanted& wanted, OnEvent on_event, OnOrdered on_ordered) {
  TRY(Statement events,
      me.database.prepare(
          "SELECT id, time, fraction, content, occurrence, shown, matches, entities FROM event WHERE shown IS NOT 0"));
  for (;;) {
    TRY(const bool row, events.step());
    if (!row) break;
    const Time time = events.time(1);
    if (!wanted.at(time)) continue;
    for (const std::uint32_t rule : me.shown_rules(events, 5, 6))
      if (wanted.rules[rule]) TRY_VOID(on_event(events, rule, time));
  }
  TRY(Statement ordered, me.database.prepare("SELECT id, rule, time, fraction, first_time, first_fraction, last_time, "
                                             "last_fraction, count, entities, level, title, techniques FROM ordered_finding"));
  for (;;) {
    TRY(const bool row, ordered.step());
    if (!row) return {};
    const std::int64_t rule = ordered.integer(1);
    if (rule < 1 || static_cast<std::size_t>(rule) >= wanted.rules.size() ||
        !wanted.rules[static_cast<std::size_t>(rule)])
      continue;
    if (const Time time = ordered.time(2);
        wanted.at(time) && level_of(me, ordered, static_cast<std::uint32_t>(rule)) >= wanted.filter.level)
      TRY_VOID(on_ordered(ordered, static_cast<std::uint32_t>(rule), time));
  }
}

Entry event_entry(const Case::Impl& me, const Statement& row, std::uint32_t rule, Time time, std::uint32_t order) {
  Entry entry{};
  entry.time = time;
  entry.row = row.integer(0);
  entry.order = order;
  entry.rule = rule;
  ContentHash content{};
  row.array(3, content);
  entry.id = finding_id_bytes(me.rule(rule).hash, "", content, static_cast<std::uint64_t>(row.integer(4)));
  return entry;
}

// Fills findings from their rows.
class Filler {
 public:
  explicit Filler(Case::Impl& me) : me_(me) {}

  Result<void> prepare() {
    TRY(event_, me_.database.prepare("SELECT evidence, offset, record, entities, copies FROM event WHERE id = ?1"));
    TRY(ordered_, me_.database.prepare("SELECT first_time, first_fraction, last_time, last_fraction, count, entities, "
                                       "title, detail, level, techniques FROM ordered_finding WHERE id = ?1"));
    TRY(members_,
        me_.database.prepare("SELECT evidence, event, offset, record, time, fraction, content FROM ordered_event "
                             "WHERE finding = ?1 ORDER BY position"));
    return {};
  }

  Result<void> fill(const Entry& entry, Finding& finding) {
    finding.id = hex_id(entry.id);
    finding.rule = &me_.rule(entry.rule);
    finding.time = finding.first = finding.last = entry.time;
    finding.count = 1;
    finding.copies = 0;
    finding.title = finding.rule->title;
    finding.detail.clear();
    finding.level = finding.rule->level;
    finding.techniques = finding.rule->techniques;
    finding.entities.clear();
    finding.events.clear();
    if (entry.ordered) return fill_ordered(entry, finding);
    event_.bind(1, entry.row);
    TRY(const bool row, event_.step());
    if (!row) return fail("the case changed while it was read", me_.path, "try again");
    finding.events.push_back({event_.integer(0), static_cast<std::uint64_t>(event_.integer(1)),
                              static_cast<std::uint64_t>(event_.integer(2)), entry.time, entry.row});
    finding.entities = entities_from(event_.text(3));
    finding.copies = static_cast<std::uint64_t>(event_.integer(4));
    event_.reset();
    return {};
  }

 private:
  Result<void> fill_ordered(const Entry& entry, Finding& finding) {
    ordered_.bind(1, entry.id);
    TRY(const bool row, ordered_.step());
    if (!row) return fail("the case changed while it was read", me_.path, "try again");
    finding.first = ordered_.time(0);
    finding.last = ordered_.time(2);
    finding.count = static_cast<std::uint64_t>(ordered_.integer(4));
    finding.entities = entities_from(ordered_.text(5));
    if (!ordered_.text(6).empty()) finding.title = ordered_.text(6);
    finding.detail = ordered_.text(7);
    if (const std::int64_t level = ordered_.integer(8); !ordered_.is_null(8) && level >= 0 && level <= 4)
      finding.level = static_cast<Level>(level);
    if (!ordered_.is_null(9)) finding.techniques = read_list(ordered_.text(9));
    ordered_.reset();
    members_.bind(1, entry.id);
    for (;;) {
      TRY(const bool member, members_.step());
      if (!member) return {};
      finding.events.push_back({members_.integer(0),
                                static_cast<std::uint64_t>(members_.integer(2)),
                                static_cast<std::uint64_t>(members_.integer(3)),
                                members_.time(4),
                                members_.integer(1),
                                {}});
      members_.array(6, finding.events.back().content);
    }
  }

  Case::Impl& me_;
  Statement event_, ordered_, members_;
};

}  // namespace

Result<void> Case::each_finding(const FindingFilter& filter, const std::function<bool(const Finding&)>& sink) {
  Impl& me = *impl_;
  const Snapshot snapshot(me.database);
  TRY_VOID(snapshot.good());
  const Wanted wanted(me, filter);
  SpillSort<Entry> entries;
  TRY_VOID(each_wanted(
      me, wanted,
      [&](const Statement& row, std::uint32_t rule, Time time) {
        return entries.add(event_entry(me, row, rule, time, wanted.order[rule]));
      },
      [&](const Statement& row, std::uint32_t rule, Time time) -> Result<void> {
        Entry entry{};
        if (!row.array(0, entry.id)) return {};
        entry.time = time;
        entry.order = wanted.order[rule];
        entry.rule = rule;
        entry.ordered = true;
        return entries.add(entry);
      }));
  TRY_VOID(entries.sort());
  Filler filler(me);
  TRY_VOID(filler.prepare());
  Finding finding;
  for (;;) {
    TRY(const std::optional<Entry> entry, entries.next());
    if (!entry) return {};
    TRY_VOID(filler.fill(*entry, finding));
    if (!sink(finding)) return {};
  }
}

Result<void> Case::glance(const FindingFilter& filter, const std::function<void(const FindingGlance&)>& sink) {
  Impl& me = *impl_;
  const Snapshot snapshot(me.database);
  TRY_VOID(snapshot.good());
  return each_wanted(
      me, Wanted(me, filter),
      [&](const Statement& row, std::uint32_t rule, Time time) -> Result<void> {
        const RuleInfo& info = me.rule(rule);
        sink({&info, time, time, time, 1, info.level, info.title, row.text(7), info.techniques});
        return {};
      },
      [&](const Statement& row, std::uint32_t rule, Time time) -> Result<void> {
        const RuleInfo& info = me.rule(rule);
        std::vector<std::string> own;
        if (!row.is_null(12)) own = read_list(row.text(12));
        sink({&info, time, row.time(4), row.time(6), static_cast<std::uint64_t>(row.integer(8)),
              level_of(me, row, rule), row.text(11).empty() ? info.title : row.text(11), row.text(9),
              own.empty() ? info.techniques : own});
        return {};
      });
}

Result<Counts> Case::count_findings(const FindingFilter& filter) {
  Impl& me = *impl_;
  const Snapshot snapshot(me.database);
  TRY_VOID(snapshot.good());
  Counts counts;
  TRY_VOID(each_wanted(
      me, Wanted(me, filter),
      [&](const Statement&, std::uint32_t rule, Time) -> Result<void> {
        ++counts.by_level[static_cast<int>(me.rule(rule).level)];
        return {};
      },
      [&](const Statement& row, std::uint32_t rule, Time) -> Result<void> {
        ++counts.by_level[static_cast<int>(level_of(me, row, rule))];
        return {};
      }));
  return counts;
}

Result<std::optional<Finding>> Case::find_finding(std::string_view id) {
  Impl& me = *impl_;
  if (id.size() < 6 || id.size() > 32 || id.find_first_not_of("0123456789abcdef") != std::string_view::npos)
    return fail("'" + std::string(id) + "' is no finding's id", {},
                "an id, or its first 6 digits or more, as `tocsin case findings` shows them");
  const Snapshot snapshot(me.database);
  TRY_VOID(snapshot.good());
  const FindingFilter everything;
  const Wanted wanted(me, everything);
  std::optional<Entry> found;
  bool several = false;
  const auto consider = [&](const Entry& entry) {
    if (!hex_id(entry.id).starts_with(id)) return;
    several |= found && found->id != entry.id;
    if (!found || entry < *found) found = entry;
  };
  TRY_VOID(each_wanted(
      me, wanted,
      [&](const Statement& row, std::uint32_t rule, Time time) -> Result<void> {
        consider(event_entry(me, row, rule, time, wanted.order[rule]));
        return {};
      },
      [&](const Statement& row, std::uint32_t rule, Time time) -> Result<void> {
        Entry entry{};
        entry.time = time;
        entry.rule = rule;
        entry.ordered = true;
        if (row.array(0, entry.id)) consider(entry);
        return {};
      }));
  if (several) return fail("several findings' ids begin with " + std::string(id), {}, "give more digits");
  if (!found) return std::nullopt;
  Filler filler(me);
  TRY_VOID(filler.prepare());
  Finding finding;
  TRY_VOID(filler.fill(*found, finding));
  return finding;
}

}  // namespace tocsin::casefile
