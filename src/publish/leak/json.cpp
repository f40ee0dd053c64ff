#include <fmt/format.h>

#include "base/json.h"
#include "leak/traits.h"
#include "publish/leak/leak.h"

namespace tocsin::publish {
namespace {

// Members of an object, one after the other.
class Object {
 public:
  explicit Object(std::string& out) : out_(out) { out_ += '{'; }
  void text(std::string_view key, std::string_view value) {
    name(key);
    append_json_string(out_, value);
  }
  void text_if(std::string_view key, std::string_view value) {
    if (!value.empty()) text(key, value);
  }
  void number(std::string_view key, std::uint64_t value) {
    name(key);
    out_ += std::to_string(value);
  }
  void flag(std::string_view key, bool value) {
    name(key);
    out_ += value ? "true" : "false";
  }
  void list(std::string_view key, const std::vector<std::string>& values) {
    name(key);
    out_ += '[';
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i) out_ += ',';
      append_json_string(out_, values[i]);
    }
    out_ += ']';
  }
  std::string& name(std::string_view key) {
    if (!first_) out_ += ',';
    first_ = false;
    append_json_string(out_, key);
    return out_ += ':';
  }
  void end() { out_ += '}'; }

 private:
  std::string& out_;
  bool first_ = true;
};

void append_proof(std::string& out, const leak::Proof& proof) {
  Object object(out);
  object.text("kind", proof.kind);
  object.text("result", proof.result);
  object.text("domain", proof.domain);
  object.text("selector", proof.selector);
  object.text_if("signer", proof.signer);
  object.text_if("algorithm", proof.algorithm);
  object.text_if("reason", proof.reason);
  object.text_if("repair", proof.repair);
  object.text_if("appended", proof.appended);
  object.text_if("key_provenance", proof.key_provenance);
  if (proof.key_bits > 0) object.number("key_bits", static_cast<std::uint64_t>(proof.key_bits));
  if (proof.circular) object.flag("circular", true);
  object.flag("aligned", proof.aligned);
  if (proof.kind == "smime" || proof.kind == "pgp" || proof.kind == "pdf") object.list("uncovered", proof.uncovered);
  if (proof.kind == "dkim" || proof.kind == "domainkeys") {
    object.flag("header_good", proof.header_good);
    object.flag("body_good", proof.body_good);
    object.list("signed", proof.signed_fields);
    object.list("uncovered", proof.uncovered);
    object.number("body_size", proof.body_size);
    object.number("body_covered", proof.body_covered);
  }
  if (proof.expired) object.flag("expired", true);
  if (proof.signed_at) object.text("signed_at", proof.signed_at->iso());
  object.end();
}

void append_oddities(std::string& out, const std::vector<leak::Oddity>& oddities) {
  out += '[';
  for (std::size_t i = 0; i < oddities.size(); ++i) {
    if (i) out += ',';
    Object object(out);
    object.text("name", oddities[i].name);
    object.text("detail", oddities[i].detail);
    object.end();
  }
  out += ']';
}

void append_metadata(std::string& out, const documents::Metadata& metadata) {
  Object object(out);
  const auto stamp = [&](std::string_view key, const std::optional<documents::Stamp>& at) {
    if (at) object.text(key, at->iso());
  };
  object.text("format", metadata.format);
  object.text_if("title", metadata.title);
  object.text_if("author", metadata.author);
  object.text_if("last_modified_by", metadata.last_modified_by);
  object.text_if("company", metadata.company);
  object.text_if("application", metadata.application);
  object.text_if("template", metadata.template_name);
  object.text_if("language", metadata.language);
  object.text_if("interface_language", metadata.interface_language);
  object.text_if("revision", metadata.revision);
  stamp("created", metadata.created);
  stamp("modified", metadata.modified);
  stamp("printed", metadata.printed);
  stamp("packed", metadata.packed);
  if (metadata.edit_minutes) object.number("edit_minutes", *metadata.edit_minutes);
  if (metadata.pages) object.number("pages", *metadata.pages);
  if (!metadata.people.empty()) object.list("people", metadata.people);
  if (!metadata.facts.empty()) {
    object.name("facts") += '[';
    for (std::size_t i = 0; i < metadata.facts.size(); ++i) {
      if (i) out += ',';
      Object one(out);
      one.text("name", metadata.facts[i].name);
      one.text("value", metadata.facts[i].value);
      one.end();
    }
    out += ']';
  }
  object.text("note", leak::kPlanted);
  object.end();
}

