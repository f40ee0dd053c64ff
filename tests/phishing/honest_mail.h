// Honest mail of our own making, the second generator. Its first shapes (honest_shapes.h) were written before any
// trait's answer to them was seen and then worked on; those of honest_shapes_more.h were held out from the fit.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace tocsin::test {

enum class HonestPart : std::uint8_t { all, worked_on, held_out };

// The mail of this number; `kind` says what it is, `shape` is its number in the tables, for splits by shape.
std::string honest_mail(std::uint64_t seed, std::uint64_t number, HonestPart part, std::string& kind,
                        std::size_t& shape);

}  // namespace tocsin::test
