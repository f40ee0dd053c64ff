// The cache of lowered rules: parsing 3,780 YAML files takes most of a start; reading their bytes and the lowered
// form takes a fraction.
//
// What is kept is found under a key of everything that decides it: the files' paths and bytes, the options, this
// program and the libraries it was built with. A cache file that is damaged, cut short or was made by another program
// is read past and made anew; its digest is checked before a byte of it is interpreted. What load_cached() gives never
// depends on the cache, and a cache that can't be read or written is no error.
#pragma once
#include <span>
#include <string>

#include "base/result.h"
#include "sigma/load.h"

namespace tocsin::sigma {

// $XDG_CACHE_HOME/tocsin, else ~/.cache/tocsin; "" where neither is set.
std::string default_cache_folder();

enum class CacheUse : std::uint8_t { off, found, made, not_written };

// As load(); `folder` "" leaves the cache out.
Result<RuleSet> load_cached(std::span<const std::string> paths, const LoadOptions& options, const std::string& folder,
                            CacheUse* use = nullptr);

}  // namespace tocsin::sigma
