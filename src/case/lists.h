// Lists of lists of strings in JSON, [["a","b"],…]: how entities and keys stand in the case file.
// Small, so that reading a million of them costs little; total, because the file may come from anywhere.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::casefile {

class ListReader {
 public:
  explicit ListReader(std::string_view json) : left_(json) { good_ = take('['); }
  // The next inner list into `out` (strings reused); false at the end, or where the text is not of this form.
  bool next(std::vector<std::string>& out, std::size_t& count);

 private:
  bool take(char c);
  bool string(std::string& out);
  std::string_view left_;
  bool good_;
  bool first_ = true;
};

// ["a","b"]: how techniques stand in the case file.
void write_list(const std::vector<std::string>& list, std::string& out);
std::vector<std::string> read_list(std::string_view json);

}  // namespace tocsin::casefile
