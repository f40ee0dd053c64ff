// Signatures in a PDF (ISO 32000-1, 12.8): what they cover and what they don't. Whether they verify is asked elsewhere.
//
// A signature covers byte ranges of the file, all but its own bytes in the ideal case. Attacks live in the difference:
// a hole that is wider than the signature, and updates that are appended and change what a reader sees.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "documents/document.h"

namespace tocsin::documents {

namespace pdf {
class File;
}

struct PdfSignature {
  std::string name;  // as the file says; whose certificate it is may differ
  std::string form;  // SubFilter: "adbe.pkcs7.detached", "ETSI.CAdES.detached", …
  std::optional<Stamp> dated;
  std::string cms;                                              // Contents, with the zeros behind it
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;  // offset and size, within the file
  // Why what is left out isn't the signature's own bytes alone; "" when it is.
  std::string hole;
  std::uint64_t behind = 0;  // bytes of the file behind the last range
  std::string after;         // what stands there, in words: "1 update, 3 objects, 1 of them a new version: Page"
  std::uint64_t end() const { return ranges.empty() ? 0 : ranges.back().first + ranges.back().second; }
  // The covered bytes.
  std::string content(std::string_view bytes) const;
};

inline constexpr std::size_t kPdfSignaturesMax = 10;

// In the order of the file.
std::vector<PdfSignature> pdf_signatures(std::string_view bytes, const Limits& limits = {});
std::vector<PdfSignature> read_signatures(const pdf::File& file, std::string_view bytes);

}  // namespace tocsin::documents
