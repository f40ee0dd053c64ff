// Strings that user space can choose are quoted when they are plain and written
// as hexadecimal digits when they are not; which fields are such strings is a
// list (kEncoded), because 1000 may be a number and may be two bytes.
#include "readers/auditd/record.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "readers/auditd/syscalls.h"
#include "readers/lines/header.h"
#include "readers/text/stamp.h"

namespace tocsin::auditd {

const std::string_view kNames[kNameCount] = {
    "type",    "node",      "SYSCALL",         "CommandLine",     "Image",     "CurrentDirectory",
    "User",    "ProcessId", "ParentProcessId", "TargetFilename",  "saddr_fam", "laddr",
    "lport",   "path",      "DestinationIp",   "DestinationPort", "Initiated", "seresult",
    "seperms", "message"};

namespace {

constexpr char kEnriched = '\x1d';

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;  // the kernel writes upper case
}

bool is_hex(std::string_view text) {
  return text.size() >= 2 && text.size() % 2 == 0 &&
         std::ranges::all_of(text, [](char c) { return hex_digit(c) >= 0; });
}

std::string_view unhex(std::string_view text, Arena& arena) {
  char* out = arena.allocate(text.size() / 2 + 1);
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    out[i / 2] = static_cast<char>(hex_digit(text[i]) * 16 + hex_digit(text[i + 1]));
  return {out, text.size() / 2};
}

constexpr std::string_view kEncoded[] = {
    "acct", "cmd",   "comm", "cwd",  "data",      "dir",      "exe", "file", "grp",  "invalid_context", "key", "name",
    "new",  "ocomm", "old",  "path", "proctitle", "root_dir", "sw",  "vm",   "watch"};
bool is_encoded(std::string_view key) { return std::ranges::find(kEncoded, key) != std::end(kEncoded); }

// Interpreted fields stand behind a 0x1d that copying a log by hand loses: `res=0UID="root"`. The place in the value
// where such a field begins, or npos.
std::size_t glued_field(std::string_view value) {
  static constexpr std::string_view kNames[] = {"FSUID", "FSGID", "AUID", "EUID", "EGID", "SUID",    "SGID", "OUID",
                                                "OGID",  "ARCH",  "UID",  "GID",  "ID",   "SYSCALL", "SADDR"};
  const std::string_view name = value.substr(0, value.find('='));
  if (name.size() == value.size()) return value.npos;
  for (const std::string_view known : kNames)
    if (name.size() > known.size() && name.ends_with(known)) return name.size() - known.size();
  return value.npos;
}

struct TypeName {
  std::string_view number, name;
};
constexpr TypeName kTypes[] = {
    {"1006", "LOGIN"},      {"1100", "USER_AUTH"},     {"1101", "USER_ACCT"},     {"1103", "CRED_ACQ"},
    {"1104", "CRED_DISP"},  {"1105", "USER_START"},    {"1106", "USER_END"},      {"1108", "USER_CHAUTHTOK"},
    {"1112", "USER_LOGIN"}, {"1113", "USER_LOGOUT"},   {"1114", "ADD_USER"},      {"1115", "DEL_USER"},
    {"1116", "ADD_GROUP"},  {"1123", "USER_CMD"},      {"1130", "SERVICE_START"}, {"1131", "SERVICE_STOP"},
    {"1300", "SYSCALL"},    {"1302", "PATH"},          {"1303", "IPC"},           {"1305", "CONFIG_CHANGE"},
    {"1306", "SOCKADDR"},   {"1307", "CWD"},           {"1309", "EXECVE"},        {"1320", "EOE"},
    {"1321", "BPRM_FCAPS"}, {"1325", "NETFILTER_CFG"}, {"1326", "SECCOMP"},       {"1327", "PROCTITLE"},
    {"1334", "BPF"},        {"1400", "AVC"},           {"1401", "SELINUX_ERR"},   {"1700", "ANOM_PROMISCUOUS"},
    {"1701", "ANOM_ABEND"}};

// What the records of one event say together.
struct Facts {
  std::string_view arch, syscall, syscall_name, exe, cwd, title, pid, ppid, uid, user;
  std::string_view path_name;
  struct Argument {
    unsigned index;
    std::string_view text;
  };
  std::vector<Argument> arguments;
  std::vector<std::string_view> created;
  std::string_view address, port;
  bool has_socket_names = false;
};

class EventWriter {
 public:
  EventWriter(text::Sink& sink, std::size_t base) : sink_(sink), base_(base) {}

