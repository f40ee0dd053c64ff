// The analyst's part of `tocsin case`: link, unlink, merge, split, annotate, decide, undo, evidence add.
#pragma once
#include <CLI/CLI.hpp>
#include <memory>
#include <optional>

namespace tocsin::cli {

class Decisions {
 public:
  explicit Decisions(CLI::App& app);  // adds the subcommands but `evidence add`
  ~Decisions();
  void add_claims(CLI::App& evidence);  // `add` below `evidence`
  // The exit code when one of them was called.
  std::optional<int> run();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::cli
