// A message of a dump on arbitrary bytes: signatures inside it, those of a PDF, attachments, and what it is held
// against; the difference of its two halves.
#include <cstdint>
#include <string_view>

#include "leak/carried.h"
#include "leak/originals.h"
#include "leak/signed_parts.h"
#include "leak/words.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  leak::ItemReport report;
  leak::judge_message(raw, leak::Keys{}, {}, report);
  const mime::Message mail = mime::parse(raw);
  leak::judge_signed_parts(raw, mail, nullptr, nullptr, report);
  if (raw.find("%PDF") == raw.npos) {  // whose text is another program's work
    leak::judge_attachments(raw, mail, {}, report);
    leak::likeness_of_message(raw);
  }
  leak::judge_pdf_signatures(raw, nullptr, report);
  leak::difference(raw.substr(0, size / 2), raw.substr(size / 2));
  return 0;
}
