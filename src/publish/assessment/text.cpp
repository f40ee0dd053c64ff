// Likelihood and confidence in two sentences, never in one (ICD 203); then the ground: the table of evidence against
// hypotheses, the gates, and what would change the answer.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "publish/assessment/assessment.h"
#include "publish/terminal/text.h"

namespace tocsin::publish {
namespace {

using namespace assess;

constexpr std::size_t kCell = 7, kRowsMax = 40, kTextMin = 24;
constexpr std::size_t kFixed = 2 + 5;  // margin, grade

// Words broken at the line's end, further lines indented.
void wrap(std::string& out, std::string_view first, std::string_view given, std::size_t columns) {
  const std::string text = printable(given);
  std::string line(first);
  const std::string indent(display_width(first), ' ');
  bool empty = true;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string_view word = std::string_view(text).substr(at, end - at);
    if (!empty && display_width(line) + 1 + display_width(word) > columns) {
      out += line + "\n";
      line = indent;
      empty = true;
    }
    if (!empty) line += ' ';
    line += word;
    empty = false;
    at = end + 1;
  }
  out += line + "\n";
}

const char* cell(int value) {
  switch (value) {
    case -2:
      return "--";
    case -1:
      return "-";
    case 1:
      return "+";
    case 2:
      return "++";
    default:
      return ".";
  }
}

std::string cell_text(std::string_view text) { return fitted(text, kCell - 1) + " "; }

std::string in_words(const Judgement& one, const Yardstick& yardstick) {
  return fmt::format("{} ({:.0f} %, {}: {})", level_name(one.level), one.likelihood * 100, yardstick.id,
                     yardstick.word(one.likelihood));
}

std::string article(const std::string& scope) {
  return scope == "unit" ? "The unit" : scope == "service" ? "The service" : "The state";
}

class Page {
 public:
  Page(const Assessment& of, const Yardstick& yardstick, std::size_t columns)
      : of_(of), yardstick_(yardstick), columns_(columns) {}

  std::string write(const std::string& title) {
    if (!title.empty())
      line(printable(title) + "\n" + std::string(std::min(display_width(printable(title)), columns_), '='));
    judgements();
    hypotheses();
    matrix();
    gates();
    hinges();
    section("What would change this");
    for (const std::string& one : of_.would_change) wrap(out_, "  - ", one, columns_);
    if (!of_.remarks.empty()) section("Left out");
    for (const std::string& one : of_.remarks) wrap(out_, "  - ", one, columns_);
    return std::move(out_);
  }

 private:
  void line(const std::string& text) { out_ += text + "\n"; }
  void section(const char* title) { out_ += fmt::format("\n{}\n", title); }

  void judgements() {
    const Judgement& actor = of_.actor;
    section("Judgement");
    if (actor.value.empty())
      wrap(out_, "  ", "The evidence is insufficient to name an actor.", columns_);
    else
      wrap(
          out_, "  ",
          fmt::format("That {} ({}) did this is assessed as {}.", actor.name, actor.value, in_words(actor, yardstick_)),
          columns_);
    wrap(out_, "  ",
         fmt::format("Confidence in this judgement is {}: {}.", confidence_name(actor.confidence),
                     actor.confidence_why.empty() ? "there is no evidence" : actor.confidence_why),
         columns_);
    for (const Judgement& one : of_.wider) {
      std::string text = one.value.empty()
                             ? fmt::format("{}: insufficient evidence.", article(one.scope))
                             : fmt::format("{} {}: {}.", article(one.scope), one.value, in_words(one, yardstick_));
      if (!one.value.empty()) text += fmt::format(" Confidence: {}.", confidence_name(one.confidence));
      if (!one.why.empty())
        text += fmt::format(" {}.", std::string(1, static_cast<char>(one.why[0] & ~0x20)) + one.why.substr(1));
      wrap(out_, "  ", text, columns_);
    }
    wrap(
        out_, "  ",
        fmt::format("Intelligence threshold: {} ({}).", of_.intelligence.met ? "met" : "not met", of_.intelligence.why),
        columns_);
    wrap(out_, "  ", fmt::format("Legal threshold: {} ({}).", of_.legal.met ? "met" : "not met", of_.legal.why),
         columns_);
  }

