// Findings are not rows of their own: one event may meet several rules, and a row an event is what makes storing cheap.
// An event points to the set of rules that it met (few distinct sets occur), and the view `finding` joins them.
//
// `occurrence`, `shown` and `copies` of an event are worked out by settle() from all rows: `shown` NULL means that all
// of `matches` count here, else it is the set of those that do; set 0 is empty, the event is a copy.
//
// Times are seconds since 1970 (NULL: unknown) and a fraction: nanoseconds * 10 + digits that the source gave.
#include "case/schema.h"

#include <string>

namespace tocsin::casefile {
namespace {

constexpr const char* kVersion1 = R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE journal(
  sequence INTEGER PRIMARY KEY,
  time TEXT NOT NULL,
  action TEXT NOT NULL,
  detail TEXT NOT NULL,
  previous BLOB NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE TRIGGER journal_is_never_changed BEFORE UPDATE ON journal BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_is_never_cut BEFORE DELETE ON journal BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_only_grows BEFORE INSERT ON journal
  WHEN NEW.sequence <= (SELECT coalesce(max(sequence), 0) FROM journal)
  BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;

CREATE TABLE rule(
  id INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  rule_id TEXT NOT NULL,
  title TEXT NOT NULL,
  level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 4),
  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),
  path TEXT NOT NULL,
  author TEXT NOT NULL,
  techniques TEXT NOT NULL,
  reported INTEGER NOT NULL
) STRICT;

CREATE TABLE rule_set(id INTEGER PRIMARY KEY, members BLOB NOT NULL) STRICT;

CREATE TABLE match_set(id INTEGER PRIMARY KEY) STRICT;
CREATE TABLE match_set_rule(
  match_set INTEGER NOT NULL REFERENCES match_set(id),
  rule INTEGER NOT NULL REFERENCES rule(id),
  PRIMARY KEY (match_set, rule)
) STRICT, WITHOUT ROWID;
INSERT INTO match_set(id) VALUES (0);

CREATE TABLE evidence(
  id INTEGER PRIMARY KEY,
  sha256 BLOB UNIQUE,
  size INTEGER NOT NULL DEFAULT 0,
  reader TEXT NOT NULL,
  events INTEGER NOT NULL DEFAULT 0,
  anomalies INTEGER NOT NULL DEFAULT 0,
  first_time INTEGER, first_fraction INTEGER NOT NULL DEFAULT 0,
  last_time INTEGER, last_fraction INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL CHECK (state IN ('partial', 'complete'))
) STRICT;
CREATE TABLE evidence_path(
  path TEXT NOT NULL,
  evidence INTEGER NOT NULL REFERENCES evidence(id),
  container TEXT NOT NULL,
  PRIMARY KEY (path, evidence)
) STRICT, WITHOUT ROWID;
CREATE INDEX evidence_path_by_evidence ON evidence_path(evidence);

CREATE TABLE run(
  id INTEGER PRIMARY KEY,
  evidence INTEGER NOT NULL REFERENCES evidence(id),
  rule_set INTEGER NOT NULL REFERENCES rule_set(id),
  settings TEXT NOT NULL,
  first_event INTEGER NOT NULL,
  last_event INTEGER,
  digest BLOB
) STRICT;

CREATE INDEX run_by_evidence ON run(evidence);

CREATE TABLE anomaly(
  id INTEGER PRIMARY KEY,
  evidence INTEGER NOT NULL REFERENCES evidence(id),
  name TEXT NOT NULL,
  offset INTEGER NOT NULL,
  size INTEGER NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX anomaly_by_evidence ON anomaly(evidence);
CREATE TABLE anomaly_count(
  evidence INTEGER NOT NULL REFERENCES evidence(id),
  name TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (evidence, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE event(
  id INTEGER PRIMARY KEY,
  evidence INTEGER NOT NULL REFERENCES evidence(id),
  offset INTEGER NOT NULL,
  record INTEGER NOT NULL,
  time INTEGER,
  fraction INTEGER NOT NULL,
  source TEXT NOT NULL,
  content BLOB NOT NULL,
  numbered INTEGER NOT NULL,
  matches INTEGER NOT NULL REFERENCES match_set(id),
  entities TEXT NOT NULL,
  keys TEXT,
  occurrence INTEGER NOT NULL DEFAULT 1,
  shown INTEGER REFERENCES match_set(id),
  copies INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE record(
  event INTEGER PRIMARY KEY REFERENCES event(id),
  fields TEXT NOT NULL,
  raw BLOB NOT NULL
) STRICT;

CREATE TABLE ordered_finding(
  id BLOB PRIMARY KEY,
  rule INTEGER NOT NULL REFERENCES rule(id),
  key TEXT NOT NULL,
  content BLOB NOT NULL,
  occurrence INTEGER NOT NULL,
  time INTEGER, fraction INTEGER NOT NULL,
  first_time INTEGER, first_fraction INTEGER NOT NULL,
  last_time INTEGER, last_fraction INTEGER NOT NULL,
  count INTEGER NOT NULL,
  entities TEXT NOT NULL
) STRICT;
CREATE INDEX ordered_finding_by_rule ON ordered_finding(rule);
CREATE TABLE ordered_event(
  finding BLOB NOT NULL REFERENCES ordered_finding(id),
  position INTEGER NOT NULL,
  evidence INTEGER NOT NULL REFERENCES evidence(id),
  event INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  record INTEGER NOT NULL,
  time INTEGER, fraction INTEGER NOT NULL,
  PRIMARY KEY (finding, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX ordered_event_by_evidence ON ordered_event(evidence);

CREATE VIEW finding AS
  SELECT e.id AS event, r.id AS rule, r.rule_id, r.title, r.level, e.time, e.fraction, e.evidence, e.offset, e.record, e.copies
  FROM event e JOIN match_set_rule m ON m.match_set = coalesce(e.shown, e.matches) JOIN rule r ON r.id = m.rule
  WHERE r.reported;
CREATE VIEW entity AS
  SELECT j.value ->> 0 AS type, j.value ->> 1 AS value, j.value ->> 2 AS role,
         count(*) AS events, min(e.time) AS first, max(e.time) AS last
  FROM event e, json_each(e.entities) j WHERE e.shown IS NOT 0 GROUP BY 1, 2, 3;
)sql";

// The story (case/story.h): what assess works out, as JSON; `findings` are ids of 16 bytes each. What people said
// stands in the journal.
constexpr const char* kStory = R"sql(
CREATE TABLE incident(id TEXT PRIMARY KEY, body TEXT NOT NULL, findings BLOB NOT NULL) STRICT;
CREATE TABLE campaign(id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE link(a TEXT NOT NULL, b TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (a, b)) STRICT, WITHOUT ROWID;
CREATE TABLE assessment(
  subject TEXT PRIMARY KEY,
  yardstick TEXT NOT NULL,
  json TEXT NOT NULL,
  page TEXT NOT NULL
) STRICT;
CREATE TABLE story(settings TEXT NOT NULL, loose INTEGER NOT NULL, remarks TEXT NOT NULL) STRICT;
CREATE INDEX journal_by_action ON journal(action);
)sql";

// What scans keep of many records in little room (row_block.h): activities (kind 0), hits of indicators (kind 1).
// Findings of ordered stages say more than their rule does.
constexpr const char* kBlocks = R"sql(
CREATE TABLE row_block(
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES run(id),
  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 1),
  rows INTEGER NOT NULL,
  first_time INTEGER, first_fraction INTEGER NOT NULL,
  last_time INTEGER, last_fraction INTEGER NOT NULL,
  data BLOB NOT NULL
) STRICT;
CREATE INDEX row_block_by_run ON row_block(run, kind);
ALTER TABLE ordered_finding ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE ordered_finding ADD COLUMN detail TEXT NOT NULL DEFAULT '';
ALTER TABLE ordered_finding ADD COLUMN level INTEGER CHECK (level BETWEEN 0 AND 4);
ALTER TABLE ordered_finding ADD COLUMN techniques TEXT;
ALTER TABLE ordered_event ADD COLUMN content BLOB;
)sql";

// Verdicts on leaked items; the latest run of `tocsin leak` over this case.
constexpr const char* kLeak = R"sql(
CREATE TABLE leak_item(
  id INTEGER PRIMARY KEY,
  item TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  verdict TEXT NOT NULL,
  report TEXT NOT NULL
) STRICT;
CREATE INDEX leak_item_by_verdict ON leak_item(verdict);
CREATE TABLE leak(summary TEXT NOT NULL) STRICT;
)sql";

// When a piece of evidence speaks: numbers separated by blanks, per hour the hours since the one before and its events.
constexpr const char* kHours = R"sql(
CREATE TABLE evidence_hours(evidence INTEGER PRIMARY KEY REFERENCES evidence(id), hours TEXT NOT NULL) STRICT;
)sql";

// Rows of more kinds: what is said of mails (kind 2), and room for others.
constexpr const char* kMoreRows = R"sql(
CREATE TABLE row_block_next(
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES run(id),
  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 15),
  rows INTEGER NOT NULL,
  first_time INTEGER, first_fraction INTEGER NOT NULL,
  last_time INTEGER, last_fraction INTEGER NOT NULL,
  data BLOB NOT NULL
) STRICT;
INSERT INTO row_block_next SELECT id, run, kind, rows, first_time, first_fraction, last_time, last_fraction, data FROM row_block;
DROP TABLE row_block;
ALTER TABLE row_block_next RENAME TO row_block;
CREATE INDEX row_block_by_run ON row_block(run, kind);
)sql";

