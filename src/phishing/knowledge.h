// What traits need to know of the world: brands and their domains, hosts by use, words by topic. Data files under
// share/tocsin/phishing, written by us; const and shared by threads.
#pragma once
#include <bitset>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/hash.h"
#include "base/result.h"

namespace tocsin::phishing {

struct Brand {
  std::string name;
  bool common = false;  // also an everyday word
  std::vector<std::string> words, domains;
  std::vector<std::string> labels;  // of its domains, that are long enough to be looked for in other names
};

struct Topic {
  std::string name, says;
  bool weak = false;
};

class Knowledge {
 public:
  // `folder` holds brands.yml, hosts.yml, words.yml and weights.yml.
  static Result<Knowledge> load(const std::string& folder);
  // Of the files.
  const Digest& digest() const { return digest_; }

  std::span<const Brand> brands() const { return brands_; }
  std::span<const Topic> topics() const { return topics_; }

  // The brands that a name (Looks::plain) claims, by whole words.
  std::vector<const Brand*> claimed(std::string_view plain) const;
  // … and those that one of its words begins with (names of seven letters and more).
  std::vector<const Brand*> begins(std::string_view plain) const;
  // A host or domain that is theirs: on their list, or their label under another registry's suffix.
  static bool owns(const Brand& brand, std::string_view host, std::string_view registrable);
  // The brand whose label a registrable domain imitates or holds without being theirs; nullptr. `how` in words.
  const Brand* imitated(std::string_view host, std::string_view registrable, std::string& how) const;
  bool is_brand_domain(std::string_view registrable) const { return brand_domains_.contains(std::string(registrable)); }

  // The host itself or a domain above it stands on the list.
  enum class Use : std::uint8_t { shortener, everyday, free_page, form, freemail, click, wrapper, cheap, picture };
  bool is(Use use, std::string_view host) const;
  // Host and path stand among the sites that send visitors on.
  bool redirects(std::string_view host, std::string_view path) const;

  // What a trait is worth, as a factor on its judged weight; 1 where nothing was fitted.
  double factor(std::string_view trait, bool weak) const;

  // Of each topic the phrases that a text (Looks::plain) holds, in order of the topics; the first `shown_max` of each.
  struct Met {
    std::uint32_t topic = 0, count = 0;  // different phrases
    std::vector<std::string_view> shown;
  };
  std::vector<Met> topics_in(std::string_view plain, std::size_t shown_max = 3) const;

 private:
  using Set = std::unordered_set<std::string>;
  struct Phrase {
    std::string text;
    std::uint32_t owner;  // topic or brand
  };
  struct Phrases {
    std::unordered_map<std::string, std::vector<Phrase>> by_word;  // their first
    std::bitset<65'536> begins;                                    // marks of these: most words of a text are none
  };
  static std::size_t mark(std::string_view word);
  bool owned(std::string_view host, std::string_view registrable) const;  // by any brand
  static void add_phrase(Phrases& to, std::string_view text, std::uint32_t owner);
  template <class F>
  static void each_phrase(const Phrases& phrases, std::string_view plain, F&& f);
  Result<void> load_brands(std::string_view text, const std::string& path);
  Result<void> load_hosts(std::string_view text, const std::string& path);
  Result<void> load_weights(std::string_view text, const std::string& path);
  Result<void> load_words(std::string_view text, const std::string& path);

  std::vector<Brand> brands_;
  std::vector<Topic> topics_;
  Phrases brand_words_, topic_words_;
  Set brand_domains_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> brands_of_label_;  // of their domains' first labels
  Set uses_[9];
  std::vector<std::string> redirectors_;
  std::map<std::string, double, std::less<>> factors_[2];  // strong, weak
  Digest digest_;
};

}  // namespace tocsin::phishing
