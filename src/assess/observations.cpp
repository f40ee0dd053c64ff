// Everything in the file is optional, and one entry that can't be understood is left out and named: an analyst's slip
// in one place must not cost the rest. Only what is no JSON object fails.
#include "assess/observations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "assess/json.h"
#include "base/text.h"

namespace tocsin::assess {
namespace {

constexpr std::size_t kFileMax = 16u << 20, kEntriesMax = 1000, kTextMax = 2000, kNestingMax = 32, kRemarksMax = 100;
constexpr std::array<std::pair<std::string_view, Family>, 13> kFamilies = {{
    {"technique", Family::technique},
    {"tool", Family::tool},
    {"infrastructure", Family::infrastructure},
    {"procedure", Family::procedure},
    {"victimology", Family::victimology},
    {"timing", Family::timing},
    {"artefact", Family::artefact},
    {"person", Family::person},
    {"claim", Family::claim},
    // other spellings that are in use
    {"code", Family::tool},
    {"software", Family::tool},
    {"language", Family::artefact},
    {"artifact", Family::artefact},
}};

std::string cut(std::string_view text) {
  std::string out(text.substr(0, kTextMax));
  // A character cut in two would make the output invalid.
  while (!out.empty() && text.size() > kTextMax && !is_utf8(out)) out.pop_back();
  return out;
}

class Parser {
 public:
  Parser(const dom::object& root, Observations& out) : root_(root), out_(out) {}

  void parse() {
    out_.title = cut(text_of(root_, "title"));
    texts(root_, "techniques", out_.techniques);
    texts(root_, "software", out_.software);
    entries("indicators", [&](const dom::object& from) { return indicator(from); });
    entries("claims", [&](const dom::object& from) { return claim(from); });
    entries("traits", [&](const dom::object& from) { return trait(from); });
  }

 private:
  void remark(std::string text) {
    if (out_.remarks.size() < kRemarksMax) out_.remarks.push_back(std::move(text));
  }

  void texts(const dom::object& from, std::string_view key, std::vector<std::string>& to) {
    std::size_t left_out = 0;
    each_text(from, key, [&](std::string_view text) {
      if (text.empty()) return;
      if (to.size() < kEntriesMax)
        to.push_back(cut(text));
      else
        ++left_out;
    });
    if (left_out > 0) remark(fmt::format("{} more {} are left out: there are too many", left_out, key));
  }

  // read(object) returns what is wrong with an entry, empty when nothing is.
  template <class Read>
  void entries(std::string_view key, Read read) {
    std::size_t number = 0;
    each(root_, key, [&](const dom::element& element) {
      ++number;
      dom::object object;
      std::string wrong = number > kEntriesMax                       ? "there are too many"
                          : element.get(object) != simdjson::SUCCESS ? "it is no object"
                                                                     : read(object);
      if (!wrong.empty()) remark(fmt::format("{} entry {} is left out: {}", key, number, wrong));
    });
  }

  std::string indicator(const dom::object& from) {
    SeenIndicator one{cut(text_of(from, "type")), fold(cut(text_of(from, "value"))), cut(text_of(from, "seen"))};
    if (one.value.empty()) return "it has no value";
    out_.indicators.push_back(std::move(one));
    return {};
  }

  std::string grade(const dom::object& from, std::string_view key, Grade& to) {
    const std::string_view text = text_of(from, key);
    if (text.empty()) return {};
    const auto parsed = parse_grade(text);
    if (!parsed) return fmt::format("'{}' is no Admiralty grade (A1 to F6)", cut(text));
    to = *parsed;
    return {};
  }

  std::string claim(const dom::object& from) {
    Claim one;
    one.actor = cut(text_of(from, "actor"));
    one.state = cut(text_of(from, "state"));
    one.by = cut(text_of(from, "by"));
    one.date = cut(text_of(from, "date"));
    one.statement = cut(text_of(from, "statement"));
    one.lineage = fold(cut(text_of(from, "lineage")));
    one.legal = cut(text_of(from, "legal"));
    one.persona = flag_of(from, "persona");
    if (one.by.empty()) return "it doesn't say by whom";
    if (one.lineage.empty()) one.lineage = fold(one.by);
    if (std::string wrong = grade(from, "admiralty", one.grade); !wrong.empty()) return wrong;
    out_.claims.push_back(std::move(one));
    return {};
  }

  std::string trait(const dom::object& from) {
    SeenTrait one;
    const auto family = parse_family(text_of(from, "family"));
    if (!family) return fmt::format("there is no family '{}'", cut(text_of(from, "family")));
    one.family = *family;
    one.value = cut(text_of(from, "value"));
    if (one.value.empty()) return "it has no value";
    std::int64_t cost = 0;
    if (from["spoof_cost"].get(cost) == simdjson::SUCCESS && (cost < 0 || cost > 4))
      return "spoof_cost goes from 0 to 4";
    one.spoof_cost = static_cast<int>(cost);
    one.source = cut(text_of(from, "source"));
    one.lineage = fold(cut(text_of(from, "lineage")));
    if (one.lineage.empty()) one.lineage = fold(one.source);
    texts(from, "actors", one.actors);
    texts(from, "states", one.states);
    texts(from, "against", one.against);
    one.from_adversary = flag_of(from, "from_adversary");
    if (std::string wrong = grade(from, "grade", one.grade); !wrong.empty()) return wrong;
    out_.traits.push_back(std::move(one));
    return {};
  }

  const dom::object& root_;
  Observations& out_;
};

}  // namespace

double Grade::weight() const {
  static constexpr std::array<double, 6> kSource = {1, 0.8, 0.5, 0.25, 0, 0.3},
                                         kInformation = {1, 0.8, 0.5, 0.2, 0, 0.3};
  return kSource[static_cast<std::size_t>(source - 'A')] * kInformation[static_cast<std::size_t>(information - '1')];
}

std::optional<Grade> parse_grade(std::string_view text) {
  if (text.size() != 2) return std::nullopt;
  const char source = static_cast<char>(text[0] & ~0x20);
  if (source < 'A' || source > 'F' || text[1] < '1' || text[1] > '6') return std::nullopt;
  return Grade{source, text[1]};
}

std::string_view family_name(Family family) {
  for (const auto& [name, value] : kFamilies)
    if (value == family) return name;
  return "?";
}

std::optional<Family> parse_family(std::string_view text) {
  const std::string folded = fold(text.substr(0, 40));
  for (const auto& [name, value] : kFamilies)
    if (name == folded) return value;
  return std::nullopt;
}

Result<Observations> parse_observations(std::string_view json, const std::string& name) {
  dom::parser parser(kFileMax);
  dom::object root;
  if (json.size() > kFileMax) return fail("observations may hold up to 16 MiB", name);
  if (parser.allocate(0, kNestingMax)) return fail("no memory for the JSON parser", name);
  if (const auto error = parser.parse(json.data(), json.size()).get(root))
    return fail(std::string("no JSON object: ") + simdjson::error_message(error), name);
  Observations out;
  Parser(root, out).parse();
  return out;
}

Result<Observations> load_observations(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(std::string("it cannot be read: ") + std::strerror(errno), path);
  std::string bytes;
  std::array<char, 65536> block;
  while (bytes.size() <= kFileMax && (file.read(block.data(), block.size()) || file.gcount() > 0))
    bytes.append(block.data(), static_cast<std::size_t>(file.gcount()));
  return parse_observations(bytes, path);
}

}  // namespace tocsin::assess
