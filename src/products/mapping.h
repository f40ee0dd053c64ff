// Mapping: what the fields of one message or record rule mean, compiled: vendor field → ECS field → Activity.
//
// In order, and the first to say an ECS field has the word: captures with an ECS name; the rule's `map`, `set`, parts;
// the definition's `map`, `set`. So a `set` is also what a field is when its `map` finds nothing.
//
//   map: {ECS: FIELD}  {ECS: [FIELD, …]}  {ECS: {first: […], as: TRANSFORM, table: {VALUE: TEXT}, else: TEXT, all:
//   true}}
//     FIELD   as in operand.h. The first one that gives a value counts.
//     as      transform.h. With parts, ECS is the field without its last step: source, client, user, url, process.
//     table   the value, without case (a star at an end: any rest), gives TEXT, which then goes through `as`; the TEXT
//             '=' is the value itself, '' no value.
//     else    for a value that the table lacks; without one such a value gives nothing.
//     all     every value of the field, as a list.
#pragma once
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "event/activity.h"
#include "products/catalog.h"
#include "products/conditions.h"
#include "products/definition.h"
#include "products/ecs.h"
#include "products/fields.h"
#include "products/operand.h"
#include "products/transform.h"

namespace tocsin::products {

class Table {
 public:
  explicit Table(const MapRule& rule);
  // Nothing: no value.
  std::optional<std::string_view> find(std::string_view value) const;

 private:
  std::unordered_map<std::string, std::string> exact_;  // keys in lower case
  std::vector<std::pair<Pattern, std::string>> patterns_;
  std::size_t longest_ = 0;
  std::string otherwise_;
  bool has_otherwise_ = false;
};

class Mapping {
 public:
  // `ecs` and `names` are the catalog's. Errors name the definition's file and line.
  static Result<Mapping> compile(const Definition& definition, const Meaning& meaning, const CaptureNames& captures,
                                 FieldNames& names, EcsNames& ecs);

  ActivityKind kind() const { return kind_; }
  // The FieldNames that activity() asks for.
  void needs(std::vector<bool>& wanted) const;
  // Fills the activity that this rule names; false if it names none or what makes one is missing.
  bool activity(const Fields& fields, Scratch& scratch, Activity& out) const;
  // Appends all ECS fields, graded, and the activity's kind. The rest of the Reading is the catalog's.
  void read(const Fields& fields, Scratch& scratch, Reading& out) const;

 private:
  struct Rule {
    std::vector<Operand> from;
    As as = As::text;
    bool all = false, own_table = false;
    std::shared_ptr<const Table> table;
    std::array<EcsId, kPartsMax> out{};
    std::uint8_t parts = 1;
    bool for_activity = false;
  };
  struct Fixed {
    EcsId field;
    std::vector<std::string> values;
    bool for_activity = false;
  };
  struct Own {  // a capture with an ECS name
    std::uint16_t capture;
    EcsId field;
  };
  // A definition's `map` and `set` in their turn.
  struct Step {
    bool fixed;
    std::uint16_t index;
  };

  Result<void> add(const Definition& definition, const Meaning& meaning, const CaptureNames& captures,
                   FieldNames& names, EcsNames& ecs);
  Result<Rule> compile_rule(const MapRule& rule, const Definition& definition, const CaptureNames& captures,
                            FieldNames& names, EcsNames& ecs) const;
  void run(const Fields& fields, Scratch& scratch, bool all) const;
  static void run_rule(const Rule& rule, const Fields& fields, Scratch& scratch);
  Provenance grade(EcsId field, const EcsSink::Given& given) const;

  ActivityKind kind_ = ActivityKind::none;
  std::string product_;
  std::vector<Own> own_;
  std::vector<Rule> rules_;
  std::vector<Fixed> fixed_;
  std::vector<Step> steps_;
  // The part of these that the activity asks for.
  std::vector<Own> activity_own_;
  std::vector<Step> activity_steps_;
  std::vector<Provenance> grades_;  // by EcsId, as far as known when compiled
  const EcsNames* ecs_ = nullptr;
};

}  // namespace tocsin::products
