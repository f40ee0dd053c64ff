// The naive evaluator: rules interpreted test by test, every value at a time.
//
// This is the meaning of a rule; the compiled engine must agree with it on every event. It stays obvious: no index,
// no cache beyond the compiled expressions it is given, no cleverness.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "event/value.h"
#include "sigma/program.h"

namespace tocsin::sigma {

// An event as rules see it.
class Fields {
 public:
  virtual ~Fields() = default;
  // Appends every value of the field, in the record's order; none when the record lacks it.
  virtual void values(std::string_view field, std::vector<Value>& out) const = 0;
  // Appends what keywords are searched in: every value, and the raw text where the record is text.
  virtual void everything(std::vector<Value>& out) const = 0;
};

bool evaluate(const Atom& atom, const Fields& fields);
bool evaluate(const Rule& rule, const Fields& fields);
// The truth of every node, in Rule::nodes' order.
std::vector<bool> evaluate_nodes(const Rule& rule, const Fields& fields);

// Parts that other evaluators may share without sharing the matching.
std::optional<double> parse_number(std::string_view text);  // decimal or 0x hexadecimal, the whole text
std::optional<std::int64_t> time_part(TimePart::Unit unit,
                                      std::string_view text);  // of an ISO 8601 time or epoch seconds
bool holds(Order order, double left, double right);
bool contains_address(const Cidr& cidr, std::string_view text);
std::optional<Cidr> parse_cidr(std::string_view text);  // "10.0.0.0/8", "fe80::/10", a plain address

}  // namespace tocsin::sigma
