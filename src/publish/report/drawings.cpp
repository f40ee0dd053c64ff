#include "publish/report/drawings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "publish/report/markup.h"

namespace tocsin::publish {
namespace {

using namespace casefile;

constexpr double kWidth = 960, kLeft = 64, kRight = 16;

std::string n(double value) { return fmt::format("{:.1f}", value); }

std::string level_class(Level level) { return "l-" + std::string(name(level)); }

// Time to x, with ticks at round distances.
class Axis {
 public:
  Axis(std::int64_t from, std::int64_t to) : from_(from), to_(std::max(to, from + 1)) {}
  double x(std::int64_t seconds) const {
    const double share = static_cast<double>(seconds - from_) / static_cast<double>(to_ - from_);
    return kLeft + std::clamp(share, 0.0, 1.0) * (kWidth - kLeft - kRight);
  }
  bool holds(std::int64_t from, std::int64_t to) const { return to > from_ && from < to_; }

  void draw(Markup& out, double top, double bottom) const {
    constexpr std::int64_t kHour = 3600, kDay = 86400;
    constexpr std::int64_t kSteps[] = {60,         300,        900,        kHour,      3 * kHour,  6 * kHour,
                                       12 * kHour, kDay,       2 * kDay,   7 * kDay,   14 * kDay,  30 * kDay,
                                       91 * kDay,  182 * kDay, 365 * kDay, 730 * kDay, 1826 * kDay};
    std::int64_t step = kSteps[0];
    for (const std::int64_t one : kSteps)
      if (step = one; (to_ - from_) / one <= 7) break;
    for (std::int64_t at = (from_ / step + (from_ % step > 0)) * step; at <= to_; at += step) {
      const double place = x(at);
      out.empty("line", {{"class", "grid"}, {"x1", n(place)}, {"x2", n(place)}, {"y1", n(top)}, {"y2", n(bottom)}});
      const std::string iso = Time{at, 0, 0}.iso();
      const std::string day = iso.substr(0, iso.find('T')), hour = iso.substr(iso.find('T') + 1, 5);
      const bool right = place > kWidth - 70;
      const std::string_view anchor = right ? "end" : place < kLeft + 36 ? "start" : "middle";
      out.leaf("text", {{"class", "tick"}, {"x", n(place)}, {"y", n(bottom + 14)}, {"text-anchor", anchor}},
               step >= kDay ? day : hour);
      if (step < kDay && (hour == "00:00" || at - step < from_))
        out.leaf("text", {{"class", "tick"}, {"x", n(place)}, {"y", n(bottom + 28)}, {"text-anchor", anchor}}, day);
    }
  }

