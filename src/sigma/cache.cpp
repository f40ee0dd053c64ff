// The file: CacheHeader, then serialise()'s bytes. The digest covers the key and the bytes, so a file under a wrong
// name is foreign, too. Files are written beside their place and renamed, so that two starts at once do no harm; the
// oldest are removed when there are more than a few.
#include "sigma/cache.h"

#include <fcntl.h>
#include <libfyaml.h>
#include <sys/stat.h>
#include <unicode/uversion.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/endian.h"
#include "base/hash.h"
#include "sigma/serial.h"

namespace tocsin::sigma {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "tocsinRC";
constexpr std::string_view kEnding = ".rules";
constexpr std::size_t kFilesMax = 8;
constexpr std::uint64_t kBytesMax = 256u << 20;

struct CacheHeader {
  char magic[8];
  ul64 size;                // of what follows
  std::uint8_t digest[32];  // SHA-256 of the key and what follows
};
static_assert(sizeof(CacheHeader) == 48 && alignof(CacheHeader) == 1);

// Whoever changes lowering without raising kSerialVersion still gets another key.
std::string this_program() {
  struct stat status{};
  if (stat("/proc/self/exe", &status) != 0) return "?";
  return std::to_string(status.st_size) + "/" + std::to_string(status.st_mtim.tv_sec) + "/" +
         std::to_string(status.st_mtim.tv_nsec) + "/" + std::to_string(status.st_ino);
}

class Keying {
 public:
  void add(std::string_view text) {
    const ul64 size = text.size();
    hash_.update(std::string_view(reinterpret_cast<const char*>(&size), sizeof size));
    hash_.update(text);
  }
  Digest finish() { return hash_.finish(); }

 private:
  Sha256 hash_;
};

Digest key_of(std::span<const RuleText> texts, const LoadOptions& options) {
  Keying key;
  key.add("serial " + std::to_string(kSerialVersion));
  key.add(this_program());
  UVersionInfo icu;
  u_getVersion(icu);
  key.add({reinterpret_cast<const char*>(icu), sizeof icu});
  key.add(fy_library_version());
  key.add(options.all_status ? "all" : "active");
  key.add(std::to_string(options.file_bytes_max));
  for (const auto& [name, values] : options.placeholders) {
    key.add(name);
    key.add(std::to_string(values.size()));
    for (const std::string& value : values) key.add(value);
  }
  key.add("rules");
  for (const RuleText& text : texts) {
    key.add(text.path);
    key.add(text.text);
  }
  return key.finish();
}

Digest digest_of(const Digest& key, std::string_view bytes) {
  Sha256 hash;
  hash.update(std::string_view(reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()));
  hash.update(bytes);
  return hash.finish();
}

std::optional<RuleSet> read_cache(const fs::path& path, const Digest& key) {
  std::ifstream in(path, std::ios::binary);
  CacheHeader header;
  if (!in.read(reinterpret_cast<char*>(&header), sizeof header)) return std::nullopt;
  if (std::string_view(header.magic, sizeof header.magic) != kMagic || header.size > kBytesMax) return std::nullopt;
  std::error_code error;
  if (fs::file_size(path, error) != sizeof header + header.size || error) return std::nullopt;
  std::string bytes(header.size, '\0');
  if (!in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) return std::nullopt;
  const Digest digest = digest_of(key, bytes);
  if (!std::equal(digest.bytes.begin(), digest.bytes.end(), header.digest)) return std::nullopt;
  auto set = deserialise(bytes);
  if (!set) return std::nullopt;
  return std::move(*set);
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(file, bytes.data(), bytes.size());
    if (count < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void remove_oldest(const fs::path& folder) {
  std::error_code error;
  std::vector<std::pair<fs::file_time_type, fs::path>> files;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->path().extension() == kEnding) files.emplace_back(it->last_write_time(error), it->path());
  if (files.size() <= kFilesMax) return;
  std::ranges::sort(files);
  for (std::size_t i = 0; i + kFilesMax < files.size(); ++i) fs::remove(files[i].second, error);
}

bool write_cache(const fs::path& path, const Digest& key, const RuleSet& set) {
  const std::string bytes = serialise(set);
  if (bytes.size() > kBytesMax) return false;
  CacheHeader header;
  kMagic.copy(header.magic, sizeof header.magic);
  header.size = bytes.size();
  std::ranges::copy(digest_of(key, bytes).bytes, header.digest);
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) return false;
  std::string beside = path.string() + ".XXXXXX";
  const int file = mkostemp(beside.data(), O_CLOEXEC);  // readable by its owner alone
  if (file < 0) return false;
  bool good = write_all(file, {reinterpret_cast<const char*>(&header), sizeof header}) && write_all(file, bytes);
  good = close(file) == 0 && good;
  if (good) fs::rename(beside, path, error);
  if (!good || error) {
    fs::remove(beside, error);
    return false;
  }
  remove_oldest(path.parent_path());
  return true;
}

}  // namespace

std::string default_cache_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && cache[0] == '/') return std::string(cache) + "/tocsin";
  const char* home = std::getenv("HOME");
  return home != nullptr && home[0] == '/' ? std::string(home) + "/.cache/tocsin" : "";
}

Result<RuleSet> load_cached(std::span<const std::string> paths, const LoadOptions& options, const std::string& folder,
                            CacheUse* use) {
  CacheUse ignored;
  CacheUse& outcome = use != nullptr ? *use : ignored;
  outcome = CacheUse::off;
  if (folder.empty()) return load(paths, options);
  TRY(const auto files, find_rule_files(paths));
  std::vector<Refusal> unreadable;
  const std::vector<RuleText> texts = read_rule_files(files, options, unreadable);
  const auto with_unreadable = [&](RuleSet set) {
    set.refused.insert(set.refused.begin(), unreadable.begin(), unreadable.end());
    return set;
  };
  const Digest key = key_of(texts, options);
  const fs::path path = fs::path(folder) / (key.hex().substr(0, 32) + std::string(kEnding));
  if (auto cached = read_cache(path, key)) {
    outcome = CacheUse::found;
    return with_unreadable(std::move(*cached));
  }
  RuleSet set = load_texts(texts, options);
  outcome = write_cache(path, key, set) ? CacheUse::made : CacheUse::not_written;
  return with_unreadable(std::move(set));
}

}  // namespace tocsin::sigma
