// Forged lines: every text template of every definition, filled with what an attacker may choose (names that hold
// pieces of this and other templates with other addresses, whole lines behind an escaped newline, names of thousands of
// bytes), and the address that is really behind each.
//
// Seeded: the same seed gives the same lines.
#pragma once
#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "products/catalog.h"
#include "products/definition.h"
#include "products/template.h"

namespace tocsin::tests {

struct Forged {
  std::string product, message;
  std::string source;                                       // what recognises it: Event::source
  std::vector<std::pair<std::string, std::string>> fields;  // of the event, the text among them
  std::string line;                                         // with a header, where a line can carry it; else ""
  std::optional<Ip> truth;                                  // none: the line tells no address
};

class Forger {
 public:
  Forger(std::span<const products::Definition> definitions, std::uint64_t seed);
  std::size_t shapes() const { return shapes_.size(); }
  const Forged& next();

 private:
  struct Shape {
    const products::Definition* definition;
    const products::Message* message;
    products::Shape shape;
    products::CaptureNames names;
  };
  std::uint32_t roll(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
  std::string address(std::string_view network);
  std::string fill(const Shape& shape, bool honest, std::string_view network, std::optional<Ip>* truth);
  std::string chosen(const Shape& shape);
  std::string value(const products::Shape::Step& step, std::string text) const;

  std::vector<Shape> shapes_;
  std::mt19937_64 random_;
  Forged forged_;
};

struct ForgeryScore {
  std::uint64_t lines = 0, exact = 0, ambiguous = 0, silent = 0, none = 0, wrong = 0;
  std::vector<std::string> examples;  // of wrong ones, at most ten
};

// `count` forged records met by the catalog: those that a line can carry through the reader, the others as events.
// Wrong: a source graded trusted that isn't the truth. Silent: no source was read; none: there was none.
ForgeryScore try_forgeries(products::Catalog& catalog, std::uint64_t count, std::uint64_t seed);

}  // namespace tocsin::tests
