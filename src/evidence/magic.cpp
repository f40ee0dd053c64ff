// The table of containers. Magic numbers: RFC 1952 (gzip), RFC 8878 (Zstandard, with its skippable frames), the .xz
// specification 2.1.1, the LZ4 frame specification, bzip2's block and end marks, APPNOTE.TXT 4.3 (zip),
// 7zFormat.txt, and POSIX.1 pax for tar, whose headers carry a checksum.
#include "evidence/magic.h"

#include <cctype>

namespace tocsin::evidence {
namespace {

using namespace std::string_view_literals;

bool gz(std::string_view head) {
  return head.size() >= 10 && head.starts_with("\x1f\x8b\x08"sv) && (static_cast<unsigned char>(head[3]) & 0xe0) == 0;
}
bool zst(std::string_view head) {
  if (head.starts_with("\x28\xb5\x2f\xfd"sv)) return true;
  return head.size() >= 8 && (static_cast<unsigned char>(head[0]) & 0xf0) == 0x50 &&
         head.substr(1, 3) == "\x2a\x4d\x18"sv;
}
bool xz(std::string_view head) {
  return head.starts_with(
      "\xfd"
      "7zXZ\0"sv);
}
bool bz2(std::string_view head) {
  return head.size() >= 10 && head.starts_with("BZh"sv) && head[3] >= '1' && head[3] <= '9' &&
         (head.substr(4, 6) == "\x31\x41\x59\x26\x53\x59"sv || head.substr(4, 6) == "\x17\x72\x45\x38\x50\x90"sv);
}
bool lz4(std::string_view head) { return head.starts_with("\x04\x22\x4d\x18"sv); }
bool zip(std::string_view head) {
  return head.starts_with("PK\3\4"sv) || head.starts_with("PK\5\6"sv) || head.starts_with("PK\7\10PK\3\4"sv) ||
         head.starts_with("PK00PK\3\4"sv);
}
bool seven(std::string_view head) { return head.starts_with("7z\xbc\xaf\x27\x1c"sv); }

// The checksum is the sum of the header's bytes with its own eight as spaces; some writers added signed bytes.
bool tar(std::string_view head) {
  if (head.size() < 512 || head[0] == '\0') return false;
  long stated = 0;
  int digits = 0;
  for (const char c : head.substr(148, 8)) {
    if (c == ' ' && digits == 0) continue;
    if (c < '0' || c > '7') break;
    stated = stated * 8 + (c - '0');
    ++digits;
  }
  if (digits < 1) return false;
  long plain = 0, with_sign = 0;
  for (std::size_t i = 0; i < 512; ++i) {
    const char c = i >= 148 && i < 156 ? ' ' : head[i];
    plain += static_cast<unsigned char>(c);
    with_sign += static_cast<signed char>(c);
  }
  return stated == plain || stated == with_sign;
}

constexpr std::string_view kGz[] = {".gz", ".tgz"}, kZst[] = {".zst", ".zstd", ".tzst"}, kXz[] = {".xz", ".txz"},
                           kBz2[] = {".bz2", ".tbz2", ".tbz"}, kLz4[] = {".lz4"};

constexpr ContainerKind kKinds[] = {
    {"gz", Shape::gz, gz, kGz},      {"zst", Shape::zst, zst, kZst}, {"xz", Shape::xz, xz, kXz},
    {"bz2", Shape::bz2, bz2, kBz2},  {"lz4", Shape::lz4, lz4, kLz4}, {"zip", Shape::zip, zip, {}},
    {"7z", Shape::seven, seven, {}}, {"tar", Shape::tar, tar, {}},
};

bool ends_in(std::string_view name, std::string_view ending) {
  if (name.size() <= ending.size()) return false;
  name.remove_prefix(name.size() - ending.size());
  for (std::size_t i = 0; i < name.size(); ++i)
    if (std::tolower(static_cast<unsigned char>(name[i])) != std::tolower(static_cast<unsigned char>(ending[i])))
      return false;
  return true;
}

}  // namespace

const ContainerKind* recognise_container(std::string_view head) {
  for (const ContainerKind& kind : kKinds)
    if (kind.fits(head)) return &kind;
  return nullptr;
}

std::string inner_name(const ContainerKind& kind, std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  for (const std::string_view ending : kind.endings)
    if (ends_in(name, ending)) return std::string(name.substr(0, name.size() - ending.size()));
  return "data";
}

}  // namespace tocsin::evidence
