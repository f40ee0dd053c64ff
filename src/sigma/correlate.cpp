// Each correlation keeps one KeyedWindow a key, in a list ordered by the time of its latest match: what stands in
// front is what expires or is evicted first. A match goes to the correlations that name its rule; where one of them
// stands, it goes on to those that name it, until none is left. Chains lead to larger indices only (load.cpp sorts
// them so), hence that ends.
#include "sigma/correlate.h"

#include <algorithm>
#include <bit>
#include <map>
#include <random>
#include <unordered_map>

#include "base/check.h"
#include "base/endian.h"
#include "base/hash.h"
#include "base/text.h"
#include "sigma/keyed_window.h"
#include "sigma/naive.h"

namespace tocsin::sigma {
namespace {

using Type = Correlation::Type;

Time earlier(Time time, std::int64_t seconds) {
  if (time.seconds < INT64_MIN + 1 + seconds) return {INT64_MIN + 1, 0, 0};
  return time.plus_seconds(-seconds);
}

bool is_numeric(const Correlation& rule) {
  return rule.type == Type::value_sum || rule.type == Type::value_avg ||
         (rule.type == Type::value_percentile && rule.percentile);
}

std::uint64_t value_hash(std::string_view text) {
  std::uint64_t out;
  const Digest digest = sha256(text);  // not hash64: whoever can collide values could hide some
  std::memcpy(&out, digest.bytes.data(), sizeof out);
  return out;
}

struct SaltedHash {
  std::uint64_t salt = std::random_device{}();  // order in the table reaches no result
  std::size_t operator()(const std::string& text) const { return hash64(text, salt); }
};

// A finding that stands, or one that will stand unless an unwanted input occurs before `until`.
struct Standing {
  Members members;
  Time time, held;  // alarm; the latest match at which the condition held
  std::uint64_t event = 0, serial = 0;
  double measure = 0;
  std::uint64_t terms = 0;  // of a pending one: those that still hold
};

struct Key {
  explicit Key(const Correlation& rule, const std::vector<Term>& terms) : window(rule, terms) {}
  KeyedWindow window;
  std::string name;                // folded values, each with its length in front
  std::vector<std::string> shown;  // as first seen
  std::unique_ptr<Standing> open, pending;
  Time touched;
  std::size_t memory = 0;
  Key* before = nullptr;
  Key* after = nullptr;
};

struct Link {  // from a rule or correlation to one that names it
  std::uint32_t correlation, input;
};

struct Plan {
  const Correlation* rule = nullptr;
  std::vector<Term> terms;
  bool waits = false;  // has an unwanted input somewhere
  bool sound = true;
  std::vector<Link> outer;
  std::unordered_map<std::string, std::unique_ptr<Key>, SaltedHash> keys;
  Key* front = nullptr;  // the longest untouched
  Key* back = nullptr;
};

}  // namespace

class Correlator::Impl {
 public:
  Impl(const RuleSet& rules, CorrelateOptions options) : rules_(rules), options_(options) {
    plans_.resize(rules.correlations.size());
    feeds_.resize(rules.rules.size());
    fields_.resize(rules.rules.size());
    for (std::size_t i = 0; i < plans_.size(); ++i) plan(static_cast<std::uint32_t>(i));
    demand();
  }

  void add(const Match& match) {
    ++stats.matches;
    if (match.rule >= feeds_.size() || feeds_[match.rule].empty()) return;
    if (!match.time.known()) return void(++stats.without_time);
    std::vector<Step> steps;
    for (const Link& link : feeds_[match.rule]) steps.push_back({link, nullptr, {}, 0});
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const Step step = steps[i];
      arrive(match, step, steps);
    }
    if (memory_ > options_.memory_max) evict(match.time);
  }

  std::vector<CorrelationFinding> take() {
    std::vector<CorrelationFinding> out = std::move(done_);
    done_.clear();
    std::stable_sort(out.begin(), out.end(), [](const CorrelationFinding& a, const CorrelationFinding& b) {
      return std::tie(a.time, a.correlation, a.key) < std::tie(b.time, b.correlation, b.key);
    });
    return out;
  }

