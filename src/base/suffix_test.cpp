#include "base/suffix.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace tocsin