 private:
  std::int64_t from_, to_;
};

void start(Markup& out, double height, const std::string& title, const std::string& id) {
  out.open("svg", {{"viewBox", fmt::format("0 0 {:.0f} {:.0f}", kWidth, height)},
                   {"role", "img"},
                   {"aria-labelledby", id},
                   {"class", "wide"}});
  out.leaf("title", {{"id", id}}, title);
}

// Marks of the calendar as bands with their words above; words that would overlap take the next line, up to three.
double draw_marks(Markup& out, const Calendar& calendar, const Axis& axis, double top, double bottom) {
  constexpr int kLines = 4, kShown = 24;
  double line_ends[kLines] = {};
  int shown = 0;
  for (const Mark& mark : calendar.marks) {
    if (!axis.holds(mark.start.seconds, mark.end.seconds) || ++shown > kShown) continue;
    const double from = axis.x(mark.start.seconds), to = std::max(axis.x(mark.end.seconds), from + 2);
    const std::string kind =
        mark.kind == "election" || mark.kind == "silence" || mark.kind == "summit" ? mark.kind : "other";
    out.empty("rect", {{"class", "mark mark-" + kind},
                       {"x", n(from)},
                       {"y", n(top)},
                       {"width", n(to - from)},
                       {"height", n(bottom - top)}});
    std::string words = mark.title.size() > 48 ? mark.title.substr(0, 45) + "…" : mark.title;
    const double width = 6.2 * static_cast<double>(words.size()) + 8;
    const bool left = from + width > kWidth;
    const double begins = left ? to - width : from;
    for (int line = 0; line < kLines; ++line) {
      if (begins < line_ends[line]) continue;
      line_ends[line] = begins + width;
      out.leaf("text",
               {{"class", "mark-word"},
                {"x", n(left ? to : from)},
                {"y", n(top - 6 - 14 * line)},
                {"text-anchor", left ? "end" : "start"}},
               words);
      break;
    }
  }
  return bottom;
}

std::size_t marks_within(const Calendar& calendar, const Axis& axis) {
  return static_cast<std::size_t>(std::ranges::count_if(
      calendar.marks, [&](const Mark& mark) { return axis.holds(mark.start.seconds, mark.end.seconds); }));
}

}  // namespace

std::string incident_label(const Dossier& dossier, std::string_view id) {
  for (std::size_t i = 0; i < dossier.story.incidents.size(); ++i)
    if (dossier.story.incidents[i].id == id) return fmt::format("I{}", i + 1);
  return "?";
}

Figure timeline_drawing(const Dossier& dossier, const Calendar& calendar, const Texts& texts) {
  constexpr std::size_t kLanes = 24;
  constexpr double kLane = 26;
  Figure figure;
  figure.title = texts("timeline.figure");
  const auto& incidents = dossier.story.incidents;
  std::int64_t from = INT64_MAX, to = INT64_MIN;
  for (const Incident& one : incidents)
    if (one.first.known()) from = std::min(from, one.first.seconds), to = std::max(to, one.last.seconds);
  if (from > to && dossier.first.known()) from = dossier.first.seconds, to = dossier.last.seconds;
  if (from > to) return figure;
  // What the calendar holds within a fortnight before and after belongs into the picture.
  const std::int64_t reach = std::max<std::int64_t>(14 * 86400, (to - from) / 4);
  const std::int64_t seen_from = from, seen_to = to;
  for (const Mark& mark : calendar.marks)
    if (mark.end.seconds > seen_from - reach && mark.start.seconds < seen_to + reach)
      from = std::min(from, std::max(mark.start.seconds, seen_from - reach)),
      to = std::max(to, std::min(mark.end.seconds, seen_to + reach));
  const std::int64_t pad = std::max<std::int64_t>((to - from) / 40, 60);
  const Axis axis(from - pad, to + pad);
  const std::size_t lanes = std::min(incidents.size(), kLanes);
  const double top = marks_within(calendar, axis) > 0 ? 68 : 14;
  const double bottom = top + std::max<double>(kLane * static_cast<double>(lanes), kLane);
  Markup out;
  start(out, bottom + 36, figure.title, "timeline-drawing");
  axis.draw(out, top, bottom);
  draw_marks(out, calendar, axis, top, bottom);
  for (std::size_t i = 0; i < lanes; ++i) {
    const Incident& one = incidents[i];
    if (!one.first.known()) continue;
    const double y = top + kLane * static_cast<double>(i) + 5;
    const double x1 = axis.x(one.first.seconds), x2 = std::max(axis.x(one.last.seconds), x1 + 6);
    out.leaf("text", {{"class", "lane-name"}, {"x", n(kLeft - 10)}, {"y", n(y + 12)}, {"text-anchor", "end"}},
             incident_label(dossier, one.id));
    out.open("rect", {{"class", level_class(one.severity)},
                      {"x", n(x1)},
                      {"y", n(y)},
                      {"width", n(x2 - x1)},
                      {"height", "16"},
                      {"rx", "2"}});
    out.leaf("title", {},
             fmt::format("{} {} – {}", incident_label(dossier, one.id), texts.time(one.first, dossier.general),
                         texts.time(one.last, dossier.general)));
    out.close();
  }
  if (lanes == 0) {
    const double x1 = axis.x(seen_from), x2 = std::max(axis.x(seen_to), x1 + 6);
    out.empty(
        "rect",
        {{"class", "l-medium"}, {"x", n(x1)}, {"y", n(top + 5)}, {"width", n(x2 - x1)}, {"height", "16"}, {"rx", "2"}});
  }
  out.close();
  figure.svg = out.take();
  figure.description = texts("timeline.figure-words");
  if (incidents.size() > lanes) figure.note = texts.number(incidents.size() - lanes) + " " + texts("timeline.more");
  return figure;
}

Figure spread_drawing(const Dossier& dossier, const Calendar& calendar, const Texts& texts) {
  Figure figure;
  figure.title = texts("spread.figure");
  if (dossier.slices.empty()) return figure;
  const std::int64_t from = dossier.slices.front().start, to = dossier.slices.back().start + dossier.slice_seconds;
  const Axis axis(from, to);
  const double top = marks_within(calendar, axis) > 0 ? 68 : 16, middle = top + 150, gap = middle + 48,
               bottom = gap + 90;
  std::uint64_t most = 1, accounts = 0, addresses = 0, hosts = 0;
  for (const Slice& slice : dossier.slices) {
    most = std::max(most, sum(slice.counts));
    accounts += slice.new_accounts, addresses += slice.new_addresses, hosts += slice.new_hosts;
  }
  // Square roots: one loud hour must not hide the quiet ones. The words say so.
  const auto height = [&](std::uint64_t count) {
    return std::sqrt(static_cast<double>(count) / static_cast<double>(most)) * 146;
  };
  Markup out;
  start(out, bottom + 36, figure.title, "spread-drawing");
  axis.draw(out, top, middle);
  draw_marks(out, calendar, axis, top, middle);
  out.leaf("text", {{"class", "tick"}, {"x", n(kLeft - 8)}, {"y", n(top + 8)}, {"text-anchor", "end"}},
           texts.count(most, dossier.general));
  out.leaf("text", {{"class", "tick"}, {"x", n(kLeft - 8)}, {"y", n(middle)}, {"text-anchor", "end"}}, "0");
  for (const Slice& slice : dossier.slices) {
    const std::uint64_t all = sum(slice.counts);
    if (all == 0) continue;
    const double x1 = axis.x(slice.start), x2 = axis.x(slice.start + dossier.slice_seconds);
    double y = middle;
    const double total = height(all);
    for (int level = 0; level < 5; ++level) {
      const std::uint64_t count = slice.counts[static_cast<std::size_t>(level)];
      if (count == 0) continue;
      const double part = std::max(total * static_cast<double>(count) / static_cast<double>(all), 1.0);
      y -= part;
      out.empty("rect", {{"class", level_class(static_cast<Level>(level))},
                         {"x", n(x1 + .5)},
                         {"y", n(y)},
                         {"width", n(std::max(x2 - x1 - 1, 1.0))},
                         {"height", n(part)}});
    }
  }
  const std::uint64_t widest = std::max<std::uint64_t>({accounts, addresses, hosts, 1});
  axis.draw(out, gap, bottom);
  out.leaf("text", {{"class", "tick"}, {"x", n(kLeft - 8)}, {"y", n(gap + 8)}, {"text-anchor", "end"}},
           texts.count(widest, dossier.general));
  const auto line = [&](std::uint64_t Slice::* member, const char* kind) {
    std::uint64_t so_far = 0;
    std::string path;
    for (const Slice& slice : dossier.slices) {
      so_far += slice.*member;
      path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", axis.x(slice.start + dossier.slice_seconds / 2),
                          bottom - static_cast<double>(so_far) / static_cast<double>(widest) * (bottom - gap - 6));
    }
    if (so_far > 0) out.empty("path", {{"class", std::string("line line-") + kind}, {"d", path}});
  };
  line(&Slice::new_accounts, "accounts");
  line(&Slice::new_addresses, "addresses");
  line(&Slice::new_hosts, "hosts");
  double x = kLeft + 6;
  for (const char* kind : {"accounts", "addresses", "hosts"}) {
    const std::string words = texts("spread." + std::string(kind));
    out.empty("path",
              {{"class", std::string("line line-") + kind}, {"d", fmt::format("M{:.1f} {:.1f}h18", x, gap - 9)}});
    out.leaf("text", {{"class", "tick"}, {"x", n(x + 24)}, {"y", n(gap - 5)}}, words);
    x += 48 + 6.6 * static_cast<double>(words.size());
  }
  out.close();
  figure.svg = out.take();
  const std::int64_t step = dossier.slice_seconds;
  const std::string width = step < 3600    ? fmt::format("{} min", step / 60)
                            : step < 86400 ? fmt::format("{} h", step / 3600)
                                           : fmt::format("{} d", step / 86400);
  for (const Span& span : texts("spread.figure-words", {{"width", plain(width)}})) figure.description += span.text;
  if (dossier.outside_slices > 0 && !dossier.general)
    for (const Span& span : texts("spread.outside", {{"n", plain(texts.number(dossier.outside_slices))}}))
      figure.note += span.text;
  return figure;
}

