#include "pipeline/decoys.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/check.h"
#include "decoys/host.h"
#include "decoys/share.h"

namespace tocsin {
namespace {

constexpr std::size_t kNamesMax = 2000;  // looked at in one record: a hostile one may hold millions

// Fields that hold names where a record's bytes aren't its text: Windows (Sysmon 3, 22, 24; DNS client and server,
// Defender, proxies' agents) and mail (readers/mail).
constexpr const char* kFields[] = {"QueryName",   "QNAME",   "DestinationHostname", "SourceHostname", "RemoteUrl",
                                   "Url",         "URL",     "DomainName",          "HostName",       "DestinationHost",
                                   "subjectName", "Subject", "From.Address",        "From.Domain",    "Url.Domain",
                                   "Reply-To",    "Sender",  "Return-Path",         "Message-ID",     "QueryResults"};

bool is_name_byte(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
         c == '.' || c >= 0x80;
}

// A path's part, a mailbox's name before its @, a function's name.
bool is_other(std::string_view text, std::size_t begin, std::size_t end) {
  if (end < text.size() && (text[end] == '@' || text[end] == '(')) return true;
  if (begin == 0) return false;
  const char before = text[begin - 1];
  if (before == '\\') return true;
  if (before != '/') return false;
  // "//host" and JSON's "\/\/host" are URLs'.
  std::size_t at = begin - 1;
  if (at > 0 && text[at - 1] == '\\') --at;
  return at == 0 || text[at - 1] != '/';
}

}  // namespace

Result<std::unique_ptr<const DecoyWatch>> DecoyWatch::load(const RuleOptions& options, Demand& demand) {
  std::unique_ptr<DecoyWatch> out(new DecoyWatch);
  TRY(decoys::Share share, decoys::load_share());
  out->lexicon_ = std::make_unique<decoys::Lexicon>(std::move(share.lexicon));
  Sha256 hash;
  hash.update("decoys 1\n" + share.digest.hex());
  hash.update(std::string_view(reinterpret_cast<const char*>(decoys::kWeights.data()), sizeof decoys::kWeights));
  decoys::Lists lists;
  lists.owners = std::move(share.owners);
  for (const auto& [paths, protect] : {std::pair{&options.protect, true}, {&options.allow_names, false}})
    for (const std::string& path : *paths) {
      TRY(const std::string text, decoys::read_whole(path));
      hash.update(fmt::format("{} {}\n", protect ? "protect" : "allow", text.size()));
      hash.update(text);
      decoys::read_list(text, path, protect, lists);
    }
  out->refused_ = lists.refused;
  TRY(out->guard_, decoys::Guard::build(lists, *out->lexicon_, out->suffixes()));
  for (const std::string& left : out->guard_->left_out())
    out->refused_.push_back("'" + left + "' is not protected: it has no label that could be imitated");
  out->digest_ = hash.finish();
  for (const char* field : kFields) out->slots_.push_back(demand.add(field));
  return std::unique_ptr<const DecoyWatch>(std::move(out));
}

bool DecoySearch::known_top(std::string_view top) {
  std::string small(top);
  for (char& c : small)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  if (const auto found = tops_.find(small); found != tops_.end()) return found->second;
  if (tops_.size() > 10'000) tops_.clear();
  const bool known = watch_->suffixes().lists(small);
  tops_.emplace(std::move(small), known);
  return known;
}

void DecoySearch::name(std::string_view host) {
  const std::size_t hash = std::hash<std::string_view>{}(host) | 1;
  std::size_t& slot = plain_[(hash >> 8) & (plain_.size() - 1)];
  if (slot == hash) return;
  decoys::Sight sight;
  if (watch_->guard().look(host, scratch_, sight) != decoys::Guard::Seen::sight || sight.score < decoys::kLow) {
    slot = hash;
    return;
  }
  if (told_.size() > 10'000) told_.clear(), found_.clear();
  const auto [told, is_new] = told_.try_emplace(std::string(scratch_.spelling.name()));
  if (is_new) {
    const decoys::Explanation why = watch_->guard().explain(sight, scratch_);
    std::string tricks;
    for (const std::string& trick : why.tricks) tricks += (tricks.empty() ? "" : ", ") + trick;
    told->second =
        fmt::format("{}\x1f{}\x1f{}\x1f{:.4f}\x1f{}", why.name, why.imitates, tricks, sight.score, why.reason);
  }
  if (std::ranges::find(found_, std::string_view(told->second)) == found_.end()) found_.push_back(told->second);
}

void DecoySearch::text(std::string_view text) {
  std::size_t names = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    if (!is_name_byte(static_cast<unsigned char>(text[begin]))) {
      ++begin;
      continue;
    }
    std::size_t end = begin, dots = 0;
    while (end < text.size() && is_name_byte(static_cast<unsigned char>(text[end]))) dots += text[end++] == '.';
    std::string_view word = text.substr(begin, end - begin);
    const std::size_t from = begin;
    begin = end + 1;
    if (dots == 0 || word.size() < 4 || word.size() > 1024) continue;
    while (!word.empty() && word.back() == '.') word.remove_suffix(1);
    const std::size_t dot = word.rfind('.');
    if (dot == std::string_view::npos || is_other(text, from, from + word.size()) || !known_top(word.substr(dot + 1)))
      continue;
    if (++names > kNamesMax) return;
    if (const std::string_view host = decoys::host_of(word); !host.empty()) name(host);
  }
}

const std::vector<std::string_view>& DecoySearch::search(const Event& event) {
  found_.clear();
  if (event.source == "windows" || event.source == "mail") {
    for (const Field& field : event.fields)
      if (std::ranges::find(watch_->slots(), field.slot) != watch_->slots().end()) text(field.value.text());
  } else {
    text(event.raw);
  }
  return found_;
}

std::optional<DecoyHit> decoy_hit(std::string_view text) {
  std::string_view parts[4];
  for (std::string_view& part : parts) {
    const std::size_t end = text.find('\x1f');
    if (end == std::string_view::npos) return std::nullopt;
    part = text.substr(0, end);
    text.remove_prefix(end + 1);
  }
  const double score = std::strtod(std::string(parts[3]).c_str(), nullptr);
  if (!(score >= 0 && score <= 1) || parts[0].empty()) return std::nullopt;
  return DecoyHit{parts[0], parts[1], parts[2], text, score};
}

}  // namespace tocsin
