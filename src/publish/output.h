// Where an output's bytes go: buffered, and honest at the end about whether all of them arrived.
#pragma once
#include <cstdio>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tocsin::publish {

class Output {
 public:
  explicit Output(std::FILE* file) : file_(file) {}
  Output(const Output&) = delete;
  ~Output() { flush(); }

  // To be appended to; call settle() now and then.
  std::string& text() { return text_; }
  // False once the reader has gone or the disk is full: stop writing.
  bool settle() {
    if (text_.size() >= 64 * 1024) flush();
    return good_;
  }
  bool write(std::string_view more) {
    text_ += more;
    return settle();
  }
  Result<void> finish();

 private:
  void flush() {
    good_ &= std::fwrite(text_.data(), 1, text_.size(), file_) == text_.size();
    text_.clear();
  }
  std::FILE* file_;
  std::string text_;
  bool good_ = true;
};

}  // namespace tocsin::publish
