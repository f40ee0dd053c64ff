// tocsin decoys: which of many names imitate which of a few, by what trick, how surely.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/json.h"
#include "cli/evidence_options.h"
#include "cli/options.h"
#include "cli/verb.h"
#include "decoys/guard.h"
#include "decoys/input.h"
#include "decoys/likely.h"
#include "decoys/share.h"
#include "evidence/evidence.h"
#include "publish/output.h"
#include "publish/terminal/text.h"

namespace tocsin::cli {
namespace {

using namespace decoys;

constexpr std::size_t kRecent = 1 << 17;  // flagged names that are remembered, so that they aren't said again and again

void write_json(const Explanation& what, double score, Level level, const std::string& source, std::uint64_t line,
                std::string& out) {
  out += "{\"name\":";
  append_json_string(out, what.name);
  if (what.name.find("xn--") != std::string::npos) {
    out += ",\"shown\":";
    append_json_string(out, shown(what.name));
  }
  out += ",\"imitates\":";
  append_json_string(out, what.imitates);
  out += ",\"tricks\":[";
  for (std::size_t i = 0; i < what.tricks.size(); ++i) {
    if (i) out += ',';
    append_json_string(out, what.tricks[i]);
  }
  out += fmt::format("],\"score\":{:.4f},\"level\":\"{}\",\"reason\":", score, kLevelNames[static_cast<int>(level)]);
  append_json_string(out, what.reason);
  if (!source.empty()) {
    out += ",\"source\":";
    append_json_string(out, source);
    out += fmt::format(",\"line\":{}", line);
  }
  out += "}\n";
}

void write_text(const Explanation& what, double score, Level level, const publish::Terminal& terminal,
                std::string& out) {
  std::string name = what.name;
  if (name.find("xn--") != std::string::npos) name += " (" + shown(name) + ")";
  out += coloured(terminal, level, publish::fitted(publish::short_name(level), 6)) + fmt::format(" {:.2f}  ", score) +
         publish::fitted(publish::printable(name),
                         std::max<std::size_t>(36, publish::display_width(publish::printable(name)))) +
         "  " + publish::fitted(publish::printable(what.imitates), 22) + "  " + publish::printable(what.reason) + "\n";
}

class Run {
 public:
  Run(const Guard& guard, const PublicSuffixes& suffixes, Level least, bool json)
      : guard_(guard),
        suffixes_(suffixes),
        least_(least),
        json_(json),
        terminal_(publish::Terminal::of(stdout)),
        out_(stdout),
        recent_(kRecent) {}

  // Files, folders, archives; "-", pipes and devices as they come.
  void read(const std::vector<std::string>& inputs) {
    stop_ = stop_on_signals();
    for (const std::string& input : inputs) {
      struct stat info;
      if (input == "-") {
        stream(0, "standard input");
      } else if (::stat(input.c_str(), &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)) {
        const int file = ::open(input.c_str(), O_RDONLY | O_CLOEXEC);
        if (file < 0)
          unreadable(input, std::strerror(errno));
        else
          stream(file, input), ::close(file);
      } else {
        files(input);
      }
      if (stopped()) break;
    }
  }

  int finish(std::optional<Level> fail_on, bool quiet) {
    const auto written = out_.finish();
    if (!quiet) {
      fmt::print(stderr,
                 "tocsin decoys: {} names read, {} flagged (high {}, medium {}, low {}); {} are the owners' or allowed",
                 publish::grouped(names_), publish::grouped(flagged_), publish::grouped(by_level_[3]),
                 publish::grouped(by_level_[2]), publish::grouped(by_level_[1]), publish::grouped(owned_));
      if (bad_) fmt::print(stderr, "; {} lines could not be read", publish::grouped(bad_));
      if (no_names_) fmt::print(stderr, "; {} are no names", publish::grouped(no_names_));
      fmt::print(stderr, "\n");
    }
    if (!written && !gone_) return failure("decoys", written.error());
    if (stopped()) return kInterrupted;
    if (problems_) return kUnreadable;
    if (fail_on)
      for (int level = static_cast<int>(*fail_on); level < 5; ++level)
        if (by_level_[level]) return kFindings;
    return kDone;
  }