  void record(const RecordLine& record) {
    sink_.put(base_ + kType, record.type);
    if (!record.node.empty()) sink_.put(base_ + kNode, record.node);
    type_ = record.type;
    facts_.path_name = {};
    const std::size_t mark = std::min(record.body.find(kEnriched), record.body.size());
    const std::string_view raw = record.body.substr(0, mark);
    if (type_ == "AVC" || raw.starts_with("avc:")) access_vector(raw);
    pairs(raw, true);
    if (mark < record.body.size()) pairs(record.body.substr(mark + 1), true);
  }

  void finish() {
    Facts& f = facts_;
    Arena& arena = sink_.memory();
    join_split_arguments();
    for (const Facts::Argument& argument : f.arguments) {
      char name[8] = "a";
      const auto end = std::to_chars(name + 1, name + sizeof name, argument.index);
      const std::string_view key(name, static_cast<std::size_t>(end.ptr - name));
      if (sink_.wants(key)) sink_.put(arena.copy(key), argument.text);
    }
    if (f.syscall_name.empty() && !f.syscall.empty()) {
      const std::string_view name = is_digit(f.syscall[0]) ? syscall_name(f.arch, f.syscall) : f.syscall;
      put(kSyscallName, name);
      f.syscall_name = name;
    }
    if (!f.arguments.empty()) {
      sink_.put_made(base_ + kCommandLine, [&](Arena& a) { return joined(a); });
    } else {
      put(kCommandLine, f.title);
    }
    put(kImage, f.exe);
    put(kCurrentDirectory, f.cwd);
    put(kUser, f.user.empty() ? f.uid : f.user);
    put(kProcessId, f.pid);
    put(kParentProcessId, f.ppid);
    for (const std::string_view name : f.created) {
      sink_.put_made(base_ + kTargetFilename, [&](Arena& a) -> std::string_view {
        if (name.starts_with('/') || f.cwd.empty()) return name;
        std::string whole(f.cwd);
        if (!whole.ends_with('/')) whole += '/';
        return a.copy(whole.append(name));
      });
    }
    if (f.syscall_name == "connect" && !f.address.empty()) {
      put(kDestinationIp, f.address);
      put(kDestinationPort, f.port);
      put(kInitiated, "true");
    }
  }

 private:
  void put(Name name, std::string_view value) {
    if (!value.empty()) sink_.put(base_ + name, value);
  }

  std::string_view joined(Arena& arena) const {
    std::size_t size = 0;
    for (const auto& argument : facts_.arguments) size += argument.text.size() + 1;
    char* out = arena.allocate(size);
    char* at = out;
    for (const auto& argument : facts_.arguments) {
      if (at != out) *at++ = ' ';
      at = std::copy(argument.text.begin(), argument.text.end(), at);
    }
    return {out, static_cast<std::size_t>(at - out)};
  }

  // a1[0], a1[1] … are one argument.
  void join_split_arguments() {
    auto& arguments = facts_.arguments;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < arguments.size();) {
      std::size_t end = i + 1, size = arguments[i].text.size();
      while (end < arguments.size() && arguments[end].index == arguments[i].index) size += arguments[end++].text.size();
      Facts::Argument whole = arguments[i];
      if (end > i + 1) {
        char* out = sink_.memory().allocate(size);
        char* at = out;
        for (std::size_t k = i; k < end; ++k) at = std::copy(arguments[k].text.begin(), arguments[k].text.end(), at);
        whole.text = {out, size};
      }
      arguments[kept++] = whole;
      i = end;
    }
    arguments.resize(kept);
  }

  // avc:  denied  { read write } for  pid=…
  void access_vector(std::string_view text) {
    for (const std::string_view result : {"denied", "granted"})
      if (text.substr(0, 64).find(result) != std::string_view::npos) put(kResult, result);
    const std::size_t open = text.find("{ ");
    const std::size_t close = open == std::string_view::npos ? open : text.find(" }", open);
    if (close != std::string_view::npos && close > open + 2) put(kPermissions, text.substr(open + 2, close - open - 2));
  }

