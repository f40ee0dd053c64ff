#include "publish/dossier/gaps.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

namespace tocsin::publish {
namespace {

using casefile::HourCount;
using casefile::Incident;

constexpr std::int64_t kHour = 3600;
constexpr std::size_t kClockHours = 18;
constexpr std::int64_t kSpanMax = 24 * 366 * 3;  // hours of a source that are looked at one by one

struct Source {
  std::string path;
  std::uint64_t files = 0, events = 0;
  Time first = Time::none(), last = Time::none();
  std::map<std::int64_t, std::uint64_t> hours;
};

// What rotation and dates change in a name goes; "/logs/auth.log.2.gz" and "/logs/auth.log" are one.
std::string stem_of(std::string_view path) {
  for (const std::string_view ending : {".gz", ".bz2", ".xz", ".zst", ".lz4"})
    if (path.ends_with(ending)) path.remove_suffix(ending.size());
  std::string out;
  const std::size_t name = path.rfind('/') + 1;  // npos + 1 is 0
  for (std::size_t i = 0; i < path.size(); ++i) {
    const bool digit = i >= name && path[i] >= '0' && path[i] <= '9';
    if (!digit)
      out += path[i];
    else if (out.empty() || out.back() != '#')
      out += '#';
  }
  while (out.ends_with('#') || out.ends_with('.') || out.ends_with('-')) out.pop_back();
  return out;
}

std::vector<Source> sources_of(std::vector<Speech>& pieces) {
  std::ranges::sort(pieces, [](const Speech& a, const Speech& b) {
    return std::tie(a.first, a.last, a.path) < std::tie(b.first, b.last, b.path);
  });
  std::vector<Source> out;
  std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> chains;
  for (const Speech& piece : pieces) {
    if (!piece.first.known() || piece.hours.empty()) continue;
    std::vector<std::size_t>& list = chains[{piece.reader, stem_of(piece.path)}];
    const auto fits = std::ranges::find_if(
        list, [&](std::size_t one) { return out[one].last.seconds <= piece.first.seconds + kHour; });
    const std::size_t at = fits == list.end() ? out.size() : *fits;
    if (at == out.size()) {
      list.push_back(at);
      out.push_back({piece.path, 0, 0, piece.first, piece.last, {}});
    }
    Source& source = out[at];
    ++source.files;
    source.last = std::max(source.last, piece.last);
    for (const HourCount& one : piece.hours) {
      source.hours[one.hour] += one.events;
      source.events += one.events;
    }
  }
  return out;
}

bool weekend(std::int64_t hour) {
  const std::int64_t day = (hour >= 0 ? hour : hour - 23) / 24;
  const std::int64_t weekday = ((day + 3) % 7 + 7) % 7;  // 1970-01-01 was a Thursday; 0 is Monday
  return weekday >= 5;
}

// Events that an hour usually holds, by the other days on which the source spoke.
class Habit {
 public:
  explicit Habit(const Source& source) {
    const std::int64_t first = source.hours.begin()->first, last = source.hours.rbegin()->first;
    for (std::int64_t hour = first; hour <= last && hour - first < kSpanMax; ++hour) {
      const auto found = source.hours.find(hour);
      counts_[slot(hour)].push_back(found == source.hours.end() ? 0 : found->second);
    }
    for (auto& list : counts_) std::ranges::sort(list);
  }
  bool known(std::int64_t hour) const { return counts_[slot(hour)].size() > kDaysMin; }
  // With the hour itself among them, which is silent: the median of the others is one place higher at most.
  std::uint64_t due(std::int64_t hour) const {
    const auto& list = counts_[slot(hour)];
    return list.empty() ? 0 : list[list.size() / 2];
  }

 private:
  static std::size_t slot(std::int64_t hour) {
    return static_cast<std::size_t>((hour % 24 + 24) % 24) + (weekend(hour) ? 24 : 0);
  }
  std::array<std::vector<std::uint64_t>, 48> counts_;
};

class Finder {
 public:
  Finder(const Source& source, std::span<const Incident> incidents, std::vector<Gap>& out)
      : source_(source), incidents_(incidents), out_(out) {}

