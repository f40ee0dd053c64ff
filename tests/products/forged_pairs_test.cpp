// Forged names in lines of pairs and columns, as the devices write them and as a device would that escapes nothing:
// no address that a name tells is ever believed. (Lines of text: forgery_test.cpp.)
//
// Every line has its true source; names hold pieces of the same line with other addresses, quotation marks, separators
// and escapes in any order. Wrong: a source that is graded trusted and isn't the true one.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <random>

#include "products/catalog.h"
#include "readers/reader.h"
#include "tests/support/read_all.h"

namespace tocsin::tests {
namespace {

using std::string;

string replaced(const string& text, const string& what, const string& by) {
  string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text.compare(at, what.size(), what) == 0) {
      out += by, at += what.size();
    } else {
      out += text[at++];
    }
  }
  return out;
}
string backslashed(const string& text, const string& characters) {
  string out;
  for (const char c : text) {
    if (characters.find(c) != string::npos) out += '\\';
    out += c;
  }
  return out;
}

struct Format {
  const char* name;
  string (*line)(const string& user, const string& source);
};

string plain(const string& text) { return text; }
string quotes(const string& text) { return backslashed(text, "\"\\"); }

template <string (*Escape)(const string&)>
string fortigate_vpn(const string& user, const string& source) {
  return "date=2024-05-01 time=10:00:00 devname=\"fw1\" devid=\"FG1\" logid=\"0101039426\" type=\"event\" "
         "subtype=\"vpn\" action=\"ssl-login-fail\" tunneltype=\"ssl-web\" remip=" +
         source + " user=\"" + Escape(user) + "\" reason=\"sslvpn_login_unknown_user\" msg=\"SSL user failed\"";
}
template <string (*Escape)(const string&)>
string fortigate_admin(const string& user, const string& source) {
  return "date=2024-05-01 time=10:00:00 devname=\"fw1\" devid=\"FG1\" logid=\"0100032002\" type=\"event\" "
         "subtype=\"system\" user=\"" +
         Escape(user) + "\" ui=\"https(" + source + ")\" method=\"https\" srcip=" + source +
         " action=\"login\" status=\"failed\" reason=\"name_invalid\" msg=\"Administrator " + Escape(user) +
         " login failed from https(" + source + ")\"";
}
template <string (*Escape)(const string&)>
string fortimail(const string& user, const string& source) {
  return "<190>date=2024-05-01,time=10:00:00.250,device_id=FE1,type=kevent,subtype=admin,pri=information, user=\"" +
         Escape(user) + "\",ui=https(" + source + "),action=login,status=failed,msg=\"User " + Escape(user) +
         " login failed\"";
}
template <string (*Escape)(const string&)>
string sonicwall(const string& user, const string& source) {
  return "<129>  id=firewall sn=00 time=\"2024-05-01 10:00:00 UTC\" fw=198.18.0.1 pri=1 m=30 msg=\"Administrator login "
         "denied\" n=7 usr=\"" +
         Escape(user) + "\" src=" + source + ":4711:X1 dst=198.18.0.1:443:X1 proto=tcp/https";
}
string brackets(const string& text) { return backslashed(text, "\"\\]"); }
template <string (*Escape)(const string&)>
string check_point(const string& user, const string& source) {
  return "<134>1 2024-05-01T10:00:00Z gw CheckPoint 1 - [action:\"Failed Log In\"; user:\"" + Escape(user) +
         "\"; src:\"" + source + "\"; product:\"Mobile Access\"; reason:\"wrong password for " + Escape(user) + "\"]";
}
string cef_escaped(const string& text) { return backslashed(text, "\\="); }
template <string (*Escape)(const string&)>
string cef(const string& user, const string& source) {
  return "CEF:0|Example|Gate|1|100|Login failed|5|suser=" + Escape(user) + " src=" + source +
         " spt=4711 outcome=failure cat=Authentication msg=failed for " + Escape(user);
}
string without_caret(const string& text) { return replaced(text, "^", ""); }
template <string (*Escape)(const string&)>
string leef(const string& user, const string& source) {
  return "LEEF:2.0|Example|Gate|1|login|^|cat=Login Failed^usrName=" + Escape(user) + "^src=" + source +
         "^srcPort=4711";
}
string ftd(const string& user, const string& source) {
  return "2024-05-01T10:00:00Z fw1  %FTD-1-430003: AccessControlRuleAction: Block, SrcIP: " + source +
         ", DstIP: 198.18.0.2, User: " + user + ", UserAgent: " + user + ", URL: http://www.example.org/" + user;
}
string csv_cell(const string& text) { return '"' + replaced(text, "\"", "\"\"") + '"'; }
string globalprotect(const string& user, const string& source) {
  return "<14>May  1 10:00:00 fw 1,2024/05/01 10:00:00,0123,GLOBALPROTECT,0,1,2024/05/01 "
         "10:00:00,vsys1,gateway-auth,login,"
         "LDAP,," +
         csv_cell(user) + ",NO,PC1," + source +
         ",0.0.0.0,0.0.0.0,0.0.0.0,id,,5.2,Windows,\"x\",1,,failed,,failure,,0,,0,gw,1";
}
template <string (*Escape)(const string&)>
string sophos(const string& user, const string& source) {
  return "<30>device=\"SFW\" date=2024-05-01 time=10:00:00 timezone=\"CEST\" device_name=\"XG1\" log_id=062910617702 "
         "log_type=\"Event\" log_component=\"SSL VPN Authentication\" log_subtype=\"Authentication\" status=\"Failed\" "
         "user_name=\"" +
         Escape(user) + "\" reason=\"wrong credentials\" src_ip=" + source + " message=\"User " + Escape(user) +
         " failed to login\" src_mac=";
}

