#include "cli/review.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "assess/assessment.h"
#include "assess/review.h"
#include "assess/yardstick.h"
#include "base/share.h"
#include "cli/knowledge_options.h"
#include "publish/assessment/assessment.h"

namespace tocsin::cli {
namespace {

using nlohmann::ordered_json;
constexpr std::size_t kPageColumns = 100;

}  // namespace

std::string settings_json(const ReviewSettings& settings) {
  const ordered_json out = {
      {"knowledge", settings.knowledge}, {"yardstick", settings.yardstick}, {"warninglists", settings.warning_lists}};
  return out.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

ReviewSettings settings_from(std::string_view json) {
  ReviewSettings out;
  const auto read = ordered_json::parse(json, nullptr, false);
  if (!read.is_object()) return out;
  const auto text = [&](const char* key, std::string& to) {
    if (const auto found = read.find(key); found != read.end() && found->is_string()) to = found->get<std::string>();
  };
  text("yardstick", out.yardstick);
  text("warninglists", out.warning_lists);
  if (!assess::find_yardstick(out.yardstick)) out.yardstick = "icd203";
  if (const auto list = read.find("knowledge"); list != read.end() && list->is_array())
    for (const auto& one : *list)
      if (one.is_string()) out.knowledge.push_back(one.get<std::string>());
  return out;
}

Result<bool> write_review(casefile::Case& into, std::vector<casefile::Case>& others, const ReviewSettings& settings) {
  TRY(const assess::Knowledge knowledge, load_knowledge(settings.knowledge));
  TRY(const std::string share, share_folder());
  TRY(const assess::Tactics tactics, assess::Tactics::load(share + "/actors/tactics.json"));
  indicators::WarningLists lists;
  if (!settings.warning_lists.empty()) {
    TRY(lists, indicators::WarningLists::load(settings.warning_lists));
  }
  assess::ReviewInput input;
  input.into = &into;
  for (casefile::Case& other : others) input.others.push_back(&other);
  input.knowledge = &knowledge;
  input.tactics = &tactics;
  input.lists = lists.empty() ? nullptr : &lists;
  TRY(assess::Review made, assess::review(input));
  const assess::Yardstick& words = *assess::find_yardstick(settings.yardstick);
  for (const assess::Subject& subject : made.subjects) {
    const assess::Assessment judged = assess::assess(knowledge, subject.observations);
    made.story.assessments.push_back({subject.id, settings.yardstick,
                                      publish::assessment_json(knowledge, judged, words),
                                      publish::assessment_text(judged, words, subject.title, kPageColumns)});
  }
  std::ranges::sort(made.story.assessments, {}, &casefile::StoredAssessment::subject);
  made.story.settings = settings_json(settings);
  return into.put_story(made.story, made.findings,
                        ordered_json(made.changes).dump(-1, ' ', false, ordered_json::error_handler_t::replace));
}

}  // namespace tocsin::cli
