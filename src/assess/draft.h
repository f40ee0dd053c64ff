// Knowledge while its files are being read: everything by id, in any order; settled into a Knowledge at the end.
#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "assess/knowledge.h"

namespace simdjson::dom {
class object;
}

namespace tocsin::assess {

class Draft {
 public:
  struct DraftReport {
    int date = 0;
    std::set<std::string> traits;
  };
  struct DraftActor {
    std::string name;
    std::set<std::string> aliases;
    std::map<std::string, DraftReport> reports;
    std::vector<Backing> backing;
  };
  // What a file says of an actor that another file may define: joined by name when all files are read.
  struct Remote {
    std::vector<std::string> names;
    std::vector<std::string> ids;
    std::vector<Backing> backing;
    std::string file;
  };

  std::map<std::string, Trait> traits;
  std::map<std::string, DraftActor> actors;
  std::map<std::string, std::string> replaced;
  std::vector<Remote> remotes;
  std::vector<KnownIndicator> indicators;
  std::vector<std::string> remarks;

  Knowledge settle() &&;

 private:
  void join(Knowledge& out, const Remote& remote);
};

// One file each; recognised by content. They fail only when the whole file is of no use.
Result<void> read_stix(const simdjson::dom::object& root, const std::string& name, const Knowledge::Options& options,
                       Draft& out);
Result<void> read_galaxy(const simdjson::dom::object& root, const std::string& name, Draft& out);
bool is_misp_event(const simdjson::dom::object& root);
Result<void> read_misp(const simdjson::dom::object& root, const std::string& name, Draft& out);
Result<void> read_actor_file(const simdjson::dom::object& root, const std::string& name, Draft& out);

}  // namespace tocsin::assess