 private:
  bool stopped() const { return gone_ || stop_->load(std::memory_order_relaxed); }

  void unreadable(const std::string& path, const std::string& why) {
    ++problems_;
    fmt::print(stderr, "tocsin decoys: {}: {}\n", publish::printable(path), publish::printable(why));
  }

  void look(std::string_view name, const std::string& source, std::uint64_t line) {
    ++names_;
    const Guard::Seen seen = guard_.look(name, scratch_, sight_);
    owned_ += seen == Guard::Seen::owned;
    no_names_ += seen == Guard::Seen::no_name;
    if (seen != Guard::Seen::sight || sight_.score < kScoreMin || sight_.level < least_) return;
    const std::size_t hash = std::hash<std::string_view>{}(scratch_.spelling.name()) | 1;
    std::size_t& slot = recent_[(hash >> 8) & (kRecent - 1)];
    if (slot == hash) return;
    slot = hash;
    ++flagged_;
    ++by_level_[static_cast<int>(sight_.level)];
    const Explanation what = guard_.explain(sight_, scratch_);
    if (json_)
      write_json(what, sight_.score, sight_.level, source, line, out_.text());
    else
      write_text(what, sight_.score, sight_.level, terminal_, out_.text());
    gone_ |= !out_.settle();
  }

  void tell(const NameReader& reader, const std::string& source) {
    bad_ += reader.bad();
    for (const auto& trouble : reader.troubles())
      fmt::print(stderr, "tocsin decoys: {}:{}: {}\n", publish::printable(source), trouble.line,
                 publish::printable(trouble.what));
    if (reader.bad() > reader.troubles().size())
      fmt::print(stderr, "tocsin decoys: {}: {} more such lines\n", publish::printable(source),
                 reader.bad() - reader.troubles().size());
  }

  // What is there is looked at and said at once: a stream may never end.
  void stream(int file, const std::string& source) {
    NameReader reader(suffixes_, [&](std::string_view name, std::uint64_t line) { look(name, source, line); });
    std::vector<char> buffer(1 << 16);
    while (!stopped()) {
      const ssize_t got = ::read(file, buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) unreadable(source, std::strerror(errno));
      if (got <= 0) break;
      reader.feed({buffer.data(), static_cast<std::size_t>(got)});
      gone_ |= !out_.finish();
    }
    reader.finish();
    tell(reader, source);
  }

  void files(const std::string& input) {
    evidence::Walker walker({input});
    std::vector<char> buffer(1 << 18);
    const auto closed = [&] {
      for (const evidence::Custody& custody : walker.take_closed())
        if (!custody.complete)
          unreadable(custody.path,
                     custody.anomalies.empty() ? "not read to its end" : custody.anomalies.front().detail);
    };
    while (evidence::Item* item = stopped() ? nullptr : walker.next()) {
      closed();
      const std::string source = item->path();
      NameReader reader(suffixes_, [&](std::string_view name, std::uint64_t line) { look(name, source, line); });
      for (;;) {
        const auto got = item->read(buffer.data(), buffer.size());
        if (!got || *got == 0 || stopped()) break;
        reader.feed({buffer.data(), *got});
      }
      reader.finish();
      tell(reader, source);
      const evidence::Custody custody = item->finish();
      if (!custody.complete)
        unreadable(source, custody.anomalies.empty() ? "not read to its end" : custody.anomalies.front().detail);
    }
    closed();
  }