  std::vector<CorrelationFinding> finish() {
    for (Plan& plan : plans_)
      while (plan.front != nullptr) drop(plan, *plan.front);
    return take();
  }

  CorrelateStats stats;
  std::vector<std::vector<Link>> feeds_;          // by rule
  std::vector<std::vector<std::string>> fields_;  // by rule

 private:
  struct Step {
    Link link;
    const Key* from;  // the chained finding's key; nullptr: a base match
    Members news;     // of a chained finding
    std::uint64_t serial;
  };

  void plan(std::uint32_t index) {
    const Correlation& rule = rules_.correlations[index];
    Plan& plan = plans_[index];
    plan.rule = &rule;
    if (rule.type == Type::temporal || rule.type == Type::temporal_ordered) {
      auto terms = terms_of(rule);
      plan.sound = terms.has_value();  // loading refuses the others; a forged cache may hold one
      if (terms) plan.terms = std::move(*terms);
      plan.waits =
          std::any_of(plan.terms.begin(), plan.terms.end(), [](const Term& term) { return !term.unwanted.empty(); });
    }
    for (std::uint32_t i = 0; i < rule.inputs.size(); ++i) {
      const Correlation::Input& input = rule.inputs[i];
      CHECK(input.index < (input.correlation ? index : feeds_.size()));
      (input.correlation ? plans_[input.index].outer : feeds_[input.index]).push_back({index, i});
    }
  }

  // The fields that each rule must bring: those of its own correlations, and those that outer ones want and the inner
  // ones don't group by. Outer correlations have larger indices, so one pass from the back is enough.
  void demand() {
    std::vector<std::vector<std::string>> carried(plans_.size());
    const auto want = [](std::vector<std::string>& fields, const std::string& field) {
      if (std::find(fields.begin(), fields.end(), field) == fields.end()) fields.push_back(field);
    };
    for (std::size_t i = plans_.size(); i-- > 0;)
      for (const Correlation::Input& input : plans_[i].rule->inputs) {
        std::vector<std::string> names = input.group_by;
        names.insert(names.end(), input.value_fields.begin(), input.value_fields.end());
        names.insert(names.end(), carried[i].begin(), carried[i].end());
        for (const std::string& name : names) {
          if (!input.correlation) {
            want(fields_[input.index], name);
          } else if (const auto& own = rules_.correlations[input.index].group_by;
                     std::find(own.begin(), own.end(), name) == own.end()) {
            want(carried[input.index], name);
          }
        }
      }
  }

  // The value of a field in what arrives: a chained finding's own key, else the base match.
  const std::string* value_of(const std::string& field, const Match& match, const Step& step) const {
    if (step.from != nullptr) {
      const auto& names = rules_.correlations[from_correlation(step)].group_by;
      const auto at = std::find(names.begin(), names.end(), field);
      if (at != names.end()) return &step.from->shown[static_cast<std::size_t>(at - names.begin())];
    }
    const std::vector<std::string>& fields = fields_[match.rule];
    const auto at = static_cast<std::size_t>(std::find(fields.begin(), fields.end(), field) - fields.begin());
    return at < match.values.size() && match.values[at] ? &*match.values[at] : nullptr;
  }
  std::uint32_t from_correlation(const Step& step) const {
    return rules_.correlations[step.link.correlation].inputs[step.link.input].index;
  }

  // False: the match has no such value and isn't counted.
  bool measured_value(const Correlation& rule, const Match& match, const Step& step, std::uint64_t& out) const {
    const std::vector<std::string>& fields = rule.inputs[step.link.input].value_fields;
    if (fields.empty()) return true;
    std::string tuple;
    for (const std::string& field : fields) {
      const std::string* value = value_of(field, match, step);
      if (value == nullptr) return false;
      if (is_numeric(rule)) {
        const auto number = parse_number(*value);
        if (number) out = std::bit_cast<std::uint64_t>(*number);
        return number.has_value();
      }
      append_key(tuple, *value);
    }
    out = value_hash(tuple);
    return true;
  }

