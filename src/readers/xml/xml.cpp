// <Event>…</Event> stretches are found by their tags alone, so damage stays in its
// event; pugixml then reads each by itself. Its parser is iterative and so is the walk here: nesting costs
// memory, never the stack.
//
// The normal form is that of the EVTX reader: every element with text is a field of its own name, <Data Name="X">
// one of the name X, an attribute Element_Attribute.
#include "readers/xml/xml.h"

#include <algorithm>
#include <charconv>
#include <pugixml.hpp>

#include "base/text.h"
#include "readers/field_sink.h"
#include "readers/json/moment.h"
#include "readers/text_window.h"
#include "readers/windows_names.h"

namespace tocsin::xml {
namespace {

constexpr std::string_view kOpen = "<Event", kClose = "</Event>";

constexpr std::ptrdiff_t kElementsMax = 1'000'000;

struct Stretch {
  std::uint32_t offset, size;
  bool open;  // has no end
};
struct Stretches {
  std::vector<Stretch> list;
  bool utf16 = false;
};

// "<Event>" or "<Event …", but neither <Events> nor <EventData>.
std::size_t find_open(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find(kOpen, from); at != text.npos; at = text.find(kOpen, at + 1)) {
    if (at + kOpen.size() == text.size()) return at;
    const char c = text[at + kOpen.size()];
    if (c == '>' || c == ' ' || c == '\n' || c == '\r' || c == '\t') return at;
  }
  return text.npos;
}

class Cutter {
 public:
  explicit Cutter(const ReadOptions& options)
      : record_max_(std::clamp<std::size_t>(options.record_max, 64, 1u << 30)), window_(record_max_) {}

  Result<std::optional<Block>> next(Stream& stream, std::vector<Anomaly>& anomalies) {
    while (true) {
      if (!window_.ended()) {
        const std::size_t keep = at_;
        window_.advance(stream, keep);
        at_ -= keep;
        searched_ -= std::min(searched_, keep);
      }
      scan(anomalies);
      if (!list_.empty()) return take_block();
      if (!window_.ended()) continue;
      if (window_.error()) return std::unexpected(*window_.error());
      return std::nullopt;
    }
  }

 private:
  void scan(std::vector<Anomaly>& anomalies) {
    const std::string_view text = window_.text();
    while (at_ < text.size()) {
      if (!in_event_) {
        std::size_t open = find_open(text, at_);
        if (open != text.npos && open + kOpen.size() == text.size() && !window_.ended()) open = text.npos;
        const std::size_t end = open != text.npos ? open
                                : window_.ended() ? text.size()
                                                  : text.size() - std::min(text.size() - at_, kOpen.size());
        between(text.substr(at_, end - at_), anomalies);
        at_ = end;
        if (skipped_ && (open != text.npos || window_.ended())) {
          skipped_->size = window_.source_at(end) - skipped_->offset;
          anomalies.push_back(std::move(*skipped_));
          skipped_.reset();
        }
        if (open == text.npos) return;
        in_event_ = true;
        searched_ = at_ + kOpen.size();
      }
      // The end of this event, or the beginning of another one before it.
      const std::size_t close = text.find(kClose, searched_);
      const std::size_t limit = close == text.npos ? text.size() : close;
      std::size_t next = find_open(text.substr(0, limit), searched_);
      while (next != text.npos && !text.substr(next, 200).contains("schemas.microsoft.com/win/2004/08/events/event"))
        next = find_open(text.substr(0, limit), next + 1);
      if (next != text.npos) {
        add(next, true, anomalies);
      } else if (close != text.npos) {
        add(close + kClose.size(), false, anomalies);
      } else if (window_.ended()) {
        add(text.size(), true, anomalies);
      } else if (text.size() - at_ >= record_max_) {
        // Pass over it: what is left is looked through for the next event.
        skipped_ = Anomaly{"xml-record-too-long", window_.source_at(at_), 0, printable_head(text.substr(at_))};
        ++record_;
        in_event_ = false;
        at_ = text.size() - 256;
        return;
      } else {
        searched_ = text.size() - std::min(text.size() - searched_, std::size_t{256});
        return;
      }
    }
  }

  void add(std::size_t end, bool open, std::vector<Anomaly>& anomalies) {
    const std::string_view text = window_.text().substr(at_, end - at_);
    if (text.size() <= record_max_) {
      list_.push_back({static_cast<std::uint32_t>(at_), static_cast<std::uint32_t>(text.size()), open});
    } else {
      anomalies.push_back(
          {"xml-record-too-long", window_.source_at(at_), window_.source_size(text), printable_head(text)});
      ++record_;
    }
    at_ = end;
    in_event_ = false;
  }

