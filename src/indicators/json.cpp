// STIX and MISP, of any size: the file is followed character by character as far as brackets, strings and keys go, and
// only the objects that are elements of "objects" (STIX) or "Attribute" (MISP) are held, one at a time, and parsed.
#include <simdjson.h>

#include <charconv>
#include <memory>

#include "indicators/read.h"

namespace tocsin::indicators {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kObjectMax = 4u << 20, kDepthMax = 256, kKeyMax = 256;
constexpr std::uint8_t kNotForDetection = 25;  // a MISP attribute without to_ids

std::string_view text_of(const dom::object& object, std::string_view key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? text : std::string_view();
}

Time iso_time(std::string_view text) { return Time::parse_iso(text).value_or(Time::none()); }

// MISP writes seconds since 1970 as text or number.
Time unix_time(const dom::object& object, const char* key) {
  std::int64_t seconds = 0;
  if (object[key].get(seconds) != simdjson::SUCCESS) {
    const std::string_view text = text_of(object, key);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return Time::none();
  }
  return seconds > 0 ? Time{seconds, 0, 0} : Time::none();
}

bool is_true(const dom::object& object, const char* key) {
  bool value = false;
  return object[key].get(value) == simdjson::SUCCESS && value;
}

bool says_control(std::string_view text) {
  std::string low;
  for (const char c : text) low += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  for (const std::string_view word : {"command-and-control", "command and control", "c2", "c&c", "cnc"}) {
    const std::size_t at = low.find(word);
    if (at == std::string::npos) continue;
    const auto letter = [&](std::size_t i) {
      return i < low.size() && (std::isalnum(static_cast<unsigned char>(low[i])) != 0);
    };
    if (!(at > 0 && letter(at - 1)) && !letter(at + word.size())) return true;
  }
  return false;
}

void read_stix(const dom::object& object, Taker& taker) {
  if (text_of(object, "type") != "indicator") return;
  if (is_true(object, "revoked")) return taker.refuse("revoked");
  const std::string_view pattern = text_of(object, "pattern");
  if (const std::string_view kind = text_of(object, "pattern_type"); !kind.empty() && kind != "stix")
    return taker.refuse("pattern in another language");
  Indicator like;
  like.name = text_of(object, "name");
  std::int64_t confidence = 0;
  if (object["confidence"].get(confidence) == simdjson::SUCCESS && confidence >= 0 && confidence <= 100)
    like.confidence = static_cast<std::uint8_t>(confidence);
  like.first = iso_time(text_of(object, "valid_from"));
  like.last = iso_time(text_of(object, "modified"));
  if (!like.last.known() || (like.first.known() && like.last < like.first)) like.last = like.first;
  like.until = iso_time(text_of(object, "valid_until"));
  like.control = says_control(like.name) || says_control(text_of(object, "description").substr(0, 500));
  dom::array phases;
  if (object["kill_chain_phases"].get(phases) == simdjson::SUCCESS)
    for (const dom::element phase : phases)
      if (dom::object one; phase.get(one) == simdjson::SUCCESS)
        like.control |= says_control(text_of(one, "phase_name"));
  if (!read_pattern(pattern, like, taker)) taker.refuse("pattern without a value that is searched for");
}

struct MispType {
  std::string_view name;
  Type type;
  bool second = false;  // of "a|b", the part behind the bar
};
constexpr MispType kMispTypes[] = {{"ip-src", Type::address},
                                   {"ip-dst", Type::address},
                                   {"ip-src|port", Type::address},
                                   {"ip-dst|port", Type::address},
                                   {"domain", Type::domain},
                                   {"hostname", Type::domain},
                                   {"domain|ip", Type::domain},
                                   {"domain|ip", Type::address, true},
                                   {"hostname|port", Type::domain},
                                   {"url", Type::url},
                                   {"uri", Type::url},
                                   {"md5", Type::hash},
                                   {"sha1", Type::hash},
                                   {"sha224", Type::hash},
                                   {"sha256", Type::hash},
                                   {"sha384", Type::hash},
                                   {"sha512", Type::hash},
                                   {"imphash", Type::hash},
                                   {"filename|md5", Type::hash, true},
                                   {"filename|sha1", Type::hash, true},
                                   {"filename|sha224", Type::hash, true},
                                   {"filename|sha256", Type::hash, true},
                                   {"filename|sha384", Type::hash, true},
                                   {"filename|sha512", Type::hash, true},
                                   {"email", Type::mail},
                                   {"email-src", Type::mail},
                                   {"email-dst", Type::mail},
                                   {"email-reply-to", Type::mail},
                                   {"whois-registrant-email", Type::mail},
                                   {"user-agent", Type::agent}};

void read_misp(const dom::object& object, std::string_view event, Taker& taker) {
  const std::string_view kind = text_of(object, "type"), value = text_of(object, "value");
  if (kind.empty() && value.empty()) return;
  if (is_true(object, "deleted")) return taker.refuse("deleted");
  Indicator like;
  like.name = event;
  bool detect = true;
  if (object["to_ids"].get(detect) == simdjson::SUCCESS && !detect) like.confidence = kNotForDetection;
  like.first = iso_time(text_of(object, "first_seen"));
  like.last = iso_time(text_of(object, "last_seen"));
  if (!like.last.known()) like.last = unix_time(object, "timestamp");
  like.control = says_control(text_of(object, "comment").substr(0, 500));
  dom::array tags;
  if (object["Tag"].get(tags) == simdjson::SUCCESS)
    for (const dom::element tag : tags)
      if (dom::object one; tag.get(one) == simdjson::SUCCESS) like.control |= says_control(text_of(one, "name"));
  bool known = false, taken = false;
  for (const MispType& type : kMispTypes) {
    if (type.name != kind) continue;
    known = true;
    const std::size_t bar = value.find('|');
    std::string_view part = value;
    if (type.second && bar == std::string_view::npos) continue;
    if (bar != std::string_view::npos && kind.find('|') != std::string_view::npos)
      part = type.second ? value.substr(bar + 1) : value.substr(0, bar);
    Indicator indicator = like;
    indicator.type = type.type;
    auto text = normal(type.type, part);
    if (!text && type.type == Type::address)
      if (auto prefix = normal(Type::prefix, part)) {
        indicator.type = Type::prefix;
        text = std::move(prefix);
      }
    if (!text) continue;
    indicator.value = std::move(*text);
    taker.take(std::move(indicator));
    taken = true;
  }
  if (!known) return taker.refuse("of a type that is not searched for");
  if (!taken) taker.refuse("not a value of its type");
}

class JsonReader final : public TextReader {
 public:
  JsonReader(Taker& taker, FileReport& report) : taker_(taker), report_(report) { report.format = "JSON"; }

