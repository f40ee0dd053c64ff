#include "products/mapping.h"

#include <fmt/format.h>

#include <algorithm>

#include "products/activity.h"

namespace tocsin::products {
namespace {

char lower_of(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower_of);
  return out;
}

std::unexpected<Error> refuse(const Definition& definition, std::uint32_t line, std::string what, std::string hint) {
  return fail(std::move(what), fmt::format("{}:{}", definition.path, line), std::move(hint));
}

std::string transforms() {
  std::string out;
  for (std::size_t i = 0; i < static_cast<std::size_t>(As::count); ++i)
    out += (i > 0 ? ", " : "") + std::string(spec_of(static_cast<As>(i)).name);
  return out;
}

// A grade of a name counts for what is below it: `url: attacker`. Parts are nested no deeper than a file goes.
std::optional<Provenance> said_grade(const Meaning& by, std::string_view name) {
  for (const Grade& grade : by.grade)
    if (name == grade.ecs || (name.starts_with(grade.ecs) && name[grade.ecs.size()] == '.')) return grade.grade;
  for (const Meaning& part : by.with)
    if (const auto grade = said_grade(part, name)) return grade;
  return std::nullopt;
}

}  // namespace

Table::Table(const MapRule& rule) : otherwise_(rule.otherwise), has_otherwise_(rule.has_otherwise) {
  for (const auto& [key, text] : rule.table) {
    if (const Pattern pattern(key); pattern.is_exact()) {
      longest_ = std::max(longest_, key.size());
      exact_.try_emplace(pattern.text(), text);
    } else {
      patterns_.emplace_back(pattern, text);
    }
  }
}

std::optional<std::string_view> Table::find(std::string_view value) const {
  const auto meant = [&](const std::string& text) { return text == "=" ? value : std::string_view(text); };
  if (value.size() <= longest_)
    if (const auto found = exact_.find(lowered(value)); found != exact_.end()) return meant(found->second);
  for (const auto& [pattern, text] : patterns_)
    if (pattern.meets(value)) return meant(text);
  if (has_otherwise_) return meant(otherwise_);
  return std::nullopt;
}

Result<Mapping> Mapping::compile(const Definition& definition, const Meaning& meaning, const CaptureNames& captures,
                                 FieldNames& names, EcsNames& ecs) {
  Mapping out;
  out.kind_ = meaning.activity;
  out.product_ = definition.product;
  out.ecs_ = &ecs;
  for (std::size_t i = 0; i < captures.size(); ++i)
    if (captures[i].find('.') != std::string::npos || ecs.find(captures[i]) != kNoEcs)
      out.own_.push_back({static_cast<std::uint16_t>(i), ecs.add(captures[i])});
  TRY_VOID(out.add(definition, meaning, captures, names, ecs));
  if (&meaning != &definition.meaning) TRY_VOID(out.add(definition, definition.meaning, captures, names, ecs));
  for (const Own& own : out.own_)
    if (asks_for(out.kind_, own.field)) out.activity_own_.push_back(own);
  for (const Step step : out.steps_)
    if (step.fixed ? out.fixed_[step.index].for_activity : out.rules_[step.index].for_activity)
      out.activity_steps_.push_back(step);
  for (EcsId id = 0; id < ecs.size(); ++id) {
    const std::string_view name = ecs.name(id);
    auto grade = said_grade(meaning, name);
    if (!grade) grade = said_grade(definition.meaning, name);
    out.grades_.push_back(grade.value_or(default_grade(name)));
  }
  return out;
}

Result<void> Mapping::add(const Definition& definition, const Meaning& meaning, const CaptureNames& captures,
                          FieldNames& names, EcsNames& ecs) {
  const auto activity_asks = [&](EcsId id) { return asks_for(kind_, id); };
  for (const MapRule& each : meaning.map) {
    TRY(Rule rule, compile_rule(each, definition, captures, names, ecs));
    rule.for_activity = std::any_of(rule.out.begin(), rule.out.begin() + rule.parts, activity_asks);
    steps_.push_back({false, static_cast<std::uint16_t>(rules_.size())});
    rules_.push_back(std::move(rule));
  }
  for (const Constant& each : meaning.set) {
    const EcsId id = ecs.add(each.ecs);
    steps_.push_back({true, static_cast<std::uint16_t>(fixed_.size())});
    fixed_.push_back({id, each.values, activity_asks(id)});
  }
  for (const Meaning& part : meaning.with) TRY_VOID(add(definition, part, captures, names, ecs));
  return {};
}

