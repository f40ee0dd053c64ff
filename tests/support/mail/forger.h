// Signed mail, what happens to mail on its way, and what a forger does to it, from a seed. For tests and benchmarks of
// the verdicts on leaked mail; everything stays in memory or goes into files.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/mail/signer.h"

namespace tocsin::tests {

// A small generator that is the same everywhere (SplitMix64).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(next() % n); }

 private:
  std::uint64_t state_;
};

// An unsigned message of an office at example.org: plain text, HTML, or with an attachment; CRLF line ends.
std::string make_mail(Dice& dice, std::uint64_t number, std::size_t body_bytes = 0);

// As MIME writes it: lines of 76, each with its CRLF.
std::string base64_lines(std::string_view bytes);

struct Changed {
  std::string what;  // "body: a word", "quoted From lines", …
  std::string message;
};
// A change that makes the message say something else. Never the message itself.
Changed forge(const std::string& message, Dice& dice);
// What honest programs do.
Changed reencode(const std::string& message, Dice& dice);

}  // namespace tocsin::tests
