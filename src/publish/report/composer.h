// What the sections of a report share.
#pragma once
#include <string>
#include <vector>

#include "assess/yardstick.h"
#include "publish/report/report.h"

namespace tocsin::publish {

struct Composer {
  const Dossier& d;
  const Texts& t;
  const ReportOptions& o;

  bool for_(Audience audience) const { return o.audience == audience; }
  std::string count(std::uint64_t number) const { return t.count(number, d.general); }
  std::string time(Time time) const { return t.time(time, d.general); }
  // "2020-08-24 01:12 UTC to 2020-08-26 17:40 UTC", or the one time where both are the same.
  std::string span(Time first, Time last) const;
  const EntityRow* entity(std::string_view value) const;
  // As it may be shown in a summary.
  Span name(const EntityRow& row, bool summary) const;
  bool may_be_password(const EntityRow& row, bool summary) const;
  // Values, the first `most`, and how many more. Those that may be passwords are only counted in a summary.
  Rich names(const std::vector<const EntityRow*>& rows, std::size_t most, std::uint64_t all, bool summary) const;
  Cell level(Level level) const { return {{plain(t.level(level))}, std::string(tocsin::name(level))}; }
  Cell number(std::uint64_t value) const { return {{plain(count(value))}, "number"}; }
  Cell text(std::string value) const { return {{plain(std::move(value))}, ""}; }
  Cell value(std::string value) const { return {{code(std::move(value))}, ""}; }
  // Text that the program wrote in English.
  Span said(const std::string& text) const { return t.said(text); }
  const assess::Yardstick& yardstick() const;
  std::string word(double likelihood) const;
  std::string technique_name(std::string_view id) const;
  std::vector<const EntityRow*> entered() const;
  // Its own title; where that was cut away, the techniques seen.
  Span incident_title(const casefile::Incident& one) const;
  std::string hypothesis_name(const Judged::Hypothesis& one) const;

  // situation.cpp
  Rich aloud() const;
  std::vector<Block> situation() const;
  std::vector<Block> steps() const;
  std::vector<Block> timeline() const;
  std::vector<Block> incidents() const;
  std::vector<Block> campaigns() const;
  std::vector<Block> attack() const;
  std::vector<Block> spread() const;
  // attribution.cpp
  std::vector<Block> attribution() const;
  void judgement(const Judged& judged, std::vector<Block>& out) const;
  std::vector<Block> claims() const;
  // leaked.cpp
  std::vector<Block> leaked() const;
  Rich leaked_item(const LeakedRow& row) const;
  // grounds.cpp
  std::vector<Block> known() const;
  std::vector<Block> statements() const;
  std::vector<Block> blind() const;
  std::vector<Block> entities() const;
  std::vector<Block> findings() const;
  std::vector<Block> evidence() const;
  std::vector<Block> decisions() const;
};

}  // namespace tocsin::publish
