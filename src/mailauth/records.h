// Records: where keys and policies come from. The caller answers: a file of historical keys, a test's zone, records
// that the user exported. This library never asks a network.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"

namespace tocsin::mailauth {

enum class Found : unsigned char {
  yes,        // values may still be empty: the name exists, the type does not
  no,         // no such name
  unknown,    // the source can't say (not in the key store): neither a yes nor a no
  timed_out,  // a lookup that failed: RFC 7208's temperror
};

struct Texts {
  Found found = Found::unknown;
  std::vector<std::string> values;  // the character strings of one record joined, RFC 7208 3.3
};

struct Addresses {
  Found found = Found::unknown;
  std::vector<Ip> values;
};

// Names are without the trailing dot, in any case.
class Records {
 public:
  virtual ~Records() = default;
  virtual Texts txt(std::string_view name) const = 0;
  // What SPF asks beside; sources of keys alone needn't know.
  virtual Addresses addresses(std::string_view, bool /*v6*/) const { return {}; }
  virtual Texts mx(std::string_view) const { return {}; }  // exchange names, by preference
  virtual Texts ptr(const Ip&) const { return {}; }
};

}  // namespace tocsin::mailauth
