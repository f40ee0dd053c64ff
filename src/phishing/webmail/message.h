// A whole mail as a webmail client handles it: bodies, headers, names and types of attachments, calendar and contact
// fields; each may become part of the client's page.
#pragma once
#include <string>
#include <vector>

#include "mime/message.h"
#include "phishing/facts.h"
#include "phishing/webmail/sinks.h"

namespace tocsin::phishing {

// The text of one part as it is shown; parts beyond `kPartMax` bytes are read up to there.
inline constexpr std::size_t kPartMax = 8u << 20;

// `facts` of the same message, where they are there: what they hold decoded and parsed is not done again.
std::vector<Sink> webmail_sinks(const mime::Message& message, const Facts* facts = nullptr);

}  // namespace tocsin::phishing