  // Between events stand white space, a prolog, <Events> and its end; text that belongs to none is damage.
  void between(std::string_view text, std::vector<Anomaly>& anomalies) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == text.npos || skipped_) return;
    const std::string_view rest = text.substr(first);
    if (rest[0] == '<' || rest.starts_with("\xef\xbb\xbf") || rest[0] == '\0') return;
    anomalies.push_back({"xml-garbage",
                         window_.source_at(static_cast<std::size_t>(rest.data() - window_.text().data())),
                         window_.source_size(rest), printable_head(rest)});
  }

  Block take_block() {
    const std::size_t first = list_.front().offset, end = list_.back().offset + list_.back().size;
    auto context = std::make_shared<Stretches>();
    context->utf16 = window_.utf16();
    for (Stretch& stretch : list_) stretch.offset -= static_cast<std::uint32_t>(first);
    context->list = std::move(list_);
    list_.clear();
    Block block{window_.slice(first, end), window_.source_at(first), record_, context};
    record_ += context->list.size();
    return block;
  }

  std::size_t record_max_;
  TextWindow window_;
  std::size_t at_ = 0, searched_ = 0;  // in the window's text
  bool in_event_ = false;
  std::optional<Anomaly> skipped_;  // a stretch too long for an event, up to the next one
  std::uint64_t record_ = 1;
  std::vector<Stretch> list_;
};

struct Facts {
  Value time, record, provider;
};

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == text.npos; }

// One pass in document order with the tree's own links: no stack at all.
void walk(pugi::xml_node root, FieldSink& sink, Facts& facts) {
  std::string joined;
  const auto put = [&](std::string_view name, const Value& value, bool in_system) {
    const auto want = sink.want(name);
    if (!in_system) {
      if (want) sink.put(want, name, value);
      return;
    }
    const bool time = name == "TimeCreated_SystemTime";
    const bool record = name == "EventRecordID", provider = name == "Provider_Name";
    if (!want && !time && !record && !provider) return;
    const Value normal = normal_system_value(name, value, sink.arena());
    if (time) facts.time = normal;
    if (record) facts.record = normal;
    if (provider) facts.provider = normal;
    if (want) sink.put(want, name, normal);
  };
  pugi::xml_node node = root;
  pugi::xml_node system;
  while (true) {
    if (node.type() == pugi::node_element) {
      const std::string_view element = node.name();
      if (node.parent() == root && element == "System") system = node;
      const bool in_system = system && node.parent() == system;
      std::string_view name = element;
      bool labelled = false, attributes = false;
      for (const pugi::xml_attribute attribute : node.attributes()) {
        const std::string_view key = attribute.name();
        if (key.starts_with("xmlns")) continue;
        if (key == "Name" && (element == "Data" || element == "ComplexData")) {
          name = attribute.value();
          labelled = true;
          continue;
        }
        attributes = true;
        NameBuffer full;
        full.add(element).add("_").add(key);
        put(full.text(), {std::string_view(attribute.value()), Kind::string}, in_system);
      }
      // Text in one piece, as a rule.
      std::string_view text;
      bool childless = true, several = false;
      for (const pugi::xml_node child : node.children()) {
        if (child.type() == pugi::node_element) {
          childless = false;
        } else if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
          if (text.empty()) {
            text = child.value();
          } else {
            if (!several) joined = text;
            several = true;
            joined += child.value();
          }
        }
      }
      if (several) text = sink.arena().copy(joined);
      if (childless ? !text.empty() || labelled || !attributes : !is_blank(text))
        put(name, text.empty() && !labelled ? Value{} : Value{text, Kind::string}, in_system);
    }
    if (node.first_child()) {
      node = node.first_child();
      continue;
    }
    while (node != root && !node.next_sibling()) node = node.parent();
    if (node == root) return;
    node = node.next_sibling();
  }
}

// pugixml parses in place and cuts strings out of the copy, which lives as long as the sink's arena.
bool read(std::string_view raw, FieldSink& sink, Facts& facts, std::string& problem) {
  static thread_local pugi::xml_document document;
  // A tree takes fifty times the space of the smallest element.
  if (std::ranges::count(raw, '<') + std::ranges::count(raw, '=') > kElementsMax) {
    problem = "more than " + std::to_string(kElementsMax) + " elements and attributes";
    return false;
  }
  std::string repaired;
  if (!is_ascii(raw) && !is_utf8(raw)) {
    repaired = to_utf8(raw);
    raw = repaired;
    problem = "bytes that are no UTF-8 read as U+FFFD";
  }
  char* const copy = sink.arena().allocate(raw.size());
  std::memcpy(copy, raw.data(), raw.size());
  const auto result = document.load_buffer_inplace(
      copy, raw.size(), pugi::parse_escapes | pugi::parse_cdata | pugi::parse_ws_pcdata_single, pugi::encoding_utf8);
  const pugi::xml_node event = document.child("Event");
  if (!result || !event) {
    problem = std::string(result ? "no <Event>" : result.description()) + " at byte " + std::to_string(result.offset);
    return false;
  }
  walk(event, sink, facts);
  return true;
}

