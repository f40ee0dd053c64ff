#include "assess/tactics.h"

#include "assess/json.h"

namespace tocsin::assess {

Result<Tactics> Tactics::load(const std::string& path) {
  simdjson::padded_string bytes;
  if (simdjson::padded_string::load(path).get(bytes) != simdjson::SUCCESS)
    return fail("the file cannot be read", path, "share/tocsin/actors/tactics.json comes with the program");
  return parse(std::string_view(bytes), path);
}

Result<Tactics> Tactics::parse(std::string_view json, const std::string& name) {
  dom::parser parser;
  dom::object root;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS ||
      text_of(root, "format") != "tocsin-tactics/1")
    return fail("this is no file of tactics", name, "tools/tactics makes one from an ATT&CK bundle");
  Tactics out;
  out.version_ = text_of(root, "version");
  const auto text_at = [](const dom::array& list, std::size_t index) {
    std::string_view text;
    return list.at(index).get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
  };
  each(root, "tactics", [&](const dom::element& element) {
    dom::array one;
    if (element.get(one) == simdjson::SUCCESS) out.all_.push_back({text_at(one, 0), text_at(one, 1), text_at(one, 2)});
  });
  each(root, "techniques", [&](const dom::element& element) {
    dom::array one, serves;
    if (element.get(one) != simdjson::SUCCESS || one.at(1).get(serves) != simdjson::SUCCESS) return;
    std::vector<std::uint32_t>& tactics = out.techniques_[text_at(one, 0)];
    for (const dom::element which : serves) {
      std::uint64_t index = 0;
      if (which.get(index) == simdjson::SUCCESS && index < out.all_.size())
        tactics.push_back(static_cast<std::uint32_t>(index));
    }
  });
  return out;
}

std::vector<std::uint32_t> Tactics::of(std::string_view technique) const {
  auto found = techniques_.find(technique);
  if (found == techniques_.end()) found = techniques_.find(technique.substr(0, technique.find('.')));
  return found == techniques_.end() ? std::vector<std::uint32_t>() : found->second;
}

}  // namespace tocsin::assess
