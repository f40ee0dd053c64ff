// The taking of mail. Each reader new to a mailbox is judged by points, a weight of evidence against its habit:
//   place    3 from a network that serves nobody else here, 2 from one that does, 1 from a new subnet of an own network;
//            1 at most where the address serves three accounts (an office, a carrier)
//   client   new to the mailbox: 3 if hardly used here, 2 if by a few, 0.5 if by many (a new device)
//   pace     items and records within some ten minutes, each against the busiest that the mailbox has seen: 1.5 for
//            each doubling of their product, at most 4
//   folders  0.5 for a whole one copied, 1 by a client of 2 and more
//   changes  2 for a rule, forwarding, a delegate, a consent, an application password, set by the same reader
// Five are a finding, four a hint. Of a mailbox used on fewer than four days only readers from a network that serves
// nobody are judged, and nobody is in the first five days of evidence. A login by a member of a campaign makes any
// reading that follows, from a new network or its own subnet, part of it.
//
// Records of Microsoft 365 that say "bind" stand for two minutes of reading and a "sync" for a whole folder, so items
// and folders are counted and not records. A source that reads eight mailboxes and more is told once: a migration, a
// backup, or an application with too many rights.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "base/hash.h"
#include "detect/campaign/tracker.h"
#include "detect/detectors.h"
#include "detect/names.h"
#include "detect/table.h"
#include "detect/words.h"

namespace tocsin::detect {
namespace {

constexpr std::int64_t kDay = 86400;
constexpr std::int64_t kNewFor = 3 * kDay;
constexpr std::uint32_t kHistoryDays = 4;
constexpr float kFade = 600;                          // seconds, of a reader's pace
constexpr float kPace = 1.5F;                         // points for each doubling of items times records
constexpr float kItemsOfAny = 10, kRecordsOfAny = 2;  // at that pace anybody reads now and then
constexpr float kFlag = 5, kHint = 4;
constexpr std::int64_t kWarm = 5 * kDay;  // of evidence, before anything is new to the site
constexpr std::size_t kMassMailboxes = 8, kVisitsMax = 45000, kPassingMax = 22000, kPlacesMax = 360000,
                      kClientsMax = 4000;

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
    start_ = std::min(start_, seen.time);
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
      if (const Visit& visit = *visits_.find(key); visit.flagged() && !visit.entered)
        by_source[visit.source].push_back(key);
    for (const std::uint64_t key : keys) {
      const Visit& visit = *visits_.find(key);
      if (!visit.flagged()) continue;
      if (!visit.entered && by_source[visit.source].size() >= kMassMailboxes) continue;
      by_account[visit.account].push_back(&visit);
    }
    for (auto& [account, visits] : by_account) out.push_back(state(account, visits));
    for (const auto& [source, of] : by_source)
      if (of.size() >= kMassMailboxes) out.push_back(state_mass(of));
  }

 private:
  // How much is read within some ten minutes: every item and record counts less as time passes.
  struct Pace {
    float items = 0, records = 0;
    std::uint32_t time = 0;
    void add(std::uint32_t now, float count) {
      const float keep = time ? std::exp(-static_cast<float>(now - time) / kFade) : 0;
      items = items * keep + count, records = records * keep + 1, time = now;
    }
  };
  struct Visit {  // of one account from one network, or from one subnet of a network of its own
    std::uint64_t account = 0, source = 0, subnet = 0, items = 0, bytes = 0;
    Ip address;
    Ordinal first_ordinal = 0, alarm = 0;
    std::uint32_t first = 0, last = 0, alarm_time = 0;
    std::uint32_t folders = 0, records = 0;
    Pace pace;
    float points = 0;
    std::uint8_t changes = 0;
    bool judged = false;  // there was a habit when it began
    bool whole_network = false, entered = false, strange_client = false, fast = false;
    bool flagged() const { return points >= kHint || entered; }
  };
  struct Box {
    std::uint32_t day = 0, days = 0;  // the last one, and how many, on which it was read
    Pace pace;
    float items = 0, records = 0;  // the busiest pace, fading by a thirtieth a day
  };
  struct Client {
    std::array<std::uint32_t, 8> prints{};  // of accounts that read with it
    std::uint8_t count = 0;
  };
  // What speaks for a stranger in the place alone.
  struct Place {
    float points = 0;  // 0: the mailbox's own
    bool whole_network = false;
    std::uint64_t key = 0;
  };

