#include "leak/originals.h"

#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "base/hash.h"
#include "documents/document.h"
#include "leak/words.h"
#include "mime/header.h"
#include "mime/message.h"

namespace tocsin::leak {
namespace {

constexpr std::size_t kWordsMin = 8;         // fewer words are alike by chance
constexpr std::size_t kPartMax = 64u << 20;  // bytes of one part that are hashed
constexpr std::size_t kTextMax = 1u << 20;   // of one message
constexpr std::string_view kSeen[] = {"From", "Sender", "Reply-To", "To", "Cc", "Subject", "Date", "Message-ID"};

void finish(Likeness& out) {
  const std::vector<Word> words = words_of(out.text);
  out.shingles = shingles_of(words);
  out.sketch = Resemblance::sketch(out.shingles);
  if (words.size() < kWordsMin) return;
  std::string all;
  all.reserve(words.size() * 8);
  for (const Word& word : words) all.append(reinterpret_cast<const char*>(&word.hash), 8);
  out.text_hash = hash64(all, words.size()) | 1;
}

// Line ends and blanks at their ends are nobody's words, nor is the ">" that mailboxes put before "From ".
std::string settled(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r')) line.remove_suffix(1);
    while (
        line.starts_with('>') &&
        line.substr(line.find_first_not_of('>') == std::string_view::npos ? line.size() : line.find_first_not_of('>'))
            .starts_with("From "))
      line.remove_prefix(1);
    out += line;
    out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  while (out.ends_with("\n\n")) out.pop_back();
  while (out.starts_with('\n')) out.erase(0, 1);
  return out;
}

std::string html_text(const std::string& html) {
  documents::Limits limits;
  limits.text = kTextMax;
  return documents::text_of("<html>" + html, limits);
}

void take_metadata(const documents::Metadata& metadata, Likeness& out) {
  const auto add = [&](const char* name, const std::string& value) { out.labels.emplace_back(name, value); };
  const auto stamp = [](const std::optional<documents::Stamp>& at) { return at ? at->iso() : std::string{}; };
  add("title", metadata.title);
  add("author", metadata.author);
  add("last modified by", metadata.last_modified_by);
  add("company", metadata.company);
  add("application", metadata.application);
  add("program's language", metadata.interface_language);
  add("revision", metadata.revision);
  add("created", stamp(metadata.created));
  add("modified", stamp(metadata.modified));
}

std::string labels_difference(const std::vector<std::pair<std::string, std::string>>& before,
                              const std::vector<std::pair<std::string, std::string>>& after) {
  std::string out;
  const auto value = [](const auto& list, const std::string& name) {
    const auto found = std::ranges::find(list, name, &std::pair<std::string, std::string>::first);
    return found == list.end() ? std::string{} : found->second;
  };
  const auto say = [&](const std::string& name, const std::string& was, const std::string& is) {
    if (was == is || out.size() > 3000) return;
    const bool file = name.starts_with("attachment ");
    if (file)
      out += name + (was.empty() ? ": added\n" : is.empty() ? ": removed\n" : ": other content\n");
    else
      out += name + ": \"" + was.substr(0, 300) + "\" → \"" + is.substr(0, 300) + "\"\n";
  };
  for (const auto& [name, was] : before) say(name, was, value(after, name));
  for (const auto& [name, is] : after)
    if (std::ranges::find(before, name, &std::pair<std::string, std::string>::first) == before.end()) say(name, "", is);
  return out;
}

}  // namespace

Likeness likeness_of_message(std::string_view raw) {
  Likeness out;
  const mime::Message message = mime::parse(raw);
  Sha256 content;
  const auto add_header = [&](const mime::Part& part, bool outermost) {
    for (const std::string_view name : kSeen) {
      std::string value;
      for (const mime::Header& header : part.headers)
        if (mime::same_name(header.name, name)) value += (value.empty() ? "" : "\n") + mime::decode_header(header.raw);
      content.update(std::string(name) + "\n" + value + "\n");
      if (!outermost) continue;
      if (name == "Message-ID")
        out.message_id = value.substr(0, 500);
      else if (!value.empty())
        out.labels.emplace_back(name, value.substr(0, 1000));
    }
  };
  add_header(message.parts[0], true);
  std::string plain, html;
  for (const mime::Part& part : message.parts) {
    content.update(part.type + "\n" + part.file_name + "\n" + part.content_id + "\n" + std::to_string(part.depth) +
                   "\n");
    if (part.parent != mime::Part::kNone && message.parts[part.parent].type == "message/rfc822")
      add_header(part, false);
    if (part.is_multipart() || part.type == "message/rfc822") continue;
    const bool words = part.type.starts_with("text/") && !part.attachment;
    if (words) {
      const std::string text = mime::text(part, kPartMax);
      content.update(settled(text));
      if (part.type == "text/html") {
        if (html.size() < kTextMax) html += html_text(text) + "\n";
      } else if (plain.size() < kTextMax) {
        plain += text + "\n";
      }
    } else {
      const std::string bytes = mime::decoded(part, kPartMax);
      const std::string hash = sha256(bytes).hex();
      content.update(hash);
      if (out.labels.size() < 200) out.labels.emplace_back("attachment " + part.file_name, hash);
    }
  }
  out.content = content.finish().hex();
  out.text = plain.find_first_not_of(" \t\r\n") != std::string::npos ? std::move(plain) : std::move(html);
  if (out.text.size() > kTextMax) out.text.resize(kTextMax);
  finish(out);
  return out;
}

Likeness likeness_of_document(std::string_view bytes, const std::optional<documents::Metadata>& metadata) {
  Likeness out;
  if (metadata) take_metadata(*metadata, out);
  out.text = documents::text_of(bytes);
  finish(out);
  return out;
}

Originals::Originals() : file_(std::tmpfile()) {}
Originals::~Originals() {
  if (file_) std::fclose(file_);
}

Result<void> Originals::add(Likeness&& original) {
  if (items_.size() >= kMax) return {};
  if (!file_)
    return fail("no temporary file for the originals", "", "make room, or set TMPDIR to a folder that has some");
  const auto id = static_cast<std::uint32_t>(items_.size());
  Item item{std::move(original.item), original.sha256, end_, 0, 0, original.text_hash};
  std::string plain;
  for (const auto& [name, value] : original.labels) {
    std::string line = name + "\t" + value;
    std::ranges::replace(line, '\0', ' ');
    plain += line + '\0';
  }
  plain += '\0' + original.text;
  std::string packed(ZSTD_compressBound(plain.size()), '\0');
  const std::size_t size = ZSTD_compress(packed.data(), packed.size(), plain.data(), plain.size(), 1);
  CHECK(!ZSTD_isError(size));
  if (pwrite(fileno(file_), packed.data(), size, static_cast<off_t>(end_)) != static_cast<ssize_t>(size))
    return fail(std::string("a temporary file cannot be written: ") + std::strerror(errno), "",
                "make room on the disk of temporary files");
  item.packed = static_cast<std::uint32_t>(size);
  item.size = static_cast<std::uint32_t>(plain.size());
  end_ += size;
  by_sha256_.try_emplace(item.sha256, id);
  if (!original.content.empty()) by_content_.try_emplace(original.content, id);
  if (!original.message_id.empty()) by_message_id_.try_emplace(original.message_id, id);
  if (original.text_hash != 0) by_text_.try_emplace(original.text_hash, id);
  resemblance_.add(original.sketch, original.shingles);
  items_.push_back(std::move(item));
  return {};
}

void Originals::seal() { resemblance_.seal(); }

Originals::Stored Originals::load(std::uint32_t id) const {
  const Item& item = items_[id];
  Stored out;
  std::string packed(item.packed, '\0'), plain(item.size, '\0');
  if (pread(fileno(file_), packed.data(), packed.size(), static_cast<off_t>(item.at)) !=
          static_cast<ssize_t>(packed.size()) ||
      ZSTD_decompress(plain.data(), plain.size(), packed.data(), packed.size()) != plain.size())
    return out;
  std::size_t at = 0;
  for (;;) {
    const std::size_t end = plain.find('\0', at);
    if (end == std::string::npos) return out;
    if (end == at) {
      out.text = plain.substr(end + 1);
      return out;
    }
    const std::size_t tab = plain.find('\t', at);
    out.labels.emplace_back(plain.substr(at, tab - at), plain.substr(tab + 1, end - tab - 1));
    at = end + 1;
  }
}

// The likest original, if it shares enough that is not boilerplate.
std::optional<std::uint32_t> Originals::near(const Likeness& item) const {
  if (item.shingles.size() < kWordsMin) return std::nullopt;
  const auto own = [&](const std::vector<std::uint64_t>& all) {
    std::vector<std::uint64_t> out;
    for (const std::uint64_t one : all)
      if (!resemblance_.common(one)) out.push_back(one);
    return out;
  };
  const std::vector<std::uint64_t> mine = own(item.shingles);
  if (mine.size() < kWordsMin) return std::nullopt;
  std::optional<std::uint32_t> best;
  double most = 0;
  for (const std::uint32_t id : resemblance_.like(item.sketch, 5)) {
    const std::vector<std::uint64_t> its = own(shingles_of(words_of(load(id).text)));
    std::size_t shared = 0;
    for (std::size_t i = 0, k = 0; i < mine.size() && k < its.size();) {
      if (mine[i] == its[k])
        ++shared, ++i, ++k;
      else if (mine[i] < its[k])
        ++i;
      else
        ++k;
    }
    const std::size_t smaller = std::min(mine.size(), its.size());
    if (smaller < kWordsMin) continue;
    const double both = static_cast<double>(shared) / static_cast<double>(mine.size() + its.size() - shared);
    const double inside = static_cast<double>(shared) / static_cast<double>(smaller);
    if (both < 0.3 && !(inside >= 0.6 && smaller >= 30)) continue;
    if (both > most) {
      most = both;
      best = id;
    }
  }
  return best;
}

void Originals::compare(const Likeness& item, ItemReport& report) const {
  const auto find = [](const auto& map, const auto& key) -> std::optional<std::uint32_t> {
    const auto found = map.find(key);
    return found == map.end() ? std::nullopt : std::optional(found->second);
  };
  const auto proven = [&](std::uint32_t id, Verdict verdict, const std::string& why, const std::string& repair) {
    Proof proof;
    proof.kind = "original";
    proof.result = "pass";
    proof.reason = why;
    proof.repair = repair;
    report.proof.push_back(std::move(proof));
    if (report.verdict != Verdict::authentic) {
      report.verdict = verdict;
      report.why = why;
    }
    report.original->item = items_[id].path;
  };
  if (report.size == 0) return;  // nothing is like nothing
  if (const auto id = find(by_sha256_, item.sha256)) {
    report.original = Original{items_[*id].path, "identical", ""};
    proven(*id, Verdict::authentic, "the same bytes as " + items_[*id].path + " of the originals", "");
    return;
  }
  if (const auto id = item.content.empty() ? std::nullopt : find(by_content_, item.content)) {
    report.original = Original{items_[*id].path, "same-content",
                               "fields that servers and programs add on the way, or how parts are encoded\n"};
    proven(*id, Verdict::authentic_repaired,
           "all that a reader sees and every part are as in " + items_[*id].path + " of the originals",
           "fields added on the way, encodings");
    return;
  }
  const auto twin = item.message_id.empty() ? std::nullopt : find(by_message_id_, item.message_id);
  auto id = twin;
  if (!id && item.text_hash != 0) id = find(by_text_, item.text_hash);
  if (!id) id = near(item);
  if (!id) return;
  const Stored before = load(*id);
  const std::string words = leak::difference(before.text, item.text);
  report.original = Original{items_[*id].path, words.empty() ? "same-text" : "changed",
                             labels_difference(before.labels, item.labels) + words};
  if (!twin) {
    if (report.verdict == Verdict::unsigned_ || report.verdict == Verdict::unverifiable)
      report.why += words.empty()
                        ? "; the words are those of " + items_[*id].path + " of the originals"
                        : "; differs from " + items_[*id].path + " of the originals, or is another version of it";
    return;
  }
  switch (report.verdict) {
    case Verdict::authentic:
    case Verdict::authentic_repaired:
    case Verdict::partly_covered:
      report.oddities.push_back(
          {"original-differs", "its signature holds, but the original with this Message-ID differs"});
      break;
    default:
      if (report.original->difference.empty()) break;
      report.verdict = Verdict::altered;
      report.why = "has the Message-ID of " + items_[*id].path + " of the originals and differs from it";
  }
}

}  // namespace tocsin::leak
