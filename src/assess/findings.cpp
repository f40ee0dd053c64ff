// How much a thing ties findings together is set here, by its type, its role and how many others the finding names; the
// numbers are judgements, and the incidents of rehearsals (tests/rehearsals) say how well they hold.
#include "assess/findings.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <charconv>
#include <cmath>

#include "assess/sessions.h"
#include "base/hash.h"
#include "base/ip.h"
#include "base/text.h"

namespace tocsin::assess {
namespace {

constexpr std::int64_t kSameGroup = 3600;
constexpr std::size_t kWide = 8;  // accounts: from here on a list of targets says less of each
constexpr std::size_t kWideNetworks = 2;  // networks: hundreds of them share some with any other hundreds
constexpr float kWebService = 0.6f;
constexpr std::uint32_t kOthersMax = 64;
constexpr std::uint32_t kServer = 30;  // accounts on a host: it serves many, and ties little together

struct Key {
  Class kind;
  bool system;
  std::string text;  // folded
};

std::string_view after_last(std::string_view text, char c) { return text.substr(text.rfind(c) + 1); }

std::string short_host(std::string_view name) {
  const std::string folded = fold(name);
  if (Ip::parse(folded)) return folded;
  return folded.substr(0, folded.find('.'));
}

bool names_nobody(std::string_view account) {
  static constexpr std::string_view kNobody[] = {
      "",         "-",        "system",   "local service", "network service", "anonymous logon",
      "s-1-5-18", "s-1-5-19", "s-1-5-20", "s-1-5-7",       "anonymous",       "unknown",
      "nobody",   "n/a",      "(null)",   "unset"};
  return std::ranges::find(kNobody, account) != std::end(kNobody) || account.starts_with("dwm-") ||
         account.starts_with("umfd-") || account.starts_with("font driver host");
}

Key key_of(const Entity& entity) {
  switch (entity.type) {
    case EntityType::account:
    case EntityType::mailbox: {
      std::string name = fold(after_last(entity.value, '\\'));
      if (const std::size_t at = name.find('@'); at != std::string::npos && at > 0) name.resize(at);
      if (name.ends_with('$')) return {Class::where, false, "h:" + short_host(name.substr(0, name.size() - 1))};
      const bool nobody = names_nobody(name);
      return {Class::who, nobody, "a:" + name};
    }
    case EntityType::host:
      return {Class::where, false, "h:" + short_host(entity.value)};
    case EntityType::address:
      if (const auto ip = Ip::parse(entity.value))
        return {Class::infrastructure, ip->is_loopback() || ip->is_unspecified(), "i:" + ip->text()};
      return {Class::infrastructure, true, "i:" + fold(entity.value)};
    case EntityType::network:
      return {Class::infrastructure, false, "n:" + fold(entity.value)};
    case EntityType::domain:
      return {Class::thing, false, "d:" + fold(entity.value)};
    case EntityType::url:
      return {Class::thing, false, "u:" + std::string(entity.value)};
    case EntityType::file:
      return {Class::thing, false, "f:" + fold(entity.value)};
    case EntityType::hash:
      return {Class::thing, false, "x:" + fold(entity.value)};
    case EntityType::service:
      return {Class::service, false, "s:" + fold(entity.value)};
    case EntityType::process:
      break;
  }
  return {Class::program, false, "p:" + fold(entity.value)};
}

std::uint8_t role_of(const Entity& entity) {
  if (entity.role == "recipient") return 2;  // of a lure
  const auto found = std::ranges::find(kRoles, entity.role);
  if (found == kRoles.end()) return 5;
  if (entity.type == EntityType::mailbox && entity.role.empty()) return 1;
  return static_cast<std::uint8_t>(found - kRoles.begin());
}

// Accounts that web and webmail services run as: who commands them has come through the service.
bool serves_web(std::string_view account) {
  static constexpr std::string_view kServices[] = {"www-data", "apache", "httpd", "nginx", "lighttpd", "wwwrun", "http",
                                                   "tomcat", "jboss", "jetty", "zimbra", "roundcube", "iusr", "defaultapppool",
                                                   "msexchangeowaapppool", "msexchangeecpapppool"};
  return std::ranges::find(kServices, account) != std::end(kServices);
}

// The columns of ATT&CK's matrix are no order in time once somebody is inside: these are.
std::uint32_t phase_of(std::string_view tactic) {
  if (tactic == "reconnaissance") return 1;
  if (tactic == "resource-development") return 0;  // done elsewhere; it shows here at any time
  if (tactic == "initial-access") return 2;
  if (tactic == "collection" || tactic == "command-and-control" || tactic == "exfiltration") return 4;
  return tactic == "impact" ? 5 : 3;
}

float base_strength(EntityType type, std::uint8_t role) {
  switch (type) {
    case EntityType::account:
    case EntityType::mailbox:
      return role == 0 ? 0.9f : 0.6f;
    case EntityType::host:
      return 0.6f;
    case EntityType::address:
      return 0.4f;
    case EntityType::network:
      return 0.2f;
    case EntityType::domain:
    case EntityType::url:
    case EntityType::hash:
      return 0.6f;
    case EntityType::file:
      return 0.4f;
    case EntityType::service:
      return 0.1f;
    case EntityType::process:
      return 0.05f;
  }
  return 0;
}

}  // namespace

class FindingsReader::Impl {
 public:
  Impl(const Tactics& tactics, const SharedServices& shared) : tactics_(tactics), shared_(shared) {}

