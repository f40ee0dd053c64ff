#include "pipeline/maxmind.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/support/mmdb_writer.h"

namespace tocsin {
namespace {

using Value = testing::MmdbWriter::Value;

std::string write(const std::string& bytes) {
  std::string name = (std::filesystem::temp_directory_path() / "tocsin-mmdb-XXXXXX").string();
  const int file = ::mkstemp(name.data());
  ::close(file);
  std::ofstream(name, std::ios::binary) << bytes;
  return name;
}

TEST(Maxmind, NamesNetworksAndCountries) {
  testing::MmdbWriter writer;
  writer.add("192.0.2.0", 24,
             {{"autonomous_system_number", Value(64500u)},
              {"autonomous_system_organization", Value("Example Net")},
              {"country", std::map<std::string, Value>{{"iso_code", Value("NO")}}}});
  writer.add("198.51.100.0", 24,
             {{"asn", Value("AS64501")}, {"as_name", Value("Other")}, {"country_code", Value("FR")}});
  writer.add("2001:db8::", 32, {{"autonomous_system_number", Value(64500u)}});
  const std::string path = write(writer.bytes());
  const auto networks = open_maxmind(path);
  ASSERT_TRUE(networks) << networks.error().text();
  const auto at = [](const char* text) { return *Ip::parse(text); };
  const Networks& of = **networks;
  EXPECT_TRUE(of.knows_as());
  EXPECT_EQ(of.name_of(at("192.0.2.7")), "AS64500 Example Net");
  EXPECT_EQ(of.country_of(at("192.0.2.7")), "NO");
  EXPECT_EQ(of.name_of(at("198.51.100.1")), "AS64501 Other");
  EXPECT_EQ(of.country_of(at("198.51.100.1")), "FR");
  EXPECT_EQ(of.network_of(at("192.0.2.7")), of.network_of(at("2001:db8::1")));
  EXPECT_NE(of.network_of(at("192.0.2.7")), of.network_of(at("198.51.100.1")));
  EXPECT_EQ(of.name_of(at("203.0.113.1")), "203.0.0.0/16");
  EXPECT_EQ(of.network_of(at("203.0.113.1")), prefix_networks().network_of(at("203.0.113.1")));
  EXPECT_EQ(of.country_of(at("203.0.113.1")), "");
  std::filesystem::remove(path);
}

TEST(Maxmind, WhatIsNoDatabaseIsAnErrorAndADamagedOneDoesNoHarm) {
  const std::string text = write("no database");
  EXPECT_FALSE(open_maxmind(text));
  EXPECT_FALSE(open_maxmind(text + ".missing"));
  testing::MmdbWriter writer;
  writer.add("192.0.2.0", 24, {{"autonomous_system_number", Value(64500u)}, {"country_code", Value("NO")}});
  const std::string whole = writer.bytes();
  for (std::size_t i = 0; i < whole.size(); i += 3) {
    std::string bytes = whole;
    bytes[i] = static_cast<char>(bytes[i] ^ 0x5a);
    std::ofstream(text, std::ios::binary | std::ios::trunc) << bytes;
    if (const auto networks = open_maxmind(text)) {
      (void)(*networks)->name_of(Ip::v4(0xc0000207));
      (void)(*networks)->country_of(Ip::v4(0xc0000207));
    }
  }
  std::filesystem::remove(text);
}

}  // namespace
}  // namespace tocsin