  // key=value pairs; words without `=` are passed over. One level of msg='…' and SADDR={ … } is opened.
  void pairs(std::string_view text, bool open_nested) {
    std::size_t i = 0;
    while (i < text.size()) {
      while (i < text.size() && (text[i] == ' ' || text[i] == ',')) ++i;
      const std::size_t start = i;
      while (i < text.size() && text[i] != '=' && text[i] != ' ') ++i;
      if (i >= text.size() || text[i] != '=') continue;
      const std::string_view key = text.substr(start, i - start);
      ++i;
      const char first = i < text.size() ? text[i] : ' ';
      if (first == '"') {
        const std::size_t close = std::min(text.find('"', i + 1), text.size());
        pair(key, text.substr(i + 1, close - i - 1), true);
        i = close + 1;
      } else if (open_nested && (first == '\'' || first == '{')) {
        const std::size_t close = std::min(first == '{' ? text.find('}', i) : text.rfind('\''), text.size());
        const std::size_t from = i + 1;
        i = std::max(close, i) + 1;
        if (first == '{') facts_.has_socket_names = true;
        pairs(text.substr(from, close > from ? close - from : 0), false);
      } else {
        std::size_t end = std::min(text.find(' ', i), text.size());
        if (key == "proctitle") end = text.size();  // interpreted by ausearch, blanks stand as they are
        if (const std::size_t glued = glued_field(text.substr(i, end - i)); glued != text.npos) end = i + glued;
        pair(key, text.substr(i, end - i), false);
        i = end;
      }
    }
  }

  void pair(std::string_view key, std::string_view value, bool quoted) {
    if (key.empty()) return;
    if (type_ == "EXECVE" && key[0] == 'a' && key.size() > 1 && is_digit(key[1])) return argument(key, value, quoted);
    Kind kind = Kind::string;
    if (!quoted && value == "(null)") {
      sink_.put(key, {}, Kind::null);
      return;
    }
    if (!quoted && is_encoded(key) && is_hex(value)) {
      value = unhex(value, sink_.memory());
      sink_.set_repair(true);
      if (key == "proctitle") {
        char* text = sink_.memory().allocate(value.size());
        std::replace_copy(value.begin(), value.end(), text, '\0', ' ');
        value = {text, value.size()};
      }
      if (key == "key") {  // several keys of one rule stand with 0x01 between them
        while (true) {
          const std::size_t end = std::min(value.find('\x01'), value.size());
          sink_.put(key, value.substr(0, end));
          if (end == value.size()) return;
          value.remove_prefix(end + 1);
        }
      }
    }
    sink_.put(key, value, kind);
    note(key, value);
  }

  // a0=…, a1_len=…, a1[0]=…
  void argument(std::string_view key, std::string_view value, bool quoted) {
    unsigned index = 0;
    const auto read = std::from_chars(key.data() + 1, key.data() + key.size(), index);
    if (read.ec != std::errc{} || index > 99999) return;
    const std::string_view rest(read.ptr, static_cast<std::size_t>(key.data() + key.size() - read.ptr));
    if (!rest.empty() && rest[0] != '[') return;
    if (!quoted && is_hex(value)) {
      value = unhex(value, sink_.memory());
      sink_.set_repair(true);
    }
    facts_.arguments.push_back({index, value});
  }

  void note(std::string_view key, std::string_view value) {
    Facts& f = facts_;
    switch (key[0]) {
      case 'a':
        if (key == "arch") f.arch = value;
        break;
      case 's':
        if (key == "syscall") f.syscall = value;
        if (key == "saddr") socket(value);
        break;
      case 'S':
        if (key == "SYSCALL") f.syscall_name = value;
        break;
      case 'e':
        if (key == "exe" && f.exe.empty()) f.exe = value;
        break;
      case 'c':
        if (key == "cwd" && f.cwd.empty()) f.cwd = value;
        break;
      case 'p':
        if (key == "pid" && f.pid.empty()) f.pid = value;
        if (key == "ppid" && f.ppid.empty()) f.ppid = value;
        if (key == "proctitle") f.title = value;
        break;
      case 'u':
        if (key == "uid" && f.uid.empty()) f.uid = value;
        break;
      case 'U':
        if (key == "UID" && f.user.empty()) f.user = value;
        break;
      case 'n':
        if (key == "name") f.path_name = value;
        if (key == "nametype" && value == "CREATE" && !f.path_name.empty()) f.created.push_back(f.path_name);
        break;
      case 'l':
        if (key == "laddr") f.address = value;
        if (key == "lport") f.port = value;
        break;
      default:
        break;
    }
  }

