// An operator-precedence parser with its own stacks, so that nesting costs no call depth. Specification, "Condition":
// loosest first or, and, not, x of, parentheses. Runs of one operator become one node.
#include "sigma/condition.h"

#include <fmt/core.h>

#include <charconv>
#include <optional>
#include <string>

namespace tocsin::sigma {
namespace {

enum class Op : std::uint8_t { open, alternative, conjunction, negation };  // in order of binding

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  return out;
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t i = 0;
  while (i < text.size()) {
    const char c = text[i];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++i;
    } else if (c == '(' || c == ')' || c == '|') {
      words.push_back(text.substr(i++, 1));
    } else {
      const std::size_t end = std::min(text.find_first_of(" \t\n\r()|", i), text.size());
      words.push_back(text.substr(i, end - i));
      i = end;
    }
  }
  return words;
}

// `*` anywhere, as often as one likes.
bool fits(std::string_view pattern, std::string_view name) {
  std::size_t p = 0, n = 0, star = std::string_view::npos, star_n = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_n = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p, ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++star_n;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

class Parser {
 public:
  Parser(std::string_view text, std::span<const Selection> selections, std::vector<Node>& nodes)
      : text_(text), words_(split(text)), selections_(selections), nodes_(nodes) {}

  Result<std::uint32_t> run() {
    if (words_.empty()) return wrong("is empty");
    if (words_.size() > kConditionWordsMax)
      return fail(fmt::format("the condition has {} words, the most is {}", words_.size(), kConditionWordsMax));
    for (at_ = 0; at_ < words_.size(); ++at_) {
      const std::string word = lower(words_[at_]);
      if (word == "|")
        return fail(fmt::format("the condition '{}' uses the old aggregation syntax after '|'", text_), "",
                    "the specification replaced it by correlation rules: write a document with `correlation:`");
      if (wants_operand_) {
        TRY_VOID(operand(word));
      } else {
        TRY_VOID(operation(word));
      }
    }
    if (wants_operand_) return wrong("ends where a selection should follow");
    while (!operators_.empty()) {
      if (operators_.back() == Op::open) return wrong("leaves a parenthesis open");
      reduce();
    }
    return operands_.back();
  }

 private:
  Result<void> operand(const std::string& word) {
    if (word == "(") {
      if (++depth_ > kConditionDepthMax) return wrong(fmt::format("nests deeper than {}", kConditionDepthMax));
      operators_.push_back(Op::open);
      return {};
    }
    if (word == "not") {
      operators_.push_back(Op::negation);
      return {};
    }
    if (word == ")" || word == "and" || word == "or")
      return wrong(fmt::format("has '{}' where a selection should stand", words_[at_]));
    wants_operand_ = false;
    if (at_ + 1 < words_.size() && lower(words_[at_ + 1]) == "of") return counted(word);
    for (const Selection& selection : selections_)
      if (selection.name == words_[at_]) {
        operands_.push_back(selection.node);
        return {};
      }
    return wrong(fmt::format("names '{}', which is no selection of this rule", words_[at_]));
  }

  Result<void> operation(const std::string& word) {
    if (word == ")") {
      while (!operators_.empty() && operators_.back() != Op::open) reduce();
      if (operators_.empty()) return wrong("closes a parenthesis that was not opened");
      operators_.pop_back();
      --depth_;
      return {};
    }
    if (word != "and" && word != "or")
      return wrong(fmt::format("has '{}' where 'and' or 'or' should stand", words_[at_]));
    const Op op = word == "and" ? Op::conjunction : Op::alternative;
    while (!operators_.empty() && operators_.back() > op) reduce();
    operators_.push_back(op);
    wants_operand_ = true;
    return {};
  }

  // "1 of them", "all of selection_*", "3 of filter*"; at_ stands on the count and ends on the pattern.
  Result<void> counted(const std::string& count) {
    if (at_ + 2 >= words_.size()) return wrong("ends after 'of'");
    const std::string_view pattern = words_[at_ + 2];
    at_ += 2;
    std::vector<std::uint32_t> chosen;
    for (const Selection& selection : selections_)
      if (lower(pattern) == "them" ? !selection.name.starts_with('_') : fits(pattern, selection.name))
        chosen.push_back(selection.node);
    if (chosen.empty())
      return wrong(fmt::format("says '{} of {}', which fits no selection of this rule", count, pattern));
    if (count == "all") return push({Node::Kind::all, 0, std::move(chosen)});
    std::size_t wanted = 1;
    if (count != "any") {
      const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), wanted);
      if (error != std::errc() || end != count.data() + count.size() || wanted == 0)
        return wrong(fmt::format("says '{} of {}': the count is a number, 'all' or 'any'", count, pattern));
    }
    if (wanted > chosen.size())
      return wrong(fmt::format("says '{} of {}', which fits only {} selections", count, pattern, chosen.size()));
    if (wanted == 1) return push({Node::Kind::any, 0, std::move(chosen)});
    if (wanted * chosen.size() > kConditionWordsMax) return wrong("counts too many selections");
    return push(at_least(wanted, chosen));
  }

  // reached[k]: k of the selections seen so far hold. One step a selection: k hold when k held before, or k - 1
  // did and this one does too.
  Node at_least(std::size_t wanted, const std::vector<std::uint32_t>& chosen) {
    std::vector<std::optional<std::uint32_t>> reached(wanted + 1);
    for (const std::uint32_t selection : chosen) {
      for (std::size_t k = wanted; k >= 1; --k) {
        std::optional<std::uint32_t> now;
        if (k == 1) {
          now = selection;
        } else if (reached[k - 1]) {
          now = add({Node::Kind::all, 0, {*reached[k - 1], selection}});
        }
        if (now) reached[k] = reached[k] ? add({Node::Kind::any, 0, {*reached[k], *now}}) : *now;
      }
    }
    return {Node::Kind::any, 0, {*reached[wanted]}};
  }

  std::uint32_t add(Node node) {
    nodes_.push_back(std::move(node));
    return static_cast<std::uint32_t>(nodes_.size() - 1);
  }
  Result<void> push(Node node) {
    operands_.push_back(add(std::move(node)));
    return {};
  }

  void reduce() {
    const Op op = operators_.back();
    if (op == Op::negation) {
      operators_.pop_back();
      const std::uint32_t child = operands_.back();
      operands_.back() = add({Node::Kind::none, 0, {child}});
      return;
    }
    std::size_t count = 1;
    for (; !operators_.empty() && operators_.back() == op; ++count) operators_.pop_back();
    Node node{op == Op::conjunction ? Node::Kind::all : Node::Kind::any, 0, {}};
    node.children.assign(operands_.end() - static_cast<std::ptrdiff_t>(count), operands_.end());
    operands_.resize(operands_.size() - count);
    operands_.push_back(add(std::move(node)));
  }

  std::unexpected<Error> wrong(std::string why) {
    std::string names;
    for (const Selection& selection : selections_) names += (names.empty() ? "" : ", ") + selection.name;
    if (names.size() > 300) names = names.substr(0, 300) + " …";
    return fail(fmt::format("the condition '{}' {}", text_.size() > 300 ? text_.substr(0, 300) : text_, why), "",
                names.empty() ? "" : "there are: " + names);
  }

  std::string_view text_;
  std::vector<std::string_view> words_;
  std::span<const Selection> selections_;
  std::vector<Node>& nodes_;
  std::vector<Op> operators_;
  std::vector<std::uint32_t> operands_;
  std::size_t at_ = 0, depth_ = 0;
  bool wants_operand_ = true;
};

}  // namespace

Result<std::uint32_t> parse_condition(std::string_view text, std::span<const Selection> selections,
                                      std::vector<Node>& nodes) {
  return Parser(text, selections, nodes).run();
}

}  // namespace tocsin::sigma
