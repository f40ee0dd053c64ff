// RFC 8617 5.2: the structure of all sets first, then the newest message signature, then every seal. A chain with one
// flaw is a failed chain, whatever else it holds.
#include "mailauth/arc.h"

#include <algorithm>
#include <map>

#include "mailauth/tags.h"

namespace tocsin::mailauth {
namespace {

constexpr int kInstancesMax = 50;  // RFC 8617 4.2.1

struct Set {
  int results = -1, message = -1, seal = -1;  // fields of this instance
};

// `i=1; rest`: the instance comes first in an ARC-Authentication-Results (RFC 8617 4.1.1).
int results_instance(std::string_view value, std::string_view& rest) {
  const std::size_t end = value.find(';');
  if (end == std::string_view::npos) return 0;
  const std::string_view part = trimmed(value.substr(0, end));
  if (!part.starts_with('i')) return 0;
  const std::string_view after = trimmed(part.substr(1));
  if (!after.starts_with('=')) return 0;
  const auto number = parse_number(trimmed(after.substr(1)));
  rest = trimmed(value.substr(end + 1));
  return number && *number <= kInstancesMax ? static_cast<int>(*number) : 0;
}

int tag_instance(std::string_view value) {
  const auto tags = Tags::parse(value);
  if (!tags || !tags->find("i")) return 0;
  const auto number = parse_number(tags->get("i"));
  return number && *number >= 1 && *number <= kInstancesMax ? static_cast<int>(*number) : 0;
}

class Verifier {
 public:
  Verifier(const Message& message, const Records& records, const ChainOptions& options)
      : message_(message), records_(records), options_(options) {}

  Chain run() {
    if (!collect()) return std::move(chain_);
    if (sets_.empty()) return std::move(chain_);
    for (int i = 1; i <= static_cast<int>(sets_.size()); ++i) read_hop(i);
    if (chain_.state == ChainState::fail) return std::move(chain_);
    check_messages();
    for (int i = static_cast<int>(sets_.size()); i >= 1; --i) check_seal(i);
    if (chain_.state == ChainState::none) chain_.state = ChainState::pass;
    return std::move(chain_);
  }

 private:
  // The first flaw is the reason; a missing key never overrules a flaw.
  void flaw(std::string why) {
    if (chain_.state == ChainState::fail) return;
    chain_.state = ChainState::fail;
    chain_.reason = std::move(why);
  }
  void missing_key(std::string why) {
    if (chain_.state != ChainState::none) return;
    chain_.state = ChainState::unknown;
    chain_.reason = std::move(why);
  }

  bool collect() {
    std::map<int, Set> sets;
    for (std::size_t f = 0; f < message_.fields().size(); ++f) {
      const HeaderField& field = message_.fields()[f];
      int Set::* which = nullptr;
      int instance = 0;
      if (same_name(field.name, "ARC-Authentication-Results")) {
        which = &Set::results;
        std::string_view rest;
        instance = results_instance(field.value, rest);
      } else if (same_name(field.name, "ARC-Message-Signature")) {
        which = &Set::message;
        instance = tag_instance(field.value);
      } else if (same_name(field.name, "ARC-Seal")) {
        which = &Set::seal;
        instance = tag_instance(field.value);
      } else {
        continue;
      }
      if (instance == 0) {
        flaw(std::string(field.name) + " without a usable instance");
        return false;
      }
      int& slot = sets[instance].*which;
      if (slot >= 0) {
        flaw("two " + std::string(field.name) + " of instance " + std::to_string(instance));
        return false;
      }
      slot = static_cast<int>(f);
    }
    int expected = 1;
    for (const auto& [instance, set] : sets) {
      if (instance != expected++ || set.results < 0 || set.message < 0 || set.seal < 0) {
        flaw("the set of instance " + std::to_string(expected - 1) + " is not whole");
        return false;
      }
      sets_.push_back(set);
    }
    return true;
  }