  const Guard& guard_;
  const PublicSuffixes& suffixes_;
  Level least_;
  bool json_, gone_ = false;
  publish::Terminal terminal_;
  publish::Output out_;
  Guard::Scratch scratch_;
  Sight sight_;
  std::vector<std::size_t> recent_;
  const std::atomic<bool>* stop_ = nullptr;
  std::uint64_t names_ = 0, flagged_ = 0, owned_ = 0, no_names_ = 0, bad_ = 0, problems_ = 0, by_level_[5] = {};
};

int list(const std::string& name, std::size_t most, const Share& share, const PublicSuffixes& suffixes, bool json) {
  const auto found = likely(name, share.lexicon, suffixes, most);
  if (!found) return usage_error("decoys", found.error());
  publish::Output out(stdout);
  const publish::Terminal terminal = publish::Terminal::of(stdout);
  for (const Likely& one : *found) {
    if (json)
      write_json(one.what, one.score, level_of(one.score), "", 0, out.text());
    else
      write_text(one.what, one.score, level_of(one.score), terminal, out.text());
  }
  if (const auto written = out.finish(); !written) return failure("decoys", written.error());
  return kDone;
}

int run(std::span<const std::string> args) {
  CLI::App app(
      "Says which of many names imitate which of the names to protect, by what trick, how surely, and why.\n"
      "Reads lists, CSV, NDJSON of certificate feeds, Zeek, BIND and Suricata DNS logs and zone files, packed or not;\n"
      "standard input as a stream, answered as it comes. Never asks a network.");
  std::vector<std::string> inputs, protect, allow;
  std::string psl, level = "low", fail_on, name;
  std::size_t most = 100;
  bool json = false, quiet = false;
  app.add_option("INPUT", inputs, "files and folders; standard input without one, or for -");
  app.add_option("--protect", protect, "file of names to protect, one a line; several times")->allow_extra_args(false);
  app.add_option(
         "--allow", allow,
         "file of names that are no decoys, with all below them; \"a.org: b.org a.*\" says what one owner holds")
      ->allow_extra_args(false);
  app.add_option("--psl", psl, "a newer public suffix list, in publicsuffix.org's format");
  app.add_option("--level", level, "flag names of this level and graver (low; informational, medium, high)");
  app.add_option("--fail-on", fail_on, "exit with 1 when a name of this level or graver is flagged");
  app.add_option("--list", name, "print names that somebody might register to imitate this one, the likeliest first");
  app.add_option("--most", most, "with --list: how many (100)")->check(CLI::Range(1, 10'000));
  app.add_flag("--json", json, "one JSON object a flagged name");
  app.add_flag("--quiet", quiet, "no summary");
  if (const auto code = parse(app, "decoys", args)) return *code;
  if (name.empty() == protect.empty())
    return usage_error("decoys", {"name either --protect FILE or --list NAME", {}, {}});
  const auto least = parse_level_option(level);
  if (!least) return usage_error("decoys", least.error());
  std::optional<Level> failing;
  if (!fail_on.empty()) {
    const auto parsed = parse_level_option(fail_on);
    if (!parsed) return usage_error("decoys", parsed.error());
    failing = *parsed;
  }
  const auto share = load_share();
  if (!share) return failure("decoys", share.error());
  std::optional<PublicSuffixes> newer;
  if (!psl.empty()) {
    auto loaded = PublicSuffixes::load(psl);
    if (!loaded) return usage_error("decoys", loaded.error());
    newer = std::move(*loaded);
  }
  const PublicSuffixes& suffixes = newer ? *newer : PublicSuffixes::system();
  if (!name.empty()) return list(name, most, *share, suffixes, json);

  Lists lists;
  lists.owners = share->owners;
  for (const auto& [paths, is_protect] : {std::pair{&protect, true}, {&allow, false}})
    for (const std::string& path : *paths) {
      const auto text = read_whole(path);
      if (!text) return usage_error("decoys", text.error());
      read_list(*text, path, is_protect, lists);
    }
  for (const std::string& line : lists.refused) fmt::print(stderr, "tocsin decoys: {}\n", publish::printable(line));
  const auto guard = Guard::build(lists, share->lexicon, suffixes);
  if (!guard) return usage_error("decoys", guard.error());
  for (const std::string& left : guard->left_out())
    fmt::print(stderr, "tocsin decoys: '{}' is not protected: it has no label that could be imitated\n",
               publish::printable(left));
  Run work(*guard, suffixes, *least, json);
  work.read(inputs.empty() ? std::vector<std::string>{"-"} : inputs);
  return work.finish(failing, quiet);
}

}  // namespace

const VerbSpec decoys_verb{"decoys", "which names imitate yours, by what trick, how surely", run};

}  // namespace tocsin::cli