std::uint64_t number_of(const Value& value) {
  std::uint64_t number = 0;
  std::from_chars(value.data, value.data + value.size, number);
  return number;
}

Time time_of(const Facts& facts, int utc_offset) {
  return facts.time.is_null() ? Time::none() : read_moment(facts.time.text(), utc_offset);
}

class XmlReader final : public Reader {
 public:
  XmlReader(const Demand& demand, const ReadOptions& options)
      : table_(demand), utc_offset_(options.utc_offset_minutes), cutter_(options) {}

  Result<std::optional<Block>> cut(Stream& stream, std::vector<Anomaly>& anomalies) override {
    return cutter_.next(stream, anomalies);
  }

  void decode(const Block& block, Batch& out) const override {
    static thread_local std::vector<Field> fields;
    out.hold(block.data);
    out.set_access(this);
    const auto& stretches = *static_cast<const Stretches*>(block.context.get());
    const std::string_view text = block.data.text();
    SourcePlaces places(text, block.offset, stretches.utf16);
    std::uint64_t ordinal = block.first_record - 1;
    for (const Stretch& stretch : stretches.list) {
      ++ordinal;
      const std::string_view raw = text.substr(stretch.offset, stretch.size);
      const std::uint64_t offset = places.of(raw.data());
      if (stretch.open) {
        out.anomalies().push_back({"xml-truncated", offset, places.size(raw), "the event has no end"});
        continue;
      }
      fields.clear();
      FieldSink sink(table_, out.scratch(), fields);
      Facts facts;
      std::string problem;
      if (!read(raw, sink, facts, problem)) {
        out.anomalies().push_back({"xml-damaged", offset, places.size(raw), std::move(problem)});
        continue;
      }
      if (sink.left_out())
        out.anomalies().push_back(
            {"xml-too-many-fields", offset, places.size(raw), "fields beyond 100,000 are left out"});
      if (!problem.empty())
        out.anomalies().push_back({"xml-invalid-utf8", offset, places.size(raw), std::move(problem)});
      Event& event = out.mutable_events().emplace_back();
      event.time = time_of(facts, utc_offset_);
      event.offset = offset;
      const std::uint64_t record = number_of(facts.record);
      event.record = record ? record : ordinal;
      event.source = windows_source(facts.provider.text());
      event.raw = raw;
      const std::span<Field> kept = out.scratch().array<Field>(fields.size());
      std::uninitialized_copy(fields.begin(), fields.end(), kept.begin());
      event.fields = kept;
    }
  }

  void describe(const Batch&, const Event& event, Record& out) const override {
    out.clear();
    FieldSink sink(out);
    Facts facts;
    std::string problem;
    read(event.raw, sink, facts, problem);
  }

 private:
  FieldTable table_;
  int utc_offset_;
  Cutter cutter_;
};

Fit sniff(std::string_view head, bool) {
  const std::string text = head_as_utf8(head);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos || text[first] != '<') return Fit::none;
  const std::size_t open = find_open(text, first);
  if (open == text.npos) return Fit::none;
  const bool named = text.find("schemas.microsoft.com/win/2004/08/events/event", open) < open + 256;
  const bool system = text.find("<System>", open) < open + 512;
  return named || system ? Fit::sure : Fit::none;
}

std::unique_ptr<Reader> open(const Demand& demand, const ReadOptions& options) {
  return std::make_unique<XmlReader>(demand, options);
}

}  // namespace

std::optional<Embedded> read_embedded(std::string_view text, FieldSink& sink, int utc_offset_minutes) {
  const std::size_t close = text.rfind(kClose);
  if (find_open(text, 0) != 0 || close == text.npos) return std::nullopt;
  Facts facts;
  std::string problem;
  if (!read(text.substr(0, close + kClose.size()), sink, facts, problem)) return std::nullopt;
  return Embedded{windows_source(facts.provider.text()), time_of(facts, utc_offset_minutes), number_of(facts.record)};
}

const ReaderSpec spec{"xml", "event XML", "Windows events as XML (wevtutil, Event Viewer) and Sysmon for Linux", sniff,
                      open};

}  // namespace tocsin::xml
