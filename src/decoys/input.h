// NameReader: domain names out of whatever lists and logs people have, fed in pieces of any size. Memory hangs on
// nothing but the bounds below; the same bytes give the same names however they are cut.
//
//   lists    a name a line; URLs and addresses of mail are taken for their host; "#", ";" and "//" begin comments
//   CSV      the columns that a header names (domain, query, common_name …), else every cell that is a name
//   JSON     lines, one array, pretty-printed, concatenated: strings under the keys that name names (certstream's
//            all_domains, crt.sh's name_value with its newlines, dns_names, rrname, query, server_name …), and any
//            other whole string that is a name under a known top-level domain, or a URL
//   DNS logs Zeek (by #fields), BIND's and unbound's query logs, dnsmasq: words of a line that are names
//   zones    RFC 1035 master files: owners and the names in NS, CNAME, MX, SRV, PTR, DNAME, by $ORIGIN
// Which it is shows in the first line that says something; a line that begins with "{" is JSON anywhere.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/suffix.h"

namespace tocsin::decoys {

class NameReader {
 public:
  // Names as they stand, hosts of URLs and so on; valid during the call. `line`: from 1.
  using Take = std::function<void(std::string_view name, std::uint64_t line)>;
  NameReader(const PublicSuffixes& suffixes, Take take) : suffixes_(suffixes), take_(std::move(take)) {}

  void feed(std::string_view piece);
  void finish();

  // Lines in which there was no name, comments and headers aside, and what else could not be read; the first few said.
  struct Trouble {
    std::uint64_t line;
    std::string what;
  };
  std::uint64_t names() const { return names_; }
  std::uint64_t lines() const { return line_; }
  std::uint64_t bad() const { return bad_; }
  const std::vector<Trouble>& troubles() const { return troubles_; }

  static constexpr std::size_t kLineMax = 64 * 1024;  // longer lines and strings are cut, and said
  static constexpr std::size_t kTroublesMax = 5;
  static constexpr std::size_t kDepthMax = 64;

 private:
  enum class Mode : std::uint8_t { unknown, lines, table, zone };
  void text(std::string_view piece);
  void line(std::string_view line);
  void words(std::string_view line);
  void table(std::string_view line);
  bool header(std::string_view line);
  void cells(std::string_view line, char separator);
  void zone(std::string_view line);
  bool looks_like_zone(std::string_view line);
  void zone_record();
  void zone_name(std::string_view name);
  bool give(std::string_view text);    // whole text a name, a URL, an address
  bool pieces(std::string_view text);  // names parted by blanks, commas, "DNS:"
  bool known_top(std::string_view host);
  void trouble(std::string what);
  // JSON
  std::size_t json(std::string_view piece);  // characters taken
  void json_string();
  void json_reset();

  const PublicSuffixes& suffixes_;
  Take take_;
  Mode mode_ = Mode::unknown;
  std::string held_;                                       // the beginning of a line
  std::uint8_t mark_ = 0;                                  // bytes of a byte order mark that were met, 3: all or none
  bool cut_ = false;                                       // the line is longer than it may be: its rest is skipped
  std::uint64_t line_ = 0, at_ = 0, names_ = 0, bad_ = 0;  // lines ended; the line that is being read
  std::vector<Trouble> troubles_;
  std::unordered_map<std::string, bool> tops_;
  // tables
  char separator_ = ',';
  std::vector<std::size_t> columns_;
  std::vector<std::string> cells_;
  // zones
  std::string origin_, owner_;
  std::vector<std::string> tokens_;
  bool open_ = false, blank_owner_ = false;
  // JSON
  bool in_json_ = false, in_string_ = false, escaped_ = false, array_ = false, string_cut_ = false;
  unsigned unicode_ = 0, unicode_left_ = 0;
  std::uint32_t high_ = 0;
  std::size_t depth_ = 0, given_ = 0;
  struct Level {
    bool object = false, value = false;  // value: what comes next is one
    bool wanted = false;                 // the key says that it is names
  };
  Level levels_[kDepthMax + 1];
  std::string string_;
};

}  // namespace tocsin::decoys
