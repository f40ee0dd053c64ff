// What text costs, without files and cases around it:
//   products_bench lines [LINES]      the OpenSSH lines themselves
//   products_bench speed [LINES]      OpenSSH lines → typed activities, all products compiled, on one core
//   products_bench activities FILE    the same once over a file, for a comparison of whole processes
//   products_bench hunt [ROUNDS [SEED]]  looks for the line that costs most a byte, against the median line's cost
//   products_bench forgeries [COUNT [SEED]]  forged lines of all products; wrong attributions
//   products_bench line TEXT           what this line costs a byte
//   products_bench rulebase [PRODUCT]  the product's templates in liblognorm's rule language
// Prints `name value` lines.
#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <random>

#include "base/share.h"
#include "products/catalog.h"
#include "readers/reader.h"
#include "tests/products/forgery.h"
#include "tests/support/read_all.h"

namespace tocsin {
namespace {

// Processor time, as other work on the machine must not count. One thread runs.
double seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

products::Catalog load() {
  const auto share = share_folder();
  if (!share) fmt::print(stderr, "{}\n", share.error().text()), std::exit(4);
  const std::vector<std::string> paths{*share + "/products"};
  auto made = products::Catalog::load(paths);
  if (!made) fmt::print(stderr, "{}\n", made.error().text()), std::exit(4);
  return *std::move(made);
}

const ReaderSpec& lines_reader() {
  for (const ReaderSpec* spec : all_readers())
    if (spec->name == "lines") return *spec;
  std::abort();
}

// A server's day: mostly failures, of existing and other users, some successes and ends of connections.
std::string openssh_lines(std::size_t count) {
  std::mt19937 random(1);
  std::string out;
  const char* const users[] = {"root", "admin", "test", "oracle", "j.doe", "backup", "postgres", "ubuntu"};
  for (std::size_t i = 0; i < count; ++i) {
    const auto n = static_cast<unsigned>(random());
    const std::string head = fmt::format("Jun {:2} {:02}:{:02}:{:02} mail1 sshd[{}]: ", 1 + i * 28 / count,
                                         i * 24 * 28 / count % 24, n % 60, n / 60 % 60, 1000 + n % 30000);
    const std::string source = fmt::format("203.0.{}.{} port {}", n / 7 % 256, n / 1792 % 256, 1024 + n % 60000);
    switch (n % 10) {
      case 0:
        out += head + fmt::format("Accepted password for {} from {} ssh2\n", users[n % 8], source);
        break;
      case 1:
      case 2:
        out += head + fmt::format("Failed password for invalid user {} from {} ssh2\n", users[n % 8], source);
        break;
      case 3:
        out += head + fmt::format("Connection closed by authenticating user {} {} [preauth]\n", users[n % 8], source);
        break;
      case 4:
        out += head + fmt::format("Received disconnect from {}:11: Bye Bye [preauth]\n", source);
        break;
      default:
        out += head + fmt::format("Failed password for {} from {} ssh2\n", users[n % 8], source);
    }
  }
  return out;
}

struct Run {
  double read_s = 0, all_s = 0;
  std::uint64_t events = 0, activities = 0;
};

Run read_once(const products::Catalog& catalog, const Demand& demand, Stream& stream) {
  Run run;
  ReadOptions options;
  options.year = 2024;
  const auto reader = lines_reader().open(demand, options);
  std::vector<Anomaly> anomalies;
  Batch batch;
  products::Scratch scratch;
  Activity activity;
  const double start = seconds();
  while (true) {
    const double before = seconds();
    const auto block = reader->cut(stream, anomalies);
    if (!block || !*block) break;
    batch.clear();
    reader->decode(**block, batch);
    run.read_s += seconds() - before;
    scratch.arena.clear();
    for (const Event& event : batch.events()) {
      run.activities += catalog.activity(event, scratch, activity);
      ++run.events;
    }
  }
  run.all_s = seconds() - start;
  return run;
}

// The best of `times`: other work on the machine only ever adds.
Run measure(const products::Catalog& catalog, const Demand& demand, const std::string& text, int times) {
  Run best;
  for (int i = 0; i < times; ++i) {
    tests::MemoryStream stream(text);
    const Run run = read_once(catalog, demand, stream);
    if (i == 0 || run.all_s < best.all_s) best = run;
  }
  return best;
}

void speed(std::size_t count) {
  products::Catalog catalog = load();
  Demand demand;
  catalog.demand(demand);
  const std::string text = openssh_lines(count);
  const Run run = measure(catalog, demand, text, 5);
  fmt::print("lines {}\nactivities {}\nbytes {}\n", run.events, run.activities, text.size());
  fmt::print("read_ns_per_line {:.1f}\n", run.read_s * 1e9 / static_cast<double>(count));
  fmt::print("products_ns_per_line {:.1f}\n", (run.all_s - run.read_s) * 1e9 / static_cast<double>(count));
  fmt::print("lines_per_second {:.0f}\n", static_cast<double>(count) / run.all_s);
}

class FileStream final : public Stream {
 public:
  explicit FileStream(const char* path) : file_(std::fopen(path, "rb")) {}
  ~FileStream() override {
    if (file_) std::fclose(file_);
  }
  Result<std::size_t> read(char* into, std::size_t size) override {
    return file_ ? std::fread(into, 1, size, file_) : std::size_t{0};
  }

