#include "case/database.h"

#include <array>

#include "base/check.h"

namespace tocsin::casefile {

Error database_error(sqlite3* database) {
  const char* name = database ? sqlite3_db_filename(database, "main") : nullptr;
  const std::string where = name ? name : "";
  const int code = database ? sqlite3_errcode(database) : SQLITE_NOMEM;
  const std::string said = database ? sqlite3_errmsg(database) : "out of memory";
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {"the case is locked: another program is writing to it", where, "wait until it is done"};
    case SQLITE_CORRUPT:
      return {"the case is damaged: " + said, where, "scan the evidence again into a new case"};
    case SQLITE_NOTADB:
      return {"this is no case file", where, "name a file that `tocsin scan --case` wrote"};
    case SQLITE_FULL:
      return {"the disk is full", where, "make room; what was committed is safe, and the next scan completes the case"};
    case SQLITE_CANTOPEN:
      return {"the case cannot be opened", where, "check that the path exists and may be written"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return {"the case may not be written", where, "check the permissions of the file and its folder"};
    case SQLITE_IOERR:
      return {"reading or writing the case failed: " + said, where, "check the disk"};
    default:
      return {"the case store failed: " + said, where, ""};
  }
}

Statement& Statement::bind_time(int at, Time time) {
  if (!time.known()) {
    bind_null(at);
    return bind(at + 1, std::int64_t{0});
  }
  bind(at, time.seconds);
  return bind(at + 1, static_cast<std::int64_t>(time.nanoseconds) * 10 + time.digits);
}

Time Statement::time(int column) const {
  if (is_null(column)) return Time::none();
  const std::int64_t fraction = integer(column + 1);
  // A foreign hand may have written anything here.
  if (fraction < 0 || fraction >= 10'000'000'000) return {integer(column), 0, 0};
  return {integer(column), static_cast<std::uint32_t>(fraction / 10), static_cast<std::uint8_t>(fraction % 10)};
}

std::string_view Statement::text(int column) const {
  const void* data = sqlite3_column_blob(handle_.get(), column);
  const int size = sqlite3_column_bytes(handle_.get(), column);
  return data ? std::string_view(static_cast<const char*>(data), static_cast<std::size_t>(size))
              : std::string_view("", 0);
}

Result<bool> Statement::step() {
  switch (sqlite3_step(handle_.get())) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      sqlite3_reset(handle_.get());
      return false;
    default: {
      // The message is the step's own; reset() would keep it, but may report it again.
      Error error = database_error(sqlite3_db_handle(handle_.get()));
      sqlite3_reset(handle_.get());
      return std::unexpected(std::move(error));
    }
  }
}

Result<void> Statement::run() {
  TRY(const bool row, step());
  if (row) reset();
  return {};
}

Result<Database> Database::open(const std::string& path, int flags) {
  Database database;
  sqlite3* handle = nullptr;
  // No mutexes: a Case belongs to one thread at a time.
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX, nullptr);
  database.handle_.reset(handle);
  if (code != SQLITE_OK) {
    Error error = database_error(handle);
    error.where = path;
    return std::unexpected(std::move(error));
  }
  sqlite3_busy_timeout(handle, 2000);
  // The file may come from elsewhere: no SQL in it may call functions with side effects, no page is believed unchecked.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return database;
}

Result<void> Database::exec(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return std::unexpected(database_error(handle_.get()));
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
  Statement statement;
  sqlite3_stmt* handle = nullptr;
  if (sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &handle,
                         nullptr) != SQLITE_OK)
    return std::unexpected(database_error(handle_.get()));
  statement.handle_.reset(handle);
  return statement;
}

Result<std::int64_t> Database::number(std::string_view sql) {
  TRY(Statement statement, prepare(sql));
  TRY(const bool row, statement.step());
  return row ? statement.integer(0) : 0;
}

}  // namespace tocsin::casefile
