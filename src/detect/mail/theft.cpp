// The taking of mail: read, synchronised or exported from a network that is new to the mailbox, by a client that is new
// to it, or much faster than its owner reads; or made possible by a rule, a delegate, a consent, an application
// password from such a network. A login by a member of a campaign makes any reading from a new network part of it.
//
// Records of Microsoft 365 that say "bind" stand for two minutes of reading and a "sync" for a whole folder, so items
// and folders are counted and not records. A source that reads eight mailboxes and more is told once: a migration, a
// backup, or an application with too many rights.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/hash.h"
#include "detect/campaign/tracker.h"
#include "detect/detectors.h"
#include "detect/names.h"
#include "detect/table.h"
#include "detect/words.h"

namespace tocsin::detect {
namespace {

constexpr std::int64_t kHour = 3600, kDay = 86400;
constexpr std::int64_t kNewFor = 3 * kDay, kHistory = 5 * kDay;
constexpr std::uint32_t kItemsNewClient = 12, kItemsBusyNetwork = 40, kItemsUnsaid = 25, kItemsOwnClient = 80;
constexpr float kHabitUnsaid = 2, kHabitOwnClient = 4;
constexpr std::size_t kMassMailboxes = 8, kVisitsMax = 45000, kPlacesMax = 180000;

enum Change : std::uint8_t { rule = 1, forwarding = 2, delegate = 4, consent = 8, app_password = 16, method = 32 };
constexpr std::pair<std::string_view, Change> kChanges[] = {
    {"rule", rule},       {"forwarding", forwarding},     {"delegate", delegate}, {"permission", delegate},
    {"consent", consent}, {"app-password", app_password}, {"mfa-method", method}};
struct ChangeWords {
  Change change;
  std::string_view title, technique;
};
constexpr ChangeWords kChangeWords[] = {{rule, "a rule", "T1564.008"},
                                        {forwarding, "forwarding", "T1114.003"},
                                        {delegate, "a delegate", "T1098.002"},
                                        {consent, "a consent", "T1528"},
                                        {app_password, "an application password", "T1098"},
                                        {method, "a second factor", "T1098.005"}};

bool says_client(std::string_view client) {
  return !client.empty() && client != "imap" && client != "pop3" && client != "smtp";
}

class MailTheft final : public Detector {
 public:
  explicit MailTheft(const Tracker& tracker) : tracker_(tracker) {}

  void feed(const Sighting& seen) override {
    if (!seen.account || !seen.source) return;
    if (seen.activity.kind == ActivityKind::mail_access)
      read(seen);
    else
      changed(seen);
  }

  void finish(std::vector<Statement>& out) override {
    join_takeovers();
    std::map<std::uint64_t, std::vector<const Visit*>> by_account;
    std::map<std::uint64_t, std::vector<std::uint64_t>> by_source;
    const std::vector<std::uint64_t> keys = visits_.sorted_keys();
    for (const std::uint64_t key : keys)
      if (const Visit& visit = *visits_.find(key); visit.flagged && !visit.entered)
        by_source[visit.source].push_back(key);
    for (const std::uint64_t key : keys) {
      const Visit& visit = *visits_.find(key);
      if (!visit.flagged) continue;
      if (!visit.entered && by_source[visit.source].size() >= kMassMailboxes) continue;
      by_account[visit.account].push_back(&visit);
    }
    for (auto& [account, visits] : by_account) out.push_back(state(account, visits));
    for (const auto& [source, of] : by_source)
      if (of.size() >= kMassMailboxes) out.push_back(state_mass(of));
  }

 private:
  struct Visit {  // of one account from one network
    std::uint64_t account = 0, source = 0, items = 0, bytes = 0;
    Ip address;
    Ordinal first_ordinal = 0, alarm = 0;
    std::uint32_t first = 0, last = 0, alarm_time = 0;
    std::uint32_t hour = 0, hour_items = 0, folders = 0, records = 0;
    std::uint8_t changes = 0;
    bool fresh = false, is_new = false, flagged = false, entered = false, strange_client = false;
  };
  struct Box {
    std::uint32_t first = 0, hour = 0, hour_items = 0, day = 0;
    float habit = 0;  // items in the busiest hour, fading by a thirtieth a day
  };

