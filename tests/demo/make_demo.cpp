// make_demo FOLDER: writes the demo's evidence below FOLDER (share/demo/evidence).
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "tests/demo/story.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: make_demo FOLDER\n", stderr);
    return 2;
  }
  for (const auto& [path, content] : tocsin::demo::make_evidence()) {
    const std::filesystem::path file = std::filesystem::path(argv[1]) / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream out(file, std::ios::binary);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    if (!out.flush()) {
      std::fprintf(stderr, "make_demo: can't write %s\n", file.c_str());
      return 4;
    }
    std::printf("%8zu  %s\n", content.size(), path.c_str());
  }
}
