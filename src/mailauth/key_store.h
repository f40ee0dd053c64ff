// Keys that are no longer in DNS: a file of what stood there, when, and how that is known.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "mailauth/records.h"

namespace tocsin::mailauth {

struct StoredKey {
  std::string record;      // as it stood in DNS
  std::string provenance;  // where it is known from
  std::optional<Time> valid_from, valid_to;
};

// TSV with the header `name, record, provenance[, valid_from, valid_to]`, names as `selector._domainkey.domain`;
// several rows of one name are several keys, all of them tried.
class KeyStore : public Records {
 public:
  // Adds a file's rows. An error names the line.
  Result<void> load(const std::string& path);
  Result<void> read(std::string_view text, const std::string& path);
  void add(std::string_view name, StoredKey key);

  Texts txt(std::string_view name) const override;  // Found::unknown for names that are not in it
  const std::vector<StoredKey>* keys(std::string_view name) const;
  // By name, then in the order of the rows.
  void each(const std::function<void(std::string_view name, const StoredKey&)>& sink) const;
  std::size_t size() const { return size_; }

 private:
  std::map<std::string, std::vector<StoredKey>, std::less<>> keys_;
  std::size_t size_ = 0;
};

}  // namespace tocsin::mailauth