void append_counts(std::string& out, const std::uint64_t (&counts)[leak::kVerdicts]) {
  Object object(out);
  for (std::size_t i = 0; i < leak::kVerdicts; ++i)
    if (counts[i] > 0) object.number(leak::kVerdictNames[i], counts[i]);
  object.end();
}

}  // namespace

std::string leak_json(const leak::ItemReport& report) {
  std::string out;
  Object object(out);
  object.text("item", report.item);
  object.text("sha256", report.sha256);
  object.text("verdict", leak::name(report.verdict));
  object.text("why", report.why);
  object.text("kind", report.kind);
  object.number("size", report.size);
  object.text_if("from", report.from);
  object.text_if("to", report.to);
  object.text_if("subject", report.subject);
  object.text_if("date", report.date);
  object.text_if("message_id", report.message_id);
  object.text_if("mailer", report.mailer);
  object.name("proof") += '[';
  for (std::size_t i = 0; i < report.proof.size(); ++i) {
    if (i) out += ',';
    append_proof(out, report.proof[i]);
  }
  out += ']';
  append_oddities(object.name("anomalies"), report.oddities);
  if (!report.attachments.empty()) {
    object.name("attachments") += '[';
    for (std::size_t i = 0; i < report.attachments.size(); ++i) {
      if (i) out += ',';
      Object one(out);
      one.text("name", report.attachments[i].name);
      one.text("type", report.attachments[i].type);
      one.number("size", report.attachments[i].size);
      one.text("sha256", report.attachments[i].sha256);
      one.end();
    }
    out += ']';
  }
  if (report.metadata) append_metadata(object.name("metadata"), *report.metadata);
  if (report.original) {
    Object original(object.name("original"));
    original.text("item", report.original->item);
    original.text("relation", report.original->relation);
    original.text("difference", report.original->difference);
    original.end();
  }
  object.end();
  return out;
}

std::string leak_summary_json(const leak::LeakSummary& summary) {
  std::string out;
  Object object(out);
  object.number("items", summary.items);
  object.number("bytes", summary.bytes);
  append_counts(object.name("verdicts"), summary.by_verdict);
  object.number("with_anomalies", summary.with_oddities);
  object.number("originals", summary.originals);
  {
    Object relations(object.name("against_originals"));
    for (const auto& [relation, count] : summary.by_relation) relations.number(relation, count);
    relations.end();
  }
  {
    Object names(object.name("anomaly_counts"));
    for (const auto& [name, count] : summary.by_oddity) names.number(name, count);
    names.end();
  }
  object.name("boxes") += '[';
  bool first = true;
  for (const auto& [name, box] : summary.boxes) {
    if (!first) out += ',';
    first = false;
    Object one(out);
    one.text("box", name);
    one.number("items", box.items);
    one.number("with_anomalies", box.with_oddities);
    append_counts(one.name("verdicts"), box.by_verdict);
    one.end();
  }
  out += ']';
  object.name("keys_recovered") += '[';
  for (std::size_t i = 0; i < summary.recovered.size(); ++i) {
    const auto& note = summary.recovered[i];
    if (i) out += ',';
    Object one(out);
    one.text("name", note.name);
    one.text("record", note.record);
    one.number("bits", static_cast<std::uint64_t>(note.bits));
    one.flag("circular", note.circular);
    one.text("from", note.from);
    one.end();
  }
  out += ']';
  object.list("keys_missing", summary.keys_missing);
  append_oddities(object.name("anomalies"), summary.oddities);
  object.list("problems", summary.problems);
  object.flag("interrupted", summary.interrupted);
  object.end();
  return out;
}

}  // namespace tocsin::publish
