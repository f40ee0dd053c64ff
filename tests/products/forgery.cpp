#include "tests/products/forgery.h"

#include <algorithm>

#include "base/check.h"
#include "readers/reader.h"
#include "tests/support/read_all.h"

namespace tocsin::tests {
namespace {

using products::Type;

bool is_source(std::string_view name) {
  return name == "source.ip" || name == "source.address" || name == "client.ip" || name == "client.address";
}

// A plain capture's ECS name by the mapping.
std::string_view meaning_of(std::string_view name, const products::Definition& definition,
                            const products::Message& message) {
  if (name.find('.') != std::string_view::npos) return name;
  for (const auto* part : {&message.meaning, &definition.meaning})
    for (const auto& rule : part->map)
      if (std::ranges::find(rule.fields, name) != rule.fields.end())
        return rule.ecs == "source" || rule.ecs == "client" ? std::string_view("source.ip")
                                                            : std::string_view(rule.ecs);
  return name;
}

// The keys that the mapping looks for within a capture, each with what it becomes: `said{ipAddress}`, source.ip.
std::vector<std::pair<std::string, std::string_view>> keys_within(std::string_view name,
                                                                  const products::Definition& definition,
                                                                  const products::Message& message) {
  std::vector<std::pair<std::string, std::string_view>> out;
  std::vector<const products::Meaning*> left{&message.meaning, &definition.meaning};
  for (std::size_t i = 0; i < left.size(); ++i) {
    for (const auto& part : left[i]->with) left.push_back(&part);
    for (const auto& rule : left[i]->map) {
      for (const std::string& field : rule.fields) {
        if (!field.starts_with(name) || !field.substr(name.size()).starts_with('{') || !field.ends_with('}')) continue;
        const std::string key = field.substr(name.size() + 1, field.size() - name.size() - 2);
        if (std::ranges::find(out, key, &std::pair<std::string, std::string_view>::first) == out.end())
          out.emplace_back(key, rule.ecs);
      }
    }
  }
  return out;
}

std::string plain(const std::string& pattern) {
  std::string out = pattern;
  std::erase(out, '*');
  return out.empty() ? "x" : out;
}

}  // namespace

Forger::Forger(std::span<const products::Definition> definitions, std::uint64_t seed) : random_(seed) {
  for (const products::Definition& definition : definitions) {
    for (const products::Message& message : definition.messages) {
      products::CaptureNames names;
      for (const std::string& text : message.texts) {
        const auto shapes = products::parse_template(text, names);
        CHECK(shapes);
        for (const products::Shape& shape : *shapes) shapes_.push_back({&definition, &message, shape, names});
      }
      for (auto at = shapes_.rbegin(); at != shapes_.rend() && at->message == &message; ++at) at->names = names;
    }
  }
}

std::string Forger::address(std::string_view network) {
  if (roll(8) == 0)
    return "2001:db8:" + std::string(network == "192.0.2." ? "1" : "bad") + "::" + std::to_string(roll(999) + 1);
  return std::string(network) + std::to_string(roll(254) + 1);
}

// What the type lets through of a text that somebody chose.
std::string Forger::value(const products::Shape::Step& step, std::string text) const {
  std::string out;
  if (step.type == Type::quoted) {
    for (const char c : text) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    return '"' + out + '"';
  }
  for (const char c : text) {
    if (step.type == Type::until && !step.literal.empty() && c == step.literal[0]) continue;
    if (!products::may_hold(step.type, static_cast<unsigned char>(c))) {
      if (step.type == Type::word || step.type == Type::email) out += '_';
      continue;
    }
    out += c;
  }
  if (step.type == Type::email && out.find('@') == std::string::npos) out += "@example.org";
  // A value that is fixed ends where its characters do, so that it can't hold the first one behind it.
  if (!step.free && step.type != Type::until && !step.literal.empty())
    while (!out.empty() && !products::may_hold(step.type, static_cast<unsigned char>(out.back()))) out.pop_back();
  if (out.empty() && step.type != Type::rest && step.type != Type::until) out = "x";
  return out;
}

// What an attacker writes where a user's name is asked for.
std::string Forger::chosen(const Shape& shape) {
  std::string out;
  for (std::uint32_t pieces = 1 + roll(3); pieces > 0; --pieces) {
    const Shape& other = roll(2) ? shape : shapes_[roll(static_cast<std::uint32_t>(shapes_.size()))];
    switch (roll(9)) {
      case 0:
        out += "root";
        break;
      case 1:
      case 2: {  // a piece of a line
        const std::string line = fill(other, true, "198.51.100.", nullptr);
        const std::size_t from = line.empty() ? 0 : roll(static_cast<std::uint32_t>(line.size()));
        out += roll(2) ? line.substr(from) : line.substr(0, from);
        break;
      }
      case 3:  // the rest of the same shape, so that another end fits
        if (!shape.shape.steps.empty()) {
          Shape tail = shape;
          tail.shape.prefix.clear();
          const auto skipped = roll(static_cast<std::uint32_t>(tail.shape.steps.size()));
          tail.shape.prefix = tail.shape.steps[skipped].literal;
          tail.shape.steps.erase(tail.shape.steps.begin(), tail.shape.steps.begin() + skipped + 1);
          out += "x" + fill(tail, true, "198.51.100.", nullptr);
        }
        break;
      case 4: {  // another line behind an escaped or smuggled line end
        static constexpr std::string_view kEnds[] = {"\\n", "#012", "\\012", "\r", "\x1b[A", "\xe2\x80\xa8", "%0a"};
        out += "root" + std::string(kEnds[roll(std::size(kEnds))]) + fill(other, true, "198.51.100.", nullptr);
        break;
      }
      case 5: {
        static constexpr std::string_view kMarks[] = {" from ",     "rip=", "rhost=", "[",           " (",
                                                      ", client: ", "ip=",  "src=",   "IpAddress: ", " port 22 ssh2",
                                                      "]: ",        "): ",  "\"",     "' ",          ">, rip="};
        out += std::string(kMarks[roll(std::size(kMarks))]) + address("198.51.100.") +
               std::string(kMarks[roll(std::size(kMarks))]);
        break;
      }
      case 6: {
        static constexpr std::uint32_t kLengths[] = {90, 101, 255, 257, 1000, 3000};
        out += std::string(kLengths[roll(std::size(kLengths))], roll(2) ? 'X' : ' ');
        break;
      }
      case 7:
        out += address("198.51.100.");
        break;
      default:
        out += std::string(1, static_cast<char>(32 + roll(95)));
    }
  }
  return out;
}

// `honest`: nobody chooses anything (which also ends the recursion).
std::string Forger::fill(const Shape& shape, bool honest, std::string_view network, std::optional<Ip>* truth) {
  std::string out = shape.shape.prefix;
  for (const products::Shape::Step& step : shape.shape.steps) {
    const std::string_view name = step.capture < 0 ? std::string_view()
                                                   : meaning_of(shape.names[static_cast<std::size_t>(step.capture)],
                                                                *shape.definition, *shape.message);
    std::string text;
    const auto keys = name.empty() ? std::vector<std::pair<std::string, std::string_view>>()
                                   : keys_within(name, *shape.definition, *shape.message);
    if (!keys.empty()) {
      for (const auto& [key, ecs] : keys) {
        text += (text.empty() ? "" : ", ") + key + "=\"";
        if (is_source(ecs) || ecs == "source" || ecs == "client") {
          const std::string given = address(network);
          if (truth && !*truth) *truth = Ip::parse(given);
          text += given;
        } else {
          text += honest ? "user" : chosen(shape);
        }
        text += '"';
      }
    } else if (is_source(name)) {
      text = address(network);
      if (truth && !*truth) *truth = Ip::parse(text);
      if (step.type == Type::quoted) text = '"' + text + '"';
    } else {
      switch (step.type) {
        case Type::ip:
          text = address("203.0.113.");
          break;
        case Type::port:
          text = std::to_string(roll(65536));
          break;
        case Type::integer:
        case Type::number:
          text = std::to_string(roll(100000));
          break;
        case Type::hex:
          text = "c0ffee";
          break;
        case Type::id:
          text = "id" + std::to_string(roll(1000));
          break;
        case Type::host:
          text = "host" + std::to_string(roll(1000)) + ".example.net";
          break;
        default:
          text = value(step, honest || roll(3) == 0 ? "user" + std::to_string(roll(50)) : chosen(shape));
      }
    }
    out += text + step.literal;
  }
  return out;
}

const Forged& Forger::next() {
  const Shape& shape = shapes_[roll(static_cast<std::uint32_t>(shapes_.size()))];
  forged_.product = shape.definition->product;
  forged_.message = shape.message->id;
  forged_.truth.reset();
  forged_.fields.clear();
  forged_.line.clear();
  const std::string text = fill(shape, false, "192.0.2.", &forged_.truth);
  const products::When& when =
      shape.definition->recognise[roll(static_cast<std::uint32_t>(shape.definition->recognise.size()))];
  std::string program;
  bool only_program = shape.message->of == "message" && shape.message->when.empty();
  for (const products::When* conditions : {&when, &shape.message->when}) {
    for (const products::Condition& condition : *conditions) {
      if (condition.absent) only_program = false;  // a line of ours would have a program
      if (condition.negated || condition.values.empty()) continue;
      const std::string& chosen_value = condition.values[roll(static_cast<std::uint32_t>(condition.values.size()))];
      if (condition.key == "source") {
        forged_.source = chosen_value;
      } else {
        if (condition.key == "program") program = plain(chosen_value);
        only_program = only_program && condition.key == "program";
        forged_.fields.emplace_back(condition.key, plain(chosen_value));
      }
    }
  }
  forged_.fields.emplace_back(shape.message->of, text);
  if (only_program && text.find('\n') == std::string::npos) {
    if (forged_.source == "syslog")
      forged_.line = "Jun 21 16:47:48 server " + (program.empty() ? "daemon" : program) + "[13709]: " + text;
    if (forged_.source == "text" && program.empty()) forged_.line = "2024-06-21 16:47:48 " + text;
  }
  return forged_;
}

namespace {

struct Truth {
  std::string what;
  std::optional<Ip> source;
};

void judge(const products::Reading& reading, const Activity* activity, const Truth& truth, ForgeryScore& score) {
  ++score.lines;
  bool any = false, ambiguous = false, wrong = false;
  for (const products::EcsValue& value : reading.ecs) {
    if (value.field != "source.ip" && value.field != "source.address" && value.field != "client.ip") continue;
    const auto ip = Ip::parse(value.value);
    any = true;
    ambiguous |= value.provenance == Provenance::ambiguous;
    wrong |= ip && value.provenance == Provenance::trusted && (!truth.source || *ip != *truth.source);
  }
  if (activity && activity->kind == ActivityKind::login && activity->login.source &&
      activity->login.source_grade == Provenance::trusted)
    wrong |= !truth.source || *activity->login.source != *truth.source;
  if (wrong) {
    ++score.wrong;
    if (score.examples.size() < 10)
      score.examples.push_back(std::string(reading.product) + "/" + std::string(reading.message) + " for " +
                               truth.what + (truth.source ? " truth " + truth.source->text() : ""));
  } else if (ambiguous) {
    ++score.ambiguous;
  } else if (any) {
    ++score.exact;
  } else if (truth.source) {
    ++score.silent;
  } else {
    ++score.none;
  }
}

}  // namespace

ForgeryScore try_forgeries(products::Catalog& catalog, std::uint64_t count, std::uint64_t seed) {
  ForgeryScore score;
  Forger forger(catalog.definitions(), seed);
  Demand demand;
  catalog.demand(demand);
  const ReaderSpec* lines = nullptr;
  for (const ReaderSpec* spec : all_readers())
    if (spec->name == "lines") lines = spec;
  CHECK(lines);
  products::Scratch scratch;
  std::string text;
  std::vector<Truth> truths;
  const auto meet = [&](const Event& event, const Record& record, const Truth& truth) {
    products::Reading reading;
    catalog.read(event, record, scratch, reading);
    Activity activity;
    const bool has_activity = catalog.activity(event, scratch, activity);
    judge(reading, has_activity ? &activity : nullptr, truth, score);
    scratch.arena.clear();
  };
  const auto read_lines = [&] {
    ReadOptions options;
    options.year = 2024;
    const auto reader = lines->open(demand, options);
    MemoryStream stream(text);
    std::vector<Anomaly> anomalies;
    Batch batch;
    while (auto block = reader->cut(stream, anomalies)) {
      if (!*block) break;
      batch.clear();
      reader->decode(**block, batch);
      for (const Event& event : batch.events()) {
        Record record;
        batch.access()->describe(batch, event, record);
        meet(event, record, truths[event.record - 1]);
      }
    }
    text.clear();
    truths.clear();
  };
  std::vector<Field> fields;
  for (std::uint64_t i = 0; i < count; ++i) {
    const Forged& forged = forger.next();
    Truth truth{forged.product + "/" + forged.message + ": ", forged.truth};
    if (!forged.line.empty()) {
      text += forged.line + "\n";
      truth.what += forged.line;
      truths.push_back(std::move(truth));
      if (text.size() > 1'000'000) read_lines();
      continue;
    }
    fields.clear();
    Record record;
    for (const auto& [name, value] : forged.fields) {
      record.fields.push_back({name, Value(value)});
      if (const auto slot = demand.find(name)) fields.push_back({Value(value), *slot});
      truth.what += name + "=" + value + " ";
    }
    Event event;
    event.source = forged.source;
    event.fields = fields;
    meet(event, record, truth);
  }
  read_lines();
  return score;
}

}  // namespace tocsin::tests