  void feed(std::string_view piece) override {
    for (const char c : piece) {
      if (stopped_) return;
      if (capturing_) capture_ += c;
      if (capture_.size() > kObjectMax) return too_large();
      in_string_ ? string(c) : structure(c);
    }
  }

  void finish() override {
    if (capturing_ || !stack_.empty()) taker_.refuse("cut off or damaged");
  }

 private:
  struct Frame {
    bool array;
    std::string key;  // under which it stands
  };

  void string(char c) {
    if (escaped_) {
      escaped_ = false;
      if (string_.size() < kKeyMax) string_ += c;
    } else if (c == '\\') {
      escaped_ = true;
    } else if (c == '"') {
      in_string_ = false;
      if (!capturing_ && !stack_.empty() && !stack_.back().array && key_ == "info") event_ = string_;
    } else if (string_.size() < kKeyMax) {
      string_ += c;
    }
  }

  void structure(char c) {
    switch (c) {
      case '"':
        in_string_ = true;
        string_.clear();
        return;
      case ':':
        key_ = string_;
        return;
      case ',':
        key_.clear();
        return;
      case '{':
      case '[':
        if (stack_.size() == kDepthMax) return stop("nested too deeply");
        if (c == '{' && !capturing_ && !stack_.empty() && stack_.back().array &&
            (stack_.back().key == "objects" || stack_.back().key == "Attribute")) {
          capturing_ = true;
          depth_ = stack_.size();
          capture_ = c;
        }
        stack_.push_back({c == '[', key_});
        key_.clear();
        return;
      case '}':
      case ']':
        if (stack_.empty() || stack_.back().array != (c == ']')) return stop("cut off or damaged");
        stack_.pop_back();
        key_.clear();
        if (capturing_ && stack_.size() == depth_) {
          capturing_ = false;
          object(stack_.back().key == "objects");
          capture_.clear();
        }
        return;
      default:
        return;
    }
  }

  void object(bool stix) {
    report_.format = stix ? "STIX" : "MISP";
    dom::element element;
    dom::object one;
    if (parser_.parse(capture_).get(element) != simdjson::SUCCESS || element.get(one) != simdjson::SUCCESS)
      return taker_.refuse("cut off or damaged");
    stix ? read_stix(one, taker_) : read_misp(one, event_, taker_);
  }

  void stop(const char* reason) {
    taker_.refuse(reason);
    stopped_ = true;
    capturing_ = false;
    stack_.clear();
  }
  void too_large() { stop("an object of more than 4 MiB"); }

  Taker& taker_;
  FileReport& report_;
  dom::parser parser_;
  std::vector<Frame> stack_;
  std::string string_, key_, capture_, event_;
  std::size_t depth_ = 0;
  bool in_string_ = false, escaped_ = false, capturing_ = false, stopped_ = false;
};

}  // namespace

std::unique_ptr<TextReader> json_reader(Taker& taker, FileReport& report) {
  return std::make_unique<JsonReader>(taker, report);
}

}  // namespace tocsin::indicators