  static std::uint32_t seconds(const Sighting& seen) { return Table<int>::seconds32(seen.time); }

  // Whether the account is not yet three days known with this place or client; remembers it.
  bool is_new(std::uint64_t account, std::uint64_t what, std::uint32_t login, const Sighting& seen) {
    std::uint32_t& first = known_.touch(mix(account, what), seen.time);
    if (!first) first = seconds(seen);
    if (login) first = std::min(first, login);
    return seconds(seen) < first + kNewFor;
  }

  Place place_of(const Sighting& seen) {
    Place place;
    if (is_new(seen.account, seen.network, seen.network_since, seen))
      place = {seen.network_accounts <= 1 ? 3.F : 2.F, true, mix(seen.account, seen.network)};
    else
      place = {is_new(seen.account, seen.subnet, seen.subnet_since, seen) ? 1.F : 0.F, false,
               mix(seen.account, seen.subnet)};
    // An office, a carrier's address.
    if (seen.source_accounts >= 3) place.points = std::min(place.points, 1.F);
    return place;
  }

  // 0: the mailbox's own, or the log doesn't say; else by how many others use it.
  float client_of(const Sighting& seen) {
    const std::string_view text = seen.activity.mail.client;
    if (!says_client(text)) return 0;
    const std::uint64_t key = hash64(text) | 1;
    Client& client = clients_.touch(key, seen.time);
    const auto print = static_cast<std::uint32_t>(seen.account >> 32);
    const auto end = client.prints.begin() + client.count;
    if (std::find(client.prints.begin(), end, print) == end && client.count < client.prints.size())
      client.prints[client.count++] = print;
    if (!is_new(seen.account, key, seen.agent_since, seen)) return 0;
    const unsigned others = std::max<unsigned>(client.count, seen.agent_accounts) - 1;
    return others >= 7 ? 0.5F : others >= 3 ? 2 : 3;
  }

  Box& box_of(const Sighting& seen) {
    Box& box = boxes_.touch(seen.account, seen.time);
    if (const std::uint32_t day = seconds(seen) / kDay; day != box.day) {
      for (std::uint32_t i = box.day; i < day && i < box.day + 90; ++i)
        box.items *= 29.0F / 30, box.records *= 29.0F / 30;
      box.day = day, ++box.days;
    }
    names_.keep(seen.account, seen.user);
    return box;
  }

  // Subnets of networks of its own come and go by the thousand (carriers): only those of note stay with the others.
  Visit& visit_of(const Sighting& seen, const Place& place, bool judged) {
    Visit* had = place.whole_network ? nullptr : visits_.find(place.key);
    Visit& visit = had                   ? *had
                   : place.whole_network ? visits_.touch(place.key, seen.time)
                                         : passing_.touch(place.key, seen.time);
    if (!visit.account || (!visit.flagged() && seconds(seen) >= visit.first + kNewFor)) {
      visit = {};
      visit.account = seen.account, visit.source = seen.source, visit.subnet = seen.subnet;
      visit.address = seen.address;
      visit.first_ordinal = seen.ordinal;
      visit.first = seconds(seen);
      visit.whole_network = place.whole_network;
      visit.judged = judged;
    }
    visit.last = seconds(seen);
    return visit;
  }