// Step i leads from format i to i + 1.
constexpr const char* kSteps[] = {kVersion1, kStory, kBlocks, kLeak, kHours, kMoreRows};
constexpr std::int64_t kFormat = std::size(kSteps);

}  // namespace

Result<void> check_format(Database& database, const std::string& path, bool write) {
  // Also the first real read: what is no database, or damaged at its head, shows here.
  TRY(const std::int64_t tables, database.number("SELECT count(*) FROM sqlite_schema"));
  TRY(const std::int64_t application, database.number("PRAGMA application_id"));
  TRY(std::int64_t format, database.number("PRAGMA user_version"));
  const bool empty = tables == 0 && format == 0 && (application == 0 || application == kApplicationId);
  if (empty && !write)
    return fail("this is no case file: it is empty", path, "name a file that `tocsin scan --case` wrote");
  if (!empty && application != kApplicationId)
    return fail("this is a database, but no case file", path, "name a file that `tocsin scan --case` wrote");
  if (format < 0 || format > kFormat)
    return fail("the case was written by a newer tocsin (format " + std::to_string(format) + ", this one knows up to " +
                    std::to_string(kFormat) + ")",
                path, "use that version");
  if (format == kFormat) return {};
  if (!write)
    return fail("the case was written by an older tocsin (format " + std::to_string(format) + ", now " +
                    std::to_string(kFormat) + "), and this only reads it",
                path, "`tocsin assess " + path + "` brings it up to date; nothing in it is lost");
  for (; format < kFormat; ++format) {
    TRY_VOID(database.exec("BEGIN IMMEDIATE"));
    auto done =
        database.exec(std::string(kSteps[format]) + ";PRAGMA application_id = " + std::to_string(kApplicationId) +
                      ";PRAGMA user_version = " + std::to_string(format + 1) + ";COMMIT");
    if (!done) {
      (void)database.exec("ROLLBACK");
      return done;
    }
  }
  return {};
}

}  // namespace tocsin::casefile