  void hypotheses() {
    section("Hypotheses, before the gates");
    std::size_t actors = 0;
    for (const Hypothesis& one : of_.hypotheses) {
      if (one.kind == Kind::actor && ++actors > 5) continue;
      line(fmt::format("  {:>5.1f} %  {}", one.likelihood * 100,
                       fitted(printable(one.kind == Kind::actor ? one.id + " " + one.name : one.name), columns_ - 12)));
      while (out_.size() > 1 && out_[out_.size() - 2] == ' ') out_.erase(out_.size() - 2, 1);
    }
  }

  void matrix() {
    section("Evidence against hypotheses, inconsistencies first");
    // On a narrow page the last actors go first: the other hypotheses are always on the table.
    std::vector<std::size_t> places(of_.matrix.columns.size());
    std::iota(places.begin(), places.end(), 0u);
    const std::size_t room = (columns_ - kFixed - kTextMin) / kCell;
    const auto is_actor = [&](std::size_t place) {
      return of_.hypotheses[of_.matrix.columns[place]].kind == Kind::actor;
    };
    while (places.size() > room) {
      const auto last = std::find_if(places.rbegin(), places.rend(), is_actor);
      if (last == places.rend()) break;
      places.erase(std::next(last).base());
    }
    const std::size_t text = columns_ - kFixed - places.size() * kCell;
    std::string head(kFixed + text, ' ');
    for (const std::size_t place : places) {
      const Hypothesis& one = of_.hypotheses[of_.matrix.columns[place]];
      static constexpr std::string_view kShort[] = {"", "unknwn", "imitat", "siblng", "shared", "benign"};
      head += cell_text(one.kind == Kind::actor ? printable(one.id)
                                                : std::string(kShort[static_cast<std::size_t>(one.kind)]));
    }
    while (head.ends_with(' ')) head.pop_back();
    line(head);
    std::size_t shown = 0;
    for (const Matrix::Row& row : of_.matrix.rows) {
      if (++shown > kRowsMax) break;
      const Item& item = of_.items[row.item];
      std::string made = "  " + fitted(printable(fmt::format("{} {}", family_name(item.family), item.text)), text) +
                         fmt::format(" {}{} ", item.grade.text(), item.spoof_cost);
      for (const std::size_t place : places) made += cell_text(cell(row.cells[place]));
      while (made.ends_with(' ')) made.pop_back();
      line(made);
    }
    if (of_.matrix.rows.size() > kRowsMax)
      line(fmt::format("  … and {} more that tell less", of_.matrix.rows.size() - kRowsMax));
    if (of_.matrix.rows.empty())
      line("  nothing was seen");
    else
      wrap(out_, "  ",
           "++ and + fit, - and -- don't, . says nothing. Grade: source, information, cost to fake (0 to 4).",
           columns_);
    for (const Item& item : of_.items)
      if (!item.note.empty())
        wrap(out_,
             "  weighs nothing: ", item.text + ". " + static_cast<char>(item.note[0] & ~0x20) + item.note.substr(1),
             columns_);
  }

  void gates() {
    section("Gates");
    for (const Gate& gate : of_.actor.gates)
      wrap(out_, fmt::format("  {} ", gate.met ? "[x]" : "[ ]"), gate.name + ": " + gate.why, columns_);
  }

  void hinges() {
    section("What it hangs on");
    wrap(out_, "  ", of_.linchpin.empty() ? "No single item changes it." : "Linchpin: " + of_.linchpin, columns_);
    wrap(out_, "  ",
         of_.deception ? "Deception is possible: " + of_.deception_why + "." : "No sign of deception was seen.",
         columns_);
  }

  const Assessment& of_;
  const Yardstick& yardstick_;
  std::size_t columns_;
  std::string out_;
};

}  // namespace

std::string assessment_text(const Assessment& assessment, const Yardstick& yardstick, const std::string& title,
                            std::size_t columns) {
  return Page(assessment, yardstick, std::clamp<std::size_t>(columns, 80, 120)).write(title);
}

}  // namespace tocsin::publish
