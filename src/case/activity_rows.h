// Activities and hits of indicators as rows of a RowBlock.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "case/row_block.h"
#include "event/activity.h"

namespace tocsin::casefile {

// The activity of the record with this key.
void add_activity(RowBlock& block, const RowKey& key, const Activity& activity);
// False: the row is damaged. Texts are views into the block's blob.
bool read_activity(const RowBlockView& view, const RowBlockView::Row& row, Activity& out);

// What a search found in a record (indicators, decoys of names), each as a text that the search understands, and who
// and what else the record names (write_entities()).
struct Hits {
  std::vector<std::string_view> found;
  std::string_view entities;
};
void add_hits(RowBlock& block, const RowKey& key, const Hits& hits);
bool read_hits(const RowBlockView& view, const RowBlockView::Row& row, Hits& out);

// What is said of one record (a mail), each under one of a scan's rules. Views, as everywhere here.
struct Said {
  std::uint64_t rule = 0;                      // the sayer's own number of it
  std::uint64_t level = 0;                     // Level
  std::string_view group;                      // statements of one rule and group become one finding
  std::string_view title, detail, techniques;  // techniques separated by blanks
  std::string_view entities;                   // write_entities()
};
void add_said(RowBlock& block, const RowKey& key, std::span<const Said> said);
bool read_said(const RowBlockView& view, const RowBlockView::Row& row, std::vector<Said>& out);

}  // namespace tocsin::casefile
