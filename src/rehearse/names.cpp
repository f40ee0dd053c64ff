#include "rehearse/names.h"

#include <array>
#include <set>

namespace tocsin::rehearse {
namespace {

constexpr auto kFirst = std::to_array<std::string_view>(
    {"anna",   "maria", "john",    "peter",  "ingrid", "ole",     "kari",   "lars",    "nina",  "erik",  "sofia",
     "jonas",  "elin",  "markus",  "hanna",  "tomas",  "camille", "louis",  "claire",  "hugo",  "emma",  "jules",
     "alice",  "paul",  "lena",    "felix",  "marta",  "pavel",   "irena",  "jan",     "zofia", "adam",  "helena",
     "viktor", "eva",   "matteo",  "giulia", "luca",   "chiara",  "diego",  "carmen",  "pablo", "ines",  "tiago",
     "rita",   "aino",  "mikko",   "laura",  "juha",   "katri",   "sean",   "aoife",   "niamh", "conor", "greta",
     "arno",   "beata", "casimir", "dora",   "emil",   "freja",   "gustav", "henrike", "isak"});
constexpr auto kLast = std::to_array<std::string_view>(
    {"berg",    "dahl",      "lund",     "moe",     "strand",    "vik",      "haug",   "solberg", "nygaard",
     "holm",    "lindqvist", "ek",       "sund",    "norberg",   "falk",     "martin", "dubois",  "moreau",
     "laurent", "girard",    "mercier",  "keller",  "vogel",     "brandt",   "winter", "sommer",  "novak",
     "dvorak",  "kral",      "horak",    "wolski",  "zielinski", "kaminski", "rossi",  "conti",   "greco",
     "marino",  "vega",      "torres",   "molina",  "campos",    "silva",    "rocha",  "nunes",   "virtanen",
     "niemi",   "laine",     "heino",    "byrne",   "doyle",     "keane",    "nolan",  "aas",     "bakke",
     "eide",    "foss",      "gran",     "hovland", "iversen",   "jelstad",  "kvam",   "lie",     "myhre",
     "nes",     "odegaard",  "prestrud", "rasch",   "sletten",   "tveit",    "ulven",  "valen",   "wiik",
     "ystad",   "zander",    "arvid",    "blom",    "cronhielm", "duner",    "edling", "friberg"});
constexpr auto kCommon =
    std::to_array<std::string_view>({"info", "press", "office", "archive", "anna", "maria", "john", "peter",
                                     "secretary", "visit", "jobs", "library", "events", "protocol"});
constexpr auto kService =
    std::to_array<std::string_view>({"svc-scan2mail", "svc-backup", "svc-monitor", "svc-crm", "svc-calendar",
                                     "svc-mailgw", "svc-archive", "svc-print", "svc-intranet", "svc-video"});
constexpr auto kMachine = std::to_array<std::string_view>(
    {"root", "admin",   "test",   "oracle", "postgres", "ubuntu",    "user",   "guest", "ftp",           "mysql",
     "git",  "support", "backup", "deploy", "scan",     "webmaster", "nagios", "sales", "administrator", "postmaster"});
constexpr auto kForged = std::to_array<std::string_view>(
    {"root from 203.0.113.7 port 22 ssh2", "anna from 198.51.100.9", "x rip=203.0.113.44, lip=192.0.2.1",
     "admin] rhost=198.51.100.23 user=root", "ghost via 203.0.113.99 port 4711",
     "info>, method=PLAIN, rip=198.51.100.5", "root\" user=\"anna\" remip=203.0.113.12",
     "press(203.0.113.150, X-Forwarded-For: 198.51.100.77)", "test 198.51.100.200 - - [01/Jan/2026:00:00:00 +0000]",
     "a' from: 203.0.113.201"});

constexpr auto kAgents = std::to_array<std::string_view>(
    {// phone
     "Apple-iPhone14C2/2011.100", "Apple-iPhone13C4/1909.50", "Android-Mail/2024.11.10.708153011.Release",
     "Outlook-iOS-Android/1.0", "Apple-iPad12C1/2010.80",
     // office
     "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)",
     "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.16731; Pro)",
     "MacOutlook/16.89.24090815 (Intelx64 Mac OS X Version 14.6.1 (Build 23G93))",
     // browser
     "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
     "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0",
     "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
     "Safari/605.1.15",
     "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
     // bot
     "python-requests/2.31.0", "Go-http-client/1.1",
     // truncated
     "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/70.",
     "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 14.0.7162; Pro",
     "Mozilla/5.0 (Windows NT 6.1; WOW64; rv:52.0) Gecko/20100101 Firefox/5",
     // legacy
     "BAV2ROPC", "CBAInPROD",
     // tool
     "Archive-Copy/3.2", "Migration-Agent/7.1"});
constexpr std::uint8_t kAgentsAt[] = {0, 5, 8, 12, 14, 17, 19, 21};
static_assert(kAgents.size() == 21 && kFirst.size() == 64 && kLast.size() == 80);

}  // namespace

Names::Names(std::uint32_t users, std::uint64_t seed) : users_(users) {
  Rng rng(mix(seed, 0x6e616d65));
  std::set<std::string> taken;
  accounts_.reserve(users + kServices);
  for (std::uint32_t i = 0; i < users; ++i) {
    std::string name;
    if (i < kCommonNames && users > 4 * kCommonNames) name = kCommon[i];
    while (name.empty() || !taken.insert(name).second) {
      name = std::string(kFirst[rng.below(kFirst.size())]) + "." + std::string(kLast[rng.below(kLast.size())]);
      if (i > 2000) name += std::to_string(2 + rng.below(users));
    }
    accounts_.push_back(std::move(name));
  }
  for (const std::string_view service : kService) accounts_.emplace_back(service);
}

std::string Names::unknown(std::uint32_t number) const {
  const std::uint64_t drawn = mix(number, 0x756e6b);
  std::string name(kFirst[drawn % kFirst.size()]);
  // Initials and years: forms that the institution doesn't use.
  if ((drawn >> 8 & 3) == 0) return name + std::to_string(1950 + number % 5000);
  name.resize(1);
  return name + (number % 2 != 0 ? "_" : "") + std::string(kLast[(drawn >> 16) % kLast.size()]) +
         (number < 200 ? "" : std::to_string(number));
}

std::string Names::mistyped(std::uint32_t number) const {
  std::string name = account(number);
  const std::size_t at = 1 + number % (name.size() - 1);
  std::swap(name[at - 1], name[at]);
  if (name == account(number)) name.push_back(name.back());
  return name;
}

std::span<const std::string_view> forgeries() { return kForged; }
std::span<const std::string_view> machine_names() { return kMachine; }
std::span<const std::string_view> user_agents() { return kAgents; }

std::uint8_t pick_agent(Agents kind, std::uint64_t number) {
  const auto k = static_cast<std::size_t>(kind);
  return static_cast<std::uint8_t>(kAgentsAt[k] + scale(mix(number), kAgentsAt[k + 1] - kAgentsAt[k]));
}

}  // namespace tocsin::rehearse