  // struct sockaddr in hexadecimal, in the byte order of the machine that wrote it (little-endian families are read).
  void socket(std::string_view hex) {
    if (!is_hex(hex) || facts_.has_socket_names) return;
    Arena& arena = sink_.memory();
    const std::string_view bytes = unhex(hex, arena);
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    if (bytes.size() < 2 || byte(1) != 0) return;
    char text[INET6_ADDRSTRLEN + 1] = {};
    const auto internet = [&](int family, std::size_t at, std::string_view name) {
      if (!inet_ntop(family, bytes.data() + at, text, sizeof text)) return;
      put(kSocketFamily, name);
      facts_.address = arena.copy(text);
      facts_.port = arena.copy(std::to_string(byte(2) << 8 | byte(3)));
      put(kSocketAddress, facts_.address);
      put(kSocketPort, facts_.port);
    };
    if (byte(0) == 1) {
      put(kSocketFamily, "local");
      std::string_view path = bytes.substr(2);
      if (path.starts_with('\0')) path.remove_prefix(1);  // the abstract namespace
      sink_.set_repair(true);
      put(kSocketPath, path.substr(0, path.find('\0')));
    } else if (byte(0) == 2 && bytes.size() >= 8) {
      internet(AF_INET, 4, "inet");
    } else if (byte(0) == 10 && bytes.size() >= 24) {
      internet(AF_INET6, 8, "inet6");
    }
  }

  text::Sink& sink_;
  std::size_t base_;
  std::string_view type_;
  Facts facts_;
};

}  // namespace

bool read_record(std::string_view line, RecordLine& out) {
  out = {};
  const std::string_view head = line.substr(0, 1024);
  const std::size_t open = head.find("audit(");
  if (open == std::string_view::npos) return false;
  const std::size_t stamp = open + 6;
  const std::size_t close = line.substr(0, stamp + 64).find(')', stamp);
  if (close == std::string_view::npos) return false;
  out.stamp = line.substr(stamp, close - stamp);
  const std::size_t colon = out.stamp.rfind(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view serial = out.stamp.substr(colon + 1);
  if (std::from_chars(serial.data(), serial.data() + serial.size(), out.serial).ec != std::errc{}) return false;
  if (const auto time = text::read_epoch(out.stamp.substr(0, colon))) {
    out.time = *time;
  } else if (text::Stamp read; text::read_stamp(out.stamp, read) && read.dated()) {
    out.time = read.at(0, 0);  // as ausearch --interpret writes it
  } else {
    return false;
  }
  std::string_view front = line.substr(0, open);
  if (front.ends_with("msg=")) front.remove_suffix(4);
  const std::size_t type = front.rfind("type=");
  if (type != std::string_view::npos && (type == 0 || front[type - 1] == ' ')) {
    out.type = front.substr(type + 5, front.find(' ', type) - type - 5);
    for (const TypeName& known : kTypes)
      if (known.number == out.type) out.type = known.name;
    front = front.substr(0, type);
  }
  if (out.type.empty()) return false;
  const std::size_t node = front.rfind("node=");
  if (node != std::string_view::npos && (node == 0 || front[node - 1] == ' ')) {
    out.node = front.substr(node + 5, front.find(' ', node) - node - 5);
  } else if (!front.empty()) {
    out.node = lines::read_header(front).host;  // the syslog header's
  }
  std::size_t body = close + 1;
  while (body < line.size() && (line[body] == ':' || line[body] == ' ')) ++body;
  out.body = line.substr(body);
  return true;
}

void put_event(std::span<const RecordLine> records, text::Sink& sink, std::size_t base) {
  EventWriter writer(sink, base);
  for (const RecordLine& record : records) writer.record(record);
  writer.finish();
}

}  // namespace tocsin::auditd
