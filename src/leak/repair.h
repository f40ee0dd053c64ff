// Repairs: what programs do to a message on its way without changing what it says. Each is tried against the signed
// hash, so a wrong guess proves nothing and a right one names what happened.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mailauth/dkim.h"

namespace tocsin::leak {

struct BodyRepair {
  std::string name;    // "quoted From lines", "list footer", …
  std::string footer;  // of a list footer: what was cut off
};

// A body whose hash is the signed one, made from `message`'s body by one repair or two. `budget` bounds the work in
// bytes hashed.
std::optional<BodyRepair> repair_body(const mailauth::Message& message, const mailauth::Signature& signature,
                                      std::uint64_t budget = 256u << 20);

// Text after the end of what was signed: the first `size` bytes of the body have the signed hash.
std::optional<std::size_t> signed_prefix(const mailauth::Message& message, const mailauth::Signature& signature,
                                         std::size_t lines_max = 200);

struct HeaderRepair {
  std::string name;
  std::string raw;  // the whole message, repaired
};
// Candidates for header fields that were rewritten, in order of likelihood; the caller verifies each.
std::vector<HeaderRepair> header_repairs(std::string_view raw);

}  // namespace tocsin::leak
