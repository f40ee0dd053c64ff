// Which definitions may know a record: by its source and its program's name, before any text is read.
//
// Each set of definitions that some source and program leave is a Group with a matcher of its own, so that sshd's lines
// never meet the web server's templates. What else `recognise` asks for is checked record by record.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "products/catalog.h"
#include "products/conditions.h"
#include "products/definition.h"
#include "products/fields.h"

namespace tocsin::products {

class Router {
 public:
  // A definition, and under which further conditions it counts: any of them. None: always.
  struct Member {
    std::uint32_t definition;
    std::vector<std::uint32_t> conditions;  // into conditions()
    // It is known by the program's name. What such a one reads no other is asked about: the header is the logging
    // host's own word. `program: '*'` is for what any program may say (PAM).
    bool specific = false;
    // The source, or a field that is there, says whose the record is, so it's that product's even where no message
    // fits. What is not there (`program: null`) says nothing, nor does a source that carries anything (text, syslog,
    // docker).
    bool named = false;
  };
  using Members = std::vector<Member>;

  static Result<Router> make(std::span<const Definition> definitions, FieldNames& names);

  std::span<const Members> groups() const { return groups_; }  // the first one is empty
  const Conditions& conditions(std::uint32_t index) const { return conditions_[index]; }
  void needs(std::vector<bool>& wanted) const;

  // The group of a record. `scratch` keeps that of the record before.
  std::uint32_t group(const Fields& fields, Scratch& scratch) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  template <class T>
  using Names = std::unordered_map<std::string, T, Hash, std::equal_to<>>;
  struct Lane {
    Names<std::uint32_t> programs;                             // in lower case
    std::vector<std::pair<std::string, std::uint32_t>> heads;  // "postfix/*", the longest first
    std::uint32_t others = 0;
  };
  std::uint32_t find(std::string_view source, std::string_view program) const;

  Names<Lane> lanes_;                      // by source, in lower case
  std::vector<std::string> source_heads_;  // of lanes "zeek*", the longest first
  std::vector<Members> groups_;
  std::vector<Conditions> conditions_;
  FieldRef program_;
};

}  // namespace tocsin::products