  void take(const casefile::Finding& finding) {
    const auto number = static_cast<std::uint32_t>(out_.ids.size());
    out_.ids.push_back(id_from(finding.id));
    const std::uint32_t text = text_of(finding);
    scratch_.clear();
    for (const Entity& entity : finding.entities) mention(entity);
    if (through_web(finding)) mention_web_service();
    std::ranges::sort(scratch_, [](const Mention& a, const Mention& b) {
      return std::tie(a.thing, a.role) < std::tie(b.thing, b.role);
    });
    const auto same = std::ranges::unique(scratch_, {}, &Mention::thing);  // the most telling role stays
    scratch_.erase(same.begin(), same.end());
    std::uint64_t key = hash64(std::to_string(text));
    for (const Mention& one : scratch_) key = key * 0x9e3779b97f4a7c15u + (std::uint64_t{one.thing} << 3 | one.role);
    const auto [at, fresh] = open_.try_emplace(key, static_cast<std::uint32_t>(out_.groups.size()));
    if (!fresh) {
      Group& group = out_.groups[at->second];
      const bool near = !finding.first.known() || !group.last.known()
                            ? finding.first.known() == group.last.known()
                            : finding.first.seconds - group.last.seconds <= kSameGroup;
      if (near && fits(group)) {
        ++group.count;
        if (finding.last.known() && finding.last > group.last) group.last = finding.last;
        if (finding.first.known() && finding.first < group.first) group.first = finding.first;
        out_.group_of.push_back(at->second);
        return;
      }
      at->second = static_cast<std::uint32_t>(out_.groups.size());
    }
    Group group;
    group.text = text;
    group.first = finding.first;
    group.last = finding.last;
    group.count = 1;
    group.finding = number;
    group.mentions = static_cast<std::uint32_t>(out_.pool.size());
    group.mention_count = static_cast<std::uint32_t>(scratch_.size());
    out_.pool.insert(out_.pool.end(), scratch_.begin(), scratch_.end());
    out_.group_of.push_back(static_cast<std::uint32_t>(out_.groups.size()));
    out_.groups.push_back(group);
  }

  Findings finish() {
    count();
    demote();
    for (const Group& group : out_.groups) weigh(group);
    return std::move(out_);
  }

 private:
  bool fits(const Group& group) const {
    const auto old = out_.mentions(group);
    return std::ranges::equal(
        old, scratch_, [](const Mention& a, const Mention& b) { return a.thing == b.thing && a.role == b.role; });
  }

