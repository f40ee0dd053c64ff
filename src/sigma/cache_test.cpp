#include "sigma/cache.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "sigma/serial.h"

namespace tocsin::sigma {
namespace {

namespace fs = std::filesystem;

class Cache : public testing::Test {
 protected:
  Cache() {
    std::string pattern = (fs::temp_directory_path() / "tocsin-cache-test-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    fs::create_directory(folder_ / "rules");
    write_rule("one", "whoami");
    write_rule("two", "ipconfig");
  }
  ~Cache() override { fs::remove_all(folder_); }

  void write_rule(const std::string& name, const std::string& word) {
    std::ofstream(folder_ / "rules" / (name + ".yml"))
        << "title: " << name << "\nid: 00000000-0000-0000-0000-00000000000" << name.size() + (name == "two")
        << "\nlogsource: {product: windows}\ndetection:\n  a:\n    CommandLine|contains: " << word << "\n  condition: a\n";
  }

  // The rule set as bytes, and how the cache served it.
  std::pair<std::string, CacheUse> load_it() {
    const std::string path = (folder_ / "rules").string();
    CacheUse use;
    const auto set = load_cached(std::span(&path, 1), {}, (folder_ / "cache").string(), &use);
    EXPECT_TRUE(set.has_value());
    return {serialise(*set), use};
  }

  fs::path cache_file() { return fs::directory_iterator(folder_ / "cache")->path(); }

  fs::path folder_;
};

TEST_F(Cache, GivesWhatLoadingGives) {
  const auto [made, first] = load_it();
  const auto [found, second] = load_it();
  EXPECT_EQ(first, CacheUse::made);
  EXPECT_EQ(second, CacheUse::found);
  EXPECT_EQ(made, found);
  const std::string path = (folder_ / "rules").string();
  const auto plain = load(std::span(&path, 1), {});
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(serialise(*plain), found);
}

TEST_F(Cache, AChangedRuleIsReadAnew) {
  load_it();
  write_rule("two", "netstat");
  const auto [bytes, use] = load_it();
  EXPECT_EQ(use, CacheUse::made);
  EXPECT_NE(bytes.find("netstat"), std::string::npos);
}

TEST_F(Cache, EveryDamagedByteIsNoticedAndMadeGood) {
  const auto [whole, use] = load_it();
  std::ifstream in(cache_file(), std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  ASSERT_GT(bytes.size(), 48u);
  for (std::size_t at = 0; at < bytes.size(); at += 7) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x41);
    std::ofstream(cache_file(), std::ios::binary) << damaged;
    const auto [again, how] = load_it();
    ASSERT_EQ(how, CacheUse::made) << "byte " << at;
    ASSERT_EQ(again, whole) << "byte " << at;
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, std::size_t{48}, bytes.size() - 1}) {
    std::ofstream(cache_file(), std::ios::binary) << bytes.substr(0, size);
    EXPECT_EQ(load_it(), std::pair(whole, CacheUse::made)) << "cut at " << size;
  }
}

TEST_F(Cache, AFileOfOtherRulesUnderThisNameIsForeign) {
  load_it();
  const fs::path mine = cache_file();
  std::ifstream in(mine, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  fs::remove(mine);
  write_rule("two", "netstat");
  load_it();
  std::ofstream(cache_file(), std::ios::binary) << bytes;
  const auto [again, use] = load_it();
  EXPECT_EQ(use, CacheUse::made);
  EXPECT_NE(again.find("netstat"), std::string::npos);
}

TEST_F(Cache, AFolderThatCannotBeWrittenIsNoError) {
  std::ofstream(folder_ / "cache") << "a file stands in the way";
  EXPECT_EQ(load_it().second, CacheUse::not_written);
}

TEST_F(Cache, OldFilesAreRemoved) {
  for (int i = 0; i < 20; ++i) {
    write_rule("two", "word" + std::to_string(i));
    load_it();
  }
  EXPECT_LE(std::distance(fs::directory_iterator(folder_ / "cache"), fs::directory_iterator{}), 8);
}

}  // namespace
}  // namespace tocsin::sigma
