// What a document says of itself: who saved it, when, with what program, in what language; and its text.
//
// Formats: OOXML (docx, xlsx, pptx), OpenDocument, OLE (doc, xls, ppt, msg), PDF, RTF, pictures (JPEG, TIFF, PNG,
// WebP), HTML and plain text. Recognised by content. All of it is a claim that anybody can write: facts are reported,
// contradictions are anomalies, and neither names an author.
//
// Damage never fails: what can be read is read, and an anomaly says what could not. Time and memory are bounded by
// Limits whatever the bytes are. Any number of threads may call this at once.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/anomaly.h"
#include "base/time.h"

namespace tocsin::documents {

struct Limits {
  std::size_t part = 16u << 20;   // bytes inflated out of one part
  std::size_t total = 64u << 20;  // and out of all of a document
  std::size_t parts = 20'000;     // entries of a container
  std::size_t text = 1u << 20;    // bytes of text
  std::size_t facts = 100;
  std::size_t value = 500;  // bytes of one value
};

// A point in time as the document gives it.
struct Stamp {
  Time time;
  bool local = false;       // without a zone: may be off by up to 14 hours
  std::string iso() const;  // without Z when local
};

struct Fact {
  std::string name, value;  // "company", "pdf revisions", …
};

struct Metadata {
  std::string format;  // "docx", "pdf", …; "" for what is no document known here
  std::string title, author, last_modified_by, company;
  std::string application;  // with its version, where given
  std::string template_name;
  std::string language;            // of the text, as the document says: "fr-FR"
  std::string interface_language;  // of the program that saved it, where its own words give it away: "ru"
  std::string revision;
  std::optional<Stamp> created, modified, printed;
  std::optional<Stamp> packed;  // newest time that the container itself gives its parts
  std::optional<std::uint64_t> edit_minutes, pages;
  std::vector<std::string> people;  // others that are named: comments, tracked changes, history
  std::vector<Fact> facts;          // what else may be of use
  std::vector<Anomaly> anomalies;
};

// The name of the format that these first bytes are of; "" when none.
std::string_view recognise(std::string_view head);
// Zip files that are documents: for callers to whom an archive's members matter, but not those of a letter.
bool is_packed_document(std::string_view head);

Metadata describe(std::string_view bytes, const Limits& limits = {});

// The readable text in UTF-8, paragraphs by lines, at most limits.text bytes; "" when there is none to be had.
std::string text_of(std::string_view bytes, const Limits& limits = {});

}  // namespace tocsin::documents
