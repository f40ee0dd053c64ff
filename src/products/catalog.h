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
#include "products/definition.h"
#include "products/ecs_sink.h"
#include "products/fields.h"
#include "products/matcher.h"

namespace tocsin::products {

struct EcsValue {
  std::string_view field;  // "source.ip"; static or the catalog's
  std::string_view value;  // in the event's batch, the catalog or Scratch::arena
  Provenance provenance;
};

// What a template took: shown by `products test`. The name is the definition's own.
struct CapturedValue {
  std::string_view name, value;
  bool ambiguous;
};

struct Reading {
  std::string_view product;  // "openssh"; "" : nobody knows this record
  std::string_view
      message;  // the message's or record rule's id: "failed-password"; "": a product's record that none fits
  ActivityKind activity = ActivityKind::none;
  std::vector<EcsValue> ecs;  // a list repeats its field
  std::vector<CapturedValue> captures;
  std::uint32_t repeated = 1;  // "message repeated N times"
  bool ambiguous = false;      // two readings fit: the fields in which they differ are graded ambiguous
};

// Longer texts are skipped: cutting them would break the anchor at their end.
inline constexpr std::size_t kTextMax = 8192;

// One per thread.
struct Scratch {
  Arena arena;   // values that had to be made; clear() it with the batch
  EcsSink sink;  // of the record at hand
  MatchScratch match;
  std::vector<Capture> captures;
  SlotPlaces places;           // of the event at hand
  std::uint64_t too_long = 0;  // records skipped as longer than kTextMax
  bool naively = false;        // Matcher::match_naively() in place of match(): for tests
  struct {
    std::string source, program;
    std::uint32_t group = UINT32_MAX;
  } route;  // of the record before
};

class Catalog {
 public:
  // All definitions of these files and folders. Errors name file, line, what is wrong and a hint.
  static Result<Catalog> load(std::span<const std::string> paths);
  static Result<Catalog> make(std::vector<Definition> definitions);
  Catalog(Catalog&&) noexcept;
  Catalog& operator=(Catalog&&) noexcept;
  ~Catalog();

  // By product's name.
  std::span<const Definition> definitions() const;

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
