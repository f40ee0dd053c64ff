// A trait: one thing about a mail that phishing has and other mail rarely, with its weight and in words.
//
// Weights are judgements about classes of tricks, in steps of about half a unit; they add up (verdict.h). A weak trait
// is one that honest mail has often: weak ones together never make a finding that is looked at.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "event/finding.h"
#include "phishing/facts.h"
#include "phishing/knowledge.h"

namespace tocsin::phishing {

struct Reason {
  std::string trait;  // "sender-claims-brand"
  double weight = 0;
  bool weak = false;
  std::string text;  // what was seen, with the values
  std::vector<std::string_view> techniques;
};

// Says of a domain which protected name it imitates and how, or nothing. The pipeline joins it with the names to
// protect; without, brands alone are known.
using LookAlike = std::function<std::string(std::string_view domain)>;

struct Context {
  const Facts& facts;
  const Knowledge& know;
  const LookAlike& look_alike;
  std::vector<const Brand*> brands;  // that the sender's name or subject claims
  std::vector<Reason> reasons;
  std::vector<Entity> entities;

  void strong(std::string trait, double weight, std::string text, std::vector<std::string_view> techniques = {}) {
    reasons.push_back({std::move(trait), weight, false, std::move(text), std::move(techniques)});
  }
  void weak(std::string trait, double weight, std::string text, std::vector<std::string_view> techniques = {}) {
    reasons.push_back({std::move(trait), weight, true, std::move(text), std::move(techniques)});
  }
  bool has(std::string_view trait) const {
    for (const Reason& reason : reasons)
      if (reason.trait == trait) return true;
    return false;
  }
};

// In this order; later ones see the reasons of earlier ones.
void sender_traits(Context& context);
void link_traits(Context& context);
void page_traits(Context& context);      // forms, smuggling, redirection
void hiding_traits(Context& context);    // text that is not seen, letters in disguise
void file_traits(Context& context);      // attachments
void code_traits(Context& context);      // QR codes
void calendar_traits(Context& context);  // addresses in invitations
void wording_traits(Context& context);
void origin_traits(Context& context);     // how it was made and sent on; after words and links
void throwaway_traits(Context& context);  // last: what weak traits are together

// "“…”", printable, shortened.
std::string quoted(std::string_view text, std::size_t max = 80);

// Letters and digits without a word's rhythm: "9x25wspgup", "ucmxpqjcen".
bool is_random(std::string_view text);

// A label of the domain (four letters and more, not its suffix) stands in the text: amberline.example,
// amberline@gmail.com.
bool shares_label(std::string_view domain, std::string_view text);

// What a page of HTML does that a mail or its attachment has no honest use for; for page_traits() and archives.
void judge_page(const Page& page, std::string_view where, Context& context);

}  // namespace tocsin::phishing
