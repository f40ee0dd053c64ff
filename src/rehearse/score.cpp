#include "rehearse/score.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "rehearse/formats.h"
#include "rehearse/names.h"

namespace tocsin::rehearse {
namespace {

std::string account_key(std::string_view user) {
  if (const std::size_t slash = user.find('\\'); slash != std::string_view::npos) user.remove_prefix(slash + 1);
  std::string key = without_domain(user);
  for (char& c : key)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return key;
}

bool about_account(const Found& one) {
  for (const std::string_view word : {"takeover", "mail", "mfa", "forg"})
    if (one.rule.find(word) != std::string::npos) return true;
  return false;
}

struct Campaign {
  const Found* found;
  std::set<Ip> sources;
  std::vector<std::pair<Ip, int>> networks;  // bits, in the family's own count
  std::set<std::string, std::less<>> targets;
  bool is_true = false;

  explicit Campaign(const Found& one) : found(&one) {
    for (const Entity& entity : one.entities) {
      if (entity.role == "target" || entity.role == "entered") targets.insert(account_key(entity.value));
      if (entity.role != "source") continue;
      const std::size_t slash = entity.value.find('/');
      const auto ip = Ip::parse(std::string_view(entity.value).substr(0, slash));
      int bits = 0;
      if (!ip) continue;
      if (slash == std::string::npos)
        sources.insert(*ip);
      else if (std::from_chars(entity.value.data() + slash + 1, entity.value.data() + entity.value.size(), bits).ec ==
               std::errc())
        networks.emplace_back(ip->prefix(bits), bits);
    }
  }
  bool names(const Ip& source) const {
    if (sources.contains(source)) return true;
    return std::ranges::any_of(networks, [&](const auto& network) {
      return network.first.is_v4() == source.is_v4() && source.prefix(network.second) == network.first;
    });
  }
  bool covers(const Login& login, Time time, bool exists) const {
    return time >= found->first && time <= found->last && names(*login.source) &&
           (!exists || targets.empty() || targets.contains(account_key(login.user)));
  }
};

// Addresses inside the user names of forged lines.
std::set<Ip> forged_addresses() {
  std::set<Ip> all;
  for (const std::string_view text : forgeries())
    for (std::size_t at = 0; at < text.size(); ++at) {
      std::size_t length = 0;
      while (at + length < text.size() &&
             (text[at + length] == '.' || (text[at + length] >= '0' && text[at + length] <= '9')))
        ++length;
      if (const auto ip = Ip::parse(text.substr(at, length)); ip && length > 6) all.insert(*ip);
      at += length;
    }
  return all;
}

std::string percent(std::optional<double> share) { return share ? fmt::format("{:.1f} %", 100 * *share) : "-"; }
std::string number(std::optional<double> value) { return value ? fmt::format("{:.6g}", *value) : "null"; }

}  // namespace

Result<Score> score(const Labels& labels, std::span<const Found> found) {
  TRY(const Plan plan, plan_of(labels.choice));
  Score result;
  std::vector<Campaign> campaigns;
  for (const Found& one : found) {
    const bool names_sources =
        std::ranges::any_of(one.entities, [](const Entity& entity) { return entity.role == "source"; });
    if (names_sources && one.level >= Level::medium && !about_account(one)) campaigns.emplace_back(one);
  }

  // First round: whose each address is. Second: who is right about each try.
  std::set<Ip> attackers;
  std::map<std::pair<Ip, int>, bool> hostile_networks;
  for (const Campaign& campaign : campaigns)
    for (const auto& network : campaign.networks) hostile_networks[network] = false;
  {
    Simulation simulation(plan);
    Labelled one;
    while (simulation.next(one))
      if (one.label != Label::benign && one.activity.kind == ActivityKind::login)
        attackers.insert(*one.activity.login.source);
    const std::uint64_t tries = simulation.truth().empty() ? 0 : simulation.truth()[0].tries;
    if (tries != labels.truth.tries)
      return fail(fmt::format("the labels speak of {} tries, but this version plays {}", labels.truth.tries, tries), "",
                  "write the rehearsal anew with this version");
  }
  for (auto& [network, hostile] : hostile_networks)
    hostile = std::ranges::any_of(attackers, [&](const Ip& ip) {
      return ip.is_v4() == network.first.is_v4() && ip.prefix(network.second) == network.first;
    });
  std::set<Ip> innocent;
  std::set<std::pair<Ip, int>> innocent_networks;
  std::optional<Time> alarm;
  for (Campaign& campaign : campaigns) {
    std::size_t hostile = 0;
    for (const Ip& source : campaign.sources) hostile += attackers.contains(source);
    for (const auto& network : campaign.networks) hostile += hostile_networks[network];
    campaign.is_true = hostile > 0 && 2 * hostile >= campaign.sources.size() + campaign.networks.size();
    ++(campaign.is_true ? result.campaigns_true : result.campaigns_false);
    if (!campaign.is_true) continue;
    for (const Ip& source : campaign.sources)
      if (!attackers.contains(source)) innocent.insert(source);
    for (const auto& network : campaign.networks)
      if (!hostile_networks[network]) innocent_networks.insert(network);
    if (!alarm || campaign.found->time < *alarm) alarm = campaign.found->time;
  }
  std::uint64_t wrong = 0;
  {
    Simulation simulation(plan);
    Labelled one;
    while (simulation.next(one)) {
      if (one.activity.kind != ActivityKind::login || one.label == Label::flush) continue;
      const Login& login = one.activity.login;
      const bool hostile = one.label == Label::attempt;
      if (login.outcome != Outcome::failure) continue;
      const bool exists = login.reason != LoginReason::unknown_user && one.label != Label::forged;
      // Written times may have whole seconds only.
      const Time time = one.activity.time;
      const auto covered = [&](const Campaign& campaign) {
        return (campaign.is_true || !hostile) &&
               (campaign.covers(login, time, exists) || campaign.covers(login, Time{time.seconds, 0, 0}, exists));
      };
      const bool is_covered = std::ranges::any_of(campaigns, covered);
      if (one.label == Label::attempt) {
        ++result.tries;
        result.attributed += is_covered;
      } else if (one.label == Label::benign) {
        wrong += is_covered;
      }
    }
  }
  if (result.tries > 0) result.recall = static_cast<double>(result.attributed) / static_cast<double>(result.tries);
  if (result.attributed + wrong > 0)
    result.precision = static_cast<double>(result.attributed) / static_cast<double>(result.attributed + wrong);
  if (alarm && labels.truth.start.known())
    result.alarm_minutes = (static_cast<double>(alarm->seconds - labels.truth.start.seconds) +
                            (static_cast<double>(alarm->nanoseconds) - labels.truth.start.nanoseconds) * 1e-9) /
                           60;
  result.false_campaigns = static_cast<double>(result.campaigns_false) * 30 / plan.days * 1000 / plan.users;
  result.innocent_sources = innocent.size() + innocent_networks.size();

  std::set<std::string, std::less<>> entered, said, wrongly, taken_from;
  for (const std::string& user : labels.truth.entered) entered.insert(account_key(user));
  const std::set<Ip> forged = forged_addresses();
  std::set<Ip> believed;
  std::map<std::string, Time, std::less<>> mail_alarms;
  for (const Found& one : found)
    for (const Entity& entity : one.entities) {
      if (entity.role == "source")
        if (const auto ip = Ip::parse(entity.value); ip && forged.contains(*ip)) believed.insert(*ip);
      if (entity.type != EntityType::account && entity.type != EntityType::mailbox) continue;
      const std::string key = account_key(entity.value);
      if (one.rule.find("mail") != std::string::npos && one.level >= Level::medium) {
        const auto [at, fresh] = mail_alarms.emplace(key, one.time);
        if (!fresh) at->second = std::min(at->second, one.time);
      }
      if (entity.role == "entered" && one.level >= Level::medium) (entered.contains(key) ? said : wrongly).insert(key);
    }
  result.entered = entered.size();
  result.entered_found = said.size();
  result.wrongly_entered = wrongly.size();
  result.forged_believed = believed.size();
  for (const AttackTruth::Taken& taken : labels.truth.taken) taken_from.insert(account_key(taken.mailbox));
  result.wrong_mailboxes = static_cast<std::uint64_t>(
      std::ranges::count_if(mail_alarms, [&](const auto& one) { return !taken_from.contains(one.first); }));
  for (const AttackTruth::Taken& taken : labels.truth.taken) {
    ++result.mailboxes;
    const auto at = mail_alarms.find(account_key(taken.mailbox));
    if (at == mail_alarms.end()) continue;
    ++result.mailboxes_found;
    result.mailboxes_in_time += !taken.fiftieth.known() || at->second < taken.fiftieth;
  }
  return result;
}

std::string Score::json() const {
  return fmt::format(
      R"({{"recall":{},"precision":{},"alarm_minutes":{},"false_campaigns_per_30d_1000u":{},"innocent_sources":{},)"
      R"("campaigns_true":{},"campaigns_false":{},"tries":{},"attributed":{},"entered":{},"entered_found":{},)"
      R"("wrongly_entered":{},"mailboxes":{},"mailboxes_found":{},"mailboxes_in_time":{},)"
      R"("wrong_mailboxes":{},"forged_believed":{}}})"
      "\n",
      number(recall), number(precision), number(alarm_minutes), number(false_campaigns), innocent_sources,
      campaigns_true, campaigns_false, tries, attributed, entered, entered_found, wrongly_entered, mailboxes,
      mailboxes_found, mailboxes_in_time, wrong_mailboxes, forged_believed);
}

std::string Score::text() const {
  std::string out;
  const auto line = [&](std::string_view name, const std::string& value) {
    out += fmt::format("  {:<18}{}\n", name, value);
  };
  line("recall", tries == 0 ? "- nobody tried"
                            : fmt::format("{}  {} of {} tries attributed", percent(recall), attributed, tries));
  line("precision", percent(precision));
  line("time to alarm", alarm_minutes ? fmt::format("{:.1f} minutes", *alarm_minutes) : tries == 0 ? "-" : "no alarm");
  line("false campaigns",
       fmt::format("{:.2f} per 30 days and 1,000 users ({} seen)", false_campaigns, campaigns_false));
  line("innocent sources", fmt::format("{}", innocent_sources));
  line("entered accounts", fmt::format("{} of {} found, {} wrongly flagged", entered_found, entered, wrongly_entered));
  if (mailboxes + wrong_mailboxes > 0)
    line("mail taken", fmt::format("{} of {} mailboxes flagged, {} before the 50th message, {} wrongly flagged",
                                   mailboxes_found, mailboxes, mailboxes_in_time, wrong_mailboxes));
  if (forged_believed > 0) line("forged lines", fmt::format("{} addresses believed", forged_believed));
  return out;
}

}  // namespace tocsin::rehearse
