#include "base/suffix.h"

#include <gtest/gtest.h>
#include <libpsl.h>

#include <cstdio>
#include <fstream>

namespace tocsin {
namespace {

TEST(PublicSuffixes, FindWhatCanBeRegistered) {
  const auto& list = PublicSuffixes::system();
  EXPECT_EQ(list.registrable("mail.example.co.uk"), "example.co.uk");
  EXPECT_EQ(list.registrable("example.org"), "example.org");
  EXPECT_EQ(list.registrable("org"), "");
  EXPECT_EQ(list.suffix("a.b.example.co.uk"), "co.uk");
  EXPECT_EQ(list.registrable("portal.somebody.github.io"), "somebody.github.io");
  EXPECT_TRUE(list.is_private("somebody.github.io"));
  EXPECT_FALSE(list.is_private("example.co.uk"));
}

TEST(PublicSuffixes, WhatIsNoNameHasNone) {
  for (const char* name : {"", ".", "a..b", ".org", "org."})
    EXPECT_EQ(PublicSuffixes::system().registrable(name), "") << name;
  EXPECT_EQ(PublicSuffixes::system().registrable(std::string(300, 'a')), "");
}

TEST(PublicSuffixes, AnotherListCanBeLoaded) {
  const std::string path = testing::TempDir() + "suffixes.dat";
  std::ofstream(path) << "// ours\norg\nvillage.example.org\n";
  const auto list = PublicSuffixes::load(path);
  ASSERT_TRUE(list) << list.error().text();
  EXPECT_EQ(list->registrable("x.y.village.example.org"), "y.village.example.org");
  EXPECT_FALSE(PublicSuffixes::load(path + ".absent"));
  std::remove(path.c_str());
}

// What is told without a search of the list is what libpsl says.
TEST(PublicSuffixes, ShortCutsAgreeWithTheLibrary) {
  for (const char* name : {"com",
                           "a.com",
                           "a.b.com",
                           "co.uk",
                           "a.co.uk",
                           "a.b.co.uk",
                           "uk",
                           "a.uk",
                           "ck",
                           "a.ck",
                           "b.a.ck",
                           "www.ck",
                           "a.www.ck",
                           "kawasaki.jp",
                           "a.kawasaki.jp",
                           "b.a.kawasaki.jp",
                           "city.kawasaki.jp",
                           "a.city.kawasaki.jp",
                           "jp",
                           "github.io",
                           "a.github.io",
                           "amazonaws.com",
                           "s3.amazonaws.com",
                           "a.s3.amazonaws.com",
                           "a.compute.amazonaws.com",
                           "b.a.compute.amazonaws.com",
                           "no-such-top",
                           "a.no-such-top",
                           "xn--55qx5d.cn",
                           "a.xn--55qx5d.cn",
                           "a.xn--p1ai",
                           "gov.hu.com",
                           "a.blogspot.com",
                           "er",
                           "a.er"}) {
    const std::string copy = name;
    const char* const found = psl_unregistrable_domain(psl_builtin(), copy.c_str());
    EXPECT_EQ(PublicSuffixes::system().suffix(name), found ? std::string_view(found) : std::string_view()) << name;
  }
}

}  // namespace
}  // namespace tocsin
