// Activities and hits of indicators as rows of a RowBlock.
#pragma once
#include <string_view>
#include <vector>

#include "case/row_block.h"
#include "event/activity.h"

namespace tocsin::casefile {

// The activity of the record with this key.
void add_activity(RowBlock& block, const RowKey& key, const Activity& activity);
// False: the row is damaged. Texts are views into the block's blob.
bool read_activity(const RowBlockView& view, const RowBlockView::Row& row, Activity& out);

// The indicators that a record names, each as a text that the indicators' owner understands, and who and what else it
// names (write_entities()).
struct Hits {
  std::vector<std::string_view> indicators;
  std::string_view entities;
};
void add_hits(RowBlock& block, const RowKey& key, const Hits& hits);
bool read_hits(const RowBlockView& view, const RowBlockView::Row& row, Hits& out);

}  // namespace tocsin::casefile