  // What the place says of a reader who is new to it. Of a mailbox that hardly anybody has used yet everything is new:
  // there it counts that nobody of the site was ever seen in the network.
  float strangeness(const Place& place, const Sighting& seen, const Box& box) const {
    if (seen.time < start_ + kWarm) return -1;
    return place.points >= 3 || std::max(box.days, seen.account_days) >= kHistoryDays ? place.points : -1;
  }

  void note(Visit& visit, float points, const Place& place, const Sighting& seen) {
    if (points <= visit.points) return;
    if (points >= kHint && (visit.points < kHint || (points >= kFlag && visit.points < kFlag)))
      visit.alarm = seen.ordinal, visit.alarm_time = seconds(seen);
    visit.points = points;
    if (points < kHint || place.whole_network || visits_.find(place.key)) return;
    visits_.touch(place.key, seen.time) = visit;
    passing_.erase(place.key);
  }

  void read(const Sighting& seen) {
    const MailAccess& mail = seen.activity.mail;
    if (mail.access == "send") return;
    Box& box = box_of(seen);
    const Place place = place_of(seen);
    const float client = client_of(seen), strange = strangeness(place, seen, box);
    const bool sync = mail.access == "sync" || mail.access == "export";
    const auto items = static_cast<float>(std::clamp<std::uint64_t>(mail.items, 1, 1000000));
    if ((place.points == 0 && client < 2) || strange < 0) {
      if (!sync) box.pace.add(seconds(seen), items);
      box.items = std::max(box.items, box.pace.items), box.records = std::max(box.records, box.pace.records);
    }
    const auto count = [&](Visit& visit) {
      ++visit.records;
      visit.items += std::max<std::uint64_t>(mail.items, 1), visit.bytes += mail.bytes;
      visit.folders += mail.access == "sync" && !mail.folder.empty();
    };
    if (place.points == 0 && client < 2) {
      // Who goes on after three days is still the same.
      Visit* had = visits_.find(mix(seen.account, seen.network));
      if (had && had->flagged()) count(*had), had->last = seconds(seen);
      return;
    }
    Visit& visit = visit_of(seen, place, strange >= 0);
    count(visit);
    if (strange < 0 || !visit.judged) return;
    visit.strange_client |= client > 0;
    // A folder that a device of a common kind copies says how long the folder is.
    if (!sync || client >= 2) visit.pace.add(seconds(seen), items);
    const float pace = visit.pace.items / std::max(box.items, kItemsOfAny) *
                       (visit.pace.records / std::max(box.records, kRecordsOfAny));
    const float fast = strange > 0 && pace > 1 ? std::min(4.F, kPace * std::log2(pace)) : 0;
    visit.fast |= fast >= 1;
    note(visit,
         strange + client + fast +
             (!sync         ? 0
              : client >= 2 ? 1.F
                            : .5F) +
             (visit.changes ? 2.F : 0),
         place, seen);
  }

  void changed(const Sighting& seen) {
    const MailboxChange& change = seen.activity.change;
    if (change.outcome == Outcome::failure) return;
    const auto kind = std::ranges::find(kChanges, change.change, &std::pair<std::string_view, Change>::first);
    if (kind == std::end(kChanges)) return;
    const Box& box = box_of(seen);
    const Place place = place_of(seen);
    const float strange = strangeness(place, seen, box);
    Visit& visit = visit_of(seen, place, strange >= 0);
    visit.changes |= kind->second;
    if (strange >= 0 && visit.judged) note(visit, strange + 2, place, seen);
  }

