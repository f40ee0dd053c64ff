// A linear HTML tokenizer (HTML Standard, section 13.2.5, without its error cases): tags with raw attributes, text,
// comments. For what is too hostile for a tree, and to tell that beforehand.
#pragma once
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::phishing {

struct Token {
  enum class Kind { text, start, end, comment };
  Kind kind = Kind::text;
  std::string_view name;                                                  // of a tag, as written
  std::string_view text;                                                  // of a text or comment
  std::vector<std::pair<std::string_view, std::string_view>> attributes;  // as written, references not undone
  bool closes_itself = false;
};

class Tokens {
 public:
  static constexpr std::size_t kAttributesMax = 256;  // a tag's others are left out; `excess` says so

  explicit Tokens(std::string_view html) : html_(html) {}
  bool next(Token& out);  // false at the end
  bool excess() const { return excess_; }
  std::size_t at() const { return at_; }  // where the next one begins

 private:
  void tag(Token& out);
  std::string_view html_;
  std::size_t at_ = 0;
  std::string_view raw_;  // the element whose text goes on to its end tag
  bool excess_ = false;
};

// How much work a tree of this would be.
struct TreeCost {
  std::size_t tags = 0;
  std::size_t depth = 0;  // at most
  bool excess = false;    // of attributes
  bool affordable() const {
    return !excess && depth < 20'000 && static_cast<double>(tags) * static_cast<double>(depth) < 3e7;
  }
};
TreeCost tree_cost(std::string_view html);

}  // namespace tocsin::phishing
