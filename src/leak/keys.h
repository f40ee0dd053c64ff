// Keys for judging a dump: those that the user brought and those computed from pairs of messages.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mailauth/key_store.h"
#include "mailauth/records.h"

namespace tocsin::leak {

struct KnownKey {
  std::string record;
  std::string provenance;
  std::optional<Time> valid_from, valid_to;
  bool circular = false;   // computed from the dump alone
  bool published = false;  // its private half is public: the provenance says "private key published"
};

class Keys : public mailauth::Records {
 public:
  void add(const mailauth::KeyStore& store);
  void add(std::string_view name, KnownKey key);
  bool has(std::string_view name) const { return find(name) != nullptr; }
  const std::vector<KnownKey>* find(std::string_view name) const;  // independent ones first
  mailauth::Texts txt(std::string_view name) const override;
  std::size_t size() const { return size_; }

 private:
  std::map<std::string, std::vector<KnownKey>, std::less<>> keys_;
  std::size_t size_ = 0;
};

}  // namespace tocsin::leak
