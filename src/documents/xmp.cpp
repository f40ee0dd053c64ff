#include "documents/xmp.h"

#include <algorithm>

#include "documents/format.h"
#include "documents/markup.h"

namespace tocsin::documents {
namespace {

constexpr std::string_view kSimple[] = {"CreateDate", "ModifyDate", "MetadataDate", "CreatorTool",       "Producer",
                                        "DocumentID", "InstanceID", "DateCreated",  "OriginalDocumentID"};

void take(std::string_view name, const std::string& value, const Limits& limits, Metadata& out, XmpDates& dates) {
  if (value.empty()) return;
  if (name == "CreateDate")
    dates.created = parse_stamp(value);
  else if (name == "ModifyDate")
    dates.modified = parse_stamp(value);
  else if (name == "MetadataDate")
    dates.metadata = parse_stamp(value);
  else if (name == "CreatorTool" && out.application.empty())
    out.application = clean(value, limits);
  else
    add_fact(out, limits, "xmp " + std::string(name), value);
}

}  // namespace

XmpDates read_xmp(std::string_view packet, const Limits& limits, Metadata& out) {
  XmpDates dates;
  Markup markup(packet.substr(0, 1u << 20));
  std::string_view open, array;  // the simple element, and the property that a list belongs to
  std::string agent, when;
  std::size_t steps = 0;
  for (auto token = markup.next(); token.kind != Markup::Kind::end; token = markup.next()) {
    if (token.kind == Markup::Kind::text) {
      if (!open.empty()) take(open, clean(unescape(token.inside), limits), limits, out, dates);
      if (array == "creator") {
        const std::string name = clean(unescape(token.inside), limits);
        if (out.author.empty()) out.author = name;
        if (name != out.author) add_person(out, limits, name);
      }
      if (array == "title" && out.title.empty()) out.title = clean(unescape(token.inside), limits);
      if (array == "softwareAgent") agent = clean(unescape(token.inside), limits);
      if (array == "when") when = clean(unescape(token.inside), limits);
      continue;
    }
    if (token.kind == Markup::Kind::close) {
      open = {};
      if (token.name == array) array = {};
      continue;
    }
    if (token.name == "Description")
      for (const std::string_view name : kSimple) take(name, attribute(token, name), limits, out, dates);
    if (token.name == "li") {
      agent = attribute(token, "softwareAgent").empty() ? agent : attribute(token, "softwareAgent");
      when = attribute(token, "when").empty() ? when : attribute(token, "when");
    }
    if (!agent.empty() && !when.empty() && ++steps <= 20) {
      add_fact(out, limits, "history", when + " " + agent);
      agent.clear();
      when.clear();
    }
    if (std::ranges::find(kSimple, token.name) != std::end(kSimple) && !token.empty) open = token.name;
    if (token.name == "creator" || token.name == "title" || token.name == "softwareAgent" || token.name == "when")
      array = token.empty ? std::string_view{} : token.name;
  }
  return dates;
}

}  // namespace tocsin::documents
