// Who and what a record names. One table of field names: what it holds, and which part it plays.
//
// Only fields that name one thing are listed; free text (command lines, messages) is left to people and rules.
#include <algorithm>
#include <array>

#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include "case/matched.h"

namespace tocsin::casefile {
namespace {

using enum EntityType;

struct Meaning {
  std::string_view field;
  EntityType type;
  std::string_view role = "";
  std::string_view domain_field = "";  // of an account: the field that holds its domain
};

constexpr Meaning kMeanings[] = {
    // Windows
    {"Computer", host},
    {"Workstation", host, "source"},
    {"WorkstationName", host, "source"},
    {"SourceHostname", host, "source"},
    {"DestinationHostname", host, "target"},
    {"SubjectUserName", account, "source", "SubjectDomainName"},
    {"TargetUserName", account, "target", "TargetDomainName"},
    {"TargetOutboundUserName", account, "target", "TargetOutboundDomainName"},
    {"User", account},
    {"UserName", account},
    {"AccountName", account},
    {"SourceUser", account, "source"},
    {"TargetUser", account, "target"},
    {"ParentUser", account, "parent"},
    {"IpAddress", address, "source"},
    {"SourceIp", address, "source"},
    {"SourceAddress", address, "source"},
    {"DestinationIp", address, "target"},
    {"DestAddress", address, "target"},
    {"ClientAddress", address, "source"},
    {"QueryName", domain, "target"},
    {"Image", process},
    {"NewProcessName", process},
    {"ProcessName", process},
    {"ParentImage", process, "parent"},
    {"ParentProcessName", process, "parent"},
    {"SourceImage", process, "source"},
    {"TargetImage", process, "target"},
    {"TargetFilename", file, "target"},
    {"ImageLoaded", file},
    {"Hashes", hash},
    {"Hash", hash},
    {"ServiceName", service},
    {"ServiceFileName", file},
    // web servers and proxies
    {"c-ip", address, "source"},
    {"s-ip", address, "target"},
    {"cs-username", account},
    {"cs-host", domain, "target"},
    {"c-uri", url, "target"},
    {"cs-uri", url, "target"},
    {"cs-uri-stem", url, "target"},
    // network
    {"src_ip", address, "source"},
    {"dest_ip", address, "target"},
    {"dst_ip", address, "target"},
    {"srcip", address, "source"},
    {"dstip", address, "target"},
    {"id.orig_h", address, "source"},
    {"id.resp_h", address, "target"},
    {"source.ip", address, "source"},
    {"client.ip", address, "source"},
    {"destination.ip", address, "target"},
    {"server.ip", address, "target"},
    {"dns.rrname", domain, "target"},
    {"dns.question.name", domain, "target"},
    {"query", domain, "target"},
    {"server_name", domain, "target"},
    {"tls.sni", domain, "target"},
    {"http.hostname", domain, "target"},
    {"http.url", url, "target"},
    {"url.full", url, "target"},
    {"url.original", url, "target"},
    {"url.domain", domain, "target"},
    {"uri", url, "target"},
    {"md5", hash},
    {"sha1", hash},
    {"sha256", hash},
    // unix
    {"host.name", host},
    {"host.hostname", host},
    {"hostname", host},
    {"host", host},
    {"node", host},
    {"exe", process},
    {"acct", account, "target"},
    {"AUID", account, "source"},
    {"UID", account},
    {"addr", address, "source"},
    {"user.name", account},
    {"user.email", account},
    {"user", account},
    {"username", account},
    {"process.executable", process},
    {"file.path", file},
    // mail
    {"From.Address", mailbox, "source"},
    {"Reply-To.Address", mailbox, "source"},
    {"Source.Ip", address, "source"},
    {"X-Originating-IP", address, "source"},
    {"To.Address", mailbox, "target"},
    {"Url.Domain", domain, "target"},
    // clouds
    {"sourceIPAddress", address, "source"},
    {"sourceIPs", address, "source"},
    {"ClientIP", address, "source"},
    {"ClientIPAddress", address, "source"},
    {"ActorIpAddress", address, "source"},
    {"ipAddress", address, "source"},
    {"callerIpAddress", address, "source"},
    {"CallerIPAddress", address, "source"},
    {"userIdentity.arn", account},
    {"userIdentity.userName", account},
    {"userPrincipalName", account},
    {"UserPrincipalName", account},
    {"UserId", account},
    {"user.username", account},
    {"initiatedBy.user.userPrincipalName", account, "source"},
    {"targetResources.userPrincipalName", account, "target"},
    {"MailboxOwnerUPN", mailbox, "target"},
    {"requestParameters.userName", account, "target"},
};

constexpr std::size_t kEntitiesMax = 32;
constexpr std::size_t kValueMax = 512;  // bytes; a longer value is cut

// The table by hash of the field's name, built once; open addressing, a third full.
class Table {
 public:
  Table() {
    for (const Meaning& meaning : kMeanings) {
      std::size_t at = hash64(meaning.field) % kSlots;
      while (slots_[at]) at = (at + 1) % kSlots;
      slots_[at] = &meaning;
    }
  }
  const Meaning* find(std::string_view field) const {
    for (std::size_t at = hash64(field) % kSlots; slots_[at]; at = (at + 1) % kSlots)
      if (slots_[at]->field == field) return slots_[at];
    return nullptr;
  }

