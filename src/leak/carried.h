// Attachments: items of their own that inherit what the message proves.
#pragma once
#include <functional>
#include <string_view>
#include <vector>

#include "leak/judge.h"
#include "leak/verdict.h"
#include "mime/message.h"

namespace tocsin::leak {

inline constexpr std::size_t kAttachmentsMax = 1000;  // of one message

// Every attachment of a judged message, listed in `message` too. A signature covers the body that an attachment lies
// in; where it covers a part of it (l=), those that lie behind are not proved.
// `each` gets every attachment with its bytes, to judge it further.
std::vector<ItemReport> judge_attachments(std::string_view raw, const mime::Message& mail, const JudgeOptions& options,
                                          ItemReport& message,
                                          const std::function<void(std::string_view bytes, ItemReport&)>& each = {});

}  // namespace tocsin::leak
