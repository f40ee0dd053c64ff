// Reading all files into one draft and settling it: what one file defines another may name, in any order, so nothing
// is joined before the last file is read. All lists come out sorted by id, so the order of files changes nothing
// but whose spelling of a name comes first.
#include "assess/knowledge.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "assess/draft.h"
#include "assess/json.h"
#include "base/text.h"

namespace tocsin::assess {
namespace {

constexpr std::uintmax_t kFileMax = 512u << 20;
constexpr std::size_t kNestingMax = 64;

Result<std::string> slurp(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return fail("it cannot be read: " + error.message(), path);
  if (size > kFileMax) return fail("a file of knowledge may hold up to 512 MiB", path);
  std::string bytes(size, '\0');
  std::ifstream file(path, std::ios::binary);
  if (!file.read(bytes.data(), static_cast<std::streamsize>(size)))
    return fail(std::string("it cannot be read: ") + std::strerror(errno), path);
  return bytes;
}

Result<void> read_file(dom::parser& parser, const Knowledge::File& file, const Knowledge::Options& options,
                       Draft& out) {
  dom::object root;
  const auto error = parser.parse(file.bytes.data(), file.bytes.size()).get(root);
  if (error) return fail(std::string("no JSON object: ") + simdjson::error_message(error), file.name);
  dom::array ignored;
  if (text_of(root, "format") == "tocsin-actors/1") return read_actor_file(root, file.name, out);
  if (is_misp_event(root)) return read_misp(root, file.name, out);
  if (root["objects"].get(ignored) == simdjson::SUCCESS) return read_stix(root, file.name, options, out);
  if (root["values"].get(ignored) == simdjson::SUCCESS) return read_galaxy(root, file.name, out);
  return fail("neither a STIX bundle, a MISP galaxy or event, nor an actor file", file.name,
              "a bundle has `objects`, a galaxy `values`, an event `Event` or `response`");
}

}  // namespace

std::string plain_name(std::string_view name) {
  std::string folded = fold(name);
  std::erase_if(folded, [](char c) { return c == ' ' || c == '-' || c == '_' || c == '.'; });
  return folded;
}

std::string_view Actor::backed_by(std::string_view level) const {
  for (const Backing& one : backing)
    if (one.level == level) return one.value;
  return {};
}

Knowledge Draft::settle() && {
  Knowledge out;
  std::map<std::string, std::uint32_t> number;
  for (auto& [id, trait] : traits) {
    number[id] = static_cast<std::uint32_t>(out.traits_.size());
    out.traits_.push_back(std::move(trait));
  }
  for (auto& [old, now] : replaced) {
    std::string target = now;
    // A replacement may itself have been replaced; a circle of them ends after as many steps as there are links.
    for (std::size_t i = 0; i < replaced.size() && !number.contains(target) && replaced.contains(target); ++i)
      target = replaced.at(target);
    if (number.contains(target) && !number.contains(old)) out.replaced_.emplace_back(old, target);
  }
  for (auto& [id, actor] : actors) {
    Actor& made = out.actors_.emplace_back();
    made.id = id;
    made.name = actor.name.empty() ? id : actor.name;
    actor.aliases.erase(made.name);
    made.aliases.assign(actor.aliases.begin(), actor.aliases.end());
    made.backing = std::move(actor.backing);
    for (auto& [key, report] : actor.reports) {
      Report& kept = made.reports.emplace_back(key, report.date, std::vector<std::uint32_t>());
      for (const std::string& trait : report.traits)
        if (const auto found = number.find(trait); found != number.end()) kept.traits.push_back(found->second);
      if (kept.traits.empty()) made.reports.pop_back();
    }
  }
  const auto index_names = [&out] {
    out.names_.clear();
    for (std::uint32_t i = 0; i < out.actors_.size(); ++i) {
      const Actor& actor = out.actors_[i];
      out.names_.emplace_back(plain_name(actor.id), i);
      out.names_.emplace_back(plain_name(actor.name), i);
      for (const std::string& alias : actor.aliases) out.names_.emplace_back(plain_name(alias), i);
    }
    std::ranges::sort(out.names_);
    const auto same = std::ranges::unique(out.names_);
    out.names_.erase(same.begin(), same.end());
  };
  index_names();
  for (const Remote& remote : remotes) join(out, remote);
  index_names();
  out.indicators_ = std::move(indicators);
  std::ranges::sort(out.indicators_, {}, [](const KnownIndicator& i) { return std::tie(i.value, i.actor, i.by); });
  out.remarks_ = std::move(remarks);
  return out;
}

void Draft::join(Knowledge& out, const Remote& remote) {
  // By id where the file gives one, else by its first name; other names only where they all mean one actor.
  std::set<std::uint32_t> fits;
  for (const std::string& id : remote.ids)
    for (const std::uint32_t i : out.actors_named(id)) fits.insert(i);
  if (fits.empty() && !remote.names.empty())
    for (const std::uint32_t i : out.actors_named(remote.names.front())) fits.insert(i);
  if (fits.empty())
    for (const std::string& name : remote.names)
      for (const std::uint32_t i : out.actors_named(name)) fits.insert(i);
  if (fits.size() > 1 && !remote.names.empty()) {
    // Several ids, one of which goes by the very name of the entry: that one.
    const auto named = out.actors_named(remote.names.front());
    if (named.size() == 1 && fits.contains(named[0])) fits = {named[0]};
  }
  if (fits.empty()) return;
  if (fits.size() > 1) {
    std::string text = remote.file + ": '" + (remote.names.empty() ? "?" : remote.names.front()) + "' fits";
    for (const std::uint32_t i : fits) text += " " + out.actors_[i].id;
    remarks.push_back(text + "; its other names are joined to none of them");
    return;
  }
  Actor& actor = out.actors_[*fits.begin()];
  for (const std::string& name : remote.names) {
    const auto known = [&](const std::string& other) { return plain_name(other) == plain_name(name); };
    if (!known(actor.name) && !known(actor.id) && std::ranges::none_of(actor.aliases, known))
      actor.aliases.push_back(name);
  }
  for (const Backing& claim : remote.backing) actor.backing.push_back(claim);
}

Result<Knowledge> Knowledge::parse(std::span<const File> files, Options options) {
  Draft draft;
  dom::parser parser(kFileMax);
  if (parser.allocate(0, kNestingMax)) return fail("no memory for the JSON parser");
  for (const File& file : files) TRY_VOID(read_file(parser, file, options, draft));
  return std::move(draft).settle();
}

Result<Knowledge> Knowledge::load(std::span<const std::string> paths, Options options) {
  std::vector<File> files;
  for (const std::string& path : paths) {
    TRY(std::string bytes, slurp(path));
    files.push_back({path, std::move(bytes)});
  }
  return parse(files, options);
}

std::optional<std::uint32_t> Knowledge::trait(std::string_view id) const {
  std::string upper(id);
  for (char& c : upper)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  const auto old =
      std::ranges::lower_bound(replaced_, upper, {}, [](const auto& pair) -> const std::string& { return pair.first; });
  if (old != replaced_.end() && old->first == upper) upper = old->second;
  const auto found = std::ranges::lower_bound(traits_, upper, {}, &Trait::id);
  if (found == traits_.end() || found->id != upper) return std::nullopt;
  return static_cast<std::uint32_t>(found - traits_.begin());
}

std::vector<std::uint32_t> Knowledge::actors_named(std::string_view name) const {
  std::vector<std::uint32_t> out;
  const std::string plain = plain_name(name);
  for (auto i = std::ranges::lower_bound(names_, plain, {},
                                         [](const auto& pair) -> const std::string& { return pair.first; });
       i != names_.end() && i->first == plain; ++i)
    out.push_back(i->second);
  return out;
}

}  // namespace tocsin::assess
