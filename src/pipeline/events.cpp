#include "pipeline/events.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/crew.h"
#include "base/json.h"
#include "evidence/evidence.h"
#include "pipeline/intake.h"
#include "pipeline/reread.h"

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
  products::Scratch products;
  products::Reading reading;
  explicit Worker(const Program& program) : scratch(program.scratch()) {}
};

using Digests = std::map<std::string, std::string, std::less<>>;

using Parts = std::array<std::string_view, 3>;  // of a logsource
constexpr const char* kPartNames[] = {"product", "category", "service"};

// What the entries that the event meets agree on: a line of plain text could be many a product's. Where no entry says
// anything, what its product says.
Parts logsource_of(const Program& program, const Event& event, std::string_view product, Program::Scratch& scratch) {
  static constexpr std::string sigma::Logsource::* kParts[] = {&sigma::Logsource::product, &sigma::Logsource::category,
                                                               &sigma::Logsource::service};
  Parts parts;
  const auto entries = program.engine().entries_of(event, scratch);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string* agreed = nullptr;
    bool clash = false;
    for (const std::uint32_t index : entries) {
      const std::string& value = program.engine().entries()[index].logsource.*kParts[i];
      if (value.empty()) continue;
      clash = clash || (agreed && *agreed != value);
      agreed = &value;
    }
    if (agreed && !clash) parts[i] = *agreed;
  }
  if (parts == Parts() && !product.empty() && program.catalog())
    for (const products::Definition& definition : program.catalog()->definitions())
      if (definition.product == product)
        parts = {definition.logsource.product, definition.logsource.category, definition.logsource.service};
  return parts;
}

void write_logsource(const Parts& parts, std::string& out) {
  out += '{';
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].empty()) continue;
    if (out.back() != '{') out += ',';
    append_json_string(out, kPartNames[i]);
    out += ':';
    append_json_string(out, parts[i]);
  }
  out += '}';
}

// ECS types these as long; all others are keywords, addresses or text.
bool is_number(std::string_view field) {
  return field.ends_with(".port") || field.ends_with(".bytes") || field.ends_with(".pid") ||
         field.ends_with(".packets") || field == "http.response.status_code" || field == "event.duration" ||
         field.ends_with(".as.number");
}

void append_ecs_value(std::string_view field, std::string_view value, std::string& out) {
  if (is_number(field) && is_json_number(value))
    out += value;
  else
    append_json_string(out, value);
}

// {"source.ip":"192.0.2.1",…}, then the grades of the same fields. Sorted by field; a field's values in their order.
void write_ecs(std::vector<products::EcsValue>& ecs, std::string& out) {
  std::ranges::stable_sort(ecs, {}, &products::EcsValue::field);
  std::string grades;
  out += '{';
  for (std::size_t i = 0, end; i < ecs.size(); i = end) {
    Provenance grade = ecs[i].provenance;
    for (end = i + 1; end < ecs.size() && ecs[end].field == ecs[i].field;)
      grade = std::max(grade, ecs[end++].provenance);
    const bool list = end > i + 1;
    if (i > 0) out += ',', grades += ',';
    append_json_string(out, ecs[i].field);
    out += list ? ":[" : ":";
    for (std::size_t j = i; j < end; ++j) {
      if (j > i) out += ',';
      append_ecs_value(ecs[j].field, ecs[j].value, out);
    }
    if (list) out += ']';
    append_json_string(grades, ecs[i].field);
    grades += ':';
    append_json_string(grades, name(grade));
  }
  out += "},\"provenance\":{" + grades + '}';
}

// Which network and country addresses are of, where a database says.
void add_places(const Networks& networks, products::Scratch& scratch, std::vector<products::EcsValue>& ecs) {
  if (!networks.knows_as()) return;
  static constexpr std::pair<std::string_view, std::array<std::string_view, 2>> kOf[] = {
      {"source.ip", {"source.as.organization.name", "source.geo.country_iso_code"}},
      {"client.ip", {"client.as.organization.name", "client.geo.country_iso_code"}},
      {"destination.ip", {"destination.as.organization.name", "destination.geo.country_iso_code"}}};
  for (std::size_t i = 0, count = ecs.size(); i < count; ++i)
    for (const auto& [field, names] : kOf) {
      if (ecs[i].field != field) continue;
      const auto ip = Ip::parse(ecs[i].value);
      if (!ip) continue;
      const std::string texts[] = {networks.name_of(*ip), networks.country_of(*ip)};
      for (std::size_t k = 0; k < 2; ++k)
        if (!texts[k].empty()) ecs.push_back({names[k], scratch.arena.copy(texts[k]), ecs[i].provenance});
    }
}

void write_event(const Program& program, const Networks& networks, const Digests& digests, const std::string& path,
                 Worker& worker, const Event& event, std::string& out) {
  const auto digest = digests.find(path);
  out += "{\"evidence\":";
  append_json_string(out, path);
  out += ",\"sha256\":";
  append_json_string(out, digest == digests.end() ? "" : digest->second);
  out += ",\"offset\":" + std::to_string(event.offset) + ",\"record\":" + std::to_string(event.record) + ",\"time\":";
  append_json_string(out, event.time.iso());
  worker.batch.access()->describe(worker.batch, event, worker.record);
  products::Reading& reading = worker.reading;
  reading = {};
  if (program.catalog()) program.catalog()->read(event, worker.record, worker.products, reading);
  add_places(networks, worker.products, reading.ecs);
  out += ",\"product\":";
  append_json_string(out, reading.product.empty() ? event.source : reading.product);
  out += ",\"logsource\":";
  write_logsource(logsource_of(program, event, reading.product, worker.scratch), out);
  out += ",\"fields\":";
  casefile::write_json(worker.record, out);
  out += ",\"ecs\":";
  write_ecs(reading.ecs, out);
  out += ",\"activity\":";
  if (reading.activity == ActivityKind::none)
    out += "null";
  else
    append_json_string(out, name(reading.activity));
  if (reading.ambiguous) out += ",\"ambiguous\":true";
  out += "}\n";
}

}  // namespace

Result<EventsSummary> events(const ScanOptions& options, const Program& program,
                             const std::function<void(std::string_view)>& lines,
                             const std::function<void(std::string_view, const Anomaly&)>& anomaly) {
  std::vector<std::string> files = options.paths;
  std::erase(files, "-");
  const Digests digests = hash_all(files);
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
    worker.products.arena.clear();
    task.in.run->reader->decode(*task.in.block, worker.batch);
    task.anomalies = std::move(worker.batch.anomalies());
    for (const Event& event : worker.batch.events()) {
      if (task.last < event.time) task.last = event.time;
      if ((options.since && event.time < *options.since) || (options.until && !(event.time < *options.until))) continue;
      ++task.events;
      write_event(program, options.place(), digests, task.in.run->path, worker, event, task.lines);
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
