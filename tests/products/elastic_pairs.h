// The public pairs of raw events and what Elastic's integrations make of them
// (../shared/corpus/logs/elastic-integrations, read at run time): <data stream>/_dev/test/pipeline/NAME and
// NAME-expected.json.
//
// How they pair: a .log is what a device wrote, one event a line (or as `multiline.first_line_pattern` of
// NAME-config.yml says); blank lines count for nothing. A .json wraps what a shipper sent: {"events": […]}; of that, we
// take what stands in the evidence: the record itself where a shipper keeps it whole (winlog, o365audit), else
// the original text. `expected` holds one object an event, null where the vendor's pipeline drops it.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::tests {

inline const std::string kElastic = "../shared/corpus/logs/elastic-integrations/";

// Fields by name, in ECS spelling; each holds a sorted list of values as text.
using EcsFields = std::map<std::string, std::vector<std::string>, std::less<>>;

// The fields that the pairs are scored over.
bool is_scored(std::string_view ecs_field);

struct Pair {
  std::size_t begin = 0, end = 0;  // where the raw event stands in the evidence
  bool dropped = false;            // expected: null
  EcsFields expected;              // scored fields only
};

struct PairsFile {
  std::string name;            // "test-auth.log"
  std::string evidence;        // the bytes that a scan would meet
  int utc_offset_minutes = 0;  // the test's tz_offset, or the zone of what is expected: what --timezone would say
  std::vector<Pair> pairs;
};

// "nginx/access" → its files, sorted by name. Empty if the corpus is absent.
std::vector<PairsFile> load_pairs(const std::string& data_stream);
// All data streams that have pairs, sorted.
std::vector<std::string> data_streams();

// True if these values of the field say the same (times: to the digits that are expected).
bool same_values(std::string_view field, const std::vector<std::string>& expected, const std::vector<std::string>& got);

}  // namespace tocsin::tests
