#include "pipeline/reread.h"

#include <algorithm>

#include "pipeline/intake.h"
#include "readers/dated.h"

namespace tocsin {

Result<void> reread(const std::string& top, const std::string& path, std::span<const Wanted> wanted,
                    const std::function<void(std::size_t, std::string, std::string)>& found) {
  ScanOptions options;
  options.paths = {top};
  options.read.carve = true;  // the record may have been found that way
  options.read.year = kAssumedYear;  // so that nothing waits for other evidence; the content tells records apart
  const Demand nothing;
  const KnownContents none;
  Intake intake(options, nothing, none, {path, false});
  std::size_t left = wanted.size();
  std::vector<bool> done(wanted.size());
  Batch batch;
  Record record;
  Intaken in;
  bool met = false;
  while (left > 0) {
    if (!intake.take(in)) return met ? Result<void>() : fail("the evidence is not there any more", path);
    if (!in.run || in.run->path != path) continue;
    met = true;
    if (in.begins && !in.run->spec) return fail("the evidence is not recognised any more", path);
    if (in.end) return {};
    if (!in.block) continue;
    batch.clear();
    in.run->reader->decode(*in.block, batch);
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

std::map<std::string, std::string, std::less<>> hash_all(const std::vector<std::string>& paths) {
  std::map<std::string, std::string, std::less<>> out;
  ScanOptions options;
  options.paths = paths;
  options.read.year = kAssumedYear;  // nothing is decoded
  const Demand nothing;
  const KnownContents none;
  Intake intake(options, nothing, none, {"", true});
  Intaken in;
  while (intake.take(in))
    if (in.end && in.end->sha256) out[in.end->path] = in.end->sha256->hex();
  return out;
}

}  // namespace tocsin
