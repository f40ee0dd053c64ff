#include "base/suffix.h"

#include <fmt/ranges.h>
#include <libpsl.h>
#include <openssl/evp.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <unordered_map>
#include <unordered_set>

#include "base/text.h"

namespace tocsin {
namespace {

const psl_ctx_t* context(const std::shared_ptr<const void>& list) { return static_cast<const psl_ctx_t*>(list.get()); }

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 253 && name.front() != '.' && name.back() != '.' &&
         name.find("..") == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

// libpsl answers with a pointer into the text that it was given.
std::string_view tail(std::string_view name, const std::string& copy, const char* found) {
  return found ? name.substr(static_cast<std::size_t>(found - copy.c_str())) : std::string_view{};
}

}  // namespace

struct PublicSuffixes::Tails {
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_map<std::string, bool, Hash, std::equal_to<>> names;  // false: a suffix, and none longer ends so
  std::unordered_set<std::string, Hash, std::equal_to<>> wild;

  // `text`: publicsuffix.org's format.
  explicit Tails(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      std::string_view rule = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      rule = rule.substr(0, rule.find_first_of(" \t\r"));
      if (rule.empty() || rule.starts_with("//")) continue;
      const std::string_view two = last_two(rule);
      if (two.starts_with("*."))
        wild.emplace(two.substr(2));
      else
        names.try_emplace(std::string(two)).first->second |= two.size() < rule.size() || rule.front() == '!';
    }
  }
  static std::string_view last_two(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos || dot == 0) return name;
    return name.substr(name.rfind('.', dot - 1) + 1);
  }
  // The suffix of `name`, where it is told without the list; else "".
  std::string_view plain(std::string_view name) const {
    const std::string_view two = last_two(name), top = two.substr(two.rfind('.') + 1);
    if (two.size() == top.size() || two.find("xn--") != std::string_view::npos || !is_ascii(two)) return {};
    if (const auto found = names.find(two); found != names.end()) return found->second ? std::string_view{} : two;
    return wild.contains(top) ? std::string_view{} : top;
  }
};

const PublicSuffixes& PublicSuffixes::system() {
  // The text of the list is there only with a package that libpsl recommends, and counts only if it is that very list.
  static const PublicSuffixes list = [] {
    std::shared_ptr<const Tails> tails;
    std::ifstream file(psl_builtin_filename(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    unsigned char digest[20] = {};
    if (!text.empty() && EVP_Digest(text.data(), text.size(), digest, nullptr, EVP_sha1(), nullptr) == 1 &&
        fmt::format("{:02x}", fmt::join(digest, "")) == psl_builtin_sha1sum())
      tails = std::make_shared<const Tails>(text);
    return PublicSuffixes(std::shared_ptr<const void>(psl_builtin(), [](const void*) {}), std::move(tails));
  }();
  return list;
}

Result<PublicSuffixes> PublicSuffixes::load(const std::string& path) {
  psl_ctx_t* loaded = psl_load_file(path.c_str());
  if (!loaded) return fail("the public suffix list cannot be read", path, "name a file in publicsuffix.org's format");
  if (psl_suffix_count(loaded) == 0) {
    psl_free(loaded);
    return fail("no suffixes in this list", path, "name a file in publicsuffix.org's format");
  }
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return PublicSuffixes(
      std::shared_ptr<const void>(loaded,
                                  [](const void* list) { psl_free(static_cast<psl_ctx_t*>(const_cast<void*>(list))); }),
      std::make_shared<const Tails>(text));
}

std::string_view PublicSuffixes::suffix(std::string_view name) const {
  if (!is_name(name)) return {};
  if (tails_)
    if (const std::string_view plain = tails_->plain(name); !plain.empty()) return plain;
  const std::string copy(name);
  return tail(name, copy, psl_unregistrable_domain(context(list_), copy.c_str()));
}

std::string_view PublicSuffixes::registrable(std::string_view name) const {
  if (!is_name(name)) return {};
  const std::string copy(name);
  return tail(name, copy, psl_registrable_domain(context(list_), copy.c_str()));
}

bool PublicSuffixes::is_private(std::string_view name) const {
  const std::string_view found = suffix(name);
  if (found.empty()) return false;
  const std::string copy(found);
  return psl_is_public_suffix2(context(list_), copy.c_str(), PSL_TYPE_PRIVATE | PSL_TYPE_NO_STAR_RULE) == 1 &&
         psl_is_public_suffix2(context(list_), copy.c_str(), PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE) == 0;
}

bool PublicSuffixes::lists(std::string_view suffix) const {
  if (!is_name(suffix)) return false;
  const std::string copy(suffix);
  return psl_is_public_suffix2(context(list_), copy.c_str(), PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE) == 1;
}

}  // namespace tocsin
