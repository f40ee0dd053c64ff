// SQLite with errors as values. The C interface itself, not SQLiteCpp: that one reports by
// exceptions, and appending an event may cost a microsecond.
#pragma once
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace tocsin::casefile {

class Statement {
 public:
  Statement() = default;

  // Parameters count from 1, columns from 0. Text and blobs are not copied: they must live until step() or run()
  // returns.
  Statement& bind(int at, std::int64_t value) {
    sqlite3_bind_int64(handle_.get(), at, value);
    return *this;
  }
  Statement& bind(int at, std::string_view text) {
    sqlite3_bind_text(handle_.get(), at, text.empty() ? "" : text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
    return *this;
  }
  Statement& bind_blob(int at, const void* data, std::size_t size) {
    sqlite3_bind_blob64(handle_.get(), at, size == 0 ? "" : data, size, SQLITE_STATIC);
    return *this;
  }
  template <std::size_t N>
  Statement& bind(int at, const std::array<std::uint8_t, N>& blob) {
    return bind_blob(at, blob.data(), N);
  }
  Statement& bind_null(int at) {
    sqlite3_bind_null(handle_.get(), at);
    return *this;
  }
  // Two parameters: seconds (null when unknown), then nanoseconds * 10 + digits.
  Statement& bind_time(int at, Time time);

  // True while there is a row. After false, and before new parameters, the statement is reset.
  Result<bool> step();
  Result<void> run();  // for statements without rows
  void reset() { sqlite3_reset(handle_.get()); }

  std::int64_t integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }
  bool is_null(int column) const { return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL; }
  std::string_view text(int column) const;  // and blobs; lives until the next step
  template <std::size_t N>
  bool array(int column, std::array<std::uint8_t, N>& out) const {
    const std::string_view bytes = text(column);
    if (bytes.size() != N) return false;
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(out.data()));
    return true;
  }
  Time time(int column) const;  // two columns
  int columns() const { return sqlite3_column_count(handle_.get()); }

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

class Database {
 public:
  Database() = default;
  // An empty path is a private file that goes away when closed. `flags` as for sqlite3_open_v2.
  static Result<Database> open(const std::string& path, int flags);
  Result<void> exec(const std::string& sql);
  Result<Statement> prepare(std::string_view sql);
  // A statement without rows and its parameters, in order.
  template <class... Values>
  Result<void> run(std::string_view sql, const Values&... values) {
    TRY(Statement statement, prepare(sql));
    int at = 0;
    (statement.bind(++at, values), ...);
    return statement.run();
  }
  Result<std::int64_t> number(std::string_view sql);  // first column of the first row; 0 without one
  std::int64_t last_row() const { return sqlite3_last_insert_rowid(handle_.get()); }
  std::int64_t changes() const { return sqlite3_changes64(handle_.get()); }
  bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
  sqlite3* handle() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

// What went wrong, in words that tell locked from damaged from full.
Error database_error(sqlite3* database);

}  // namespace tocsin::casefile
