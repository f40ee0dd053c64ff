// A case as a report: one page for those who decide, all of it for analysts, what may be known for the public, and each
// statement with its ground for lawyers.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "publish/dossier/dossier.h"
#include "publish/report/calendar.h"
#include "publish/report/document.h"
#include "publish/steps/steps.h"

namespace tocsin::publish {

enum class Audience : std::uint8_t { lead, analyst, everybody, legal };
inline constexpr std::string_view kAudienceNames[] = {"lead", "analyst", "public", "legal"};

struct ReportOptions {
  Audience audience = Audience::analyst;
  Calendar calendar;
  std::vector<StepRule> steps;
  std::string yardstick;  // "": the one that the case was assessed with
};

// Of a dossier that redact() has already cut to what the readers may see.
Document compose(const Dossier& dossier, const Texts& texts, const ReportOptions& options);

// Names of accounts that may not exist may be passwords typed into the wrong field: "Su…3" for "Summer2023".
std::string masked(std::string_view name);

}  // namespace tocsin::publish