Result<Mapping::Rule> Mapping::compile_rule(const MapRule& rule, const Definition& definition,
                                            const CaptureNames& captures, FieldNames& names, EcsNames& ecs) const {
  Rule out;
  if (!rule.as.empty()) {
    const auto as = transform_named(rule.as);
    if (!as) return refuse(definition, rule.line, fmt::format("unknown `as: {}`", rule.as), transforms());
    out.as = *as;
  }
  out.all = rule.all;
  if (rule.has_table || rule.has_otherwise) out.table = std::make_shared<const Table>(rule);
  for (const std::string& field : rule.fields) {
    auto operand = Operand::compile(field, captures, names);
    if (!operand) return refuse(definition, rule.line, operand.error().what, operand.error().hint);
    out.from.push_back(*std::move(operand));
  }
  const auto parts = spec_of(out.as).parts;
  out.out.fill(kNoEcs);
  if (parts.empty()) {
    out.out[0] = ecs.add(rule.ecs);
  } else {
    out.parts = static_cast<std::uint8_t>(parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i)
      out.out[i] = ecs.add(parts[i].starts_with('.') ? rule.ecs + std::string(parts[i]) : std::string(parts[i]));
  }
  return out;
}

void Mapping::needs(std::vector<bool>& wanted) const {
  if (kind_ == ActivityKind::none) return;
  for (const Rule& rule : rules_)
    if (rule.for_activity)
      for (const Operand& operand : rule.from) operand.needs(wanted);
}

void Mapping::run_rule(const Rule& rule, const Fields& fields, Scratch& scratch) {
  EcsSink& sink = scratch.sink;
  const std::span<const EcsId> out(rule.out.data(), rule.parts);
  if (std::ranges::none_of(out, [&](EcsId id) { return sink.wants(id) && !sink.has(id); })) return;
  sink.next_entry(EcsSink::From::field);
  for (const Operand& operand : rule.from) {
    bool any = false;
    std::uint64_t total = 0;
    operand.each(fields, [&](std::string_view value, bool ambiguous) {
      if (takes_all(rule.as)) {
        add_to_total(rule.as, value, total);
        return false;
      }
      sink.set_from(ambiguous ? EcsSink::From::ambiguous : EcsSink::From::field);
      if (rule.table) {
        const auto text = rule.table->find(trimmed(value));
        if (!text || text->empty()) return false;
        value = *text;
      }
      any = apply(rule.as, value, out, sink, scratch.arena) || any;
      return any && !rule.all;
    });
    if (total > 0) sink.put(out[0], decimal(total, scratch.arena));
    if (any || total > 0) return;
  }
}

void Mapping::run(const Fields& fields, Scratch& scratch, bool all) const {
  EcsSink& sink = scratch.sink;
  sink.begin(all ? ecs_->size() : kActivityFields, all);
  for (const Own& own : all ? own_ : activity_own_) {
    const Capture* capture = fields.capture({FieldRef::Kind::capture, own.capture});
    if (!capture) continue;
    sink.next_entry(capture->ambiguous ? EcsSink::From::ambiguous : EcsSink::From::field);
    sink.put(own.field, capture->value);
  }
  for (const Step step : all ? steps_ : activity_steps_) {
    if (!step.fixed) {
      run_rule(rules_[step.index], fields, scratch);
      continue;
    }
    const Fixed& fixed = fixed_[step.index];
    if (sink.has(fixed.field)) continue;
    sink.next_entry(EcsSink::From::constant);
    for (const std::string& value : fixed.values) sink.put(fixed.field, value);
  }
}

Provenance Mapping::grade(EcsId field, const EcsSink::Given& given) const {
  if (given.from == EcsSink::From::ambiguous) return Provenance::ambiguous;
  if (given.from == EcsSink::From::constant) return Provenance::trusted;
  return field < grades_.size() ? grades_[field] : Provenance::trusted;
}

bool Mapping::activity(const Fields& fields, Scratch& scratch, Activity& out) const {
  if (kind_ == ActivityKind::none) return false;
  run(fields, scratch, false);
  out.time = fields.event().time;
  out.kind = kind_;
  out.product = product_;
  const auto grade_of = [&](Ecs field) {
    if (scratch.sink.is_ambiguous(field)) return Provenance::ambiguous;
    return grades_[static_cast<EcsId>(field)];
  };
  // Of the field that the value comes from (activity.cpp).
  const auto given = [&](std::initializer_list<Ecs> from) {
    for (const Ecs field : from)
      if (scratch.sink.has(static_cast<EcsId>(field))) return field;
    return *(from.end() - 1);
  };
  const ActivityGrades grades{grade_of(given({Ecs::source_ip, Ecs::client_ip})),
                              grade_of(given({Ecs::login_user, Ecs::user_email, Ecs::user_name}))};
  return fill_activity(scratch.sink, grades, out);
}

void Mapping::read(const Fields& fields, Scratch& scratch, Reading& out) const {
  run(fields, scratch, true);
  for (const EcsSink::Given& given : scratch.sink.given())
    out.ecs.push_back({ecs_->name(given.field), given.value, grade(given.field, given)});
  Activity made;
  made.kind = kind_;
  out.activity = ActivityKind::none;
  if (kind_ != ActivityKind::none && fill_activity(scratch.sink, {}, made)) out.activity = kind_;
}

}  // namespace tocsin::products