  void read_hop(int instance) {
    const Set& set = sets_[static_cast<std::size_t>(instance - 1)];
    ArcHop hop;
    hop.instance = instance;
    std::string_view rest;
    results_instance(message_.fields()[static_cast<std::size_t>(set.results)].value, rest);
    hop.results = unfold(rest);
    const auto tags = Tags::parse(message_.fields()[static_cast<std::size_t>(set.seal)].value);
    hop.cv = std::string(tags->get("cv"));
    hop.domain = lower_ascii(tags->get("d"));
    hop.selector = std::string(tags->get("s"));
    const std::string which = " in the seal of instance " + std::to_string(instance);
    if (tags->find("t")) hop.sealed_at = parse_number(tags->get("t"));
    if (tags->find("t") && !hop.sealed_at) flaw("t= is no time" + which);
    if (tags->find("h")) flaw("h=" + which);
    if (tags->get("a") != "rsa-sha256" && tags->get("a") != "ed25519-sha256")
      flaw("algorithm " + std::string(tags->get("a")) + which);
    if (!is_domain(hop.domain)) flaw("no domain in d=" + which);
    if (hop.selector.empty() || !is_domain(hop.selector, 1)) flaw("no selector in s=" + which);
    if (hop.cv != (instance == 1 ? "none" : "pass")) flaw("cv=" + hop.cv + which);
    chain_.hops.push_back(std::move(hop));
  }

  void check_messages() {
    VerifyOptions verify_options = options_.verify;
    verify_options.rsa_bits_min = std::max(verify_options.rsa_bits_min, options_.rsa_bits_min);
    for (ArcHop& hop : chain_.hops) {
      const auto field = static_cast<std::size_t>(sets_[static_cast<std::size_t>(hop.instance - 1)].message);
      hop.message = verify(message_, parse_dkim(message_, field, Scheme::arc_message), records_, verify_options);
      if (hop.message.verdict == Verdict::pass && chain_.oldest_pass == 0) chain_.oldest_pass = hop.instance;
    }
    const Outcome& newest = chain_.hops.back().message;
    const std::string what = "the message signature of instance " + std::to_string(sets_.size()) + ": " + newest.reason;
    if (newest.verdict == Verdict::unknown)
      missing_key(what);
    else if (newest.verdict != Verdict::pass)
      flaw(what);
  }

  // RFC 8617 5.1.1: all sets up to this one, in order, relaxed, the seal's own b= empty and without its CRLF.
  void check_seal(int instance) {
    ArcHop& hop = chain_.hops[static_cast<std::size_t>(instance - 1)];
    const std::string which = "the seal of instance " + std::to_string(instance);
    std::string bytes;
    for (int i = 1; i <= instance; ++i) {
      const Set& set = sets_[static_cast<std::size_t>(i - 1)];
      for (const int field : {set.results, set.message, set.seal})
        append_field(bytes, message_.fields()[static_cast<std::size_t>(field)], Canonical::relaxed,
                     field == set.seal && i == instance);
    }
    bytes.resize(bytes.size() - 2);
    const auto tags = Tags::parse(
        message_.fields()[static_cast<std::size_t>(sets_[static_cast<std::size_t>(instance - 1)].seal)].value);
    const auto signature = decode_base64(tags->get("b"));
    if (!signature || signature->empty()) return flaw(which + ": no signature in b=");
    const Texts found = records_.txt(hop.selector + "._domainkey." + hop.domain);
    if (found.found == Found::unknown) return missing_key(which + ": no key at hand");
    if (found.values.empty()) return flaw(which + ": no key record");
    const std::string digest = digest_of(HashType::sha256, bytes);
    const KeyType type = tags->get("a") == "rsa-sha256" ? KeyType::rsa : KeyType::ed25519;
    for (const std::string& value : found.values) {
      const KeyRecord record = parse_key(value);
      if (record.fault != KeyFault::none || record.key->type() != type) continue;
      if (type == KeyType::rsa && record.key->bits() < options_.rsa_bits_min) continue;
      if (record.key->verify(HashType::sha256, digest, *signature)) {
        hop.seal_good = true;
        return;
      }
    }
    flaw(which + " does not verify");
  }

  const Message& message_;
  const Records& records_;
  const ChainOptions& options_;
  std::vector<Set> sets_;
  Chain chain_;
};

}  // namespace

Chain verify_chain(const Message& message, const Records& records, const ChainOptions& options) {
  return Verifier(message, records, options).run();
}

}  // namespace tocsin::mailauth
