// Items of Outlook of any bytes: what is made of them is bounded, and its first field is ours.
#include "documents/outlook.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "documents/outlook_rtf.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin::documents;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto mail = outlook_mail(bytes)) {
    if (!mail->text.starts_with(OutlookMail::kMark)) std::abort();
    if (mail->text.size() > 8 * size + (64u << 20)) std::abort();
  }
  std::string out;
  if (const auto rtf = decompress_rtf(bytes, 1u << 16)) unwrap_rtf(*rtf, 1u << 16, out);
  unwrap_rtf(bytes, 1u << 16, out);
  return 0;
}
