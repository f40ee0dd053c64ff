// Compound files of storages and streams (MS-CFB), and items of Outlook in them (MS-OXMSG), for tests.
//
// Small streams lie in the mini stream as the format asks. What a test wants damaged it damages in the bytes.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::test {

// Streams by path, "a/b": "…"; storages come by themselves.
class CompoundWriter {
 public:
  void stream(const std::string& path, std::string bytes) { streams_[path] = std::move(bytes); }

  std::string finish() const {
    constexpr std::uint32_t kNo = 0xffffffff, kEnd = 0xfffffffe, kFat = 0xfffffffd;
    struct Node {
      std::string name;
      bool storage = false;
      std::string bytes;
      std::uint32_t right = kNo, child = kNo, start = kEnd;
    };
    std::vector<Node> nodes{{"Root Entry", true, {}, kNo, kNo, kEnd}};
    std::map<std::string, std::uint32_t> storages{{"", 0}};
    std::map<std::uint32_t, std::uint32_t> last;  // child of a storage; siblings hang on their right sides
    const auto add = [&](std::uint32_t parent, Node node) {
      const auto index = static_cast<std::uint32_t>(nodes.size());
      nodes.push_back(std::move(node));
      if (const auto found = last.find(parent); found != last.end())
        nodes[found->second].right = index;
      else
        nodes[parent].child = index;
      last[parent] = index;
      return index;
    };
    for (const auto& [path, bytes] : streams_) {
      std::uint32_t parent = 0;
      std::size_t from = 0;
      for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', from)) {
        const std::string folder = path.substr(0, slash);
        const auto found = storages.find(folder);
        parent = found != storages.end()
                     ? found->second
                     : storages[folder] = add(parent, {path.substr(from, slash - from), true, {}, kNo, kNo, 0});
        from = slash + 1;
      }
      add(parent, {path.substr(from), false, bytes, kNo, kNo, kEnd});
    }
    std::vector<std::string> sectors;
    std::vector<std::uint32_t> fat, mini_fat;
    const auto store = [&](std::string bytes) {
      if (bytes.empty()) return kEnd;
      bytes.resize((bytes.size() + 511) / 512 * 512);
      const auto start = static_cast<std::uint32_t>(sectors.size());
      for (std::size_t at = 0; at < bytes.size(); at += 512) {
        sectors.push_back(bytes.substr(at, 512));
        fat.push_back(at + 512 < bytes.size() ? static_cast<std::uint32_t>(fat.size() + 1) : kEnd);
      }
      return start;
    };
    std::string mini;
    for (Node& node : nodes) {
      if (node.storage || node.bytes.empty()) continue;
      if (node.bytes.size() >= 4096) {
        node.start = store(node.bytes);
        continue;
      }
      node.start = static_cast<std::uint32_t>(mini.size() / 64);
      const std::size_t count = (node.bytes.size() + 63) / 64;
      for (std::size_t i = 0; i < count; ++i)
        mini_fat.push_back(i + 1 < count ? static_cast<std::uint32_t>(mini_fat.size() + 1) : kEnd);
      mini += node.bytes;
      mini.resize((mini.size() + 63) / 64 * 64);
    }
    const std::size_t mini_size = mini.size();
    nodes[0].start = store(mini);
    std::string table;
    for (const std::uint32_t next : mini_fat) put(table, next, 4);
    const std::size_t table_sectors = (table.size() + 511) / 512;
    const std::uint32_t mini_table = store(table);
    std::string directory;
    for (const Node& node : nodes) {
      std::string entry;
      for (const char c : node.name) put(entry, static_cast<unsigned char>(c), 2);
      entry.resize(64);
      put(entry, 2 * (node.name.size() + 1), 2);
      put(entry, &node == nodes.data() ? 5 : node.storage ? 1 : 2, 1);
      put(entry, 1, 1);
      put(entry, kNo, 4);
      put(entry, node.right, 4);
      put(entry, node.child, 4);
      entry.resize(116);
      put(entry, node.start, 4);
      put(entry, &node == nodes.data() ? mini_size : node.bytes.size(), 8);
      directory += entry;
    }
    const std::uint32_t first_directory = store(directory);
    std::size_t fat_sectors = 0;
    while (fat_sectors * 128 < fat.size() + fat_sectors) ++fat_sectors;
    std::string header("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8);
    header.resize(24);
    for (const int value : {0x3e, 3, 0xfffe, 9, 6}) put(header, static_cast<std::uint64_t>(value), 2);
    header.resize(44);
    put(header, fat_sectors, 4);
    put(header, first_directory, 4);
    put(header, 0, 4);
    put(header, 4096, 4);
    put(header, mini_table, 4);
    put(header, table_sectors, 4);
    put(header, kEnd, 4);
    put(header, 0, 4);
    for (std::size_t i = 0; i < 109; ++i) put(header, i < fat_sectors ? sectors.size() + i : kNo, 4);
    for (std::size_t i = 0; i < fat_sectors; ++i) fat.push_back(kFat);
    std::string fat_bytes;
    for (const std::uint32_t next : fat) put(fat_bytes, next, 4);
    while (fat_bytes.size() < fat_sectors * 512) put(fat_bytes, kNo, 4);
    std::string out = header;
    for (const std::string& sector : sectors) out += sector;
    return out + fat_bytes;
  }

