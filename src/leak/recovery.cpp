#include "leak/recovery.h"

#include <algorithm>

namespace tocsin::leak {

void Recovery::add(std::string_view raw, const std::string& item, bool reference) {
  const mailauth::Message message = mailauth::Message::parse(raw);
  int seen = 0;
  for (const mailauth::Signature& signature : mailauth::signatures(message)) {
    if (++seen > 10) break;
    if (!signature.problem.empty() || signature.key_type != mailauth::KeyType::rsa) continue;
    const std::string name = signature.key_name();
    if (keys_.has(name)) continue;
    Wanted& wanted = wanted_[name];
    auto& list = reference ? wanted.reference : wanted.dump;
    if (list.size() >= kCandidates) continue;
    Candidate candidate{mailauth::signed_digest(message, signature), item, false};
    candidate.whole =
        !signature.has_body_hash || mailauth::body_digest(message, signature).digest == signature.body_hash;
    // A message that was changed gives no key: only those that may be whole are worth the time.
    if (!candidate.whole) continue;
    if (std::ranges::any_of(list,
                            [&](const Candidate& known) { return known.digest.digest == candidate.digest.digest; }))
      continue;
    list.push_back(std::move(candidate));
  }
}

std::vector<std::string> Recovery::missing() const {
  std::vector<std::string> out;
  for (const auto& [name, wanted] : wanted_) out.push_back(name);
  return out;
}

std::vector<RecoveredNote> Recovery::run(unsigned pairs, const std::atomic<bool>* stop,
                                         const std::function<void(const std::string&)>& now) {
  std::vector<RecoveredNote> out;
  for (const auto& [name, wanted] : wanted_) {
    struct Pair {
      const Candidate *a, *b;
      bool circular;
    };
    std::vector<Pair> order;
    for (std::size_t i = 0; i < wanted.reference.size(); ++i) {
      for (std::size_t k = i + 1; k < wanted.reference.size(); ++k)
        order.push_back({&wanted.reference[i], &wanted.reference[k], false});
    }
    for (const Candidate& reference : wanted.reference)
      for (const Candidate& dump : wanted.dump) order.push_back({&reference, &dump, false});
    for (std::size_t i = 0; i < wanted.dump.size(); ++i)
      for (std::size_t k = i + 1; k < wanted.dump.size(); ++k)
        order.push_back({&wanted.dump[i], &wanted.dump[k], true});
    unsigned tried = 0;
    for (const Pair& pair : order) {
      if (tried == pairs || (stop && stop->load(std::memory_order_relaxed))) break;
      if (pair.a->digest.digest == pair.b->digest.digest ||
          pair.a->digest.signature.size() != pair.b->digest.signature.size())
        continue;
      ++tried;
      if (now) now(name);
      if (const auto key = mailauth::recover_key(pair.a->digest, pair.b->digest, stop)) {
        out.push_back({name, key->record(), key->key.bits(), pair.circular, pair.a->item + " and " + pair.b->item});
        break;
      }
    }
  }
  return out;
}

}  // namespace tocsin::leak
