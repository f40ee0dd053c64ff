// Records of any shape through every product definition: hostile values, wrong types, long lists, in the whole reading
// and in the activity. The fields are those that definitions ask for; the input says which, how often and with what.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/check.h"
#include "products/catalog.h"

using namespace tocsin;

namespace {

struct World {
  products::Catalog catalog;
  Demand demand;
  std::vector<std::string> sources;
};

World& world() {
  static World made = [] {
    const char* share = std::getenv("TOCSIN_SHARE");
    const std::vector<std::string> paths{std::string(share ? share : "share/tocsin") + "/products"};
    auto catalog = products::Catalog::load(paths);
    CHECK(catalog.has_value());
    World out{*std::move(catalog), {}, {"zeek.conn", "zeek.dns", "suricata.http", "google_workspace.login", "nobody"}};
    out.catalog.demand(out.demand);
    for (const products::Definition& definition : out.catalog.definitions())
      for (const products::When& when : definition.recognise)
        for (const products::Condition& condition : when)
          if (condition.key == "source")
            out.sources.insert(out.sources.end(), condition.values.begin(), condition.values.end());
    return out;
  }();
  return made;
}

// Takes the input apart; what is missing reads as zeros.
struct Input {
  const std::uint8_t* at;
  std::size_t left;
  std::uint8_t byte() {
    if (left == 0) return 0;
    --left;
    return *at++;
  }
  std::string_view text(std::size_t size) {
    size = std::min(size, left);
    const std::string_view out(reinterpret_cast<const char*>(at), size);
    at += size;
    left -= size;
    return out;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  World& use = world();
  if (use.demand.size() == 0) return 0;
  Input in{data, size};
  Event event;
  event.source = use.sources[in.byte() % use.sources.size()];
  std::vector<Field> fields;
  Record record;
  while (in.left > 0 && fields.size() < 4096) {
    const auto slot = static_cast<Slot>((in.byte() | in.byte() << 8) % use.demand.size());
    const std::uint8_t kind = in.byte();
    const Value value(in.text(in.byte()), static_cast<Kind>(kind % 5));
    const int times = kind >= 250 ? 200 : 1;  // a long list
    for (int i = 0; i < times; ++i) {
      fields.push_back({value, slot});
      record.fields.push_back({use.demand.name(slot), value});
    }
  }
  event.fields = fields;
  event.time = Time::from_civil(2024, 1, 2);
  static products::Scratch scratch;
  scratch.arena.clear();
  Activity activity;
  const bool has = use.catalog.activity(event, scratch, activity);
  products::Reading reading;
  use.catalog.read(event, record, scratch, reading);
  // The short way and the whole one must agree: the demand holds all that an activity is made of.
  CHECK(has == (reading.activity != ActivityKind::none));
  if (has) CHECK(activity.kind == reading.activity);
  for (const products::EcsValue& each : reading.ecs) CHECK(!each.field.empty() && !each.value.empty());
  return 0;
}
