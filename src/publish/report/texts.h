// The words of a report in one language: share/tocsin/report/<lang>.yml, a flat map of keys to templates with {name}
// for what is put in.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "event/finding.h"

namespace tocsin::publish {

// A run of text in one style. `code` is a value out of evidence: shown as it stands, never as a link.
struct Span {
  enum class Style : std::uint8_t { plain, strong, code, muted };
  std::string text;
  Style style = Style::plain;
  std::string lang = {};  // where it differs from the page's
};
using Rich = std::vector<Span>;

inline Span plain(std::string text) { return {std::move(text), Span::Style::plain, {}}; }
inline Span strong(std::string text) { return {std::move(text), Span::Style::strong, {}}; }
inline Span code(std::string text) { return {std::move(text), Span::Style::code, {}}; }
inline Span muted(std::string text) { return {std::move(text), Span::Style::muted, {}}; }
inline Span english(std::string text) { return {std::move(text), Span::Style::plain, "en"}; }

class Texts {
 public:
  static Result<Texts> load(const std::string& folder, const std::string& lang);  // folder: share/tocsin/report
  static Result<Texts> parse(std::string_view yaml, const std::string& lang, const std::string& name);

  using Fill = std::vector<std::pair<std::string_view, Span>>;
  // A key that isn't there comes out as "[key]": a test looks for it.
  std::string operator()(std::string_view key) const;
  Rich operator()(std::string_view key, const Fill& fill) const;
  // The text of the key, or `otherwise` (marked as English) when there is none.
  Span or_english(std::string_view key, const std::string& otherwise) const;

  // What the program worded in English, in the report's language: by share/tocsin/report/<lang>.said.yml, whose keys are
  // English patterns ("{a} tried from {b}") and whose values say the same with what stood in the braces, translated again.
  // A name in braces that begins with n stands for a number, one with t for what is translated too. What isn't there
  // comes back marked as English.
  Span said(const std::string& text) const;
  void set_said(const Texts& patterns);

  const std::string& lang() const { return lang_; }
  const std::map<std::string, std::string, std::less<>>& all() const { return all_; }

  std::string number(std::uint64_t number) const;  // 21,733,018; 21 733 018
  // A count: exact, or as a magnitude ("tens", "hundreds") where `general`.
  std::string count(std::uint64_t number, bool general) const;
  std::string percent(double share) const;  // 61 %
  // 2020-08-24 01:12 UTC; the day alone where `general`; a dash when unknown.
  std::string time(Time time, bool general = false) const;
  std::string level(Level level) const;

 private:
  struct Pattern {
    std::vector<std::string> pieces, names;  // piece, name, piece, name, piece
    std::string out;
  };
  std::optional<std::string> translated(std::string_view text, int depth) const;

  std::string lang_;
  std::map<std::string, std::string, std::less<>> all_;
  std::map<std::string, std::string, std::less<>> exact_;
  std::vector<Pattern> patterns_;  // longest fixed text first
};

}  // namespace tocsin::publish
