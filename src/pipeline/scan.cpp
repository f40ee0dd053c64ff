#include "pipeline/scan.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>

#include "base/crew.h"
#include "base/text.h"
#include "case/activity_rows.h"
#include "detect/detector.h"
#include "evidence/evidence.h"
#include "indicators/judge.h"
#include "indicators/search.h"
#include "pipeline/intake.h"
#include "pipeline/ordered.h"

namespace tocsin {
namespace {

using casefile::Case;

// What one slot of the ring carries from station to station.
struct Task {
  Intaken in;
  casefile::MatchBatch matches;
  casefile::RowBlock activities, hits, decoys, statements;
  std::uint64_t untimed = 0;       // activities without a time, which are left out
  std::vector<Anomaly> anomalies;  // met while decoding
  std::uint64_t events = 0;
  Time first = Time::none(), last = Time::none();
  std::vector<casefile::HourCount> hours;  // an hour may stand several times
};

void widen(Time& first, Time& last, Time time) {
  if (!time.known()) return;
  if (!first.known() || time < first) first = time;
  if (!last.known() || last < time) last = time;
}

// One thread's belongings at the work station.
struct Worker {
  Batch batch;
  Record record;
  Program::Scratch scratch;
  products::Scratch products;
  Activity activity;
  std::optional<indicators::Search> search;
  std::optional<DecoySearch> decoys;
  std::unordered_map<indicators::Number, std::string> told;  // of indicators met, what the case keeps
  casefile::Hits hits;
  std::string entities;
  std::vector<std::uint32_t> met;
  std::vector<std::pair<std::string_view, std::string_view>> keys;

  explicit Worker(const Program& program) : scratch(program.scratch()) {
    if (program.indicators()) search.emplace(*program.indicators());
    if (program.decoys()) decoys.emplace(*program.decoys());
  }
};

class Scan {
 public:
  Scan(const ScanOptions& options, const Program& program, Case& into)
      : options_(options),
        program_(program),
        case_(into),
        matching_(!program.rules().rules.empty()),
        activities_(program.activities_at()) {}

  Result<ScanSummary> run();

 private:
  Result<KnownContents> known_contents();
  void work(Task& task, Worker& worker) const;
  void match(Task& task, Worker& worker, const Event& event) const;
  void collect(Task& task, Worker& worker, const Event& event) const;
  void seek(Task& task, Worker& worker, const Event& event) const;
  void watch(Task& task, Worker& worker, const Event& event) const;
  void keep(casefile::RowBlock& block, Worker& worker, const Event& event) const;
  void judge(Task& task, const Event& event) const;
  // Whether this evidence has yet to meet a rule (its index); one of program_'s, or none.
  static bool lacks(const EvidenceRun& run, std::optional<std::uint32_t> rule);
  void summarise_indicators();
  Result<void> run_ordered();
  void give(Task& task);
  Result<void> store(Task& task);
  Result<void> store_end(const Task& task);
  Result<void> note_container(const evidence::Custody& custody);
  void note_incomplete(const evidence::Custody& custody);
  bool stopped() const { return options_.stop && options_.stop->load(std::memory_order_relaxed); }

