// Master files: RFC 1035, 5.1; types of later RFCs by name.
#include <algorithm>

#include "decoys/host.h"
#include "decoys/input.h"
#include "decoys/input_words.h"

namespace tocsin::decoys {
namespace {

constexpr std::string_view kTypes[] = {"A",   "AAAA",  "CAA", "CNAME", "DNAME", "DNSKEY",     "DS",  "HINFO", "HTTPS",
                                       "MX",  "NAPTR", "NS",  "NSEC",  "NSEC3", "NSEC3PARAM", "PTR", "RP",    "RRSIG",
                                       "SOA", "SPF",   "SRV", "SSHFP", "SVCB",  "TLSA",       "TXT"};
bool is_type(std::string_view word) {
  std::string upper(word);
  for (char& c : upper)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return std::ranges::find(kTypes, upper) != std::end(kTypes);
}
bool is_class(std::string_view word) {
  const std::string small = lower(word);
  return small == "in" || small == "ch" || small == "hs";
}
// "3600", "1h30m"
bool is_ttl(std::string_view word) {
  return !word.empty() && word[0] >= '0' && word[0] <= '9' &&
         word.find_first_not_of("0123456789smhdwSMHDW") == std::string_view::npos;
}

// Words of one line of a zone: blanks part them, quotes hold them together, ";" ends the line; parentheses by
// themselves.
void zone_words(std::string_view line, std::vector<std::string>& out) {
  std::string word;
  const auto end = [&] {
    if (!word.empty()) out.push_back(std::move(word));
    word.clear();
  };
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"') {
      const std::size_t close = std::min(line.find('"', i + 1), line.size());
      word.append(line.substr(i, close - i));
      i = close;
    } else if (c == ';') {
      break;
    } else if (is_blank(c)) {
      end();
    } else if (c == '(' || c == ')') {
      end();
      out.emplace_back(1, c);
    } else {
      word += c;
    }
  }
  end();
}

}  // namespace

bool NameReader::looks_like_zone(std::string_view line) {
  if (line.starts_with("$ORIGIN") || line.starts_with("$TTL") || line.starts_with("$INCLUDE") ||
      line.starts_with("$GENERATE"))
    return true;
  std::vector<std::string> words;
  zone_words(line, words);
  if (words.size() < 4 || is_blank(line.front())) return false;
  bool said = false;
  for (std::size_t i = 1; i < std::min<std::size_t>(words.size(), 4); ++i) {
    if (is_ttl(words[i]) || is_class(words[i])) {
      said = true;
      continue;
    }
    return said && is_type(words[i]);
  }
  return false;
}

void NameReader::zone_name(std::string_view name) {
  std::string full;
  if (name == "@")
    full = origin_;
  else if (name.ends_with('.') || origin_.empty())
    full = name;
  else
    full = std::string(name) + "." + origin_;
  if (full.size() < 3) return;
  give(full);
}

void NameReader::zone_record() {
  std::vector<std::string> words;
  std::swap(words, tokens_);
  std::erase_if(words, [](const std::string& word) { return word == "(" || word == ")"; });
  if (words.empty()) return;
  if (words[0] == "$ORIGIN") {
    if (words.size() > 1) {
      const bool absolute = words[1].ends_with('.');
      std::string origin = absolute || origin_.empty() ? words[1] : words[1] + "." + origin_;
      if (origin.size() <= 255) origin_ = origin;
    }
    return;
  }
  if (words[0].starts_with('$')) {
    if (words[0] != "$TTL") trouble(words[0] + " is not followed");
    return;
  }
  std::size_t at = 0;
  const bool owner = !blank_owner_;
  if (owner) owner_ = words[at++];
  while (at < words.size() && (is_ttl(words[at]) || is_class(words[at]))) ++at;
  if (at >= words.size() || !is_type(words[at])) {
    trouble("no record in '" + words[0].substr(0, 60) + "…'");
    return;
  }
  const std::string type = lower(words[at++]);
  // Signatures and hashes of names are about names that stand elsewhere.
  if (owner && type != "rrsig" && type != "nsec3") zone_name(owner_);
  std::size_t target = words.size();
  if (type == "ns" || type == "cname" || type == "ptr" || type == "dname") target = at;
  if (type == "mx") target = at + 1;
  if (type == "srv") target = at + 3;
  if (target < words.size()) zone_name(words[target]);
}

void NameReader::zone(std::string_view line) {
  if (tokens_.empty()) blank_owner_ = !line.empty() && is_blank(line.front());
  zone_words(line, tokens_);
  std::size_t opened = 0, closed = 0;
  for (const std::string& word : tokens_) {
    opened += word == "(";
    closed += word == ")";
  }
  open_ = opened > closed && tokens_.size() < 10'000;
  if (!open_) zone_record();
}

}  // namespace tocsin::decoys
