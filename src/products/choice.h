// RecordChoice: the record rules of one definition, found by what most of them ask for exactly (EventID, Operation,
// source): one look-up in place of a condition each. The order of the rules stays.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "products/definition.h"
#include "products/operand.h"

namespace tocsin::products {

class RecordChoice {
 public:
  static Result<RecordChoice> compile(std::span<const RecordRule> rules, FieldNames& names);
  // The rules that may hold, ascending, as indices into `rules`; all others don't.
  std::span<const std::uint32_t> candidates(const Fields& fields) const;

 private:
  bool of_source_ = false, has_key_ = false;
  Operand key_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> by_value_;  // in lower case; each with the others in it
  std::vector<std::uint32_t> others_;                                     // that don't ask for the key exactly
  std::vector<std::uint32_t> all_;
};

}  // namespace tocsin::products
