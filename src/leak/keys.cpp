#include "leak/keys.h"

#include <algorithm>

#include "mailauth/tags.h"

namespace tocsin::leak {

void Keys::add(const mailauth::KeyStore& store) {
  store.each([&](std::string_view name, const mailauth::StoredKey& key) {
    const bool published = mailauth::lower_ascii(key.provenance).find("private key published") != std::string::npos;
    add(name, {key.record, key.provenance, key.valid_from, key.valid_to, false, published});
  });
}

void Keys::add(std::string_view name, KnownKey key) {
  auto& list = keys_[mailauth::lower_ascii(name)];
  if (std::ranges::any_of(list, [&](const KnownKey& known) { return known.record == key.record; })) return;
  const auto at = key.circular ? list.end() : std::ranges::find_if(list, &KnownKey::circular);
  list.insert(at, std::move(key));
  ++size_;
}

const std::vector<KnownKey>* Keys::find(std::string_view name) const {
  const auto found = keys_.find(mailauth::lower_ascii(name));
  return found == keys_.end() ? nullptr : &found->second;
}

mailauth::Texts Keys::txt(std::string_view name) const {
  mailauth::Texts out;
  if (const auto* list = find(name)) {
    out.found = mailauth::Found::yes;
    for (const KnownKey& key : *list) out.values.push_back(key.record);
  }
  return out;
}

}  // namespace tocsin::leak