  void find() {
    if (source_.events < kEventsMin || source_.hours.size() < kHoursMin) return;
    silences();
    edges();
  }

 private:
  struct Silence {
    std::int64_t begin = 0, end = 0;  // hours, end is the next that speaks
  };

  void add(Gap::Kind kind, std::int64_t from, std::int64_t to, std::uint64_t expected, const Incident& incident) {
    Gap gap;
    gap.kind = kind;
    gap.source = source_.path;
    gap.files = source_.files;
    gap.from = Time{from, 0, 0};
    gap.to = Time{to, 0, 0};
    gap.expected = expected;
    gap.incident = incident.id;
    out_.push_back(std::move(gap));
  }

  const Incident* during(std::int64_t from, std::int64_t to) const {
    for (const Incident& one : incidents_)
      if (one.first.known() && one.last.known() && one.first.seconds < to && one.last.seconds >= from) return &one;
    return nullptr;
  }

  void silences() {
    std::vector<Silence> all;
    std::int64_t before = source_.hours.begin()->first;
    for (const auto& [hour, events] : source_.hours) {
      if (hour - before > kSilentHours) all.push_back({before + 1, hour});
      longest_ = std::max(longest_, hour - before - 1);
      before = hour;
    }
    const Habit habit(source_);
    std::set<std::int64_t> of_day;
    for (const auto& [hour, events] : source_.hours) of_day.insert((hour % 24 + 24) % 24);
    const bool around_the_clock = of_day.size() >= kClockHours;  // else nights explain it
    for (const Silence& one : all) {
      const Incident* const incident = during(one.begin * kHour, one.end * kHour);
      if (!incident || one.end - one.begin > kSpanMax) continue;
      std::uint64_t due = 0;
      std::size_t known = 0;
      for (std::int64_t hour = one.begin; hour < one.end; ++hour)
        if (habit.known(hour)) due += habit.due(hour), ++known;
      const std::int64_t length = one.end - one.begin;
      bool strange = due >= kExpectedMin;
      if (known == 0) {
        std::int64_t other = 1;
        for (const Silence& each : all)
          if (each.begin != one.begin) other = std::max(other, each.end - each.begin);
        strange = around_the_clock && length >= 4 * other;
      }
      if (strange) add(Gap::Kind::silent, one.begin * kHour, one.end * kHour, due, *incident);
    }
  }

  void edges() {
    const std::int64_t margin = (longest_ + kEdgeHours) * kHour;
    for (const Incident& one : incidents_) {
      if (!one.first.known() || !one.last.known()) continue;
      const std::int64_t begin = one.first.seconds, end = one.last.seconds;
      if (source_.last.seconds < begin || source_.first.seconds > end) continue;  // it never spoke of that time
      if (end - source_.last.seconds > margin && !ends_) {
        ends_ = true;
        add(Gap::Kind::ends, source_.last.seconds, end, 0, one);
      }
      if (source_.first.seconds - begin > margin && !begins_) {
        begins_ = true;
        add(Gap::Kind::begins, begin, source_.first.seconds, 0, one);
      }
    }
  }

  const Source& source_;
  std::span<const Incident> incidents_;
  std::vector<Gap>& out_;
  std::int64_t longest_ = 0;
  bool ends_ = false, begins_ = false;
};

}  // namespace

std::vector<Gap> find_gaps(std::vector<Speech> pieces, std::span<const Incident> incidents) {
  std::vector<Gap> out;
  for (const Source& source : sources_of(pieces)) Finder(source, incidents, out).find();
  std::ranges::sort(out, [](const Gap& a, const Gap& b) {
    return std::tie(a.from, a.to, a.source, a.kind) < std::tie(b.from, b.to, b.source, b.kind);
  });
  return out;
}

}  // namespace tocsin::publish
