#include "publish/report/texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

#include "base/yaml.h"

namespace tocsin::publish {

Result<Texts> Texts::load(const std::string& folder, const std::string& lang) {
  const std::string path = folder + "/" + lang + ".yml";
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return fail("there is no report text for the language '" + lang + "'", path, "en and fr come with the program");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  TRY(Texts out, parse(text, lang, path));
  const std::string said = folder + "/" + lang + ".said.yml";
  if (std::ifstream more(said, std::ios::binary); more) {
    const std::string words(std::istreambuf_iterator<char>(more), {});
    TRY(const Texts patterns, parse(words, lang, said));
    out.set_said(patterns);
  }
  return out;
}

void Texts::set_said(const Texts& patterns) {
  for (const auto& [key, value] : patterns.all_) {
    if (key.find('{') == std::string::npos) {
      exact_.emplace(key, value);
      continue;
    }
    Pattern one;
    one.out = value;
    std::string_view left = key;
    for (;;) {
      const std::size_t open = left.find('{'), close = open == left.npos ? left.npos : left.find('}', open);
      one.pieces.emplace_back(left.substr(0, close == left.npos ? left.npos : open));
      if (close == left.npos) break;
      one.names.emplace_back(left.substr(open + 1, close - open - 1));
      left.remove_prefix(close + 1);
    }
    patterns_.push_back(std::move(one));
  }
  const auto fixed = [](const Pattern& one) {
    std::size_t size = 0;
    for (const std::string& piece : one.pieces) size += piece.size();
    return size;
  };
  std::ranges::stable_sort(patterns_, [&](const Pattern& a, const Pattern& b) { return fixed(a) > fixed(b); });
}

namespace {

constexpr int kSaidDepth = 6;
constexpr std::size_t kSaidMax = 4000;

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789.,") == text.npos && text[0] != '.' && text[0] != ',';
}

// 1,366 → 1 366; 5.6 → 5,6.
std::string number_in(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c == ',')
      out += "\u202f";
    else
      out += c == '.' ? ',' : c;
  return out;
}

}  // namespace

std::optional<std::string> Texts::translated(std::string_view text, int depth) const {
  if (depth > kSaidDepth || text.size() > kSaidMax) return {};
  if (const auto found = exact_.find(text); found != exact_.end()) return found->second;
  std::vector<std::string_view> parts;
  for (const Pattern& one : patterns_) {
    if (!text.starts_with(one.pieces.front()) || !text.ends_with(one.pieces.back())) continue;
    // Each piece at its first place; what a number stands for must be one.
    parts.clear();
    std::size_t at = one.pieces.front().size();
    bool fits = text.size() >= at + one.pieces.back().size();
    for (std::size_t i = 1; i < one.pieces.size() && fits; ++i) {
      const bool last = i + 1 == one.pieces.size();
      const std::size_t next = last ? text.size() - one.pieces[i].size() : text.find(one.pieces[i], at);
      fits = next != text.npos && next >= at && next <= text.size() - one.pieces.back().size();
      if (!fits) break;
      parts.push_back(text.substr(at, next - at));
      fits = one.names[i - 1].starts_with('n') ? is_number(parts.back()) : !parts.back().empty();
      at = next + one.pieces[i].size();
    }
    if (!fits || parts.size() != one.names.size()) continue;
    std::vector<std::string> made;
    for (std::size_t i = 0; i < parts.size() && fits; ++i) {
      if (one.names[i].starts_with('n')) {
        made.push_back(number_in(parts[i]));
        continue;
      }
      auto said = translated(parts[i], depth + 1);
      fits = said.has_value() || !one.names[i].starts_with('t');
      made.push_back(said ? *std::move(said) : std::string(parts[i]));
    }
    if (!fits) continue;
    std::string out;
    std::string_view left = one.out;
    for (std::size_t open = left.find('{'); open != left.npos; open = left.find('{')) {
      const std::size_t close = left.find('}', open);
      if (close == left.npos) break;
      out += left.substr(0, open);
      const std::string_view name = left.substr(open + 1, close - open - 1);
      if (const auto which = std::ranges::find(one.names, name); which != one.names.end())
        out += made[static_cast<std::size_t>(which - one.names.begin())];
      left.remove_prefix(close + 1);
    }
    return out += left;
  }
  return {};
}

Span Texts::said(const std::string& text) const {
  if (lang_ == "en" || text.empty()) return plain(text);
  if (auto known = translated(text, 0)) return plain(*std::move(known));
  return english(text);
}

Result<Texts> Texts::parse(std::string_view yaml, const std::string& lang, const std::string& name) {
  Arena arena;
  const YamlDocuments read = read_yaml(yaml, arena);
  if (read.error) return fail(read.error->what, name + ":" + read.error->where, read.error->hint);
  if (read.documents.size() != 1 || !read.documents[0]->is_map())
    return fail("report texts are one map of keys to texts", name);
  Texts out;
  out.lang_ = lang;
  const auto& items = read.documents[0]->items;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    if (!items[i]->is_scalar() || !items[i + 1]->is_scalar())
      return fail("a report text must be a scalar", fmt::format("{}:{}", name, items[i]->line));
    out.all_.emplace(items[i]->text, items[i + 1]->text);
  }
  return out;
}

std::string Texts::operator()(std::string_view key) const {
  const auto found = all_.find(key);
  return found == all_.end() ? "[" + std::string(key) + "]" : found->second;
}

Rich Texts::operator()(std::string_view key, const Fill& fill) const {
  const std::string text = (*this)(key);
  Rich out;
  std::string_view left = text;
  while (!left.empty()) {
    const std::size_t open = left.find('{'), close = open == left.npos ? left.npos : left.find('}', open);
    if (close == left.npos) break;
    if (open > 0) out.push_back(plain(std::string(left.substr(0, open))));
    const std::string_view name = left.substr(open + 1, close - open - 1);
    const auto found = std::ranges::find(fill, name, &Fill::value_type::first);
    out.push_back(found == fill.end() ? plain("[" + std::string(name) + "]") : found->second);
    left.remove_prefix(close + 1);
  }
  if (!left.empty()) out.push_back(plain(std::string(left)));
  return out;
}

Span Texts::or_english(std::string_view key, const std::string& otherwise) const {
  const auto found = all_.find(key);
  if (found != all_.end()) return plain(found->second);
  return lang_ == "en" ? plain(otherwise) : english(otherwise);
}

std::string Texts::number(std::uint64_t number) const {
  const std::string separator = lang_ == "fr" ? "\u202f" : ",";
  std::string out = std::to_string(number);
  for (std::size_t at = out.size(); at > 3;) out.insert(at -= 3, separator);
  return out;
}

std::string Texts::count(std::uint64_t number, bool general) const {
  if (!general) return this->number(number);
  if (number == 0) return (*this)("count.none");
  if (number < 10) return (*this)("count.few");
  if (number < 100) return (*this)("count.tens");
  if (number < 1000) return (*this)("count.hundreds");
  if (number < 1'000'000) return (*this)("count.thousands");
  return (*this)("count.millions");
}

std::string Texts::percent(double share) const { return fmt::format("{:.0f}\u00a0%", std::round(share * 100)); }

std::string Texts::time(Time time, bool general) const {
  if (!time.known()) return "–";
  const std::string iso = time.iso();
  if (general) return iso.substr(0, iso.find('T'));
  return iso.substr(0, iso.find('T')) + " " + iso.substr(iso.find('T') + 1, 5) + " UTC";
}

std::string Texts::level(Level level) const { return (*this)("level." + std::string(name(level))); }

}  // namespace tocsin::publish