  static void append_key(std::string& name, std::string_view value) {
    const std::string folded = fold(value);
    const ul32 size = static_cast<std::uint32_t>(folded.size());
    name.append(reinterpret_cast<const char*>(&size), sizeof size);
    name += folded;
  }

  void arrive(const Match& match, const Step& step, std::vector<Step>& steps) {
    Plan& plan = plans_[step.link.correlation];
    if (!plan.sound) return;
    const Correlation& rule = *plan.rule;
    Arrival arrival{
        step.link.input, match.time, match.event, 0, step.serial, step.from == nullptr ? nullptr : &step.news};
    std::string name;
    std::vector<std::string> shown;
    for (const std::string& field : rule.inputs[step.link.input].group_by) {
      const std::string* value = value_of(field, match, step);
      if (value == nullptr) return void(++stats.without_key);
      append_key(name, *value);
      shown.push_back(*value);
    }
    if (!measured_value(rule, match, step, arrival.value)) return void(++stats.without_value);

    const Time window_start = earlier(match.time, rule.timespan_seconds);
    while (plan.front != nullptr && plan.front->touched < window_start) drop(plan, *plan.front);
    Key& key = touch(plan, name, std::move(shown), match.time);
    key.window.expire(window_start);
    if (key.pending && key.pending->time < window_start) confirm(plan, key);
    if (key.open && key.open->held < window_start) close(plan, key);
    key.window.insert(arrival);
    stats.matches_cut += key.window.cut(window_max(rule));

    double measure = 0;
    const bool holds = key.window.holds(arrival, window_start, measure);
    if (plan.waits) {
      wait(plan, key, match, holds, window_start, measure);
    } else if (holds) {
      const Members news = stand(key, match.time, match.event, measure, key.window.collect());
      for (const Link& link : plan.outer) steps.push_back({link, &key, news, key.open->serial});
    }
    account(key);
  }

  std::size_t window_max(const Correlation& rule) const {
    std::size_t out = options_.window_max;
    if (rule.type == Type::event_count || rule.type == Type::value_count)
      for (const Correlation::Bound& bound : rule.bounds)
        out = std::max(out, static_cast<std::size_t>(2 * std::clamp(bound.number, 0.0, kCorrelationCountMax)));
    return out;
  }

  Members stand(Key& key, Time time, std::uint64_t event, double measure, Members news) {
    if (!key.open) {
      key.open = std::make_unique<Standing>();
      key.open->time = time;
      key.open->event = event;
      key.open->measure = measure;
      key.open->serial = ++serial_;
    }
    key.open->held = time;
    key.open->members.add(news);
    news.trim();
    return news;
  }

  // A condition with unwanted inputs: a candidate waits a timespan for them.
  void wait(Plan& plan, Key& key, const Match& match, bool holds, Time window_start, double measure) {
    const std::uint64_t terms = key.window.terms_holding(window_start);
    if (key.pending) {
      key.pending->terms &= still_possible(plan, key);
      if (key.pending->terms != 0) return;
      key.pending.reset();
      key.window.collect_anew();
    }
    if (!holds) return;
    key.pending = std::make_unique<Standing>();
    *key.pending = {key.window.collect(), match.time, match.time, match.event, 0, measure, terms};
  }