Figure campaign_drawing(const Dossier& dossier, const Campaign& campaign, const Texts& texts) {
  constexpr std::size_t kNodes = 16;
  Figure figure;
  figure.title = texts("campaign.figure");
  const std::size_t count = std::min(campaign.incidents.size(), kNodes);
  if (count < 2) return figure;
  const double step = (kWidth - 160) / static_cast<double>(std::max<std::size_t>(count - 1, 1));
  const auto x = [&](std::size_t i) { return 80 + step * static_cast<double>(i); };
  const auto place = [&](std::string_view id) {
    for (std::size_t i = 0; i < count; ++i)
      if (campaign.incidents[i] == id) return i;
    return count;
  };
  std::vector<const Link*> links;
  std::size_t farthest = 1;
  for (const Link& link : dossier.story.links) {
    const std::size_t a = place(link.a), b = place(link.b);
    if (a == count || b == count || a == b) continue;
    links.push_back(&link);
    farthest = std::max(farthest, a > b ? a - b : b - a);
  }
  const double arc = std::min(40.0 * static_cast<double>(farthest) + 20, 200.0), line = arc + 30;
  Markup out;
  start(out, line + 66, figure.title, "campaign-drawing-" + campaign.id);
  double heaviest = 0.01;
  for (const Link* link : links) heaviest = std::max(heaviest, link->weight);
  for (const Link* link : links) {
    std::size_t a = place(link->a), b = place(link->b);
    if (a > b) std::swap(a, b);
    const double rise = arc * static_cast<double>(b - a) / static_cast<double>(farthest);
    out.open("path", {{"class", link->joins ? "tie" : "tie weak"},
                      {"stroke-width", n(1.2 + 3.5 * std::clamp(link->weight / heaviest, 0.0, 1.0))},
                      {"d", fmt::format("M{0:.1f} {1:.1f}C{0:.1f} {2:.1f} {3:.1f} {2:.1f} {3:.1f} {1:.1f}", x(a), line,
                                        line - rise * 1.33, x(b))}});
    out.leaf("title", {}, fmt::format("{} – {}", incident_label(dossier, link->a), incident_label(dossier, link->b)));
    out.close();
  }
  for (std::size_t i = 0; i < count; ++i) {
    const Incident* incident = dossier.story.incident(campaign.incidents[i]);
    if (!incident) continue;
    const double size = 7 + std::min(9.0, 2.2 * std::log10(1 + static_cast<double>(incident->finding_count)));
    out.empty("circle",
              {{"class", "node " + level_class(incident->severity)}, {"cx", n(x(i))}, {"cy", n(line)}, {"r", n(size)}});
    out.leaf("text", {{"class", "node-name"}, {"x", n(x(i))}, {"y", n(line + 34)}, {"text-anchor", "middle"}},
             incident_label(dossier, incident->id));
    const std::string day = texts.time(incident->first, true);
    if (step > 74 || i % 2 == 0)
      out.leaf("text", {{"class", "tick"}, {"x", n(x(i))}, {"y", n(line + 50)}, {"text-anchor", "middle"}}, day);
  }
  out.close();
  figure.svg = out.take();
  figure.description = texts("campaign.figure-words");
  if (campaign.incidents.size() > count)
    figure.note = texts.number(campaign.incidents.size() - count) + " " + texts("timeline.more");
  return figure;
}

}  // namespace tocsin::publish
