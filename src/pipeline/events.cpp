#include "pipeline/events.h"

#include <algorithm>
#include <map>

#include "base/crew.h"
#include "base/json.h"
#include "evidence/evidence.h"
#include "pipeline/intake.h"

namespace tocsin {
namespace {

struct Task {
  Intaken in;
  std::string lines;
  std::vector<Anomaly> anomalies;
  std::uint64_t events = 0;
  Time last = Time::none();
};

struct Worker {
  Batch batch;
  Record record;
  Program::Scratch scratch;
  explicit Worker(const Program& program) : scratch(program.scratch()) {}
};

using Digests = std::map<std::string, std::string, std::less<>>;

Digests hash_all(const std::vector<std::string>& paths) {
  Digests out;
  std::vector<std::string> files;
  for (const std::string& path : paths)
    if (path != "-") files.push_back(path);
  evidence::Walker walker(std::move(files));
  while (evidence::Item* item = walker.next()) {
    const std::string path = item->path();
    if (const auto custody = item->finish(); custody.sha256) out[path] = custody.sha256->hex();
  }
  return out;
}

// What the entries that the event meets agree on: a line of plain text could be many a product's.
void write_logsource(const Program& program, const Event& event, Program::Scratch& scratch, std::string& out) {
  static constexpr std::pair<const char*, std::string sigma::Logsource::*> kParts[] = {
      {"product", &sigma::Logsource::product},
      {"category", &sigma::Logsource::category},
      {"service", &sigma::Logsource::service}};
  const auto entries = program.engine().entries_of(event, scratch);
  out += '{';
  for (const auto& [name, part] : kParts) {
    const std::string* agreed = nullptr;
    bool clash = false;
    for (const std::uint32_t index : entries) {
      const std::string& value = program.engine().entries()[index].logsource.*part;
      if (value.empty()) continue;
      clash = clash || (agreed && *agreed != value);
      agreed = &value;
    }
    if (!agreed || clash) continue;
    if (out.back() != '{') out += ',';
    append_json_string(out, name);
    out += ':';
    append_json_string(out, *agreed);
  }
  out += '}';
}

void write_event(const Program& program, const Digests& digests, const std::string& path, Worker& worker,
                 const Event& event, std::string& out) {
  const auto digest = digests.find(path);
  out += "{\"evidence\":";
  append_json_string(out, path);
  out += ",\"sha256\":";
  append_json_string(out, digest == digests.end() ? "" : digest->second);
  out += ",\"offset\":" + std::to_string(event.offset) + ",\"record\":" + std::to_string(event.record) + ",\"time\":";
  append_json_string(out, event.time.iso());
  out += ",\"product\":";
  append_json_string(out, event.source);
  out += ",\"logsource\":";
  write_logsource(program, event, worker.scratch, out);
  out += ",\"fields\":";
  worker.batch.access()->describe(worker.batch, event, worker.record);
  casefile::write_json(worker.record, out);
  out += ",\"ecs\":{},\"provenance\":{},\"activity\":null}\n";
}

}  // namespace

Result<EventsSummary> events(const ScanOptions& options, const Program& program,
                             const std::function<void(std::string_view)>& lines,
                             const std::function<void(std::string_view, const Anomaly&)>& anomaly) {
  const Digests digests = hash_all(options.paths);
  const KnownContents nothing_known;
  Intake intake(options, program.demand(), nothing_known);
  const unsigned threads = std::max(1u, options.threads);
  std::vector<Task> slots(threads == 1 ? 1 : threads + 3);
  std::vector<Worker> workers;
  for (unsigned i = 0; i < threads; ++i) workers.emplace_back(program);
  EventsSummary summary;
  Time latest = Time::none();

  const auto work = [&](Task& task, unsigned thread) {
    Worker& worker = workers[thread];
    task.lines.clear();
    task.anomalies.clear();
    task.events = 0;
    task.last = Time::none();
    if (!task.in.block) return;
    worker.batch.clear();
    task.in.run->reader->decode(*task.in.block, worker.batch);
    task.anomalies = std::move(worker.batch.anomalies());
    for (const Event& event : worker.batch.events()) {
      if (task.last < event.time) task.last = event.time;
      if ((options.since && event.time < *options.since) || (options.until && !(event.time < *options.until))) continue;
      ++task.events;
      write_event(program, digests, task.in.run->path, worker, event, task.lines);
    }
    task.in.block.reset();
  };
  const auto give = [&](Task& task) {
    const std::string path = task.in.run ? task.in.run->path : task.in.end->path;
    if (task.in.begins) ++summary.files;
    summary.events += task.events;
    if (latest < task.last) latest = task.last;
    const auto tell = [&](const std::vector<Anomaly>& list) {
      summary.anomalies += list.size();
      for (const Anomaly& each : list) anomaly(path, each);
    };
    tell(task.in.anomalies);
    tell(task.anomalies);
    if (task.in.end) {
      tell(task.in.end->anomalies);
      if (!task.in.end->complete && !task.in.interrupted) ++summary.incomplete;
    }
    if (!task.lines.empty()) lines(task.lines);
  };
  for (;;) {
    run_crew(threads, slots, [&](Task& task) { return intake.take(task.in); }, work, give);
    if (!intake.wants_latest()) break;
    intake.set_latest(latest);
  }
  return summary;
}

}  // namespace tocsin