  const ScanOptions& options_;
  const Program& program_;
  Case& case_;
  const bool matching_;                            // there are rules; without, records are counted only
  const std::optional<std::uint32_t> activities_;  // of program_'s rules, the collecting of activities
  std::vector<std::uint32_t> numbers_;             // the case's numbers of program_'s rules
  std::optional<Intake> intake_;
  ScanSummary summary_;
  ScanProgress progress_;
  std::optional<Error> error_;  // the first; everything stops then
  std::atomic<bool> failed_ = false;
  bool open_ = false;         // between begin_evidence and finish_evidence
  std::uint64_t events_ = 0;  // of the open evidence
  Time first_ = Time::none(), last_ = Time::none();
  std::map<std::int64_t, std::uint64_t> hours_;  // of this piece of evidence: events by hour
};

Result<KnownContents> Scan::known_contents() {
  KnownContents known;
  TRY(const auto all, case_.all_evidence());
  for (const auto& evidence : all) {
    const auto digest = casefile::parse_digest(evidence.sha256);
    if (!evidence.complete || !digest) continue;
    TRY(auto missing, case_.missing_rules(evidence.id));
    if (missing.other_settings) continue;
    known[{evidence.size, *digest}] = {evidence.id, std::move(missing.rules)};
  }
  return known;
}

// Evidence that the case knows is read again only for what it has not met.
bool Scan::lacks(const EvidenceRun& run, std::optional<std::uint32_t> rule) {
  return rule && (!run.known || std::ranges::binary_search(run.known->rules, *rule));
}

void Scan::work(Task& task, Worker& worker) const {
  task.matches.clear();
  task.activities.clear();
  task.hits.clear();
  task.decoys.clear();
  task.statements.clear();
  task.untimed = 0;
  task.anomalies.clear();
  task.events = 0;
  task.first = task.last = Time::none();
  task.hours.clear();
  if (!task.in.block) return;
  const EvidenceRun& run = *task.in.run;
  const bool collecting = lacks(run, activities_), seeking = lacks(run, program_.search_at()),
             watching = lacks(run, program_.decoys_at()), judging = lacks(run, program_.mail_at());
  worker.batch.clear();
  worker.products.arena.clear();
  run.reader->decode(*task.in.block, worker.batch);
  task.anomalies = std::move(worker.batch.anomalies());
  for (const Event& event : worker.batch.events()) {
    ++task.events;
    widen(task.first, task.last, event.time);
    if (event.time.known()) {
      const std::int64_t hour = event.time.seconds / 3600;
      if (task.hours.empty() || task.hours.back().hour != hour) task.hours.push_back({hour, 0});
      ++task.hours.back().events;
    }
    if (!matching_ && !collecting && !seeking && !watching && !judging) continue;
    if ((options_.since && event.time < *options_.since) || (options_.until && !(event.time < *options_.until)))
      continue;
    if (matching_) match(task, worker, event);
    if (collecting) collect(task, worker, event);
    if (seeking) seek(task, worker, event);
    if (watching) watch(task, worker, event);
    if (judging && event.source == "mail") judge(task, event);
  }
  task.in.block.reset();
}

void Scan::match(Task& task, Worker& worker, const Event& event) const {
  worker.met.clear();
  program_.match(worker.batch, event, worker.scratch, worker.met);
  if (const KnownEvidence* known = task.in.run->known)
    std::erase_if(worker.met, [&](std::uint32_t rule) { return !std::ranges::binary_search(known->rules, rule); });
  if (worker.met.empty()) return;
  worker.batch.access()->describe(worker.batch, event, worker.record);
  worker.keys.clear();
  program_.keys(event, worker.met, worker.scratch, worker.keys);
  for (std::uint32_t& rule : worker.met) rule = numbers_[rule];
  std::ranges::sort(worker.met);
  task.matches.add(event, worker.record, worker.met, worker.keys, case_.wants_whole(worker.met));
}

void Scan::collect(Task& task, Worker& worker, const Event& event) const {
  products::Scratch& scratch = worker.products;
  const std::uint64_t too_long = scratch.too_long;
  scratch.match.hard = false;
  const bool read = program_.catalog()->activity(event, scratch, worker.activity);
  // A login could hide behind what was not looked at, so it is said.
  // (A record without a time gives no activity anyway.)
  if (!read && scratch.too_long != too_long && event.time.known())
    task.anomalies.push_back({"text-too-long", event.offset, event.raw.size(),
                              "products look at texts up to " + std::to_string(products::kTextMax) +
                                  " bytes: whose it is and what it says of a login was not read"});
  if (!read && scratch.match.hard && event.time.known())
    task.anomalies.push_back({"text-too-tangled", event.offset, event.raw.size(),
                              "more readings than any program writes: what it says of a login was not read"});
  if (!read || !program_.wanted(worker.activity.kind)) return;
  if (!event.time.known()) {
    ++task.untimed;
    return;
  }
  const casefile::Identity identity = program_.identity(event);
  casefile::add_activity(task.activities,
                         {event.time, identity.content, event.offset, event.record, identity.numbered, 0},
                         worker.activity);
}

// What a search found in a record: worker.hits.found; worker.record is the record.
void Scan::keep(casefile::RowBlock& block, Worker& worker, const Event& event) const {
  worker.entities.clear();
  casefile::write_entities(worker.record, worker.entities);
  worker.hits.entities = worker.entities;
  const casefile::Identity identity = program_.identity(event);
  casefile::add_hits(block, {event.time, identity.content, event.offset, event.record, identity.numbered, 0},
                     worker.hits);
}

// Text is searched as it stands; records whose bytes aren't their text, field by field.
void Scan::seek(Task& task, Worker& worker, const Event& event) const {
  indicators::Search& search = *worker.search;
  search.begin();
  const bool by_field = event.source == "windows" || event.source == "mail" ||
                        (event.raw.starts_with('{') && event.raw.find('\\') != std::string_view::npos);
  if (by_field) {
    worker.batch.access()->describe(worker.batch, event, worker.record);
    for (const Record::Entry& entry : worker.record.fields) search.field(entry.name, entry.value.text());
  } else {
    search.text(event.raw);
  }
  const std::vector<indicators::Number>& found = search.finish();
  if (found.empty()) return;
  if (!by_field) worker.batch.access()->describe(worker.batch, event, worker.record);
  if (worker.told.size() > 10'000) worker.told.clear();
  worker.hits.found.clear();
  for (const indicators::Number number : found) {
    const auto [told, is_new] = worker.told.try_emplace(number);
    if (is_new) told->second = indicators::to_text(program_.indicators()->describe(number));
    worker.hits.found.push_back(told->second);
  }
  keep(task.hits, worker, event);
}

void Scan::watch(Task& task, Worker& worker, const Event& event) const {
  const std::vector<std::string_view>& found = worker.decoys->search(event);
  if (found.empty()) return;
  worker.batch.access()->describe(worker.batch, event, worker.record);
  worker.hits.found.assign(found.begin(), found.end());
  keep(task.decoys, worker, event);
}

void Scan::judge(Task& task, const Event& event) const {
  const std::vector<phishing::Statement> statements = program_.mail()->judge(mime::parse(event.raw));
  if (statements.empty()) return;
  std::vector<std::string> techniques(statements.size()), entities(statements.size());
  std::vector<casefile::Said> said(statements.size());
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const phishing::Statement& one = statements[i];
    for (const std::string& technique : one.techniques) techniques[i] += (techniques[i].empty() ? "" : " ") + technique;
    casefile::write_entities(one.entities, entities[i]);
    said[i] = {one.spec,   static_cast<std::uint64_t>(one.level), one.campaign, one.title, one.detail, techniques[i],
               entities[i]};
  }
  const casefile::Identity identity = program_.identity(event);
  casefile::add_said(task.statements, {event.time, identity.content, event.offset, event.record, identity.numbered, 0},
                     said);
}

void Scan::give(Task& task) {
  if (error_) return;
  if (auto stored = store(task); !stored) {
    error_ = std::move(stored).error();
    failed_ = true;
  }
  if (options_.progress) {
    progress_.bytes_done = intake_->bytes_in();
    progress_.events = summary_.events;
    progress_.findings = summary_.matched;
    if (task.in.run) progress_.evidence = task.in.run->path;
    options_.progress(progress_);
  }
}

Result<void> Scan::store(Task& task) {
  if (!task.in.run) return note_container(*task.in.end);
  const EvidenceRun& run = *task.in.run;
  if (task.in.begins) {
    ++summary_.files;
    ++summary_.by_format[run.spec                        ? std::string(run.spec->label)
                         : run.kept_as == "attachment"   ? "attachments"
                         : run.kept_as == "outlook-item" ? "Outlook items"
                         : run.kept_as.empty()           ? "not recognised"
                                                         : "Outlook folders"];
    if (!run.spec && run.kept_as.empty()) ++summary_.unrecognised;
    // At once: a case that a killed scan leaves must not look like a real one.
    if (run.exercise && summary_.exercises++ == 0)
      TRY_VOID(case_.set_meta(casefile::kExerciseKey, "evidence made by tocsin rehearse"));
    events_ = 0;
    first_ = last_ = Time::none();
    hours_.clear();
    const casefile::EvidenceInfo info{run.path, run.path == run.top ? "" : run.top,
                                      run.spec ? std::string(run.spec->name) : std::string(run.kept_as)};
    if (run.known) ++summary_.known;
    if (run.known && run.known->rules.empty()) {
      TRY_VOID(case_.add_path(run.known->id, info));
      open_ = false;
    } else {
      const auto rules =
          run.known ? std::span<const std::uint32_t>(run.known->rules) : std::span<const std::uint32_t>();
      TRY_VOID(case_.begin_evidence(info, rules, run.known ? std::optional(run.known->id) : std::nullopt));
      open_ = true;
    }
  }
  if (open_) {
    for (const auto* list : {&task.in.anomalies, &task.anomalies})
      for (const Anomaly& anomaly : *list) {
        TRY_VOID(case_.add_anomaly(anomaly));
        ++summary_.anomalies;
        ++summary_.anomalies_by_name[std::string(anomaly.name)];
      }
    if (!task.matches.items().empty()) TRY_VOID(case_.append(task.matches));
    TRY_VOID(case_.append(casefile::RowKind::activities, task.activities));
    TRY_VOID(case_.append(casefile::RowKind::hits, task.hits));
    TRY_VOID(case_.append(casefile::RowKind::decoys, task.decoys));
    TRY_VOID(case_.append(casefile::RowKind::statements, task.statements));
  }
  events_ += task.events;
  widen(first_, last_, task.first);
  widen(first_, last_, task.last);
  for (const casefile::HourCount& one : task.hours)
    if (hours_.size() < casefile::HourCount::kMax || hours_.contains(one.hour)) hours_[one.hour] += one.events;
  summary_.events += task.events;
  summary_.activities_without_time += task.untimed;
  summary_.matched += task.matches.items().size();
  if (task.in.end) return store_end(task);
  return {};
}

Result<void> Scan::store_end(const Task& task) {
  const evidence::Custody& custody = *task.in.end;
  summary_.bytes += custody.size;
  widen(summary_.first, summary_.last, first_);
  widen(summary_.first, summary_.last, last_);
  if (task.in.interrupted) summary_.interrupted = true;
  const bool complete = custody.complete && custody.sha256 && !task.in.interrupted;
  if (!complete && !task.in.interrupted) note_incomplete(custody);
  if (!open_) return {};
  for (const Anomaly& anomaly : custody.anomalies) {
    TRY_VOID(case_.add_anomaly(anomaly));
    ++summary_.anomalies;
    ++summary_.anomalies_by_name[std::string(anomaly.name)];
  }
  if (!task.in.run->spec && task.in.run->kept_as.empty() && custody.size > 0) {
    TRY_VOID(case_.add_anomaly({"format-not-recognised", 0, custody.size, "no reader knows this content"}));
  }
  casefile::EvidenceEnd end;
  if (custody.sha256) end.sha256 = *custody.sha256;
  end.size = custody.size;
  end.events = events_;
  end.first = first_;
  end.last = last_;
  for (const auto& [hour, events] : hours_) end.hours.push_back({hour, events});
  end.complete = complete;
  end.activities = lacks(*task.in.run, activities_);
  end.statements = lacks(*task.in.run, program_.mail_at());
  TRY(const auto finished, case_.finish_evidence(end));
  if (finished.copy) ++summary_.copies;
  open_ = false;
  return {};
}

void Scan::note_incomplete(const evidence::Custody& custody) {
  ++summary_.incomplete;
  if (summary_.problems.size() == ScanSummary::kProblemsMax) return;
  std::string why = "not read to its end";
  if (!custody.anomalies.empty())
    why = std::string(custody.anomalies.front().name) + ", " + custody.anomalies.front().detail;
  summary_.problems.push_back(to_utf8(custody.path) + ": " + why);
}

// A container, or something that could not be opened: kept with its hash and what was wrong with it.
Result<void> Scan::note_container(const evidence::Custody& custody) {
  if (custody.nature == evidence::Nature::container) ++summary_.containers;
  if (!custody.complete) note_incomplete(custody);
  TRY_VOID(case_.begin_evidence({custody.path, "", custody.nature == evidence::Nature::container ? "archive" : ""}));
  for (const Anomaly& anomaly : custody.anomalies) {
    TRY_VOID(case_.add_anomaly(anomaly));
    ++summary_.anomalies;
    ++summary_.anomalies_by_name[std::string(anomaly.name)];
  }
  casefile::EvidenceEnd end;
  if (custody.sha256) end.sha256 = *custody.sha256;
  end.size = custody.size;
  end.complete = custody.complete && custody.sha256.has_value();
  TRY_VOID(case_.finish_evidence(end));
  return {};
}

Result<void> Scan::run_ordered() {
  TRY(const auto correlated, run_correlations(program_, numbers_, options_.memory / 4, case_));
  summary_.correlation_keys_evicted = correlated.keys_evicted;
  summary_.correlation_matches_cut = correlated.matches_cut;
  summary_.correlation_without_key = correlated.without_key;
  summary_.correlation_without_time = correlated.without_time;
  if (program_.indicators()) {
    TRY(const MetStats met, run_indicators(program_, numbers_, options_.memory / 8, case_));
    summary_.indicators_met = met.indicators;
    summary_.indicator_events = met.events;
    summarise_indicators();
  }
  if (program_.decoys()) {
    TRY(const DecoyStats met, run_decoys(program_, numbers_, options_.memory / 8, case_));
    summary_.protected_names = program_.decoys()->guard().brands().size();
    summary_.decoys_met = met.names;
    summary_.decoy_events = met.events;
  }
  if (program_.mail_at()) {
    TRY(const MailStats judged, run_mail(program_, numbers_, options_.memory / 8, case_));
    summary_.mails_told = judged.mails;
    summary_.mail_copies = judged.copies;
  }
  if (!activities_) return {};
  TRY(const DetectStats detected, run_detectors(program_, numbers_, options_.place(), options_.memory / 2, case_));
  summary_.detectors = detect::all_detectors().size();
  summary_.activities = detected.activities;
  summary_.activity_copies = detected.copies;
  for (std::size_t kind = 0; kind < std::size(detected.by_kind); ++kind)
    if (detected.by_kind[kind] > 0)
      summary_.activities_by_kind[std::string(kActivityKindNames[kind])] = detected.by_kind[kind];
  return {};
}

void Scan::summarise_indicators() {
  const indicators::Set& set = *program_.indicators();
  summary_.indicators = set.size();
  summary_.indicators_warned = set.warned();
  summary_.indicator_bytes = set.memory();
  for (std::size_t type = 0; type < indicators::kTypes; ++type)
    if (const std::size_t count = set.count(static_cast<indicators::Type>(type)))
      summary_.indicators_by_type[std::string(indicators::kTypeNames[type])] = count;
  for (const indicators::FileReport& file : program_.indicator_files()) {
    summary_.indicators_refused += file.refused;
    for (const auto& [reason, count] : file.reasons) summary_.indicators_refused_by_reason[reason] += count;
  }
}

Result<ScanSummary> Scan::run() {
  casefile::ScanInfo info;
  info.tool = "tocsin";
  info.settings = program_.settings(options_);
  info.command = options_.command;
  TRY(numbers_, case_.begin_scan(info, program_.infos()));
  TRY(const KnownContents known, known_contents());

  if (options_.progress) {
    const auto survey = evidence::survey(options_.paths);
    if (survey.whole) progress_.bytes_total = survey.bytes;
  }
  const Demand nothing;
  intake_.emplace(
      options_, matching_ || activities_ || program_.search_at() || program_.decoys_at() ? program_.demand() : nothing,
      known);
  const unsigned threads = std::max(1u, options_.threads);
  std::vector<Task> slots(threads == 1 ? 1 : threads + 3);
  std::vector<Worker> workers;
  for (unsigned i = 0; i < threads; ++i) workers.emplace_back(program_);
  for (;;) {
    run_crew(
        threads, slots, [&](Task& task) { return !failed_ && intake_->take(task.in); },
        [&](Task& task, unsigned thread) { work(task, workers[thread]); }, [&](Task& task) { give(task); });
    if (error_) return std::unexpected(*error_);
    if (!intake_->wants_latest()) break;
    intake_->set_latest(summary_.last);
  }
  if (stopped()) summary_.interrupted = true;

  summary_.attachments = intake_->attachments();
  TRY_VOID(case_.settle());
  TRY_VOID(run_ordered());
  TRY(const auto counts, case_.count_findings());
  std::ranges::copy(counts.by_level, summary_.findings);
  summary_.rules = program_.counts();
  std::vector<const Program::Scratch*> scratches;
  for (const Worker& worker : workers) scratches.push_back(&worker.scratch);
  summary_.rules.unmet = program_.unmet(scratches);
  TRY_VOID(case_.end_scan(summary_.json()));
  return std::move(summary_);
}

}  // namespace

Result<ScanSummary> scan(const ScanOptions& options, const Program& program, Case& into) {
  return Scan(options, program, into).run();
}

}  // namespace tocsin
