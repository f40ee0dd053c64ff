// What Outlook keeps: personal folders (evidence/outlook_folder.h) and single items (documents/outlook.h).
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "evidence/outlook_folder.h"
#include "pipeline/inside.h"

namespace tocsin {

// The mailboxes in personal folders, as "a.pst!/Inbox/mbox". nullptr where they could not be had.
std::unique_ptr<Inside> open_outlook_folder(evidence::Item& item, const evidence::Limits& limits, Anomaly& anomaly);

inline constexpr std::size_t kOutlookItemMax = 64u << 20;

// The mail that an item of Outlook is, as "a.msg!/message.eml". Reads the item to its end. nullptr where it is none.
std::unique_ptr<Inside> open_outlook_item(evidence::Item& item, const evidence::Limits& limits,
                                          std::vector<Anomaly>& anomalies);

}  // namespace tocsin
