// Matcher: one distinct test in the form that the compiled engine runs. Const and shared by threads.
#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "event/value.h"
#include "sigma/literals.h"
#include "sigma/needs.h"
#include "sigma/program.h"

namespace re2 {
class RE2;
}

namespace tocsin::sigma {

class Matcher {
 public:
  enum class Shape : std::uint8_t {
    literal,  // a text, anchored or not
    present,  // any value that isn't null
    glob,
    regex,
    cidr,
    compare,
    time_part,  // asked of one value
    exists,
    null,
    field_ref,  // asked of the field
  };

  // `test` must outlive the matcher.
  explicit Matcher(const Test& test);
  ~Matcher();

  Shape shape() const { return shape_; }
  // A literal pattern compared without case: an index of literals can answer for it.
  bool indexable() const { return shape_ == Shape::literal && !cased_; }
  bool cased() const { return cased_; }  // or in need of the value as it came
  const std::string& literal() const { return *literal_; }
  Anchor anchor() const { return anchor_; }
  const Test& test() const { return test_; }
  // What a value must have; for shapes asked of one value that aren't indexable.
  const Needs& needs() const { return needs_; }

  // Asked of one value that isn't null: as it came, and folded.
  bool test(std::string_view raw, std::string_view folded) const;
  // Of a field_ref and two such values, both as they came or both folded, as cased() says.
  bool refers(std::string_view left, std::string_view right) const;

 private:
  const re2::RE2& regex() const;
  bool has_needs(std::string_view folded) const;

  const Test& test_;
  Shape shape_ = Shape::present;
  Anchor anchor_ = Anchor::none;
  bool cased_ = false;
  const std::string* literal_ = nullptr;
  bool segments_ = false;  // of a glob: nothing but texts with `*` between, to be found one after the other
  Needs needs_;
  std::optional<std::uint32_t> run_;  // of a regex that is plain_run()
  mutable std::once_flag once_;
  mutable std::unique_ptr<re2::RE2> regex_;
};

// Equal for equal tests, different for different ones.
std::string key_of(const Test& test);

}  // namespace tocsin::sigma
