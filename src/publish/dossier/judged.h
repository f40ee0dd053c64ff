// An assessment as the case keeps it (docs/JSON.md, `attribute`), read back for publishing.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::publish {

struct Judged {
  struct Hypothesis {
    std::string id, name, kind;
    double likelihood = 0;  // ungated
  };
  struct Gate {
    std::string name, why;
    bool met = false;
  };
  struct Judgement {
    std::string scope, value, name, level = "insufficient", confidence = "low", confidence_why, why;
    double likelihood = 0;
    std::vector<std::string> contested;
    std::vector<Gate> gates;
  };
  struct Item {
    std::string family, text, source, grade, lineage, note;
    int spoof_cost = 0;
    bool weighs = true;
    std::vector<std::string> speaks_for, speaks_against;
  };
  struct Row {
    std::size_t item = 0;
    std::vector<int> cells;  // -2 … 2, one a column
  };

  std::string subject;    // incident or campaign
  std::string yardstick;  // id
  std::vector<Hypothesis> hypotheses;
  Judgement actor;
  std::vector<Judgement> wider;
  std::vector<Item> items;
  std::vector<std::size_t> columns;  // into hypotheses
  std::vector<Row> rows;
  std::string linchpin, deception_why;
  bool deception = false;
  std::vector<std::string> would_change, remarks;
  bool intelligence_met = false, legal_met = false;
  std::string intelligence_why, legal_why;

  bool names_somebody() const { return !actor.value.empty(); }
};

// Total: what is missing or of another kind stays as the struct has it.
Judged judged_from(std::string_view json, std::string_view subject, std::string_view yardstick);

}  // namespace tocsin::publish
