#include "assess/sessions.h"

#include <algorithm>

#include "base/hash.h"
#include "case/activity_rows.h"
#include "case/row_feed.h"

namespace tocsin::assess {
namespace {

constexpr std::size_t kAddressesMax = 1'000'000, kFeedMemory = std::size_t{64} << 20;
constexpr float kCameFrom = 0.7f, kSitsAt = 0.6f;

bool acts(const Thing& thing, const Mention& mention) {
  return thing.kind == Class::who && !thing.system && mention.role > 2;
}

std::string key_of(const Thing& thing) { return entity_key({thing.type, thing.value, {}}); }

}  // namespace

Sessions::Sessions(const Findings& findings) {
  for (const Group& group : findings.groups) {
    if (findings.text(group).level < Level::medium) continue;
    const auto mentions = findings.mentions(group);
    if (std::ranges::none_of(mentions, [&](const Mention& one) { return findings.things[one.thing].kind == Class::where; }))
      continue;
    for (const Mention& one : mentions)
      if (const Thing& thing = findings.things[one.thing]; acts(thing, one)) accounts_.try_emplace(key_of(thing));
  }
}

void Sessions::take(const Login& login, Time time) {
  if (login.outcome != Outcome::success || login.source_grade == Provenance::ambiguous || !login.source || !time.known())
    return;
  const Ip& source = *login.source;
  if (!source.is_private() || source.is_loopback() || source.is_unspecified()) return;
  const std::string account = entity_key({EntityType::account, std::string(login.user), {}});
  if (!account.starts_with("a:")) return;  // a machine's own
  const auto user = users_.find(source);
  if (user == users_.end() && users_.size() >= kAddressesMax) return;
  std::vector<std::uint64_t>& users = user == users_.end() ? users_[source] : user->second;
  const std::uint64_t hash = hash64(account);
  if (users.size() <= kAccounts && std::ranges::find(users, hash) == users.end()) users.push_back(hash);
  const auto found = accounts_.find(account);
  if (found == accounts_.end() || kept_ >= kKeptMax) return;
  const std::uint64_t host =
      login.host.empty() ? 0 : hash64(entity_key({EntityType::host, std::string(login.host), {}}));
  std::vector<Seen>& list = found->second;
  if (!list.empty() && list.back().source == source && list.back().host == host && time.seconds - list.back().at < 60)
    return;
  list.push_back({time.seconds, source, host});
  ++kept_;
}

void Sessions::apply(Findings& findings) const {
  std::map<Ip, std::uint32_t> machines;
  std::vector<Mention> pool;
  pool.reserve(findings.pool.size());
  std::map<Ip, float> found;
  for (Group& group : findings.groups) {
    const auto mentions = findings.mentions(group);
    found.clear();
    if (group.first.known() && mentions.size() <= 64) {
      std::vector<std::uint64_t> hosts;
      for (const Mention& one : mentions)
        if (const Thing& thing = findings.things[one.thing]; thing.kind == Class::where && !thing.derived)
          hosts.push_back(hash64(key_of(thing)));
      for (const Mention& one : mentions) {
        if (hosts.empty() || !acts(findings.things[one.thing], one)) continue;
        const auto logins = accounts_.find(key_of(findings.things[one.thing]));
        if (logins == accounts_.end()) continue;
        const std::vector<Seen>& list = logins->second;
        const Seen *came = nullptr, *sits = nullptr;
        for (auto at = std::ranges::lower_bound(list, group.first.seconds - kHabit, {}, &Seen::at);
             at != list.end() && at->at <= group.first.seconds + kHabit; ++at) {
          if (users_.at(at->source).size() > kAccounts) continue;
          const bool here = std::ranges::find(hosts, at->host) != hosts.end();
          if (here && at->at <= group.first.seconds + 60 && at->at >= group.first.seconds - kBefore) came = &*at;
          if (!here && at->host != 0 && !sits) sits = &*at;
        }
        if (came)
          found[came->source] = kCameFrom;
        else if (sits)
          found.try_emplace(sits->source, kSitsAt);
      }
    }
    const auto begin = static_cast<std::uint32_t>(pool.size());
    pool.insert(pool.end(), mentions.begin(), mentions.end());
    for (const auto& [source, strength] : found) {
      const auto [at, fresh] = machines.try_emplace(source, static_cast<std::uint32_t>(findings.things.size()));
      if (fresh) {
        Thing& thing = findings.things.emplace_back();
        thing.type = EntityType::host;
        thing.kind = Class::where;
        thing.derived = true;
        thing.value = source.text();
      }
      ++findings.things[at->second].groups;
      pool.push_back({at->second, 3, strength});
    }
    group.mentions = begin;
    group.mention_count = static_cast<std::uint32_t>(pool.size()) - begin;
  }
  findings.pool = std::move(pool);
}

Result<void> add_sessions(Findings& findings, casefile::Case& from) {
  Sessions sessions(findings);
  if (!sessions.wanted()) return {};
  TRY(casefile::RowFeed rows, casefile::RowFeed::open(from, casefile::RowKind::activities, kFeedMemory));
  Activity activity;
  for (;;) {
    TRY(const bool more, rows.next());
    if (!more) break;
    if (!casefile::read_activity(rows.view(), rows.row(), activity))
      return fail("the case is damaged: a block of activities", from.path(), "`tocsin case verify` says more");
    if (activity.kind == ActivityKind::login) sessions.take(activity.login, activity.time);
  }
  sessions.apply(findings);
  return {};
}

}  // namespace tocsin::assess
