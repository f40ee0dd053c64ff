// Documents: one YAML document of a rule file with its collection actions applied, and the fields that rules,
// correlations and filters have in common. An internal part of loading.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/result.h"
#include "base/yaml.h"
#include "sigma/program.h"

namespace tocsin::sigma {

struct Document {
  enum class Kind : std::uint8_t { rule, correlation, filter, other };
  const Yaml* root = nullptr;
  std::string_view path;
  Kind kind = Kind::other;
};

// Appends the documents of one file. `action: global` gives its fields to the documents after it, `reset` ends that,
// `repeat` writes itself over the document before it.
void read_documents(std::string_view path, std::string_view text, Arena& arena, std::vector<Document>& out,
                    std::vector<Refusal>& refused);

// Title, id, author, level, tags … An error where one of them forbids running the rule.
Result<void> read_heading(const Document& document, Heading& out);

// The document's id and name, "" where there is none.
std::string id_of(const Yaml& root);
std::string name_of(const Yaml& root);

Result<Logsource> read_logsource(const Yaml& root);

// A list of texts; a single text is a list of one.
std::vector<std::string> texts_of(const Yaml* node);

}  // namespace tocsin::sigma
