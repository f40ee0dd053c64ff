// The objects of a PDF (ISO 32000-1, 7.3 to 7.5), found by scanning the file front to back, never by its
// cross-references: an update leaves what it replaces in the file, and what a document said of itself before is of
// interest here. Only dictionaries are looked at; streams are inflated, bounded, where they hold objects or metadata.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "documents/document.h"

namespace tocsin::documents::pdf {

void skip_blanks(std::string_view text, std::size_t& at);  // and comments
// Goes past one object: a number, name, string, array or dictionary. A reference counts as three.
void skip_object(std::string_view text, std::size_t& at);
// The value of a key of the dictionary that begins at `text`, as it stands; a reference with its "5 0 R".
std::string_view value_of(std::string_view text, std::string_view key);
std::optional<std::uint64_t> number_of(std::string_view text);
// The bytes of a string object, (…) or <…>, at most `max`; and as text in UTF-8 (7.9.2).
std::string bytes_of(std::string_view raw, std::size_t max);
std::string string_of(std::string_view raw, std::size_t max);
// D:20170412103000+02'00' (7.9.4); parts may be missing from the right.
std::optional<Stamp> date_of(std::string_view text);

class File {
 public:
  // Anomalies go to `out`. The bytes must outlive the file.
  File(std::string_view bytes, const Limits& limits, Metadata& out);

  std::vector<std::string_view> trailers;    // dictionaries with /Root or /Info, in the order of the file
  std::vector<std::string_view> signatures;  // dictionaries with a /ByteRange
  std::map<std::uint64_t, std::vector<std::string_view>> objects;  // number → dictionaries, oldest first
  std::string xmp;

  std::string_view latest(std::string_view reference) const;

 private:
  void scan();
  std::optional<std::uint64_t> number_before(std::size_t at) const;
  void add(std::uint64_t number, std::string_view dictionary);
  void stream(std::string_view dictionary, std::size_t& at);

  std::string_view bytes_;
  const Limits& limits_;
  Metadata& out_;
  std::size_t given_ = 0;
  std::vector<std::unique_ptr<std::string>> held_;  // streams of objects, inflated
};

}  // namespace tocsin::documents::pdf
