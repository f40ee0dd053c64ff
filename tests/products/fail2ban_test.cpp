// fail2ban's annotated lines, met by all definitions together: `# failJSON: {"match": true, "host": …, "user": …}`
// says of the next line who was behind it.
//
// For each line that `match: true` names: the source must be exactly that host (or be graded ambiguous where the
// annotation speaks of an injection), and the user exactly that user. Lines whose host stands on another line of the
// same session are counted apart. A source graded trusted that isn't the annotated host is wrong; on `match: false`
// lines, one that isn't the first address of the line, which is the peer's in all of them (each was looked at). Files
// of products that have no definition are listed.
//
// TOCSIN_FAIL2BAN=dovecot (any part of a file's name) prints each line that isn't exact.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "products/catalog.h"
#include "readers/reader.h"
#include "tests/support/read_all.h"

namespace tocsin::tests {
namespace {

namespace fs = std::filesystem;

struct Line {
  std::string text, desc;
  bool match = false;
  std::optional<std::string> host, user;
  bool annotated = false;
};

std::vector<Line> read_file(const fs::path& path) {
  std::vector<Line> out;
  std::ifstream file(path, std::ios::binary);
  Line next;
  for (std::string text; std::getline(file, text);) {
    if (text.ends_with('\r')) text.pop_back();
    const auto at = text.find("failJSON:");
    if (text.starts_with('#') && at != std::string::npos) {
      const auto json = nlohmann::json::parse(text.substr(at + 9), nullptr, false);
      if (json.is_discarded()) continue;
      // Several annotations on a line are alternatives by options; one that matches tells who it was.
      if (next.annotated && !json.value("match", false)) continue;
      next = {};
      next.annotated = true;
      next.match = json.value("match", false);
      next.desc = json.value("desc", "");
      if (json.contains("host") && json["host"].is_string()) next.host = json["host"];
      if (json.contains("user") && json["user"].is_string()) next.user = json["user"];
    } else if (!text.starts_with('#') && !text.empty()) {
      next.text = text;
      out.push_back(std::exchange(next, {}));
    }
  }
  return out;
}

struct Seen {
  std::string product, message, source, user;
  bool source_ambiguous = false, source_trusted = false;
  bool user_ambiguous = false;
};

class Eye {
 public:
  Eye() {
    const std::vector<std::string> paths{"share/tocsin/products"};
    auto made = products::Catalog::load(paths);
    if (!made) std::fprintf(stderr, "%s\n", made.error().text().c_str()), std::abort();
    catalog_.emplace(*std::move(made));
    catalog_->demand(demand_);
  }
  Seen look(const std::string& line) {
    Seen out;
    const ReaderSpec* spec = recognise(line, true);
    if (!spec) return out;
    ReadOptions options;
    options.year = 2005;
    const auto reader = spec->open(demand_, options);
    MemoryStream stream(line);
    std::vector<Anomaly> anomalies;
    Batch batch;
    products::Scratch scratch;
    while (auto block = reader->cut(stream, anomalies)) {
      if (!*block) break;
      batch.clear();
      reader->decode(**block, batch);
      for (const Event& event : batch.events()) {
        Record record;
        batch.access()->describe(batch, event, record);
        products::Reading reading;
        catalog_->read(event, record, scratch, reading);
        if (reading.product.empty()) continue;
        out.product = reading.product;
        out.message = reading.message;
        std::string address, domain;
        const auto take = [&](std::string& into, const products::EcsValue& value) {
          if (!into.empty()) return;
          into = value.value;
          out.source_ambiguous |= value.provenance == Provenance::ambiguous;
          out.source_trusted |= value.provenance == Provenance::trusted;
        };
        for (const products::EcsValue& value : reading.ecs) {
          if (value.field == "source.ip") take(out.source, value);
          if (value.field == "source.address") take(address, value);
          if (value.field == "source.domain") take(domain, value);
          if (value.field == "user.name" && out.user.empty()) {
            out.user = value.value;
            out.user_ambiguous = value.provenance == Provenance::ambiguous;
          }
        }
        if (out.source.empty()) out.source = !address.empty() ? address : domain;
      }
    }
    return out;
  }