  // What was read after an account was entered, from a network new to the mailbox or the intruder's subnet, counts from
  // its first record.
  void join_takeovers() {
    struct Entered {
      std::uint32_t time;
      Ordinal alarm;
      std::uint64_t subnet;
    };
    std::map<std::uint64_t, Entered> entered;
    for (const Campaign& campaign : tracker_.campaigns())
      for (const Campaign::Entry& entry : campaign.entries)
        if (entry.grade <= 2 && !entry.partial)
          entered.emplace(entry.account, Entered{entry.time, campaign.alarm, Site::subnet_key(entry.address)});
    if (entered.empty()) return;
    for (const std::uint64_t key : passing_.sorted_keys()) {
      const Visit& visit = *passing_.find(key);
      if (const auto found = entered.find(visit.account);
          found != entered.end() && found->second.subnet == visit.subnet)
        visits_.touch(key, visit.last) = visit;
    }
    for (const std::uint64_t key : visits_.sorted_keys()) {
      Visit& visit = *visits_.find(key);
      const auto found = entered.find(visit.account);
      if (found == entered.end() || visit.last < found->second.time) continue;
      if (!visit.flagged() && visit.first < found->second.time) continue;
      if (!visit.flagged() && !visit.whole_network && visit.subnet != found->second.subnet) continue;
      const Ordinal at = std::max(visit.first_ordinal, found->second.alarm);
      if (visit.points < kFlag || at < visit.alarm) {
        visit.alarm = at;
        visit.alarm_time = visit.first;
      }
      visit.entered = true;
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
    std::uint64_t items = 0, bytes = 0, folders = 0, networks = 0;
    std::uint8_t changes = 0;
    bool entered = false, strange = false, fast = false;
    float points = 0;
    said.alarm = UINT64_MAX;
    for (const Visit* visit : visits) {
      items += visit->items, bytes += visit->bytes, folders += visit->folders;
      changes |= visit->changes;
      entered |= visit->entered, strange |= visit->strange_client, fast |= visit->fast;
      points = std::max(points, visit->points), networks += visit->whole_network;
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
    const bool hint = !entered && points < kFlag;
    said.level = hint                            ? Level::low
                 : entered && items              ? Level::critical
                 : entered || (changes && items) ? Level::high
                                                 : Level::medium;
    const std::string how = changes_text(changes);
    said.title = items ? fmt::format("{} {}: {}{}, {:.1f} MB{}",
                                     hint ? "Hint: mail read from a new place, of" : "Mail taken from", who,
                                     counted(items, "message"), folders ? ", " + counted(folders, "whole folder") : "",
                                     static_cast<double>(bytes) / 1e6, how.empty() ? "" : ", after " + how)
                       : fmt::format("Access to the mail of {} arranged from a new place: {}", who, how);
    const std::string from =
        networks ? counted(networks, "network") + " new to the mailbox" : "a place of the mailbox's own networks";
    said.detail = items ? fmt::format("Read from {}{}{}.", from, strange ? ", by a client new to it" : "",
                                      fast ? ", faster than is its habit" : "")
                        : fmt::format("Set from {}. No reading of its mail is in the evidence.", from);
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
  std::int64_t start_ = INT64_MAX;
  Table<Visit> visits_{kVisitsMax}, passing_{kPassingMax};
  Table<Box> boxes_{kVisitsMax};
  Table<std::uint32_t> known_{kPlacesMax};
  Table<Client> clients_{kClientsMax};
  Names names_{std::size_t{4} << 20};
};

constexpr std::string_view kTechniques[] = {"T1114.002"};
constexpr ActivityKind kWants[] = {ActivityKind::mail_access, ActivityKind::mailbox_change};
constexpr Parameter kParameters[] = {
    {"new", "seconds", "after which a place or client is the mailbox's own", kNewFor},
    {"history", "days", "on which a mailbox must have been used before anything is new to it", kHistoryDays},
    {"warm", "seconds", "of evidence before anything is", kWarm},
    {"points", "points", "of place, client, pace, whole folders and changes that make a finding", kFlag},
    {"hint", "points", "that make a hint", kHint},
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
        "45,000 mailboxes, as many visits, half as many passing ones, 360,000 known places and clients (about 30 MB); "
        "the half longest unused goes",
    .make = [](const Options&, Tracker& tracker) -> std::unique_ptr<Detector> {
      return std::make_unique<MailTheft>(tracker);
    },
};

}  // namespace tocsin::detect
