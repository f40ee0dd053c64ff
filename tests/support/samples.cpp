#include "tests/support/samples.h"

#include <array>

#include "tests/support/samples_evtx.h"
#include "tests/support/samples_json.h"
#include "tests/support/samples_text.h"

namespace tocsin::tests {

std::span<const Sample> all_samples() {
  static constexpr std::array table{
      Sample{"evtx", sample_evtx},     Sample{"json", sample_json}, Sample{"access", sample_access},
      Sample{"auditd", sample_auditd}, Sample{"xml", sample_xml},   Sample{"csv", sample_csv},
      Sample{"lines", sample_lines},   Sample{"w3c", sample_w3c},   Sample{"zeek", sample_zeek},
      Sample{"mail", sample_mail},
  };
  return table;
}

const Sample* sample_of(std::string_view reader) {
  for (const Sample& sample : all_samples())
    if (sample.reader == reader) return &sample;
  return nullptr;
}

}  // namespace tocsin::tests
