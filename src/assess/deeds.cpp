#include "assess/deeds.h"

#include <algorithm>

namespace tocsin::assess {
namespace {

constexpr Deed kDeeds[] = {
    {"scouted",
     "surroundings scouted",
     1,
     {"T1595", "T1592", "T1589", "T1590", "T1046", "T1018", "T1087", "T1069", "T1082", "T1016", "T1033", "T1049",
      "T1057", "T1083", "T1135", "T1201", "T1482"}},
    {"decoy", "a decoy name used", 4, {"T1583.001", "T1583.006", "T1584.001", "T1608.005"}},
    {"lure", "phishing mail received", 6, {"T1566", "T1598", "T1534", "T1656", "T1660"}},
    {"spray", "passwords sprayed", 5, {"T1110.003", "T1110.004"}},
    {"guessed", "passwords guessed", 4, {"T1110"}},
    {"mfa", "second factor asked for again and again", 4, {"T1621"}},
    {"exploit", "a public service attacked", 6, {"T1190", "T1203", "T1212", "T1211", "T1189"}},
    {"opened", "a malicious file or link opened", 5, {"T1204"}},
    {"entered", "{n} entered", 9, {}},
    {"ran", "programs run", 2, {"T1059", "T1047", "T1569", "T1106", "T1218", "T1127", "T1620"}},
    {"foothold",
     "a foothold set up",
     4,
     {"T1547", "T1543", "T1053", "T1505", "T1136", "T1546", "T1574", "T1037", "T1176", "T1137"}},
    {"credentials",
     "credentials read",
     7,
     {"T1003", "T1555", "T1552", "T1558", "T1056", "T1539", "T1040", "T1187", "T1649", "T1557", "T1111", "T1606"}},
    {"moved", "machines reached from one another", 6, {"T1021", "T1550", "T1570", "T1563", "T1210"}},
    {"access", "lasting access granted", 6, {"T1098", "T1528", "T1484", "T1556"}},
    {"rules", "mailbox rules set", 5, {"T1564.008", "T1114.003"}},
    {"mail", "mail taken", 9, {"T1114"}},
    {"packed", "data packed", 3, {"T1560", "T1074", "T1119", "T1213", "T1005", "T1039"}},
    {"controlled",
     "controlled from outside",
     4,
     {"T1071", "T1102", "T1105", "T1572", "T1090", "T1219", "T1573", "T1568"}},
    {"exfil", "data carried out", 8, {"T1041", "T1048", "T1567", "T1020", "T1030", "T1052", "T1537", "T1029"}},
    {"traces", "traces wiped", 6, {"T1070", "T1562", "T1565.001"}},
    {"destroyed",
     "data or backups destroyed",
     10,
     {"T1485", "T1486", "T1490", "T1561", "T1489", "T1495", "T1529", "T1531", "T1498", "T1499"}},
};

}  // namespace

std::span<const Deed> all_deeds() { return kDeeds; }

const Deed* find_deed(std::string_view key) {
  const auto* const found = std::ranges::find(kDeeds, key, &Deed::key);
  return found == std::end(kDeeds) ? nullptr : found;
}

const Deed* deed_of(std::string_view technique) {
  const Deed* best = nullptr;
  std::size_t longest = 0;
  for (const Deed& deed : kDeeds)
    for (const std::string_view one : deed.techniques) {
      if (one.empty()) break;
      const bool fits = technique == one || (technique.starts_with(one) && technique[one.size()] == '.');
      if (fits && one.size() > longest) best = &deed, longest = one.size();
    }
  return best;
}

const Deed* deed_of(std::string_view technique, std::string_view rule) {
  const Deed* deed = deed_of(technique);
  // Detectors and own rules that look at mail as it came in: whether anybody opened it they can't know.
  static constexpr std::string_view kMailAlone[] = {"tocsin-phishing-mail", "tocsin-webmail-exploit",
                                                    "3c7de7bc-4a1c-4a86-9d3f-2d1ad1c1e0b4",   // leads to a file share
                                                    "0b1a3e5e-9d0c-4f52-8a70-6b2f4f7b7a11"};  // runs when opened
  const bool mail_alone = std::ranges::find(kMailAlone, rule) != std::end(kMailAlone);
  return deed && mail_alone && deed->key != "decoy" ? find_deed("lure") : deed;
}

std::vector<std::string> gravest_deeds(std::span<const Deed* const> done, std::size_t most) {
  std::vector<const Deed*> list(done.begin(), done.end());
  std::ranges::sort(list);  // as they stand in the table: the order of an intrusion
  list.erase(std::ranges::unique(list).begin(), list.end());
  std::ranges::stable_sort(list, [](const Deed* a, const Deed* b) { return a->weight > b->weight; });
  if (list.size() > most) list.resize(most);
  std::ranges::sort(list);
  std::vector<std::string> out;
  for (const Deed* deed : list) out.emplace_back(deed->key);
  return out;
}

}  // namespace tocsin::assess
