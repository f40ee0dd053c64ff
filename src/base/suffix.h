// Public suffixes ("co.uk"), and the registrable domain right below one ("example.co.uk"): publicsuffix.org's list
// through libpsl.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tocsin {

class PublicSuffixes {
 public:
  // The list that the system's package has (Debian 12's is of February 2023).
  static const PublicSuffixes& system();
  // A newer one, in publicsuffix.org's format.
  static Result<PublicSuffixes> load(const std::string& path);

  // Names in lower case, in A-labels (xn--) or UTF-8, without a trailing dot. Views into `name`.
  std::string_view suffix(std::string_view name) const;       // the whole name if it is a suffix itself; "" for no name
  std::string_view registrable(std::string_view name) const;  // "" when the name is a suffix itself, or no name
  bool is_private(std::string_view name) const;               // its suffix is a company's (github.io), not a registry's
  bool lists(std::string_view suffix) const;  // it stands on the list itself: "com", "co.uk", "github.io"

 private:
  // The two last labels of all suffixes of two labels and more, and what stands behind a star: any other name
  // ends with a suffix of one label or of these two, and needs no search of the list.
  struct Tails;
  PublicSuffixes(std::shared_ptr<const void> list, std::shared_ptr<const Tails> tails)
      : list_(std::move(list)), tails_(std::move(tails)) {}
  std::shared_ptr<const void> list_;
  std::shared_ptr<const Tails> tails_;  // null: not known
};

}  // namespace tocsin
