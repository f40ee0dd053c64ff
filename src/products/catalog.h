// Product definitions (share/tocsin/products/*.yml), compiled together into one matcher: what a record means.
//
// A reading adds to a record its product, ECS fields with their provenance, and its kind of activity. Text is matched
// by templates anchored at both ends, structured records by a mapping of their fields.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/result.h"
#include "event/activity.h"
#include "event/demand.h"
#include "event/event.h"
#include "event/record.h"
#include "products/ecs_sink.h"

namespace tocsin::products {

struct EcsValue {
  std::string_view field;  // "source.ip"; static or the catalog's
  std::string_view value;  // in the event's batch, the catalog or Scratch::arena
  Provenance provenance;
};

struct Reading {
  std::string_view product;  // "openssh"; "" : nobody knows this record
  std::string_view message;  // the template's or record's id: "failed-password"
  ActivityKind activity = ActivityKind::none;
  std::vector<EcsValue> ecs;  // a list repeats its field
  bool ambiguous = false;     // two readings fit: the fields in which they differ are graded ambiguous
};

struct Scratch {
  Arena arena;   // values that had to be made; clear() it with the batch
  EcsSink sink;  // of the record at hand
};

class Catalog {
 public:
  // All definitions of these files and folders. Errors name file, line, what is wrong and a hint.
  static Result<Catalog> load(std::span<const std::string> paths);
  Catalog(Catalog&&) noexcept;
  Catalog& operator=(Catalog&&) noexcept;
  ~Catalog();

  // Adds the fields that activities need, nothing more. Before the first reader opens; once.
  void demand(Demand& demand);
  // The activity of a record, if it has one; views live as long as the batch and the scratch. Any thread.
  bool activity(const Event& event, Scratch& scratch, Activity& out) const;
  // The full reading, for showing: `record` is the event described.
  void read(const Event& event, const Record& record, Scratch& scratch, Reading& out) const;

 private:
  struct Impl;
  explicit Catalog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tocsin::products
