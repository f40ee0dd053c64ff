// Honest mail of our own making, as institutions get it, in several languages and of the kinds that look most like
// phishing: click domains behind own addresses, passwords to be reset, documents shared by strangers, invoices with
// attachments, shorteners, forwarded threads, lists that break signatures, spoofed-looking internal mail.
#pragma once
#include <cstdint>
#include <string>

namespace tocsin::test {

// The mail of this number; `kind` says what it is.
std::string benign_mail(std::uint64_t seed, std::uint64_t number, std::string& kind);

}  // namespace tocsin::test