  static std::uint32_t seconds(const Sighting& seen) { return Table<int>::seconds32(seen.time); }

  // When the account was first seen with this place or client; touches it.
  std::uint32_t since(std::uint64_t account, std::uint64_t what, const Sighting& seen) {
    std::uint32_t& first = known_.touch(mix(account, what), seen.time);
    if (!first) first = seconds(seen);
    return first;
  }

  Visit& visit_of(const Sighting& seen, const Box& box) {
    std::uint32_t first = since(seen.account, seen.network, seen);
    if (seen.network_since) first = std::min(first, seen.network_since);
    Visit& visit = visits_.touch(mix(seen.account, seen.network), seen.time);
    const std::uint32_t now = seconds(seen);
    if (!visit.account || now > visit.last + 7 * kDay) {
      visit = Visit{.account = seen.account,
                    .source = seen.source,
                    .address = seen.address,
                    .first_ordinal = seen.ordinal,
                    .first = now};
      const std::uint32_t history = seen.account_since ? std::min(seen.account_since, box.first) : box.first;
      visit.fresh = now < first + kNewFor;
      visit.is_new = visit.fresh && now >= history + kHistory;
    }
    visit.last = now;
    return visit;
  }

  Box& box_of(const Sighting& seen) {
    Box& box = boxes_.touch(seen.account, seen.time);
    const std::uint32_t now = seconds(seen);
    if (!box.first) box.first = now;
    if (const std::uint32_t day = now / kDay; day != box.day) {
      for (std::uint32_t i = box.day; i < day && i < box.day + 90 && box.habit > 0; ++i) box.habit *= 29.0F / 30;
      box.day = day;
    }
    names_.keep(seen.account, seen.user);
    return box;
  }

  void flag(Visit& visit, const Sighting& seen) {
    if (visit.flagged) return;
    visit.flagged = true;
    visit.alarm = seen.ordinal;
    visit.alarm_time = seconds(seen);
  }

  void read(const Sighting& seen) {
    const MailAccess& mail = seen.activity.mail;
    if (mail.access == "send") return;
    Box& box = box_of(seen);
    Visit& visit = visit_of(seen, box);
    const bool said = says_client(mail.client);
    std::uint32_t client_first = said ? since(seen.account, hash64(mail.client) | 1, seen) : 0;
    if (seen.agent_since) client_first = std::min(client_first, seen.agent_since);
    const bool strange = said && seconds(seen) < client_first + kNewFor;
    const bool sync = mail.access == "sync" || mail.access == "export";
    const auto items = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(mail.items, 1, 1000000));
    ++visit.records;
    visit.items += items;
    visit.bytes += mail.bytes;
    visit.folders += mail.access == "sync" && !mail.folder.empty();
    if (const std::uint32_t hour = seconds(seen) / kHour; visit.hour != hour) visit.hour = hour, visit.hour_items = 0;
    visit.hour_items += sync && !strange ? 0 : items;
    if (!visit.is_new) {
      if (const std::uint32_t hour = seconds(seen) / kHour; box.hour != hour) box.hour = hour, box.hour_items = 0;
      box.hour_items += sync ? 0 : items;
      box.habit = std::max(box.habit, static_cast<float>(box.hour_items));
      return;
    }
    visit.strange_client |= strange;
    const bool lonely = seen.network_accounts <= 1;  // the network serves this account at most
    if (strange && (lonely ? sync || visit.items >= kItemsNewClient : visit.items >= kItemsBusyNetwork))
      return flag(visit, seen);
    if (visit.changes && lonely) return flag(visit, seen);
    if (!said && lonely &&
        static_cast<float>(visit.hour_items) >= std::max<float>(kItemsUnsaid, kHabitUnsaid * box.habit))
      return flag(visit, seen);
    if (said && !strange && !sync &&
        static_cast<float>(visit.hour_items) >= std::max<float>(kItemsOwnClient, kHabitOwnClient * box.habit))
      flag(visit, seen);
  }

