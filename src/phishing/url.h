// The parts of a web address as a browser takes them (URL Standard, as far as phishing uses it).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin::phishing {

struct Url {
  std::string scheme;      // lower case
  std::string user;        // before the @, where there is one
  std::string host;        // lower case, without brackets; per cent undone; "" where there is none
  std::uint32_t port = 0;  // as written; 0: none
  std::string path, query, fragment;
  std::string registrable;  // the part of the host that somebody registered; the host itself for addresses
  bool address = false;  // the host is an IP address, in any of the forms that browsers take (dotted, one number, hex)
  bool backslashes = false;
};
// False where it is no address with a host (mailto:, cid:, relative).
bool parse_url(std::string_view text, Url& out);

// "example.co.uk" of "www.example.co.uk"; the name itself where it is a suffix or an address.
std::string registrable_of(std::string_view host);

}  // namespace tocsin::phishing