  std::uint32_t text_of(const casefile::Finding& finding) {
    const auto found = texts_.find(text_key(finding));
    if (found != texts_.end()) return found->second;
    Text text;
    text.rule = finding.rule;
    text.rule_number = rules_.try_emplace(finding.rule, static_cast<std::uint32_t>(rules_.size())).first->second;
    text.title = finding.title;
    text.level = finding.level;
    text.techniques = finding.techniques;
    for (const std::string& technique : text.techniques)
      for (const std::uint32_t tactic : tactics_.of(technique)) {
        const std::uint32_t phase = phase_of(tactics_.all()[tactic].short_name);
        if (phase == 0) continue;
        text.low = text.low == 0 ? phase : std::min(text.low, phase);
        text.high = std::max(text.high, phase);
      }
    texts_.emplace(text_key(finding), static_cast<std::uint32_t>(out_.texts.size()));
    out_.texts.push_back(std::move(text));
    out_.rules = static_cast<std::uint32_t>(rules_.size());
    return static_cast<std::uint32_t>(out_.texts.size() - 1);
  }
  // A detector has its own words for each finding; a rule has the same for all.
  static std::pair<const void*, std::uint64_t> text_key(const casefile::Finding& finding) {
    if (finding.rule->kind != casefile::RuleKind::detector) return {finding.rule, 0};
    std::string said = finding.title;
    for (const std::string& technique : finding.techniques) (said += '\n') += technique;
    return {finding.rule, hash64(said, static_cast<std::uint64_t>(finding.level)) | 1};
  }

  void mention(const Entity& entity) {
    if (entity.value.empty()) return;
    Key key = key_of(entity);
    // Who sent a mail is nobody's account here, unless it is written as one that was met.
    if (entity.type == EntityType::mailbox && (entity.role == "source" || entity.role == "sender")) {
      const auto known = things_.find(key.text);
      if (known == things_.end() || fold(out_.things[known->second].value) != fold(entity.value))
        key = {Class::thing, false, "m:" + fold(entity.value)};
    }
    const auto [at, fresh] = things_.try_emplace(std::move(key.text), static_cast<std::uint32_t>(out_.things.size()));
    if (fresh) {
      Thing& thing = out_.things.emplace_back();
      thing.type = key.kind == Class::where ? EntityType::host : entity.type;
      thing.kind = key.kind;
      thing.system = key.system;
      thing.value = entity.value;
    }
    scratch_.push_back({at->second, role_of(entity), 0});
  }

  // A hole in a public web service used, or commands of the account that a web service runs as.
  static bool through_web(const casefile::Finding& finding) {
    const auto names = [&](std::string_view technique) {
      return std::ranges::any_of(finding.techniques,
                                 [&](const std::string& one) { return one.starts_with(technique); });
    };
    bool request = false;
    for (const Entity& one : finding.entities) {
      if (one.type == EntityType::account && serves_web(fold(after_last(one.value, '\\')))) return true;
      request |= one.type == EntityType::url;
    }
    return request && (names("T1190") || names("T1505.003"));
  }
  void mention_web_service() {
    const auto [at, fresh] = things_.try_emplace("w:", static_cast<std::uint32_t>(out_.things.size()));
    if (fresh) {
      Thing& thing = out_.things.emplace_back();
      thing.type = EntityType::service;
      thing.kind = Class::service;
      thing.derived = true;
      thing.value = "web";
    }
    scratch_.push_back({at->second, 5, 0});
  }

  // How many groups name a thing, and how many others it goes with.
  void count() {
    boost::unordered_flat_map<std::uint64_t, bool> pairs;
    for (const Group& group : out_.groups) {
      const auto mentions = out_.mentions(group);
      for (const Mention& one : mentions) ++out_.things[one.thing].groups;
      if (mentions.size() > kWide) continue;
      for (const Mention& a : mentions)
        for (const Mention& b : mentions) {
          Thing& thing = out_.things[a.thing];
          const bool other = (thing.kind == Class::where && out_.things[b.thing].kind == Class::who) ||
                             (thing.kind == Class::who && out_.things[b.thing].kind == Class::where);
          if (!other || out_.things[b.thing].system || thing.others >= kOthersMax) continue;
          if (pairs.try_emplace(std::uint64_t{a.thing} << 32 | b.thing, true).second) ++thing.others;
        }
    }
  }

