// Warning lists: addresses and names that many use, so that meeting them ties nobody to anybody. The MISP project's
// format (one JSON file a list: "name", "type" (cidr, hostname, string, substring), "list"), from a folder.
//
// What a list means follows from its file's name (see warning_lists.cpp); one that isn't known there is `shared`.
// Immutable once loaded, and shared by threads.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ip.h"
#include "base/result.h"

namespace tocsin::indicators {

enum class ListKind : std::uint8_t {
  none,
  shared,  // used by many at once: resolvers, CDNs, VPN exits, sinkholes, popular sites
  zone,  // anybody gets names under it: dynamic DNS, free hosting, request bins. The names themselves are their owner's
  rented,  // a cloud's ranges: an address there belongs to one customer at a time, and changes hands
};

struct Listed {
  ListKind kind = ListKind::none;
  std::string_view list;  // the file's name without ".json"; lives as long as the lists
  explicit operator bool() const { return kind != ListKind::none; }
};

class WarningLists {
 public:
  // All *.json of the folder; a file that is no list is a remark, not an error. An error when the folder can't be read.
  static Result<WarningLists> load(const std::string& folder);
  // Adds one list (MISP JSON), or lines of names (`text`: a name a line, # comments).
  bool add_json(const std::string& name, std::string_view json);
  void add_names(const std::string& name, std::string_view text, ListKind kind);
  void finish();  // after the last add; load() has done it

  Listed of(const Ip& address) const;      // the narrowest range
  Listed of(std::string_view name) const;  // itself or a parent domain; a zone only covers names above its customers'
  // The zone that the name lies under ("duckdns.org" for "x.y.duckdns.org"); "" when under none, or the zone itself.
  std::string_view zone_of(std::string_view name) const;
  // Whole values: hashes, file names, whatever a `string` list holds.
  Listed of_value(std::string_view value) const;

  std::size_t lists() const { return names_.size(); }
  bool empty() const { return names_.empty(); }
  const std::vector<std::string>& remarks() const { return remarks_; }

 private:
  struct Range {
    Ip first, last;
    std::uint32_t list = 0, parent = UINT32_MAX;  // the range around it
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const;
  };
  std::uint32_t list_of(const std::string& name, ListKind kind);
  void add_entry(std::uint32_t list, std::string_view type, std::string_view entry);

  std::vector<std::string> names_, remarks_;
  std::vector<ListKind> kinds_;
  std::vector<Range> ranges_;
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> hosts_, values_;
};

}  // namespace tocsin::indicators
