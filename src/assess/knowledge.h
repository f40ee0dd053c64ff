// What is known of actors: their names, and which techniques and software which public report ties to them.
//
// Knowledge comes as files: an ATT&CK STIX bundle of any version, a MISP galaxy of threat actors (other names, and the
// state that somebody claims stands behind them), a MISP event that ties indicators to actors, or our own actor files
// (share/tocsin/actors). Everything in it is somebody's claim; two files that disagree are kept side by side. Immutable
// once loaded, and shared by threads.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tocsin::assess {

struct Trait {
  std::string id, name;  // T1110.003, S0023
  bool software = false;
};

// One public report's statements about one actor. `key` tells reports apart; it is no address to be opened.
struct Report {
  std::string key;
  int date = 0;                       // 20200330; month and day may be 00, 0 is unknown
  std::vector<std::uint32_t> traits;  // into Knowledge::traits, ascending
};

// Who is said to stand behind an actor: a claim, with the one who made it.
struct Backing {
  std::string level;  // state, service, unit
  std::string value;  // RU, GRU, unit 26165
  std::string by;     // who says so, and when
};

struct Actor {
  std::string id, name;  // G0007, APT28
  std::vector<std::string> aliases;
  std::vector<Report> reports;  // by key
  std::vector<Backing> backing;
  // The first value that is claimed at this level; empty when nobody says.
  std::string_view backed_by(std::string_view level) const;
};

// An indicator that a bundle ties to an actor.
struct KnownIndicator {
  std::string type, value, actor, by;
};

class Knowledge {
 public:
  struct Options {
    bool campaigns = true;  // what reports tie to a campaign counts for the actor that the bundle lays the campaign to
  };
  struct File {
    std::string name, bytes;
  };
  static Result<Knowledge> load(std::span<const std::string> paths, Options options);
  static Result<Knowledge> load(std::span<const std::string> paths) { return load(paths, Options{}); }
  static Result<Knowledge> parse(std::span<const File> files, Options options);
  static Result<Knowledge> parse(std::span<const File> files) { return parse(files, Options{}); }

  const std::vector<Trait>& traits() const { return traits_; }                   // by id
  const std::vector<Actor>& actors() const { return actors_; }                   // by id
  const std::vector<KnownIndicator>& indicators() const { return indicators_; }  // by value
  // Statements about names that fit several actors, and the like: kept, not guessed at.
  const std::vector<std::string>& remarks() const { return remarks_; }
  // Ids that the bundle replaced by others, (old, new), by old id.
  const std::vector<std::pair<std::string, std::string>>& replaced() const { return replaced_; }

  // By id; an id that a bundle replaced finds its successor. Without letter case.
  std::optional<std::uint32_t> trait(std::string_view id) const;
  // By id, name or alias, without letter case, spaces, dashes and points. Several actors may share a name.
  std::vector<std::uint32_t> actors_named(std::string_view name) const;

 private:
  friend class Draft;
  std::vector<Trait> traits_;
  std::vector<Actor> actors_;
  std::vector<KnownIndicator> indicators_;
  std::vector<std::string> remarks_;
  std::vector<std::pair<std::string, std::string>> replaced_;
  std::vector<std::pair<std::string, std::uint32_t>> names_;  // plain name → actor, sorted
};

// "APT 28" and "apt-28" are the same name.
std::string plain_name(std::string_view name);

}  // namespace tocsin::assess
