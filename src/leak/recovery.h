// Missing keys: which messages ask for them, and which pairs may give them.
#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "leak/keys.h"
#include "leak/run.h"
#include "mailauth/recover.h"

namespace tocsin::leak {

class Recovery {
 public:
  explicit Recovery(const Keys& keys) : keys_(keys) {}
  // Notes the signatures of a message whose keys are not at hand.
  void add(std::string_view raw, const std::string& item, bool reference);
  std::vector<std::string> missing() const;
  // Tries up to `pairs` pairs for each name, those with a message of the reference archive first. What only the dump
  // gives is circular.
  std::vector<RecoveredNote> run(unsigned pairs, const std::atomic<bool>* stop,
                                 const std::function<void(const std::string&)>& now);

 private:
  static constexpr std::size_t kCandidates = 4;  // of each side, of one name and signature size
  struct Candidate {
    mailauth::SignedDigest digest;
    std::string item;
    bool whole = false;  // the body is the one that was signed, so the header is likely to be as well
  };
  struct Wanted {
    std::vector<Candidate> reference, dump;
  };
  const Keys& keys_;
  std::map<std::string, Wanted> wanted_;
};

}  // namespace tocsin::leak