  // The image of a program that comes with the system is on every machine, whoever runs it.
  void find_system_programs() {
    const auto of_system = [](std::string_view path) {
      const std::string folded = fold(path);
      return folded.find(":\\windows\\") != std::string::npos || folded.find(":\\program files") != std::string::npos ||
             folded.starts_with("/usr/") || folded.starts_with("/bin/") || folded.starts_with("/sbin/");
    };
    for (const Group& group : out_.groups) {
      const auto mentions = out_.mentions(group);
      if (std::ranges::none_of(mentions, [&](const Mention& one) {
            const Thing& thing = out_.things[one.thing];
            return thing.type == EntityType::process && of_system(thing.value);
          }))
        continue;
      for (const Mention& one : mentions)
        if (Thing& thing = out_.things[one.thing]; thing.type == EntityType::hash) {
          thing.factor = 0;
          thing.common = "a program that comes with the system";
        }
    }
  }

  void demote() {
    find_system_programs();
    for (Thing& thing : out_.things) {
      if (!thing.common.empty()) continue;
      if (thing.system) {
        thing.factor = 0;
        thing.common = "names nobody";
        continue;
      }
      if (shared_)
        if (const std::string list = shared_(thing.type, thing.value); !list.empty()) {
          thing.factor = 0;
          thing.common = list;
          continue;
        }
      if (thing.kind == Class::where && thing.others >= kServer) {
        thing.factor = 0.3f;
        thing.common = "serves many accounts";
      }
      if (thing.kind == Class::who && thing.others >= kServer) {
        thing.factor = 0.3f;
        thing.common = "on many hosts";
      }
    }
  }

  void weigh(const Group& group) {
    std::size_t accounts = 0, networks = 0;
    const std::span<Mention> mentions(out_.pool.data() + group.mentions, group.mention_count);
    for (const Mention& one : mentions) {
      accounts += out_.things[one.thing].kind == Class::who && one.role > 1;
      networks += out_.things[one.thing].type == EntityType::network;
    }
    for (Mention& one : mentions) {
      const Thing& thing = out_.things[one.thing];
      one.strength = (thing.derived ? kWebService : base_strength(thing.type, one.role)) * thing.factor;
      if (thing.type == EntityType::network && networks > kWideNetworks)
        one.strength *= static_cast<float>(kWideNetworks) / static_cast<float>(networks);
      if (thing.kind == Class::who && one.role > 1 && accounts > kWide)
        one.strength *= 2.0f / static_cast<float>(accounts);
    }
  }

  const Tactics& tactics_;
  const SharedServices shared_;
  Findings out_;
  std::vector<Mention> scratch_;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> open_;  // by content: the latest group
  boost::unordered_flat_map<std::string, std::uint32_t> things_;
  boost::unordered_flat_map<std::pair<const void*, std::uint64_t>, std::uint32_t> texts_;
  boost::unordered_flat_map<const void*, std::uint32_t> rules_;
};

FindingsReader::FindingsReader(const Tactics& tactics, const SharedServices& shared)
    : impl_(std::make_unique<Impl>(tactics, shared)) {}
FindingsReader::~FindingsReader() = default;
void FindingsReader::take(const casefile::Finding& finding) { impl_->take(finding); }
Findings FindingsReader::finish() { return impl_->finish(); }

std::string hex(const Findings::Id& id) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t byte : id) (out += kDigits[byte >> 4]) += kDigits[byte & 15];
  return out;
}

Findings::Id id_from(std::string_view hex) {
  Findings::Id id{};
  if (hex.size() != 32) return id;
  for (std::size_t i = 0; i < 16; ++i) std::from_chars(hex.data() + 2 * i, hex.data() + 2 * i + 2, id[i], 16);
  return id;
}

Result<Findings> read_findings(casefile::Case& from, const Tactics& tactics, const SharedServices& shared) {
  FindingsReader reader(tactics, shared);
  TRY_VOID(from.each_finding({}, [&](const casefile::Finding& finding) {
    reader.take(finding);
    return true;
  }));
  Findings findings = reader.finish();
  TRY_VOID(add_sessions(findings, from));
  return findings;
}

std::string entity_key(const Entity& entity) { return key_of(entity).text; }

}  // namespace tocsin::assess
