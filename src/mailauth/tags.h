// Tag lists: `a=rsa-sha256; d=example.org; …` (RFC 6376 3.2), the form of signatures, seals and key records.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::mailauth {

struct Tag {
  std::string_view name;
  std::string_view value;  // blanks and folds at both ends dropped, those inside kept
};

class Tags {
 public:
  static constexpr std::size_t kTagsMax = 100;

  // Nothing, when the text is no tag list: a part without `=`, an empty part that isn't the last, a name that isn't
  // ALPHA *(ALPHA / DIGIT / _), a name that stands twice.
  static std::optional<Tags> parse(std::string_view text);

  // Nothing when it isn't there; tags may be there and empty.
  std::optional<std::string_view> find(std::string_view name) const;
  std::string_view get(std::string_view name) const { return find(name).value_or(""); }
  const std::vector<Tag>& all() const { return tags_; }

 private:
  std::vector<Tag> tags_;
};

// Without any blanks and folds.
std::string squeezed(std::string_view value);
// Parts between `separator`, blanks and folds dropped at both ends of each.
std::vector<std::string_view> split(std::string_view value, char separator);
std::string_view trimmed(std::string_view value);
std::string lower_ascii(std::string_view text);

// Base64 with blanks and folds anywhere (RFC 6376 3.2). Nothing when anything else is in it or the padding is wrong.
std::optional<std::string> decode_base64(std::string_view text);
std::string encode_base64(std::string_view bytes);

// Decimal digits alone, up to 12 of them.
std::optional<std::uint64_t> parse_number(std::string_view text);

// Letters, digits, dashes and underscores in labels of 1 to 63, at least `labels_min` of them, UTF-8 allowed (RFC
// 8616).
bool is_domain(std::string_view name, std::size_t labels_min = 2);
// `name` equals `parent` or ends in it at a dot.
bool is_within(std::string_view name, std::string_view parent);

}  // namespace tocsin::mailauth
