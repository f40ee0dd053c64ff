// Prepares each activity once, for all detectors: a key, a look into the habits, the watch over campaigns; then the
// detectors that want its kind; then the habits learn from it.
#include <algorithm>
#include <array>
#include <tuple>

#include "base/check.h"
#include "detect/campaign/tracker.h"
#include "detect/detector.h"
#include "detect/site.h"

namespace tocsin::detect {

struct Run::State {
  State(const Options& options, std::span<const DetectorSpec* const> detectors)
      : site(*options.networks, options.memory / 4), tracker(site, *options.networks, options.memory / 2) {
    for (const DetectorSpec* spec : detectors) {
      made.push_back({spec, spec->make(options, tracker)});
      for (const ActivityKind kind : spec->wants)
        by_kind[static_cast<std::size_t>(kind)].push_back(made.back().second.get());
    }
  }

  Site site;
  Tracker tracker;
  std::vector<std::pair<const DetectorSpec*, std::unique_ptr<Detector>>> made;
  std::array<std::vector<Detector*>, std::size(kActivityKindNames)> by_kind;
  bool finished = false;
};

Run::Run(const Options& options, std::span<const DetectorSpec* const> detectors)
    : state_(std::make_unique<State>(options, detectors)) {}
Run::Run(Run&&) noexcept = default;
Run& Run::operator=(Run&&) noexcept = default;
Run::~Run() = default;

void Run::feed(const Activity& activity, Ordinal ordinal) {
  if (!activity.time.known()) return;
  const Sighting seen = state_->site.look(activity, ordinal, activity.time.seconds);
  // The tables together are larger than any cache: their misses pass at once rather than one after another.
  if (activity.kind == ActivityKind::login) state_->tracker.expect(seen);
  for (const Detector* detector : state_->by_kind[static_cast<std::size_t>(activity.kind)]) detector->expect(seen);
  if (activity.kind == ActivityKind::login) state_->tracker.feed(seen);
  for (Detector* detector : state_->by_kind[static_cast<std::size_t>(activity.kind)]) detector->feed(seen);
  state_->site.learn(seen);
}

std::vector<Found> Run::finish() {
  CHECK(!state_->finished);
  state_->finished = true;
  state_->tracker.finish();
  std::vector<Found> out;
  std::vector<Statement> said;
  for (auto& [spec, detector] : state_->made) {
    said.clear();
    detector->finish(said);
    for (Statement& statement : said) out.push_back({spec, std::move(statement)});
  }
  std::ranges::sort(out, [](const Found& a, const Found& b) {
    return std::tie(a.statement.alarm, a.spec->id, a.statement.key) <
           std::tie(b.statement.alarm, b.spec->id, b.statement.key);
  });
  return out;
}

std::size_t Run::memory() const { return state_->site.bytes() + state_->tracker.bytes(); }

}  // namespace tocsin::detect
