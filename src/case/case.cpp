// Opening, rules, and what stands around a scan. The evidence's own way in is in append.cpp.
#include "case/case.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>

#include "base/check.h"
#include "base/json.h"
#include "case/impl.h"
#include "case/lists.h"
#include "case/schema.h"

namespace tocsin::casefile {
namespace {

// Bounded: the whole program lives within half a gigabyte. No mapping of the file: mapped pages count as ours.
constexpr const char* kPragmas =
    "PRAGMA foreign_keys = ON; PRAGMA cache_size = -24000; PRAGMA mmap_size = 0; PRAGMA synchronous = NORMAL;"
    "PRAGMA wal_autocheckpoint = 4000; PRAGMA cell_size_check = ON; PRAGMA journal_size_limit = 67108864";

std::string uri_path(const std::string& path) {
  std::string out = "file:";
  for (const char c : path)
    out += c == '?' || c == '#' || c == '%' ? fmt::format("%{:02x}", static_cast<unsigned char>(c)) : std::string(1, c);
  return out + "?immutable=1";
}

bool is_there(const std::string& path, off_t more_than) {
  struct stat status;
  return ::stat(path.c_str(), &status) == 0 && status.st_size > more_than;
}

Result<Database> open_for_reading(const std::string& path) {
  struct stat status;
  if (::stat(path.c_str(), &status) != 0)
    return fail("there is no such case", path, "`tocsin scan PATH --case FILE` makes one");
  if (!S_ISREG(status.st_mode))
    return fail("this is no case file", path, "name a file that `tocsin scan --case` wrote");
  // Opened for writing where that is allowed, so that SQLite can tidy up after a killed scan; a case on a read-only
  // medium is read as it stands.
  auto database = Database::open(path, SQLITE_OPEN_READWRITE);
  if (database && database->number("SELECT count(*) FROM sqlite_schema")) {
    TRY_VOID(database->exec("PRAGMA query_only = ON"));
    return database;
  }
  if (auto read_only = Database::open(path, SQLITE_OPEN_READONLY);
      read_only && read_only->number("SELECT count(*) FROM sqlite_schema"))
    return read_only;
  if (!is_there(path + "-wal", 0))
    if (auto immutable = Database::open(uri_path(path), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
        immutable && immutable->number("SELECT count(*) FROM sqlite_schema"))
      return immutable;
  return database;  // whose error the check of the format will repeat
}

std::array<char, 16> mark_of(const RuleInfo& rule) {
  std::string bytes(reinterpret_cast<const char*>(rule.hash.bytes.data()), rule.hash.bytes.size());
  for (const std::string& key : rule.keys) (bytes += key) += '\0';
  const Digest digest = sha256(bytes);
  std::array<char, 16> mark;
  std::memcpy(mark.data(), digest.bytes.data(), mark.size());
  return mark;
}

std::string hash_bytes(const Digest& digest) {
  return std::string(reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size());
}

}  // namespace

std::optional<Digest> parse_digest(std::string_view hex) {
  Digest digest;
  if (hex.size() != 64) return std::nullopt;
  for (std::size_t i = 0; i < 32; ++i) {
    const auto [end, error] = std::from_chars(hex.data() + 2 * i, hex.data() + 2 * i + 2, digest.bytes[i], 16);
    if (error != std::errc() || end != hex.data() + 2 * i + 2) return std::nullopt;
  }
  return digest;
}

std::array<std::uint8_t, 16> finding_id_bytes(const Digest& rule, std::string_view key, const ContentHash& content,
                                              std::uint64_t occurrence) {
  thread_local std::string bytes;
  bytes.assign(reinterpret_cast<const char*>(rule.bytes.data()), rule.bytes.size());
  const auto put = [](std::uint64_t number) {
    for (int i = 0; i < 8; ++i) bytes += static_cast<char>(number >> 8 * i);
  };
  put(key.size());
  bytes += key;
  bytes.append(reinterpret_cast<const char*>(content.data()), content.size());
  put(occurrence);
  const Digest digest = sha256(bytes);
  std::array<std::uint8_t, 16> id;
  std::copy_n(digest.bytes.begin(), id.size(), id.begin());
  return id;
}

std::string hex_id(const std::array<std::uint8_t, 16>& id) {
  Digest wide;
  std::copy(id.begin(), id.end(), wide.bytes.begin());
  return wide.hex().substr(0, 32);
}

std::string finding_id_text(const std::array<std::uint8_t, 16>& id) { return hex_id(id); }

std::string finding_id(const Digest& rule, std::string_view key, const ContentHash& content, std::uint64_t occurrence) {
  return hex_id(finding_id_bytes(rule, key, content, occurrence));
}

Case::Case(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Case::Case(Case&&) noexcept = default;
Case& Case::operator=(Case&&) noexcept = default;
Case::~Case() = default;
const std::string& Case::path() const { return impl_->path; }
bool Case::settled() const { return impl_->settled; }

// Made whole under another name and then renamed, so that no kill leaves half a case. The caller holds the lock.
Result<void> Case::Impl::create(const std::string& path) {
  const std::string unfinished = path + "-new";
  std::error_code error;
  for (const char* part : {"", "-journal"}) std::filesystem::remove(unfinished + part, error);
  {
    Impl fresh;
    fresh.path = path;
    fresh.mode = Mode::write;
    TRY(fresh.database, Database::open(unfinished, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
    TRY_VOID(fresh.database.exec("PRAGMA page_size = 8192"));
    TRY_VOID(check_format(fresh.database, path, true));
    TRY_VOID(fresh.database.exec(kPragmas));
    TRY_VOID(fresh.load());
    TRY_VOID(fresh.add_journal("created", "{}"));
    TRY_VOID(fresh.commit());
  }
  std::filesystem::rename(unfinished, path, error);
  if (error) return fail("the case could not be created: " + error.message(), path);
  return {};
}

Result<Case> Case::open(const std::string& path, Mode mode) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->mode = mode;
  if (mode == Mode::write) {
    TRY(impl->lock, WriterLock::take(path));
    std::error_code error;
    const bool there = std::filesystem::exists(path, error);
    impl->fresh =
        !there || (std::filesystem::is_regular_file(path, error) && std::filesystem::file_size(path, error) == 0);
    if (impl->fresh) TRY_VOID(Impl::create(path));
    TRY(impl->database, Database::open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
    TRY_VOID(check_format(impl->database, path, true));
    TRY_VOID(impl->database.exec("PRAGMA journal_mode = WAL"));
    TRY_VOID(impl->database.exec(kPragmas));
    // A case that is being made holds nothing yet that a power cut could take: it reaches the disk at the scan's end,
    // in one go. A killed process loses nothing either way.
    if (impl->fresh) TRY_VOID(impl->database.exec("PRAGMA synchronous = OFF"));
    TRY_VOID(impl->load());
    return Case(std::move(impl));
  }
  TRY(impl->database, open_for_reading(path));
  TRY_VOID(impl->database.exec(kPragmas));
  TRY_VOID(check_format(impl->database, path, false));
  TRY_VOID(impl->load());
  if (impl->settled) return Case(std::move(impl));
  // A killed scan left this. Unless somebody is writing just now, finish what it can't.
  auto writer = open(path, Mode::write);
  if (!writer || !writer->settle()) return Case(std::move(impl));
  TRY_VOID(writer->impl_->commit());
  impl->settled = true;
  TRY_VOID(impl->load());
  return Case(std::move(impl));
}

Result<Case> Case::temporary() {
  auto impl = std::make_unique<Impl>();
  impl->mode = Mode::write;
  impl->temporary = true;
  TRY(impl->database, Database::open("", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
  TRY_VOID(impl->database.exec("PRAGMA page_size = 8192"));
  TRY_VOID(check_format(impl->database, "", true));
  TRY_VOID(impl->database.exec(kPragmas));
  TRY_VOID(impl->database.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF"));
  TRY_VOID(impl->load());
  return Case(std::move(impl));
}

Result<void> Case::Impl::load() {
  rules.clear();
  rule_numbers.clear();
  TRY(Statement all,
      database.prepare(
          "SELECT id, hash, rule_id, title, level, kind, path, author, techniques, reported FROM rule ORDER BY id"));
  for (;;) {
    TRY(const bool row, all.step());
    if (!row) break;
    RuleInfo rule;
    const std::int64_t level = all.integer(4), kind = all.integer(5);
    if (all.integer(0) != static_cast<std::int64_t>(rules.size()) + 1 || !all.array(1, rule.hash.bytes) || level < 0 ||
        level > 4 || kind < 0 || kind > 2)
      return fail("the case is damaged: its table of rules", path, "scan the evidence again into a new case");
    rule.id = all.text(2);
    rule.title = all.text(3);
    rule.level = static_cast<Level>(level);
    rule.kind = static_cast<RuleKind>(kind);
    rule.path = all.text(6);
    rule.author = all.text(7);
    rule.techniques = read_list(all.text(8));
    rule.reported = all.integer(9) != 0;
    rule_numbers.emplace(hash_bytes(rule.hash), static_cast<std::uint32_t>(rules.size() + 1));
    rules.push_back(std::move(rule));
  }
  TRY_VOID(sets.load(database, rules.size()));
  TRY(const std::int64_t unsettled, database.number("SELECT count(*) FROM meta WHERE key = 'unsettled'"));
  settled = unsettled == 0;
  return {};
}

std::span<const std::uint32_t> Case::Impl::shown_rules(const Statement& statement, int shown, int matches) const {
  const std::int64_t set = statement.integer(statement.is_null(shown) ? matches : shown);
  if (set < 0 || static_cast<std::size_t>(set) >= sets.size()) return {};  // a foreign key says it can't be
  return sets.rules(static_cast<std::uint32_t>(set));
}

Result<void> Case::Impl::ensure_transaction() {
  if (!database.in_transaction()) TRY_VOID(database.exec("BEGIN IMMEDIATE"));
  return {};
}

Result<void> Case::Impl::commit() {
  uncommitted_rows = uncommitted_bytes = 0;
  if (database.in_transaction()) TRY_VOID(database.exec("COMMIT"));
  return {};
}

Result<std::vector<std::uint32_t>> Case::begin_scan(const ScanInfo& info, std::span<const RuleInfo> rules) {
  Impl& me = *impl_;
  CHECK(me.mode == Mode::write);
  me.scan = info;
  me.missing_cache.clear();
  TRY_VOID(me.ensure_transaction());
  TRY(Statement add,
      me.database.prepare(
          "INSERT INTO rule(hash, rule_id, title, level, kind, path, author, techniques, reported) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT(hash) DO UPDATE SET rule_id = ?2, title = ?3, "
          "level = ?4, kind = ?5, path = ?6, author = ?7, techniques = ?8, reported = ?9"));
  me.scan_rules.clear();
  me.scan_marks.clear();
  me.scan_over_case.clear();
  for (const RuleInfo& rule : rules) {
    std::string techniques;
    write_list(rule.techniques, techniques);
    const auto [at, is_new] =
        me.rule_numbers.try_emplace(hash_bytes(rule.hash), static_cast<std::uint32_t>(me.rules.size() + 1));
    if (is_new) me.rules.emplace_back();
    me.rules[at->second - 1] = rule;
    TRY_VOID(add.bind(1, rule.hash.bytes)
                 .bind(2, rule.id)
                 .bind(3, rule.title)
                 .bind(4, static_cast<std::int64_t>(rule.level))
                 .bind(5, static_cast<std::int64_t>(rule.kind))
                 .bind(6, rule.path)
                 .bind(7, rule.author)
                 .bind(8, techniques)
                 .bind(9, std::int64_t{rule.reported})
                 .run());
    me.scan_rules.push_back(at->second);
    me.scan_marks.push_back(mark_of(rule));
    me.scan_over_case.push_back(rule.over_case);
  }
  me.whole_counts = std::make_unique<std::atomic<std::uint32_t>[]>(me.rules.size() + 1);
  TRY(Statement whole, me.database.prepare("SELECT m.rule, count(*) FROM record r JOIN event e ON e.id = r.event "
                                           "JOIN match_set_rule m ON m.match_set = e.matches GROUP BY m.rule"));
  for (;;) {
    TRY(const bool row, whole.step());
    if (!row) break;
    if (const std::int64_t rule = whole.integer(0); rule > 0 && static_cast<std::size_t>(rule) <= me.rules.size())
      me.whole_counts[static_cast<std::size_t>(rule)] = static_cast<std::uint32_t>(whole.integer(1));
  }
  me.spare.clear();
  TRY(Statement spare,
      me.database.prepare("SELECT id FROM evidence WHERE id NOT IN (SELECT evidence FROM evidence_path)"));
  for (;;) {
    TRY(const bool row, spare.step());
    if (!row) break;
    me.spare.push_back(spare.integer(0));
  }
  std::string detail = "{\"tool\":";
  append_json_string(detail, info.tool);
  detail += ",\"command\":";
  append_json_string(detail, info.command);
  detail += ",\"settings\":";
  append_json_string(detail, info.settings);
  TRY(const Digest stated, rule_table_digest(me.database));
  detail += fmt::format(",\"rules\":{},\"rule_table_sha256\":\"{}\"}}", rules.size(), stated.hex());
  TRY_VOID(me.add_journal("scan", detail));
  TRY_VOID(me.commit());
  return me.scan_rules;
}

bool Case::wants_whole(std::span<const std::uint32_t> rules) const {
  if (impl_->temporary) return false;
  for (const std::uint32_t rule : rules)
    if (impl_->whole_counts[rule].load(std::memory_order_relaxed) < kWholeEvents) return true;
  return false;
}

Result<void> Case::end_scan(std::string_view summary) {
  CHECK(!impl_->current);
  TRY_VOID(settle());
  TRY_VOID(set_meta("scan", summary));
  TRY_VOID(impl_->add_journal("scanned", summary));
  TRY_VOID(impl_->commit());
  if (impl_->temporary) return {};
  if (impl_->fresh) TRY_VOID(impl_->database.exec("PRAGMA synchronous = NORMAL"));
  impl_->fresh = false;
  TRY_VOID(impl_->database.exec("PRAGMA wal_checkpoint(TRUNCATE)"));
  return {};
}

Result<void> Case::set_meta(std::string_view key, std::string_view value) {
  TRY_VOID(impl_->ensure_transaction());
  return impl_->database.run("INSERT INTO meta(key, value) VALUES (?1, ?2) ON CONFLICT(key) DO UPDATE SET value = ?2",
                             key, value);
}

Result<std::optional<std::string>> Case::meta(std::string_view key) {
  TRY(Statement get, impl_->database.prepare("SELECT value FROM meta WHERE key = ?1"));
  get.bind(1, key);
  TRY(const bool row, get.step());
  if (!row) return std::nullopt;
  return std::string(get.text(0));
}

Result<void> MatchSets::load(Database& database, std::size_t rules) {
  sets_.clear();
  numbers_.clear();
  TRY(const std::int64_t count, database.number("SELECT coalesce(max(id), 0) + 1 FROM match_set"));
  if (count < 1 || count > 16'000'000) return fail("the case is damaged: its sets of matches");
  sets_.resize(static_cast<std::size_t>(count));
  TRY(Statement all, database.prepare("SELECT match_set, rule FROM match_set_rule ORDER BY match_set, rule"));
  for (;;) {
    TRY(const bool row, all.step());
    if (!row) break;
    const std::int64_t set = all.integer(0), rule = all.integer(1);
    if (set < 1 || set >= count || rule < 1 || static_cast<std::size_t>(rule) > rules)
      return fail("the case is damaged: its sets of matches");
    sets_[static_cast<std::size_t>(set)].push_back(static_cast<std::uint32_t>(rule));
  }
  for (std::size_t i = 0; i < sets_.size(); ++i) numbers_.emplace(bytes(sets_[i]), static_cast<std::uint32_t>(i));
  return {};
}

Result<std::optional<std::uint32_t>> MatchSets::find(Database& database, std::span<const std::uint32_t> rules) {
  if (const auto found = numbers_.find(bytes(rules)); found != numbers_.end()) return found->second;
  if (sets_.size() >= kSetsMax && rules.size() > 1) return std::nullopt;
  const auto number = static_cast<std::uint32_t>(sets_.size());
  TRY_VOID(database.run("INSERT INTO match_set(id) VALUES (?1)", std::int64_t{number}));
  TRY(Statement member, database.prepare("INSERT INTO match_set_rule(match_set, rule) VALUES (?1, ?2)"));
  for (const std::uint32_t rule : rules)
    TRY_VOID(member.bind(1, std::int64_t{number}).bind(2, std::int64_t{rule}).run());
  sets_.emplace_back(rules.begin(), rules.end());
  numbers_.emplace(bytes(rules), number);
  return number;
}

}  // namespace tocsin::casefile
