#include <gtest/gtest.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/time.h"

namespace tocsin {

TEST(Time, WritesWhatItReads) {
  for (const char* text : {"2020-08-24T01:12:09Z", "2017-04-25T00:00:00.1234567Z", "1601-01-01T00:00:00Z",
                           "2000-02-29T23:59:59.5Z", "9999-12-31T23:59:59.999999999Z"})
    EXPECT_EQ(Time::parse_iso(text)->iso(), text);
}

TEST(Time, UnderstandsZones) {
  EXPECT_EQ(Time::parse_iso("2020-01-01 00:30:00+02:00")->iso(), "2019-12-31T22:30:00Z");
  EXPECT_EQ(Time::parse_iso("2020-01-01T00:30:00,25-0330")->iso(), "2020-01-01T04:00:00.25Z");
  EXPECT_EQ(Time::parse_iso("2020-01-01T00:30:00", 60)->iso(), "2019-12-31T23:30:00Z");
  EXPECT_EQ(Time::parse_iso("2020-01-01")->iso(), "2020-01-01T00:00:00Z");
}

TEST(Time, RefusesWhatIsNoTime) {
  for (const char* text : {"", "2020", "2020-13-01", "2020-01-01T25:00:00Z", "2020-01-01T00:00:00Zx", "2020-01-01T00:00:00.Z"})
    EXPECT_FALSE(Time::parse_iso(text)) << text;
}

TEST(Time, FiletimeCountsFrom1601) {
  EXPECT_EQ(Time::from_filetime(0).iso(), "1601-01-01T00:00:00.0000000Z");
  EXPECT_EQ(Time::from_filetime(132427051291234567).iso(), "2020-08-24T01:12:09.1234567Z");
}

TEST(Time, KnowsIsoWeeks) {
  EXPECT_EQ(civil(*Time::parse_iso("2021-01-03")).week, 53u);
  EXPECT_EQ(civil(*Time::parse_iso("2021-01-04")).week, 1u);
  EXPECT_EQ(civil(*Time::parse_iso("2021-01-03")).weekday, 0u);
}

TEST(Text, FoldsBeyondAscii) {
  EXPECT_EQ(fold("PowerShell.EXE -Encoded ABCDEFGHIJKLMNOP"), "powershell.exe -encoded abcdefghijklmnop");
  EXPECT_EQ(fold("ÉLYSÉE Ωmega"), "élysée ωmega");
  EXPECT_EQ(fold("\xff" "A\xc3"), "\xff" "a\xc3");
}

TEST(Text, ConvertsUtf16) {
  const auto convert = [](std::u16string_view units) {
    std::string out(units.size() * 3 + 16, '\0');
    out.resize(utf16le_to_utf8(reinterpret_cast<const char*>(units.data()), units.size(), out.data()));
    return out;
  };
  EXPECT_EQ(convert(u"C:\\Windows\\System32\\whoami.exe"), "C:\\Windows\\System32\\whoami.exe");
  EXPECT_EQ(convert(u"Ж€ and a long ASCII tail 0123456789 𝄞"), "Ж€ and a long ASCII tail 0123456789 𝄞");
  EXPECT_EQ(convert(std::u16string_view(u"\xd800x", 2)), "\xef\xbf\xbdx");
}

TEST(Text, ReplacesInvalidUtf8) {
  EXPECT_EQ(to_utf8("a\xff" "b"), "a\xef\xbf\xbd" "b");
  EXPECT_FALSE(is_utf8("\xc0\x80"));
  EXPECT_FALSE(is_utf8("\xed\xa0\x80"));
  EXPECT_TRUE(is_utf8("é𝄞"));
}

TEST(Hash, MatchesTheStandard) {
  EXPECT_EQ(sha256("abc").hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Hash, SeesEveryByte) {
  const std::string text(100, 'x');
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string other = text;
    other[i] = 'y';
    EXPECT_NE(hash64(text), hash64(other)) << i;
    EXPECT_NE(hash64(text), hash64(text.substr(0, i))) << i;
  }
}

TEST(Arena, GivesBackTheTail) {
  Arena arena;
  char* first = arena.allocate(100);
  arena.shrink(first, 100, 10);
  EXPECT_EQ(arena.allocate(1), first + 10);
}

TEST(Bytes, SlicesShareTheBlock) {
  const Bytes all = Bytes::copy("evidence");
  const Bytes part = all.slice(2, 3);
  EXPECT_EQ(part.text(), "ide");
  EXPECT_EQ(part.data(), all.data() + 2);
}

}  // namespace tocsin
