#include "leak/habits.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/suffix.h"
#include "base/text.h"
#include "leak/intake.h"
#include "leak/traits.h"
#include "mime/header.h"

namespace tocsin::leak {
namespace {

constexpr std::uint32_t kEnough = 20;  // of one kind, before rarity means anything
constexpr std::uint32_t kDocumentsMin = 5;
constexpr std::int64_t kBurstSeconds = 600;
constexpr std::size_t kBurstFiles = 5, kFastFiles = 4;  // people save so many in an hour, but not in minutes
constexpr std::int64_t kFastSeconds = 300;

std::string language_key(const documents::Metadata& metadata) {
  if (!metadata.interface_language.empty()) return metadata.interface_language;
  for (const documents::Fact& fact : metadata.facts)
    if (fact.name == "script of the code page") return fact.value + " code page";
  return {};
}

// "+0230" → 150; what is none, 0.
int zone_minutes(const std::string& zone) {
  if (zone.size() != 5) return 0;
  int value = 0;
  for (const char c : zone.substr(1)) value = c >= '0' && c <= '9' ? value * 10 + c - '0' : 0;
  const int minutes = value / 100 * 60 + value % 100;
  return zone[0] == '-' ? -minutes : minutes;
}

bool good(Verdict verdict) {
  return verdict == Verdict::authentic || verdict == Verdict::authentic_repaired || verdict == Verdict::partly_covered;
}

}  // namespace

std::string message_id_shape(std::string_view id) {
  if (id.starts_with('<')) id.remove_prefix(1);
  if (id.ends_with('>')) id.remove_suffix(1);
  const std::size_t at = id.rfind('@');
  std::string out;
  const std::string_view local = id.substr(0, at);
  for (std::size_t i = 0; i <= local.size() && out.size() < 40;) {
    const std::size_t end = std::min(local.find_first_of(".$%", i), local.size());
    unsigned classes = 0;
    for (const char c : local.substr(i, end - i))
      classes |= c >= '0' && c <= '9' ? 1u : c >= 'a' && c <= 'z' ? 2u : c >= 'A' && c <= 'Z' ? 4u : 8u;
    out += classes == 1 ? '9' : classes == 2 ? 'a' : classes == 4 ? 'A' : classes == 0 ? '0' : 'x';
    if (end < local.size()) out += local[end];
    i = end + 1;
  }
  if (at == std::string_view::npos) return out;
  const std::string domain = mime::lower_ascii(id.substr(at + 1));
  const std::string_view registered = PublicSuffixes::system().registrable(domain);
  return out + "@" + (registered.empty() ? domain : std::string(registered));
}

std::string program_family(std::string_view program) {
  std::size_t end = 0;
  while (end < program.size()) {
    const std::size_t space = std::min(program.find_first_of(" /(;,", end), program.size());
    const std::string_view word = program.substr(end, space - end);
    if (word.find_first_of("0123456789") != std::string_view::npos) break;
    end = space;
    if (end == program.size() || program[end] != ' ') break;
    ++end;
  }
  std::string out(program.substr(0, end));
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out.empty() ? std::string(program.substr(0, 40)) : out;
}

void Habits::Usual::add(const std::string& value) {
  ++total;
  if (counts.size() < 200 || counts.contains(value)) ++counts[value];
}

bool Habits::Usual::rare(const std::string& value, std::uint32_t& times) const {
  const auto found = counts.find(value);
  times = found == counts.end() ? 0 : found->second;
  if (total < kEnough || times > std::max(1u, total / 100)) return false;
  // Something must be usual for this to be unusual.
  return std::ranges::any_of(counts, [&](const auto& one) { return one.second * 5 >= total * 2; });
}

std::uint32_t Habits::number(const std::string& text) {
  if (numbers_.size() >= kKeysMax && !numbers_.contains(text)) return 0;
  return numbers_.try_emplace(text, static_cast<std::uint32_t>(numbers_.size() + 1)).first->second;
}

void Habits::note(const ItemReport& report, bool original) {
  if (report.metadata) note_document(report, original);
  if (report.kind != "message") {
    if (!original && report.kind == "attachment" && good(report.verdict) && carried_.size() < 2'000'000 &&
        !report.proof.empty())
      if (const auto [known, fresh] = carried_.try_emplace(report.sha256, Carried{report.item, report.verdict});
          !fresh && report.verdict < known->second.verdict)
        known->second = {report.item, report.verdict};
    return;
  }
  for (const std::string* field : {&report.from, &report.to})
    for (const mime::Address& address : mime::addresses(*field))
      if (!address.name.empty() && names_.size() < kKeysMax) names_[fold(address.name)].elsewhere = true;
  if (!original) note_message(report);
}

void Habits::note_document(const ItemReport& report, bool original) {
  const documents::Metadata& metadata = *report.metadata;
  const std::string language = language_key(metadata), program = program_family(metadata.application);
  const std::uint32_t folder = number(report.container);
  if (!metadata.author.empty() && names_.size() < kKeysMax &&
      (original || metadata.author != metadata.last_modified_by))
    names_[fold(metadata.author)].elsewhere = true;
  if (!metadata.last_modified_by.empty() && names_.size() < kKeysMax) {
    Name& name = names_[fold(metadata.last_modified_by)];
    if (original) name.elsewhere = true;
    if (name.folder != 0 && name.folder != folder) name.elsewhere = true;
    name.folder = folder;
    ++name.edited;
  }
  if (!language.empty()) (original ? original_languages_ : languages_).add(language);
  if (original) {
    if (!program.empty()) original_programs_.add(program);
    return;
  }
  ++documents_;
  if (!metadata.modified || edits_.size() >= kEditsMax) return;
  edits_.push_back({metadata.modified->time.seconds, folder, number(metadata.last_modified_by),
                    number(metadata.application + "\n" + language), 0});
  edit_of_.emplace(report.item, static_cast<std::uint32_t>(edits_.size() - 1));
}

void Habits::note_message(const ItemReport& report) {
  const auto add = [](std::map<std::string, Usual>& into, const std::string& key, const std::string& value) {
    if (value.empty() || (into.size() >= kKeysMax && !into.contains(key))) return;
    into[key].add(value);
  };
  const auto senders = mime::addresses(report.from);
  const std::string sender = senders.empty() ? "" : mime::lower_ascii(senders[0].address);
  if (sender.empty()) return;
  if (!report.message_id.empty())
    add(message_ids_, std::string(mime::domain_of(sender)) + "\n" + program_family(report.mailer),
        message_id_shape(report.message_id));
  add(zones_, sender, report.zone);
  add(mailers_, sender, report.mailer.empty() ? "none" : program_family(report.mailer));
}

// Files of one folder, by one name or one program, edited within minutes of each other.
void Habits::settle(std::vector<Oddity>& of_dump) {
  std::vector<std::uint32_t> order(edits_.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::map<std::uint32_t, const std::string*> texts;
  for (const auto& [text, at] : numbers_) texts[at] = &text;
  const auto text = [&](std::uint32_t at) { return texts.contains(at) ? *texts[at] : std::string{}; };
  const auto by = [&](std::uint32_t i) {
    const Edit& edit = edits_[i];
    return std::tuple(edit.folder, edit.by, edit.program, edit.at, i);
  };
  std::ranges::sort(order, {}, by);
  for (std::size_t from = 0; from < order.size();) {
    std::size_t to = from + 1;
    const Edit& first = edits_[order[from]];
    while (to < order.size() && edits_[order[to]].folder == first.folder && edits_[order[to]].by == first.by &&
           edits_[order[to]].program == first.program &&
           edits_[order[to]].at - edits_[order[to - 1]].at <= kBurstSeconds &&
           edits_[order[to]].at - first.at <= 6 * kBurstSeconds)
      ++to;
    const std::int64_t seconds = edits_[order[to - 1]].at - first.at;
    if (to - from >= kBurstFiles || (to - from >= kFastFiles && seconds <= kFastSeconds)) {
      const std::string name = text(first.by), program = text(first.program);
      std::string detail = fmt::format(
          "{} files of {} were last modified within {}{}{}, from {}", to - from, text(first.folder),
          seconds < 120 ? fmt::format("{} seconds", seconds) : fmt::format("{} minutes", (seconds + 59) / 60),
          name.empty() ? "" : ", by \"" + name + "\"",
          program.find('\n') < 1 ? "" : ", with " + program.substr(0, program.find('\n')), Time{first.at, 0, 0}.iso());
      bursts_.push_back(detail);
      if (of_dump.size() < 50) of_dump.push_back({"burst-of-edits", detail});
      for (std::size_t i = from; i < to; ++i) edits_[order[i]].burst = static_cast<std::uint32_t>(bursts_.size());
    }
    from = to;
  }
  if (!bursts_.empty()) of_dump.push_back({"metadata-may-be-planted", std::string(kPlanted)});
}

void Habits::judge(ItemReport& report) const {
  if (report.metadata) judge_document(report);
  if (report.kind == "message") judge_message(report);
  if (report.kind != "document" || report.verdict != Verdict::unsigned_) return;
  const auto found = carried_.find(report.sha256);
  if (found == carried_.end()) return;
  report.verdict = found->second.verdict;
  report.why = "the same bytes as the attachment " + found->second.by + ", whose message is " +
               std::string(name(found->second.verdict));
  Proof proof;
  proof.kind = "carried";
  proof.result = "pass";
  proof.reason = report.why;
  report.proof.push_back(std::move(proof));
}

void Habits::judge_document(ItemReport& report) const {
  const documents::Metadata& metadata = *report.metadata;
  if (const auto edit = edit_of_.find(report.item); edit != edit_of_.end() && edits_[edit->second].burst > 0)
    report.oddities.push_back({"burst-of-edits", bursts_[edits_[edit->second].burst - 1]});
  if (const auto found = names_.find(fold(metadata.last_modified_by));
      !metadata.last_modified_by.empty() && found != names_.end() && !found->second.elsewhere &&
      documents_ >= kDocumentsMin)
    report.oddities.push_back(
        {"name-seen-nowhere-else", fmt::format("\"{}\" last modified {} files of this folder, and is named nowhere "
                                               "else: neither as an author nor in mail",
                                               metadata.last_modified_by, found->second.edited)});
  const std::string language = language_key(metadata);
  if (!language.empty()) {
    if (original_languages_.total >= 3 && !original_languages_.counts.contains(language)) {
      report.oddities.push_back(
          {"language-of-program", "saved by a program that speaks " + language + ", as none of the originals was"});
    } else if (original_languages_.total < 3 && languages_.total >= 6) {
      const auto here = languages_.counts.find(language);
      const auto most = std::ranges::max_element(languages_.counts, {}, [](const auto& one) { return one.second; });
      if (here != languages_.counts.end() && here->second * 2 < languages_.total && most->first != language &&
          here->second < most->second)
        report.oddities.push_back(
            {"language-of-program",
             fmt::format("saved by a program that speaks {}, as {} of {} documents were; {} by one that speaks {}",
                         language, here->second, languages_.total, most->second, most->first)});
    }
  }
  const std::string program = program_family(metadata.application);
  if (!program.empty() && original_programs_.total >= 10 && !original_programs_.counts.contains(program))
    report.oddities.push_back({"program-unusual", "saved by " + program + ", as none of the originals was"});
}

void Habits::judge_message(ItemReport& report) const {
  const auto senders = mime::addresses(report.from);
  const std::string sender = senders.empty() ? "" : mime::lower_ascii(senders[0].address);
  if (sender.empty()) return;
  std::uint32_t times = 0;
  const auto check = [&](const std::map<std::string, Usual>& all, const std::string& key, const std::string& value,
                         const char* name, const auto& say) {
    const auto found = all.find(key);
    if (value.empty() || found == all.end() || !found->second.rare(value, times)) return;
    const auto most = std::ranges::max_element(found->second.counts, {}, [](const auto& one) { return one.second; });
    report.oddities.push_back({name, say(most->first, found->second.total)});
  };
  check(message_ids_, std::string(mime::domain_of(sender)) + "\n" + program_family(report.mailer),
        report.message_id.empty() ? "" : message_id_shape(report.message_id), "message-id-unusual",
        [&](const std::string& most, std::uint32_t total) {
          return fmt::format("built as {}; of {} messages of {} with this program most are built as {}",
                             message_id_shape(report.message_id), total, mime::domain_of(sender), most);
        });
  // Summer time moves a zone by an hour; only what is further off counts.
  const auto zones = zones_.find(sender);
  const bool summer = zones != zones_.end() && std::ranges::any_of(zones->second.counts, [&](const auto& one) {
                        return one.second * 5 >= zones->second.total &&
                               std::abs(zone_minutes(one.first) - zone_minutes(report.zone)) <= 60;
                      });
  if (!summer)
    check(zones_, sender, report.zone, "zone-unusual", [&](const std::string& most, std::uint32_t total) {
      return fmt::format("{} in Date; of {} messages of {} most have {}", report.zone, total, sender, most);
    });
  check(mailers_, sender, report.mailer.empty() ? "none" : program_family(report.mailer), "mailer-unusual",
        [&](const std::string& most, std::uint32_t total) {
          return fmt::format("made with {}; of {} messages of {} most were made with {}",
                             report.mailer.empty() ? "no program that it names" : program_family(report.mailer), total,
                             sender, most);
        });
}

}  // namespace tocsin::leak