  // The terms of which no unwanted input stands in the window, whatever became of the wanted ones.
  static std::uint64_t still_possible(const Plan& plan, const Key& key) {
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < plan.terms.size(); ++i)
      if (!key.window.occurs_any(plan.terms[i].unwanted)) out |= 1ULL << i;
    return out;
  }

  void confirm(Plan& plan, Key& key) {
    const std::unique_ptr<Standing> pending = std::move(key.pending);
    if (key.open && key.open->held < earlier(pending->time, plan.rule->timespan_seconds)) close(plan, key);
    stand(key, pending->time, pending->event, pending->measure, pending->members);
  }

  void close(Plan& plan, Key& key) {
    std::unique_ptr<Standing> open = std::move(key.open);
    if (!plan.rule->reported) return;
    open->members.trim();
    const auto correlation = static_cast<std::uint32_t>(plan.rule - rules_.correlations.data());
    CorrelationFinding finding{correlation,  key.shown,           occurrences_[{correlation, key.name}]++,
                               open->time,   open->members.first, open->members.last,
                               open->event,  open->members.count, {},
                               open->measure};
    for (const Member& member : open->members.kept) finding.events.push_back(member.event);
    done_.push_back(std::move(finding));
  }

  Key& touch(Plan& plan, const std::string& name, std::vector<std::string> shown, Time time) {
    std::unique_ptr<Key>& slot = plan.keys[name];
    if (!slot) {
      slot = std::make_unique<Key>(*plan.rule, plan.terms);
      slot->name = name;
      slot->shown = std::move(shown);
    } else {
      unlink(plan, *slot);
    }
    slot->touched = time;
    slot->before = plan.back;
    slot->after = nullptr;
    (plan.back == nullptr ? plan.front : plan.back->after) = slot.get();
    plan.back = slot.get();
    return *slot;
  }

  static void unlink(Plan& plan, Key& key) {
    (key.before == nullptr ? plan.front : key.before->after) = key.after;
    (key.after == nullptr ? plan.back : key.after->before) = key.before;
  }

  void drop(Plan& plan, Key& key) {
    if (key.pending) confirm(plan, key);
    if (key.open) close(plan, key);
    memory_ -= key.memory;
    unlink(plan, key);
    const std::string name = key.name;
    plan.keys.erase(name);
  }

  void account(Key& key) {
    std::size_t now = sizeof(Key) + 200 + 2 * key.name.size() + key.window.memory();
    for (const auto* standing : {key.open.get(), key.pending.get()})
      if (standing != nullptr) now += sizeof(Standing) + standing->members.kept.capacity() * sizeof(Member);
    memory_ += now - key.memory;
    key.memory = now;
  }

  // First what has expired unnoticed; then, until a quarter is free, the keys that were touched longest ago.
  void evict(Time now) {
    for (Plan& plan : plans_)
      while (plan.front != nullptr && plan.front->touched < earlier(now, plan.rule->timespan_seconds))
        drop(plan, *plan.front);
    while (memory_ > options_.memory_max / 4 * 3) {
      Plan* oldest = nullptr;
      for (Plan& plan : plans_)
        if (plan.front != nullptr && (oldest == nullptr || plan.front->touched < oldest->front->touched))
          oldest = &plan;
      if (oldest == nullptr) return;
      drop(*oldest, *oldest->front);
      ++stats.keys_evicted;
    }
  }

  const RuleSet& rules_;
  CorrelateOptions options_;
  std::vector<Plan> plans_;
  std::vector<CorrelationFinding> done_;
  std::map<std::pair<std::uint32_t, std::string>, std::uint32_t> occurrences_;
  std::uint64_t serial_ = 0;
  std::size_t memory_ = 0;
};

Correlator::Correlator(const RuleSet& rules, CorrelateOptions options)
    : impl_(std::make_unique<Impl>(rules, options)) {}
Correlator::~Correlator() = default;
Correlator::Correlator(Correlator&&) noexcept = default;

std::span<const std::string> Correlator::fields(std::uint32_t rule) const { return impl_->fields_.at(rule); }
bool Correlator::uses(std::uint32_t rule) const { return !impl_->feeds_.at(rule).empty(); }
void Correlator::add(const Match& match) { impl_->add(match); }
std::vector<CorrelationFinding> Correlator::take() { return impl_->take(); }
std::vector<CorrelationFinding> Correlator::finish() { return impl_->finish(); }
const CorrelateStats& Correlator::stats() const { return impl_->stats; }

}  // namespace tocsin::sigma