 private:
  static constexpr std::size_t kSlots = 512;
  static_assert(std::size(kMeanings) * 3 < kSlots);
  std::array<const Meaning*, kSlots> slots_{};
};

bool says_nothing(std::string_view value) {
  return value.empty() || value == "-" || value == "N/A" || value == "?" || value == "(null)" || value == "unset";
}

// The address without brackets, port, zone and the prefix of a mapped IPv4; "" when it is none.
std::string_view bare_address(std::string_view value) {
  if (value.starts_with('[')) {
    const std::size_t end = value.find(']');
    value = end == std::string_view::npos ? std::string_view() : value.substr(1, end - 1);
  } else if (value.find('.') != std::string_view::npos) {
    const std::size_t colon = value.rfind(':');
    if (colon != std::string_view::npos && value.find(':') == colon) value = value.substr(0, colon);
  }
  value = value.substr(0, value.find('%'));
  for (const std::string_view mapped : {"::ffff:", "::FFFF:"})
    if (value.starts_with(mapped) && value.find('.') != std::string_view::npos) value.remove_prefix(mapped.size());
  const bool plausible = value.find_first_of(".:") != std::string_view::npos &&
                         value.find_first_not_of("0123456789abcdefABCDEF.:") == std::string_view::npos;
  return plausible && value != "::" && value != "0.0.0.0" ? value : std::string_view();
}

std::string_view cut(std::string_view value) {
  if (value.size() <= kValueMax) return value;
  std::size_t size = kValueMax;
  while (size > kValueMax - 4 && (static_cast<unsigned char>(value[size]) & 0xc0) == 0x80) --size;
  return value.substr(0, size);
}

// What was written so far, to leave out what is said twice. Views into the record, so that nothing is allocated.
struct Said {
  EntityType type;
  std::string_view domain, value, role;
  friend bool operator==(const Said&, const Said&) = default;
};

struct Writer {
  std::string& out;
  std::array<Said, kEntitiesMax> said;
  std::size_t count = 0;

  void add(EntityType type, std::string_view value, std::string_view role, std::string_view domain_name = {}) {
    const Said one{type, cut(domain_name), cut(value), role};
    if (count == kEntitiesMax || std::find(said.begin(), said.begin() + count, one) != said.begin() + count) return;
    said[count++] = one;
    out += count == 1 ? "[\"" : ",[\"";
    out += kEntityTypeNames[static_cast<int>(type)];
    out += "\",";
    if (one.domain.empty()) {
      append_json_string(out, one.value);
    } else {
      std::string whole(one.domain);
      (whole += '\\') += one.value;
      append_json_string(out, whole);
    }
    if (!role.empty()) {
      out += ",\"";
      out += role;  // ours or a detector's: plain words
      out += '"';
    }
    out += ']';
  }

  // "SHA1=…,MD5=…,IMPHASH=…" as Sysmon has it, or one bare hash. The longest is kept: it names the file best.
  void add_hashes(std::string_view text) {
    std::string_view best;
    while (!text.empty()) {
      const std::size_t comma = text.find(',');
      std::string_view part = text.substr(0, comma);
      text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
      if (part.starts_with("IMPHASH=")) continue;  // of many files
      part = part.substr(part.find('=') + 1);      // npos + 1 is 0
      if (part.size() >= 32 && part.size() > best.size() && part.find_first_not_of('0') != std::string_view::npos)
        best = part;
    }
    if (!best.empty()) add(hash, best, "");
  }
};

}  // namespace

void write_entities(const Record& record, std::string& out) {
  static const Table table;
  Writer writer{out, {}};
  out += '[';
  for (const Record::Entry& entry : record.fields) {
    if (entry.value.is_null()) continue;
    const Meaning* meaning = table.find(entry.name);
    if (!meaning) continue;
    std::string_view value = entry.value.text();
    if (says_nothing(value)) continue;
    switch (meaning->type) {
      case address:
        if (value = bare_address(value); !value.empty()) writer.add(address, value, meaning->role);
        break;
      case hash:
        writer.add_hashes(value);
        break;
      default: {
        std::string_view of_domain;
        if (!meaning->domain_field.empty())
          for (const Record::Entry& other : record.fields)
            if (other.name == meaning->domain_field && !says_nothing(other.value.text()))
              of_domain = other.value.text();
        writer.add(meaning->type, value, meaning->role, of_domain);
      }
    }
  }
  out += ']';
}

void write_entities(std::span<const Entity> entities, std::string& out) {
  out += '[';
  for (const Entity& entity : entities) {
    if (&entity != entities.data()) out += ',';
    out += "[\"";
    out += kEntityTypeNames[static_cast<int>(entity.type)];
    out += "\",";
    append_json_string(out, entity.value);
    if (!entity.role.empty()) {
      out += ',';
      append_json_string(out, entity.role);
    }
    out += ']';
  }
  out += ']';
}

}  // namespace tocsin::casefile
