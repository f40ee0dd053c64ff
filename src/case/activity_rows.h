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

// The indicators that a record names, each as a text that the indicators' owner understands.
void add_hits(RowBlock& block, const RowKey& key, std::span<const std::string_view> hits);
bool read_hits(const RowBlockView& view, const RowBlockView::Row& row, std::vector<std::string_view>& out);

}  // namespace tocsin::casefile
