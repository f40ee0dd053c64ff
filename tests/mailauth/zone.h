// Records from a table in memory: the zones of the suites.
#pragma once
#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "mailauth/records.h"
#include "mailauth/tags.h"

namespace tocsin::tests {

inline std::string slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The YAML library takes the keys after an empty block scalar into it: those become "".
inline std::string without_empty_blocks(std::string_view text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n')
      lines.emplace_back();
    else
      lines.back() += c;
  }
  const auto indent = [](const std::string& line) { return std::min(line.find_first_not_of(' '), line.size()); };
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string line = lines[i];
    if (line.ends_with(": >-") || (line.ends_with("|") && line.find(':') != std::string::npos)) {
      std::size_t next = i + 1;
      while (next < lines.size() && indent(lines[next]) == lines[next].size()) ++next;
      if (next < lines.size() && indent(lines[next]) <= indent(line)) line = line.substr(0, line.find(':')) + ": \"\"";
    }
    out += line + "\n";
  }
  return out;
}

class Zone : public mailauth::Records {
 public:
  void add(std::string_view name, std::string_view record) {
    txt_[mailauth::lower_ascii(name)].values.emplace_back(record);
  }
  void set(std::string_view name, mailauth::Found found) { txt_[mailauth::lower_ascii(name)].found = found; }
  mailauth::Texts txt(std::string_view name) const override {
    const auto found = txt_.find(mailauth::lower_ascii(name));
    if (found == txt_.end()) return {mailauth::Found::no, {}};
    mailauth::Texts out = found->second;
    if (!out.values.empty()) out.found = mailauth::Found::yes;
    return out;
  }

 private:
  std::map<std::string, mailauth::Texts> txt_;
};

}  // namespace tocsin::tests