 private:
  std::FILE* file_;
};

void activities(const char* path) {
  products::Catalog catalog = load();
  Demand demand;
  catalog.demand(demand);
  FileStream stream(path);
  const Run run = read_once(catalog, demand, stream);
  fmt::print("lines {}\nactivities {}\n", run.events, run.activities);
}

// Nanoseconds a byte for this line, repeated.
double cost(products::Catalog& catalog, const Demand& demand, const std::string& line) {
  std::string text;
  while (text.size() < 200'000) text += line + "\n";
  return measure(catalog, demand, text, 3).all_s * 1e9 / static_cast<double>(text.size());
}

void hunt(std::size_t rounds, std::uint64_t seed) {
  products::Catalog catalog = load();
  Demand demand;
  catalog.demand(demand);
  tests::Forger forger(catalog.definitions(), 6 + seed);
  std::vector<std::string> lines;
  while (lines.size() < 400)
    if (const tests::Forged& forged = forger.next(); !forged.line.empty()) lines.push_back(forged.line);
  std::vector<std::pair<double, std::string>> costs;
  for (const std::string& line : lines) costs.emplace_back(cost(catalog, demand, line), line);
  std::ranges::sort(costs);
  const double median = costs[costs.size() / 2].first;
  const double ssh = cost(catalog, demand,
                          "Jun 21 16:47:48 mail1 sshd[4711]: Failed password for root from 192.0.2.1 port 50273 ssh2");
  // The worst ones are stretched, spliced and repeated, and what costs more is kept.
  std::mt19937 random(static_cast<unsigned>(10 + seed));
  std::vector<std::pair<double, std::string>> pool(costs.end() - 20, costs.end());
  for (std::size_t i = 0; i < rounds; ++i) {
    std::string line = pool[random() % pool.size()].second;
    const std::string& other = lines[random() % lines.size()];
    for (unsigned k = 1 + random() % 2; k > 0; --k) {
      const std::size_t at =
          std::min<std::size_t>(48, line.size()) + random() % (line.size() + 1 > 48 ? line.size() - 47 : 1);
      const std::size_t place = std::min(at, line.size());
      switch (random() % 4) {
        case 0: {  // a fragment many times
          const std::size_t from = random() % other.size();
          const std::string piece = other.substr(from, 1 + random() % 12);
          std::string many;
          for (unsigned n = 1 << random() % 10; n > 0; --n) many += piece;
          line.insert(place, many);
          break;
        }
        case 1: {
          const std::size_t from = random() % other.size();
          line.insert(place, other.substr(from, random() % 200));
          break;
        }
        case 2:
          line.insert(place, std::string(1 << random() % 12, " :a([=x1."[random() % 9]));
          break;
        default:
          line.erase(place, random() % 40);
      }
    }
    if (line.size() > 9000) line.erase(4000, line.size() - 8000);
    if (line.size() < 60) continue;
    const double found = cost(catalog, demand, line);
    if (found > pool[0].first) {
      pool[0] = {found, line};
      std::ranges::sort(pool);
    }
  }
  // Once more, longer, so that a hiccup of the machine isn't taken for the line.
  std::ranges::sort(pool, std::ranges::greater{});
  double worst = 0;
  std::string which;
  for (std::size_t i = 0; i < 5; ++i) {
    double least = 1e9;
    for (int again = 0; again < 5; ++again) least = std::min(least, cost(catalog, demand, pool[i].second));
    if (least > worst) worst = least, which = pool[i].second;
  }
  fmt::print("median_ns_per_byte {:.2f}\nssh_ns_per_byte {:.2f}\nworst_ns_per_byte {:.2f}\nratio {:.2f}\n", median, ssh,
             worst, worst / median);
  fmt::print(stderr, "{} bytes: {}\n", which.size(), which);
}

// What a template of ours is in liblognorm's rule language (version 2). Its parsers take the first place where a text
// can end and know no second reading; an address or name is a word there.
std::string rule_of(const products::Shape& shape, const products::CaptureNames& names) {
  using products::Type;
  std::string out;
  const auto literal = [&](std::string_view text) {
    for (const char c : text) out += c == '%' ? std::string("%%") : std::string(1, c);
  };
  const auto quoted = [](std::string_view text) {
    std::string made = "\"";
    for (const char c : text) made += c == '"' || c == '\\' ? std::string{'\\', c} : std::string(1, c);
    return made + "\"";
  };
  literal(shape.prefix);
  for (const products::Shape::Step& step : shape.steps) {
    const std::string name = quoted(step.capture < 0 ? std::string_view("-")
                                                     : std::string_view(names[static_cast<std::size_t>(step.capture)]));
    std::string type = "\"word\"";
    if (step.type == Type::ip) {
      type = "\"alternative\",\"parser\":[{\"type\":\"ipv4\"},{\"type\":\"ipv6\"}]";
    } else if (step.type == Type::port || step.type == Type::integer) {
      type = "\"number\"";
    } else if (step.literal.empty()) {
      type = step.free ? "\"rest\"" : "\"word\"";
    } else if (step.literal == " ") {
      type = "\"word\"";  // which a user's name is, as a rule; string-to finds none that is one byte
    } else if (step.free || step.type == Type::until) {
      type = "\"string-to\",\"extradata\":" + quoted(step.literal);
    } else if (step.literal[0] != ' ') {
      type = "\"char-to\",\"extradata\":" + quoted(step.literal.substr(0, 1));
    }
    out += "%{\"name\":" + name + ",\"type\":" + type + "}%";
    literal(step.literal);
  }
  return out;
}

void rulebase(std::string_view product) {
  const products::Catalog catalog = load();
  fmt::print("version=2\nprefix=%date:date-rfc3164% %host:word% sshd[%pid:number%]: \n");
  for (const products::Definition& definition : catalog.definitions()) {
    if (definition.product != product) continue;
    for (const products::Message& message : definition.messages)
      for (const std::string& text : message.texts) {
        products::CaptureNames names;
        const auto shapes = products::parse_template(text, names);
        for (const products::Shape& shape : *shapes) fmt::print("rule=:{}\n", rule_of(shape, names));
      }
  }
}

// What one line costs: for a look at a line that the hunt found.
void line(const std::string& text) {
  products::Catalog catalog = load();
  Demand demand;
  catalog.demand(demand);
  double least = 1e9;
  for (int i = 0; i < 30; ++i) least = std::min(least, cost(catalog, demand, text));
  fmt::print("ns_per_byte {:.2f}\n", least);
}

int forgeries(std::uint64_t count, std::uint64_t first_seed) {
  products::Catalog catalog = load();
  tests::ForgeryScore sum;
  for (std::uint64_t seed = first_seed; sum.lines < count; ++seed) {
    const auto score = tests::try_forgeries(catalog, std::min<std::uint64_t>(100'000, count - sum.lines), seed);
    sum.lines += score.lines, sum.exact += score.exact, sum.ambiguous += score.ambiguous;
    sum.silent += score.silent, sum.none += score.none, sum.wrong += score.wrong;
    for (const std::string& example : score.examples) fmt::print(stderr, "wrong: {}\n", example.substr(0, 2000));
  }
  fmt::print("forgeries {}\nexact {}\nambiguous {}\nsilent {}\nwithout_source {}\nwrong {}\n", sum.lines, sum.exact,
             sum.ambiguous, sum.silent, sum.none, sum.wrong);
  return sum.wrong == 0 ? 0 : 1;
}

}  // namespace
}  // namespace tocsin

int main(int count, char** values) {
  const std::string what = count > 1 ? values[1] : "speed";
  const std::uint64_t number = count > 2 ? std::strtoull(values[2], nullptr, 10) : 0;
  if (what == "lines") return std::fputs(tocsin::openssh_lines(number ? number : 500'000).c_str(), stdout), 0;
  if (what == "activities") return tocsin::activities(count > 2 ? values[2] : "/dev/null"), 0;
  if (what == "hunt")
    return tocsin::hunt(number ? number : 3000, count > 3 ? std::strtoull(values[3], nullptr, 10) : 1), 0;
  if (what == "forgeries")
    return tocsin::forgeries(number ? number : 1'000'000, count > 3 ? std::strtoull(values[3], nullptr, 10) : 1);
  if (what == "line") return tocsin::line(count > 2 ? values[2] : ""), 0;
  if (what == "rulebase") return tocsin::rulebase(count > 2 ? values[2] : "openssh"), 0;
  return tocsin::speed(number ? number : 500'000), 0;
}
