// The table of readers. To add one: a folder beside the others, and a name here.
#include <array>

#include "readers/access/access.h"
#include "readers/auditd/auditd.h"
#include "readers/csv/csv.h"
#include "readers/evtx/evtx.h"
#include "readers/json/json.h"
#include "readers/lines/lines.h"
#include "readers/mail/mail.h"
#include "readers/reader.h"
#include "readers/w3c/w3c.h"
#include "readers/xml/xml.h"
#include "readers/zeek/zeek.h"

namespace tocsin {

std::span<const ReaderSpec* const> all_readers() {
  static constexpr std::array table{
      &evtx::spec,
      &mail::spec,
      &json::spec,
      &xml::spec,
      &zeek::spec,
      &w3c::spec,
      &auditd::spec,
      &access::spec,
      &csv::spec,
      &lines::spec,
  };
  return table;
}

const ReaderSpec* recognise(std::string_view head, bool whole) {
  const ReaderSpec* best = nullptr;
  Fit best_fit = Fit::none;
  for (const ReaderSpec* spec : all_readers())
    if (const Fit fit = spec->sniff(head, whole); fit > best_fit) best = spec, best_fit = fit;
  return best;
}

}  // namespace tocsin