  void changed(const Sighting& seen) {
    const MailboxChange& change = seen.activity.change;
    if (change.outcome == Outcome::failure) return;
    const auto kind = std::ranges::find(kChanges, change.change, &std::pair<std::string_view, Change>::first);
    if (kind == std::end(kChanges)) return;
    Box& box = box_of(seen);
    Visit& visit = visit_of(seen, box);
    visit.changes |= kind->second;
    if (visit.is_new && seen.network_accounts <= 1) flag(visit, seen);
  }

  // What was read after an account was entered, from a network new to the mailbox, counts from its first record.
  void join_takeovers() {
    std::map<std::uint64_t, std::pair<std::uint32_t, Ordinal>> entered;
    for (const Campaign& campaign : tracker_.campaigns())
      for (const Campaign::Entry& entry : campaign.entries)
        if (entry.grade <= 2 && !entry.partial) entered.emplace(entry.account, std::pair{entry.time, campaign.alarm});
    if (entered.empty()) return;
    for (const std::uint64_t key : visits_.sorted_keys()) {
      Visit& visit = *visits_.find(key);
      const auto found = entered.find(visit.account);
      if (found == entered.end() || !visit.fresh || visit.last < found->second.first) continue;
      if (!visit.flagged && visit.first < found->second.first) continue;
      visit.entered = true;
      const Ordinal at = std::max(visit.first_ordinal, found->second.second);
      if (!visit.flagged || at < visit.alarm) {
        visit.alarm = at;
        visit.alarm_time = visit.first;
      }
      visit.flagged = true;
    }
  }

  static std::string changes_text(std::uint8_t changes) {
    std::string text;
    for (const ChangeWords& words : kChangeWords)
      if (changes & words.change) text += fmt::format("{}{}", text.empty() ? "" : ", ", words.title);
    return text;
  }

  // Mail is collected only where reading was seen; a change alone is what it is.
  static std::vector<std::string> techniques_of(std::uint8_t changes, std::uint64_t items) {
    std::vector<std::string> out;
    if (items) out.emplace_back("T1114.002");
    for (const ChangeWords& words : kChangeWords)
      if (changes & words.change) out.emplace_back(words.technique);
    return out;
  }

  Statement state(std::uint64_t account, std::vector<const Visit*>& visits) const {
    Statement said;
    const std::string who(names_.of(account));
    std::ranges::sort(visits, {}, [](const Visit* v) { return v->first_ordinal; });
    std::uint64_t items = 0, bytes = 0, folders = 0;
    std::uint8_t changes = 0;
    bool entered = false, strange = false;
    said.alarm = UINT64_MAX;
    for (const Visit* visit : visits) {
      items += visit->items, bytes += visit->bytes, folders += visit->folders;
      changes |= visit->changes;
      entered |= visit->entered, strange |= visit->strange_client;
      said.count += visit->records;
      if (visit->alarm < said.alarm) said.alarm = visit->alarm, said.time = at_second(visit->alarm_time);
      if (!said.first.known() || visit->first < said.first.seconds) said.first = at_second(visit->first);
      said.last = std::max(said.last, at_second(visit->last));
      said.entities.push_back(address_entity(visit->address, false, "source"));
      said.entities.push_back({EntityType::network, tracker_.networks().name_of(visit->address), "network"});
      said.members.push_back(visit->first_ordinal);
    }
    said.key = fmt::format("{} {}", who, said.first.iso());
    // A new place alone is also a new home, a journey or a new carrier.
    const bool hint = !entered && !changes && !strange;
    said.level = hint                            ? Level::low
                 : entered && items              ? Level::critical
                 : entered || (changes && items) ? Level::high
                                                 : Level::medium;
    const std::string how = changes_text(changes);
    said.title = items ? fmt::format("{} {}: {}{}, {:.1f} MB{}",
                                     hint ? "Hint: mail read from a new place, of" : "Mail taken from", who,
                                     counted(items, "message"), folders ? ", " + counted(folders, "whole folder") : "",
                                     static_cast<double>(bytes) / 1e6, how.empty() ? "" : ", after " + how)
                       : fmt::format("Access to the mail of {} arranged from a new network: {}", who, how);
    said.detail = items ? fmt::format("Read from {} that the mailbox had not been read from before{}.",
                                      counted(visits.size(), "network"), strange ? ", by a client new to it" : "")
                        : fmt::format("Set from {} that the mailbox had not been used from before. No reading of its "
                                      "mail is in the evidence.",
                                      counted(visits.size(), "network"));
    if (hint) said.detail += " Nothing else speaks against it: travellers look the same. Ask the mailbox's owner.";
    if (entered) said.detail += " The account was entered by a member of a campaign.";
    said.entities.push_back({EntityType::mailbox, who, "mailbox"});
    said.entities.push_back({EntityType::account, who, entered ? "entered" : "target"});
    settle(said.entities);
    settle(said.members, said.alarm);
    said.techniques = techniques_of(changes, items);
    return said;
  }

