// Outlook's personal folders (.pst, .ost): read by readpst (Debian's pst-utils) where that is installed, in a folder of
// our own that goes away with this object.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "pipeline/inside.h"

namespace tocsin {

bool is_outlook_folder(std::string_view head);
// A single message as Outlook saves it (.msg, an OLE file): nobody here reads it, so it has to be said.
bool is_outlook_message(std::string_view head);

// The mailboxes in the personal folders at `file`, as "a.pst!/Inbox/mbox". nullptr where they could not be had:
// `anomaly` says why and what to do. Bounded: ten minutes of processor time, 2 GiB of memory, 16 GiB a mailbox.
std::unique_ptr<Inside> open_outlook_folder(const std::string& path, const std::string& file,
                                            const evidence::Limits& limits, Anomaly& anomaly);

}  // namespace tocsin
