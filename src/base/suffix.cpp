#include "base/suffix.h"

#include <libpsl.h>

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

const PublicSuffixes& PublicSuffixes::system() {
  static const PublicSuffixes list{std::shared_ptr<const void>(psl_builtin(), [](const void*) {})};
  return list;
}

Result<PublicSuffixes> PublicSuffixes::load(const std::string& path) {
  psl_ctx_t* loaded = psl_load_file(path.c_str());
  if (!loaded) return fail("the public suffix list cannot be read", path, "name a file in publicsuffix.org's format");
  if (psl_suffix_count(loaded) == 0) {
    psl_free(loaded);
    return fail("no suffixes in this list", path, "name a file in publicsuffix.org's format");
  }
  return PublicSuffixes(std::shared_ptr<const void>(
      loaded, [](const void* list) { psl_free(static_cast<psl_ctx_t*>(const_cast<void*>(list))); }));
}

std::string_view PublicSuffixes::suffix(std::string_view name) const {
  if (!is_name(name)) return {};
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