  Statement state_mass(const std::vector<std::uint64_t>& keys) const {
    Statement said;
    said.alarm = UINT64_MAX;
    std::uint64_t items = 0;
    Ip address;
    for (const std::uint64_t key : keys) {
      const Visit& visit = *visits_.find(key);
      items += visit.items;
      address = visit.address;
      said.count += visit.records;
      if (visit.alarm < said.alarm) said.alarm = visit.alarm, said.time = at_second(visit.alarm_time);
      if (!said.first.known() || visit.first < said.first.seconds) said.first = at_second(visit.first);
      said.last = std::max(said.last, at_second(visit.last));
      said.entities.push_back({EntityType::mailbox, std::string(names_.of(visit.account)), "read"});
      said.members.push_back(visit.first_ordinal);
    }
    said.key = fmt::format("{} {}", address.text(), said.first.iso());
    said.level = Level::low;
    said.title = fmt::format("One source reads {}: {} by {}", counted(keys.size(), "mailbox"),
                             counted(items, "message"), address.text());
    said.detail =
        "New to all of them. A migration or a backup looks like this, and so does an application with consent to all "
        "mail: ask who runs it.";
    said.entities.push_back(address_entity(address, false, "source"));
    settle(said.entities);
    settle(said.members, said.alarm);
    return said;
  }

  const Tracker& tracker_;
  Table<Visit> visits_{kVisitsMax};
  Table<Box> boxes_{kVisitsMax};
  Table<std::uint32_t> known_{kPlacesMax};
  Names names_{std::size_t{4} << 20};
};

constexpr std::string_view kTechniques[] = {"T1114.002"};
constexpr ActivityKind kWants[] = {ActivityKind::mail_access, ActivityKind::mailbox_change};
constexpr Parameter kParameters[] = {
    {"new", "seconds", "after which a network or client is the mailbox's own", kNewFor},
    {"history", "seconds", "that a mailbox must be known before anything is new to it", kHistory},
    {"items-new-client", "messages", "read by a client new to the mailbox, from a network new to it", kItemsNewClient},
    {"items-busy", "messages", "the same, where the network serves others here as well", kItemsBusyNetwork},
    {"items-unsaid", "messages/hour", "where the log names no client; or twice the busiest hour before", kItemsUnsaid},
    {"items-own-client", "messages/hour", "by a client of its own; or four times the busiest hour before",
     kItemsOwnClient},
    {"mass", "mailboxes", "read by one source that make one finding of a low level", kMassMailboxes},
};

}  // namespace

extern const DetectorSpec mail_spec{
    .id = "tocsin-mail-theft",
    .name = "mail",
    .title = "Mail taken",
    .level = Level::high,
    .techniques = kTechniques,
    .wants = kWants,
    .parameters = kParameters,
    .memory =
        "45,000 mailboxes, as many visits, 180,000 known places and clients (about 20 MB); the half longest unused "
        "goes",
    .make = [](const Options&, Tracker& tracker) -> std::unique_ptr<Detector> {
      return std::make_unique<MailTheft>(tracker);
    },
};

}  // namespace tocsin::detect
