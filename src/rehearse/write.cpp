#include "rehearse/write.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace tocsin::rehearse {
namespace {

constexpr std::size_t kBuffer = 1U << 20;

class File {
 public:
  File(const FormatSpec& spec, const FormatContext& context, const std::string& folder)
      : writer(spec.make(context)), path_(folder + "/" + std::string(spec.file)), spec_(spec) {}
  ~File() {
    if (handle_ != nullptr) std::fclose(handle_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  // Called before each record: a file without records isn't made.
  std::string& record() {
    if (records_++ == 0) writer->begin(text_);
    return text_;
  }
  Result<void> flush(bool all = false) {
    if (text_.empty() || (!all && text_.size() < kBuffer)) return {};
    if (handle_ == nullptr) handle_ = std::fopen(path_.c_str(), "wb");
    if (handle_ == nullptr || std::fwrite(text_.data(), 1, text_.size(), handle_) != text_.size())
      return fail(std::string("cannot write: ") + std::strerror(errno), path_);
    bytes_ += text_.size();
    text_.clear();
    return {};
  }
  Result<void> finish() {
    if (records_ > 0) writer->end(text_);
    TRY_VOID(flush(true));
    if (handle_ != nullptr && std::fclose(std::exchange(handle_, nullptr)) != 0)
      return fail(std::string("cannot write: ") + std::strerror(errno), path_);
    return {};
  }
  WrittenFile written() const { return {path_, &spec_, records_, bytes_}; }

  std::unique_ptr<FormatWriter> writer;

 private:
  std::string path_;
  const FormatSpec& spec_;
  std::string text_;
  std::FILE* handle_ = nullptr;
  std::uint64_t records_ = 0, bytes_ = 0;
};

// Which file tells of what.
struct Routes {
  std::array<std::size_t, kRoles> login{};
  std::size_t imap_mail = SIZE_MAX, mail = SIZE_MAX, change = SIZE_MAX, companion = SIZE_MAX;
};

Routes route(const std::vector<const FormatSpec*>& chosen) {
  Routes routes;
  const auto general = static_cast<std::size_t>(
      std::ranges::find_if(chosen, [](const FormatSpec* spec) { return !spec->serves.empty(); }) - chosen.begin());
  for (int role = 0; role < kRoles; ++role) {
    // The format whose nature it is most: the position in its list, then the table's order.
    std::size_t best = SIZE_MAX, best_rank = SIZE_MAX;
    for (const FormatSpec* spec : all_formats()) {
      const auto at = std::ranges::find(chosen, spec) - chosen.begin();
      const auto rank =
          static_cast<std::size_t>(std::ranges::find(spec->serves, static_cast<Role>(role)) - spec->serves.begin());
      if (static_cast<std::size_t>(at) == chosen.size() || rank == spec->serves.size() || rank >= best_rank) continue;
      best = static_cast<std::size_t>(at);
      best_rank = rank;
    }
    routes.login[static_cast<std::size_t>(role)] = best == SIZE_MAX ? general : best;
  }
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (chosen[i]->mail && (routes.mail == SIZE_MAX || chosen[i]->change)) routes.mail = i;
    if (chosen[i]->change) routes.change = i;
    if (chosen[i]->companion) routes.companion = i;
    if (chosen[i] == &dovecot_format) routes.imap_mail = i;
  }
  if (routes.imap_mail == SIZE_MAX) routes.imap_mail = routes.mail;
  return routes;
}

Result<std::vector<const FormatSpec*>> choose(const std::vector<std::string>& names) {
  std::vector<const FormatSpec*> chosen;
  for (const std::string& name : names) {
    const FormatSpec* spec = find_format(name);
    if (spec == nullptr) return fail("there is no format '" + name + "'", "", "tocsin rehearse --help lists them");
    if (std::ranges::find(chosen, spec) == chosen.end()) chosen.push_back(spec);
  }
  if (!chosen.empty() && std::ranges::all_of(chosen, [](const FormatSpec* spec) { return spec->serves.empty(); }))
    return fail("none of these formats tells of logins", "", "add another, roundcube for one");
  if (chosen.empty()) chosen.assign(all_formats().begin(), all_formats().end());
  return chosen;
}

Result<void> put(const std::string& path, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  const bool done = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if (file == nullptr || (std::fclose(file) != 0) || !done)
    return fail(std::string("cannot write: ") + std::strerror(errno), path);
  return {};
}

}  // namespace

Result<Written> write_rehearsal(const Choice& choice, const std::vector<std::string>& formats,
                                const std::string& folder) {
  TRY(const Plan plan, plan_of(choice));
  TRY(const std::vector<const FormatSpec*> chosen, choose(formats));
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  if (code) return fail("cannot make the folder: " + code.message(), folder);
  if (std::filesystem::exists(folder + "/labels.json", code))
    return fail("here is a rehearsal already", folder, "take another folder, or remove this one");
  // The warning stands there before the first line of evidence does.
  TRY_VOID(
      put(folder + "/EXERCISE", std::string(kExercise) + "; all names and addresses in this folder are invented\n"));
  Simulation simulation(plan);
  std::vector<std::unique_ptr<File>> files;
  for (const FormatSpec* spec : chosen)
    files.push_back(std::make_unique<File>(
        *spec, FormatContext{&simulation.networks(), plan.start, plan.utc_offset_minutes}, folder));
  const Routes routes = route(chosen);
  Written written;
  Labelled one;
  while (simulation.next(one)) {
    std::size_t to = SIZE_MAX;
    switch (one.activity.kind) {
      case ActivityKind::login:
        to = routes.login[static_cast<std::size_t>(one.role)];
        files[to]->writer->login(one, files[to]->record());
        if (one.role == Role::webmail && routes.companion != SIZE_MAX && routes.companion != to) {
          File& beside = *files[routes.companion];
          beside.writer->login(one, beside.record());
          TRY_VOID(beside.flush());
        }
        break;
      case ActivityKind::mail_access:
        to = one.role == Role::imap ? routes.imap_mail : routes.mail;
        if (to != SIZE_MAX) files[to]->writer->mail(one, files[to]->record());
        break;
      default:
        to = routes.change;
        if (to != SIZE_MAX) files[to]->writer->change(one, files[to]->record());
    }
    if (to == SIZE_MAX)
      ++written.untold;
    else
      TRY_VOID(files[to]->flush());
  }
  for (const auto& file : files) {
    TRY_VOID(file->finish());
    if (file->written().records > 0) written.files.push_back(file->written());
  }
  Labels& labels = written.labels;
  labels.choice = choice;
  for (const FormatSpec* spec : chosen) labels.formats.emplace_back(spec->name);
  labels.evidence_start = plan.start;
  labels.evidence_end = plan.start.plus_seconds(plan.days * 86400LL);
  if (!simulation.truth().empty()) labels.truth = simulation.truth()[0];
  TRY_VOID(put(folder + "/labels.json", labels.json()));
  return written;
}

}  // namespace tocsin::rehearse
