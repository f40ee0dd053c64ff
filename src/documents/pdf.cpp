// PDF (ISO 32000-1): Info and its history over incremental updates, XMP, producer, pages, signatures present.
#include <fmt/format.h>

#include <algorithm>

#include "documents/format.h"
#include "documents/pdf_file.h"
#include "documents/pdf_signature.h"
#include "documents/pdf_text.h"
#include "documents/xmp.h"

namespace tocsin::documents {
namespace {

using namespace pdf;

void read_info(const File& file, const Limits& limits, Metadata& out) {
  std::string_view reference, root;
  bool encrypted = false;
  for (const std::string_view trailer : file.trailers) {
    if (const auto info = value_of(trailer, "Info"); !info.empty()) reference = info;
    if (const auto value = value_of(trailer, "Root"); !value.empty()) root = value;
    encrypted |= !value_of(trailer, "Encrypt").empty();
  }
  if (encrypted) add_fact(out, limits, "encrypted", "yes, so Info is not readable");
  const std::string_view catalog = file.latest(root);
  if (const auto lang = value_of(catalog, "Lang"); !lang.empty())
    out.language = clean(string_of(lang, limits.value), limits);
  if (const auto pages = file.latest(value_of(catalog, "Pages")); !pages.empty())
    out.pages = number_of(value_of(pages, "Count"));
  if (!value_of(catalog, "OpenAction").empty() &&
      value_of(catalog, "OpenAction").find("/JavaScript") != std::string_view::npos)
    add_fact(out, limits, "runs script on opening", "yes");
  const auto number = number_of(reference);
  const auto found = number && !reference.starts_with("<<") ? file.objects.find(*number) : file.objects.end();
  if (found == file.objects.end() || encrypted) return;
  std::string history;
  for (std::size_t i = 0; i < found->second.size(); ++i) {
    const std::string_view info = found->second[i];
    const auto text = [&](std::string_view key) { return clean(string_of(value_of(info, key), limits.value), limits); };
    const bool last = i + 1 == found->second.size();
    if (const auto date = date_of(string_of(value_of(info, "ModDate"), 40)); date && !last && history.size() < 300)
      history += (history.empty() ? "" : ", ") + date->iso();
    if (!last) continue;
    out.title = text("Title");
    out.author = text("Author");
    out.application = text("Creator");
    add_fact(out, limits, "producer", text("Producer"));
    add_fact(out, limits, "subject", text("Subject"));
    add_fact(out, limits, "keywords", text("Keywords"));
    const std::string created = text("CreationDate"), modified = text("ModDate");
    out.created = date_of(created);
    out.modified = date_of(modified);
    if (!created.empty() && !out.created) add_anomaly(out, "date-unreadable", "CreationDate " + created.substr(0, 60));
    if (!modified.empty() && !out.modified) add_anomaly(out, "date-unreadable", "ModDate " + modified.substr(0, 60));
    if (out.company.empty()) out.company = text("Company");
  }
  add_fact(out, limits, "earlier modification dates left in the file", history);
}

void describe_pdf(std::string_view bytes, const Limits& limits, Metadata& out) {
  const File file(bytes, limits, out);
  add_fact(out, limits, "pdf version", bytes.substr(5, 3));
  read_info(file, limits, out);
  const std::string producer_before = out.application;
  if (!file.xmp.empty()) {
    const XmpDates xmp = read_xmp(file.xmp, limits, out);
    const auto differ = [&](const std::optional<Stamp>& a, const std::optional<Stamp>& b, std::string_view what) {
      if (!a || !b) return;
      const std::int64_t slack = a->local != b->local ? 14 * 3600 + 60 : 60;
      if (std::abs(a->time.seconds - b->time.seconds) > slack)
        add_anomaly(out, "dates-of-info-and-xmp-differ", fmt::format("{}: {} and {}", what, a->iso(), b->iso()));
    };
    differ(out.created, xmp.created, "created");
    differ(out.modified, xmp.modified, "modified");
    if (!out.created) out.created = xmp.created;
    if (!out.modified) out.modified = xmp.modified;
  }
  // An end of file for each revision; a linearized file has one of its own.
  std::size_t ends = 0, last_end = 0;
  for (std::size_t at = bytes.find("%%EOF"); at != std::string_view::npos; at = bytes.find("%%EOF", at + 5)) {
    ++ends;
    last_end = at + 5;
  }
  const bool linear = bytes.substr(0, 2048).find("/Linearized") != std::string_view::npos;
  const std::size_t revisions = ends > (linear ? 1u : 0u) ? ends - (linear ? 1 : 0) : ends;
  if (revisions > 1) add_fact(out, limits, "pdf revisions", std::to_string(revisions));
  if (ends == 0) add_anomaly(out, "pdf-cut-short", "there is no end mark", bytes.size());
  if (ends > 0 && bytes.size() - last_end > 64)
    add_anomaly(out, "bytes-behind-the-end", fmt::format("{} bytes", bytes.size() - last_end), last_end);
  std::uint64_t covered = 0;
  const std::vector<PdfSignature> signatures = read_signatures(file, bytes);
  for (const PdfSignature& signature : signatures) {
    covered = std::max(covered, signature.end());
    const std::string name = clean(signature.name, limits);
    add_fact(out, limits, "signature inside",
             (name.empty() ? "no name" : name) + (signature.dated ? ", dated " + signature.dated->iso() : ""));
    if (!signature.hole.empty()) add_anomaly(out, "signature-leaves-a-hole", signature.hole);
  }
  if (!signatures.empty() && covered + 64 < bytes.size())
    add_anomaly(out, "changed-after-signing",
                fmt::format("the signature covers {} of {} bytes{}", covered, bytes.size(),
                            signatures.back().after.empty() ? "" : "; " + signatures.back().after),
                covered);
}

std::string_view recognise_pdf(std::string_view head) {
  return head.starts_with("%PDF-") || head.substr(0, 1024).find("\n%PDF-") != std::string_view::npos ? "pdf" : "";
}

}  // namespace

const FormatSpec pdf_spec{recognise_pdf, describe_pdf, pdf_text};

}  // namespace tocsin::documents
