#include "pipeline/reread.h"

#include <algorithm>

#include "evidence/evidence.h"
#include "readers/reader.h"

namespace tocsin {

Result<void> reread(const std::string& top, const std::string& path, std::span<const Wanted> wanted,
                    const std::function<void(std::size_t, std::string, std::string)>& found) {
  evidence::Walker walker({top});
  evidence::Item* item = walker.next();
  while (item && item->path() != path) item = walker.next();
  if (!item) return fail("the evidence is not there any more", path);
  const ReaderSpec* spec = recognise(item->head(), item->whole());
  if (!spec) return fail("the evidence is not recognised any more", path);
  const Demand nothing;
  ReadOptions options;
  options.carve = true;  // the record may have been found that way
  const std::unique_ptr<Reader> reader = spec->open(nothing, options);
  std::size_t left = wanted.size();
  std::vector<bool> done(wanted.size());
  Batch batch;
  Record record;
  std::vector<Anomaly> anomalies;
  while (left > 0) {
    anomalies.clear();
    TRY(const std::optional<Block> block, reader->cut(*item, anomalies));
    if (!block) return {};
    batch.clear();
    reader->decode(*block, batch);
    for (const Event& event : batch.events())
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (done[i] || wanted[i].offset != event.offset) continue;
        batch.access()->describe(batch, event, record);
        if (!casefile::is_record(wanted[i].content, event, record)) continue;
        std::string fields;
        casefile::write_json(record, fields);
        found(i, std::move(fields), std::string(event.raw));
        done[i] = true;
        --left;
      }
  }
  return {};
}

}  // namespace tocsin
