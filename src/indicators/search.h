// Search: which indicators a record names, anywhere in it.
//
// The text is cut into words that can be an address, a name, a hash or a mail address, and each is looked up: what it
// costs depends on the text, not on the number of indicators. Found are
//   addresses  at any place between other characters ("[192.0.2.1]:443", "rip=192.0.2.1,"), and the prefixes around
//              them; not inside longer numbers, names or object identifiers, and not as versions ("Agent/1.2.3.4",
//              "version 1.2.3.4")
//   domains    names and their parent domains; also behind the @ of mail addresses and in URLs
//   URLs       whole or without their query; also where a record holds host and path in two places
//   hashes     words of just that length
//   agents     whole fields: between quotes or tabs, with + for spaces (W3C), or a value of a structured record
//
// One thread; reused, so that it allocates nothing after a while.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "indicators/set.h"

namespace tocsin::indicators {

class Search {
 public:
  explicit Search(const Set& set) : set_(&set) {}

  // A record: begin(), its text or its fields in any order, finish(). Views must live until then.
  void begin();
  void text(std::string_view text);
  void field(std::string_view name, std::string_view value);
  // Sorted, each once; lives until the next begin().
  const std::vector<Number>& finish();

 private:
  void scan(std::string_view text, bool addresses);
  void run(std::string_view text, std::size_t begin, std::size_t end, unsigned seen, bool addresses);
  void ipv4(std::string_view text, std::size_t begin, std::size_t end);
  void ipv6(std::string_view text, std::size_t begin, std::size_t end);
  void names(std::string_view text, std::size_t begin, std::size_t end);
  void mail(std::string_view text, std::size_t at, std::size_t end);
  void hash(std::string_view word);
  void url(std::string_view text, std::string_view host, std::size_t begin, std::size_t end);
  void agents(std::string_view text);
  void agent(std::string_view value);
  void paths(std::string_view text);
  void find_url(std::string_view key);

  const Set* set_;
  std::vector<Number> found_;
  std::vector<std::string_view> texts_;
  std::vector<std::string> hosts_;  // met, of which some URL indicator is
  unsigned tries_ = 0;              // of URLs, of this record: a hostile one may name a host a hundred thousand times
  static constexpr unsigned kTriesMax = 256;
  std::string buffer_, key_;
};

}  // namespace tocsin::indicators