constexpr Format kFormats[] = {
    {"fortigate vpn", fortigate_vpn<quotes>},
    {"fortigate vpn, unescaped", fortigate_vpn<plain>},
    {"fortigate admin", fortigate_admin<quotes>},
    {"fortigate admin, unescaped", fortigate_admin<plain>},
    {"fortimail", fortimail<quotes>},
    {"fortimail, unescaped", fortimail<plain>},
    {"sonicwall", sonicwall<quotes>},
    {"sonicwall, unescaped", sonicwall<plain>},
    {"check point", check_point<brackets>},
    {"check point, unescaped", check_point<plain>},
    {"cef", cef<cef_escaped>},
    {"cef, unescaped", cef<plain>},
    {"leef", leef<without_caret>},
    {"leef, unescaped", leef<plain>},
    {"ftd", ftd},
    {"globalprotect", globalprotect},
    {"sophos", sophos<quotes>},
    {"sophos, unescaped", sophos<plain>},
};

string chosen(std::mt19937_64& random) {
  const auto roll = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  static const string kPieces[] = {"x",          "\"",          "'",
                                   "\\",         " ",           ",",
                                   ";",          "=",           "\"; ",
                                   "^",          "]",           "[",
                                   "|",          "z=\"",        "z='",
                                   "a=b",        ":",           "\" z=\"",
                                   "\",",        "msg=\"",      "srcip=",
                                   "remip=",     "src=",        "src_ip=",
                                   "src:\"",     "ui=\"https(", "ui=http(",
                                   "client_ip=", " src=",       "^src=",
                                   ", SrcIP: ",  "SrcIP: ",     "srcV6=",
                                   "usr=\"",     "public_ip=",  ":4711:X1",
                                   ")",          "\r",          "id=firewall sn=1 time=\"",
                                   "src\\="};
  string out;
  for (std::size_t pieces = 1 + roll(7); pieces > 0; --pieces) {
    if (roll(3) == 0)
      out += "203.0.113." + std::to_string(roll(254) + 1);
    else
      out += kPieces[roll(std::size(kPieces))];
  }
  return out;
}

TEST(ForgedPairs, NoNameIsBelieved) {
  const std::vector<string> paths{"share/tocsin/products"};
  auto made = products::Catalog::load(paths);
  ASSERT_TRUE(made) << made.error().text();
  products::Catalog catalog = *std::move(made);
  Demand demand;
  catalog.demand(demand);
  const ReaderSpec* lines = nullptr;
  for (const ReaderSpec* spec : all_readers())
    if (spec->name == "lines") lines = spec;
  ASSERT_NE(lines, nullptr);
  std::mt19937_64 random(20240501);
  int shown = 0;
  for (const Format& format : kFormats) {
    constexpr std::size_t kLines = 1200;
    string text;
    std::vector<string> sources, written;
    std::vector<std::uint64_t> starts;
    for (std::size_t i = 0; i < kLines; ++i) {
      sources.push_back("192.0.2." + std::to_string(random() % 254 + 1));
      written.push_back(format.line(i == 0 ? "karin" : chosen(random), sources.back()));
      std::ranges::replace(written.back(), '\n', ' ');
      starts.push_back(text.size());
      text += written.back() + "\n";
    }
    const auto reader = lines->open(demand, {});
    MemoryStream stream(text);
    std::vector<Anomaly> anomalies;
    Batch batch;
    products::Scratch scratch;
    std::size_t events = 0, trusted = 0, ambiguous = 0, wrong = 0;
    while (auto block = reader->cut(stream, anomalies)) {
      if (!*block) break;
      batch.clear();
      reader->decode(**block, batch);
      for (const Event& event : batch.events()) {
        const auto after = std::ranges::upper_bound(starts, event.offset);
        const auto at = static_cast<std::size_t>(after - starts.begin()) - 1;
        const string& truth = sources[at];
        Record record;
        products::Reading reading;
        batch.access()->describe(batch, event, record);
        catalog.read(event, record, scratch, reading);
        bool bad = false;
        for (const products::EcsValue& value : reading.ecs) {
          if (value.field != "source.ip") continue;
          trusted += value.provenance == Provenance::trusted;
          ambiguous += value.provenance == Provenance::ambiguous;
          bad |= value.provenance == Provenance::trusted && value.value != truth;
        }
        Activity activity;
        if (catalog.activity(event, scratch, activity) && activity.kind == ActivityKind::login && activity.login.source)
          bad |= activity.login.source_grade == Provenance::trusted && activity.login.source->text() != truth;
        wrong += bad;
        if (bad && ++shown <= 10) std::printf("wrong: %s\n", written[at].c_str());
        if (at == 0) {
          EXPECT_EQ(trusted, 1u) << format.name << ": an honest line must be believed: " << written[at];
        }
        scratch.arena.clear();
        ++events;
      }
    }
    std::printf("%-28s %5zu lines %5zu believed %5zu ambiguous %3zu wrong\n", format.name, events, trusted, ambiguous,
                wrong);
    EXPECT_EQ(wrong, 0u) << format.name;
  }
}

}  // namespace
}  // namespace tocsin::tests