  static void put(std::string& into, std::uint64_t value, std::size_t size) {
    char bytes[8];
    std::memcpy(bytes, &value, 8);
    into.append(bytes, size);
  }

 private:
  std::map<std::string, std::string> streams_;
};

inline std::string utf16le(std::string_view ascii) {
  std::string out;
  for (const char c : ascii) out += {c, '\0'};
  return out;
}

// An item, or what lies in one: properties of its storage.
class OutlookStorage {
 public:
  OutlookStorage(CompoundWriter& file, std::string path, std::size_t front) : file_(file), path_(std::move(path)) {
    fixed_.resize(front);
  }
  ~OutlookStorage() { file_.stream(path_ + "__properties_version1.0", fixed_); }
  OutlookStorage(const OutlookStorage&) = delete;
  OutlookStorage& operator=(const OutlookStorage&) = delete;

  OutlookStorage& text(unsigned id, std::string_view ascii) { return add(id, 0x1f, utf16le(ascii)); }
  OutlookStorage& narrow(unsigned id, std::string bytes) { return add(id, 0x1e, std::move(bytes)); }
  OutlookStorage& bytes(unsigned id, std::string bytes) { return add(id, 0x102, std::move(bytes)); }
  OutlookStorage& number(unsigned id, std::uint64_t value, unsigned type = 3) {
    CompoundWriter::put(fixed_, id << 16 | type, 4);
    CompoundWriter::put(fixed_, 6, 4);
    CompoundWriter::put(fixed_, value, 8);
    return *this;
  }
  OutlookStorage& time(unsigned id, std::uint64_t ticks) { return number(id, ticks, 0x40); }
  std::string inside(const std::string& name) const { return path_ + name + "/"; }

 private:
  OutlookStorage& add(unsigned id, unsigned type, std::string bytes) {
    number(id, bytes.size(), type);
    char name[32];
    std::snprintf(name, sizeof name, "__substg1.0_%04X%04X", id, type);
    file_.stream(path_ + name, std::move(bytes));
    return *this;
  }
  CompoundWriter& file_;
  const std::string path_;
  std::string fixed_;
};

// What most tests want: a mail with two receivers, a body and an attachment.
struct OutlookFile {
  std::string subject = "Budget", from_name = "A. Dahl", from = "a.dahl@parliament.example",
              body = "See the table.\r\n", header, html, file_name = "table.csv", file = "a,b\r\n1,2\r\n",
              message_class = "IPM.Note";
  std::uint64_t sent = 131'065'668'000'000'000;  // 2016-05-01T09:00:00Z

  std::string bytes() const {
    CompoundWriter out;
    write(out, "", 32);
    return out.finish();
  }
  void write(CompoundWriter& out, const std::string& path, std::size_t front) const {
    OutlookStorage item(out, path, front);
    item.text(0x001a, message_class).text(0x0037, subject).time(0x0039, sent);
    item.text(0x0c1a, from_name).text(0x0c1e, "SMTP").text(0x0c1f, from);
    if (!body.empty()) item.text(0x1000, body);
    if (!header.empty()) item.text(0x007d, header);
    if (!html.empty()) item.bytes(0x1013, html).number(0x3fde, 65001);
    OutlookStorage(out, item.inside("__recip_version1.0_#00000000"), 8)
        .number(0x0c15, 1)
        .text(0x3001, "M. Holt")
        .text(0x39fe, "m.holt@parliament.example");
    OutlookStorage(out, item.inside("__recip_version1.0_#00000001"), 8)
        .number(0x0c15, 2)
        .text(0x3001, "Press")
        .text(0x3002, "EX")
        .text(0x3003, "/o=Kalmoria/cn=press");
    if (!file_name.empty())
      OutlookStorage(out, item.inside("__attach_version1.0_#00000000"), 8)
          .number(0x3705, 1)
          .text(0x3707, file_name)
          .bytes(0x3701, file);
  }
};

}  // namespace tocsin::test