 private:
  std::optional<products::Catalog> catalog_;
  Demand demand_;
};

bool is_injection(const Line& line) {
  std::string desc = line.desc;
  std::ranges::transform(desc, desc.begin(), [](unsigned char c) { return std::tolower(c); });
  return desc.find("inject") != std::string::npos;
}

bool same_host(const std::string& a, const std::string& b) {
  if (a == b) return true;
  const auto one = Ip::parse(a), other = Ip::parse(b);
  return one && other && *one == *other;
}

std::string first_address(const std::string& line) {
  static constexpr std::string_view kSet = "0123456789abcdefABCDEF:.";
  for (std::size_t at = line.find_first_of(kSet); at != std::string::npos; at = line.find_first_of(kSet, at)) {
    std::size_t end = std::min(line.find_first_not_of(kSet, at), line.size());
    const bool alone =
        (at == 0 || !std::isalnum(static_cast<unsigned char>(line[at - 1]))) &&
        (end == line.size() || (!std::isalnum(static_cast<unsigned char>(line[end])) && line[end] != '-'));
    for (std::size_t stop = end; alone && stop > at + 2; --stop)  // the port behind it off
      if ((stop == end || line[stop] == ':' || line[stop] == '.') && Ip::parse(line.substr(at, stop - at)))
        return line.substr(at, stop - at);
    at = end;
  }
  return {};
}

struct Score {
  int match = 0, exact = 0, ambiguous = 0, elsewhere = 0, missed = 0, users = 0, users_exact = 0, others = 0, wrong = 0;
  int read = 0;
};

TEST(Fail2ban, HostsAndUsersAreExactAndNothingIsWrong) {
  const fs::path folder = "../shared/corpus/logs/fail2ban/logs";
  if (!fs::exists(folder)) GTEST_SKIP() << "no corpus at " << folder;
  const char* const shown = std::getenv("TOCSIN_FAIL2BAN");
  Eye eye;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::ranges::sort(files);
  Score all;
  std::string none;
  std::printf("%-24s %5s %5s %5s %5s %5s %9s %5s %5s\n", "file", "match", "exact", "ambig", "other", "miss", "users",
              "rest", "wrong");
  for (const fs::path& path : files) {
    const std::string name = path.filename();
    const bool show = shown && name.find(shown) != std::string::npos;
    Score score;
    for (const Line& line : read_file(path)) {
      const Seen seen = eye.look(line.text);
      score.read += !seen.message.empty();
      const auto say = [&](const char* what) {
        if (show)
          std::printf("  %s: [%s/%s] source '%s'%s user '%s' expected '%s' '%s'\n    %s\n", what, seen.product.c_str(),
                      seen.message.c_str(), seen.source.c_str(), seen.source_ambiguous ? " (ambiguous)" : "",
                      seen.user.c_str(), line.host.value_or("").c_str(), line.user.value_or("").c_str(),
                      line.text.c_str());
      };
      if (!line.match) {
        ++score.others;
        if (!seen.source.empty() && seen.source_trusted && !seen.source_ambiguous &&
            !same_host(seen.source, first_address(line.text)))
          ++score.wrong, say("WRONG, as nobody should be named");
        continue;
      }
      ++score.match;
      if (line.host && line.text.find(*line.host) == std::string::npos && !same_host(*line.host, seen.source)) {
        ++score.elsewhere;
        if (!seen.source.empty() && !seen.source_ambiguous && seen.source_trusted) ++score.wrong, say("wrong");
      } else if (!line.host) {
        ++score.elsewhere;
      } else if (seen.source_ambiguous) {
        if (is_injection(line)) {
          ++score.ambiguous;
        } else {
          ++score.missed, say("ambiguous");
        }
      } else if (same_host(*line.host, seen.source)) {
        ++score.exact;
      } else {
        ++score.missed;
        say(seen.source.empty() ? "missed" : "WRONG");
        score.wrong += !seen.source.empty() && seen.source_trusted;
      }
      if (line.user && line.text.find(*line.user) != std::string::npos) {
        ++score.users;
        if (*line.user == seen.user) {
          ++score.users_exact;
        } else {
          say("user");
        }
      }
    }
    if (score.read == 0) {
      none += (none.empty() ? "" : ", ") + name;
      continue;
    }
    std::printf("%-24s %5d %5d %5d %5d %5d %4d/%-4d %5d %5d\n", name.c_str(), score.match, score.exact, score.ambiguous,
                score.elsewhere, score.missed, score.users_exact, score.users, score.others, score.wrong);
    all.match += score.match, all.exact += score.exact, all.ambiguous += score.ambiguous;
    all.elsewhere += score.elsewhere, all.missed += score.missed, all.users += score.users;
    all.users_exact += score.users_exact, all.others += score.others, all.wrong += score.wrong;
  }
  std::printf("%-24s %5d %5d %5d %5d %5d %4d/%-4d %5d %5d\nno definition for: %s\n", "all", all.match, all.exact,
              all.ambiguous, all.elsewhere, all.missed, all.users_exact, all.users, all.others, all.wrong,
              none.c_str());
  EXPECT_EQ(all.wrong, 0);
  // What was reached; it may only rise.
  EXPECT_EQ(all.missed, 0);
  EXPECT_GE(all.exact, 712);
  EXPECT_GE(all.users_exact, 32);
  EXPECT_EQ(all.users_exact, all.users);
}

}  // namespace
}  // namespace tocsin::tests
