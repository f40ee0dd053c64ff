// The story's tables, and claims and acts as entries of the journal: append-only by its triggers, evident when changed
// by its chain.
#include "case/story.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "base/check.h"
#include "base/json.h"
#include "case/impl.h"
#include "case/lists.h"

namespace tocsin::casefile {
namespace {

constexpr std::size_t kPrefixMin = 4;

std::string_view after_dash(std::string_view id) { return id.substr(id.find('-') + 1); }  // npos + 1 is 0

// Whether it still holds, of every act and claim: a later undo that holds itself takes it back.
std::set<std::int64_t> undone(const std::vector<Act>& acts) {
  std::set<std::int64_t> out;
  for (auto act = acts.rbegin(); act != acts.rend(); ++act) {
    if (act->kind != ActKind::undo || out.contains(act->number)) continue;
    for (const std::string& subject : act->subjects) {
      std::int64_t number = 0;
      const auto [end, error] = std::from_chars(subject.data(), subject.data() + subject.size(), number);
      if (error == std::errc() && end == subject.data() + subject.size() && number < act->number) out.insert(number);
    }
  }
  return out;
}

template <class T, class Read>
Result<std::vector<T>> entries(Database& database, std::string_view action, Read read) {
  std::vector<T> out;
  TRY(Statement all,
      database.prepare("SELECT sequence, time, detail FROM journal WHERE action = ?1 ORDER BY sequence"));
  all.bind(1, action);
  for (;;) {
    TRY(const bool row, all.step());
    if (!row) return out;
    T one = read(all.text(2));
    one.number = all.integer(0);
    if constexpr (requires { one.recorded; })
      one.recorded = all.text(1);
    else
      one.time = all.text(1);
    out.push_back(std::move(one));
  }
}

template <class T>
void sort_by_time(std::vector<T>& list) {
  std::ranges::sort(list, [](const T& a, const T& b) { return std::tie(a.first, a.id) < std::tie(b.first, b.id); });
}

template <class T>
const T* find_in(const std::vector<T>& list, std::string_view id) {
  for (const T& one : list)
    if (one.id == id) return &one;
  for (const T& one : list)
    if (std::ranges::find(one.aliases, id) != one.aliases.end()) return &one;
  return nullptr;
}

}  // namespace

const Incident* Story::incident(std::string_view id) const { return find_in(incidents, id); }
const Campaign* Story::campaign(std::string_view id) const { return find_in(campaigns, id); }

const StoredAssessment* Story::assessment(std::string_view subject) const {
  const auto found = std::ranges::find(assessments, subject, &StoredAssessment::subject);
  return found == assessments.end() ? nullptr : &*found;
}

Result<std::string> Story::resolve(std::string_view prefix) const {
  if (const Incident* one = incident(prefix)) return one->id;
  if (const Campaign* one = campaign(prefix)) return one->id;
  std::set<std::string> fitting;
  const auto consider = [&](const auto& one) {
    const auto fits = [&](std::string_view id) {
      return after_dash(prefix).size() >= kPrefixMin && (id.starts_with(prefix) || after_dash(id).starts_with(prefix));
    };
    if (fits(one.id) || std::ranges::any_of(one.aliases, fits)) fitting.insert(one.id);
  };
  for (const Incident& one : incidents) consider(one);
  for (const Campaign& one : campaigns) consider(one);
  if (fitting.size() == 1) return *fitting.begin();
  if (fitting.empty())
    return fail(fmt::format("there is no incident or campaign '{}'", prefix), {},
                "`tocsin case show` lists them; `tocsin assess` finds them");
  return fail(fmt::format("'{}' fits several incidents or campaigns", prefix), {}, "give more digits");
}

Result<bool> Case::put_story(const Story& story, std::span<const IncidentFindings> findings, std::string_view changes) {
  Impl& me = *impl_;
  CHECK(me.mode == Mode::write && !me.current);
  std::map<std::string_view, const IncidentFindings*> findings_by_id;
  for (const IncidentFindings& one : findings) findings_by_id[one.incident] = &one;
  TRY_VOID(me.commit());
  TRY(const Digest before, story_digest(me.database));
  TRY_VOID(me.ensure_transaction());
  const auto write = [&]() -> Result<Digest> {
    TRY_VOID(
        me.database.exec("DELETE FROM incident; DELETE FROM campaign; DELETE FROM link; DELETE FROM assessment; "
                         "DELETE FROM story"));
    TRY(Statement incident, me.database.prepare("INSERT INTO incident(id, body, findings) VALUES (?1, ?2, ?3)"));
    for (const Incident& one : story.incidents) {
      const auto ids = findings_by_id.find(one.id);
      const void* data = ids == findings_by_id.end() ? nullptr : ids->second->ids.data();
      const std::size_t size = ids == findings_by_id.end() ? 0 : ids->second->ids.size() * 16;
      const std::string body = to_json(one);
      TRY_VOID(incident.bind(1, one.id).bind(2, body).bind_blob(3, data, size).run());
    }
    for (const Campaign& one : story.campaigns)
      TRY_VOID(me.database.run("INSERT INTO campaign(id, body) VALUES (?1, ?2)", one.id, to_json(one)));
    TRY(Statement link, me.database.prepare("INSERT INTO link(a, b, body) VALUES (?1, ?2, ?3)"));
    for (const Link& one : story.links) {
      const std::string body = to_json(one);
      TRY_VOID(link.bind(1, one.a).bind(2, one.b).bind(3, body).run());
    }
    for (const StoredAssessment& one : story.assessments)
      TRY_VOID(me.database.run("INSERT INTO assessment(subject, yardstick, json, page) VALUES (?1, ?2, ?3, ?4)",
                               one.subject, one.yardstick, one.json, one.text));
    std::string remarks;
    write_list(story.remarks, remarks);
    TRY_VOID(me.database.run("INSERT INTO story(settings, loose, remarks) VALUES (?1, ?2, ?3)", story.settings,
                             static_cast<std::int64_t>(story.loose), remarks));
    return story_digest(me.database);
  };
  auto after = write();
  if (!after || *after == before) {
    (void)me.database.exec("ROLLBACK");
    if (!after) return std::unexpected(after.error());
    return false;
  }
  TRY_VOID(me.add_journal(
      "assessed", fmt::format("{{\"incidents\":{},\"campaigns\":{},\"links\":{},\"changes\":{},\"digest\":\"{}\"}}",
                              story.incidents.size(), story.campaigns.size(), story.links.size(),
                              changes.empty() ? "[]" : changes, after->hex())));
  TRY_VOID(me.commit());
  return true;
}

Result<std::int64_t> Case::add_claim(const Claim& claim) {
  if (claim.by.empty()) return fail("a claim must say who makes it", {}, "--by NAME");
  TRY_VOID(impl_->add_journal("claim", to_json(claim)));
  const std::int64_t number = impl_->database.last_row();
  TRY_VOID(impl_->commit());
  return number;
}

Result<std::int64_t> Case::add_act(const Act& act) {
  if (act.author.empty() || act.reason.empty())
    return fail("a decision needs its author and a reason", {}, "--author NAME --reason TEXT");
  if (act.kind == ActKind::undo) {
    TRY(const std::vector<Act> before, acts());
    TRY(const std::vector<Claim> said, claims());
    for (const std::string& subject : act.subjects) {
      const auto is = [&](const auto& one) { return std::to_string(one.number) == subject; };
      const auto old = std::ranges::find_if(before, is);
      const auto claim = std::ranges::find_if(said, is);
      if (old == before.end() && claim == said.end())
        return fail("entry " + subject + " is no decision and no claim", {}, "`tocsin case show` numbers them");
      if (old != before.end() ? old->undone : claim->withdrawn)
        return fail("entry " + subject + " is undone already", {}, "undo the undoing to bring it back");
    }
  }
  TRY_VOID(impl_->add_journal("act", to_json(act)));
  const std::int64_t number = impl_->database.last_row();
  TRY_VOID(impl_->commit());
  return number;
}

Result<std::vector<Act>> Case::acts() {
  TRY(std::vector<Act> all, entries<Act>(impl_->database, "act", act_from));
  const std::set<std::int64_t> gone = undone(all);
  for (Act& act : all) act.undone = gone.contains(act.number);
  return all;
}

Result<std::vector<Claim>> Case::claims() {
  TRY(std::vector<Claim> all, entries<Claim>(impl_->database, "claim", claim_from));
  TRY(const std::vector<Act> said, entries<Act>(impl_->database, "act", act_from));
  const std::set<std::int64_t> gone = undone(said);
  for (Claim& claim : all) claim.withdrawn = gone.contains(claim.number);
  return all;
}

Result<Story> Case::story() {
  Database& database = impl_->database;
  const Snapshot snapshot(database);
  TRY_VOID(snapshot.good());
  Story out;
  const auto each = [&](std::string_view sql, auto use) -> Result<void> {
    TRY(Statement all, database.prepare(sql));
    for (;;) {
      TRY(const bool row, all.step());
      if (!row) return {};
      use(all);
    }
  };
  TRY_VOID(each("SELECT id, body FROM incident", [&](const Statement& row) {
    out.incidents.push_back(incident_from(row.text(1)));
    out.incidents.back().id = row.text(0);
  }));
  TRY_VOID(each("SELECT id, body FROM campaign", [&](const Statement& row) {
    out.campaigns.push_back(campaign_from(row.text(1)));
    out.campaigns.back().id = row.text(0);
  }));
  TRY_VOID(each("SELECT body FROM link ORDER BY a, b",
                [&](const Statement& row) { out.links.push_back(link_from(row.text(0))); }));
  TRY_VOID(each("SELECT subject, yardstick, json, page FROM assessment ORDER BY subject", [&](const Statement& row) {
    out.assessments.push_back(
        {std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)), std::string(row.text(3))});
  }));
  TRY_VOID(each("SELECT settings, loose, remarks FROM story", [&](const Statement& row) {
    out.settings = row.text(0);
    out.loose = static_cast<std::uint64_t>(row.integer(1));
    out.remarks = read_list(row.text(2));
  }));
  sort_by_time(out.incidents);
  sort_by_time(out.campaigns);
  return out;
}

Result<IncidentFindings> Case::findings_of(std::string_view incident) {
  TRY(Statement get, impl_->database.prepare("SELECT findings FROM incident WHERE id = ?1"));
  get.bind(1, incident);
  TRY(const bool row, get.step());
  if (!row) return fail(fmt::format("there is no incident '{}'", incident), impl_->path);
  IncidentFindings out{std::string(incident), {}};
  const std::string_view bytes = get.text(0);
  out.ids.resize(bytes.size() / 16);
  for (std::size_t i = 0; i < out.ids.size(); ++i)
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(i * 16), 16, reinterpret_cast<char*>(out.ids[i].data()));
  return out;
}

}  // namespace tocsin::casefile
