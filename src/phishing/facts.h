// Facts: one mail read once for all traits: who says he sends it, what it shows, where it leads, what it brings.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mime/header.h"
#include "mime/message.h"
#include "phishing/html/tree.h"
#include "phishing/letters.h"
#include "phishing/url.h"

namespace tocsin::phishing {

struct Mailbox {
  std::string name, address, domain, registrable;  // the last three in lower case
  std::string written;                             // the address as it stands
};

struct Link {
  enum class From : std::uint8_t { anchor, text, form, code, attachment };
  std::string target;  // as written, references undone
  Url url;
  std::string shown;     // the text of an anchor
  bool picture = false;  // the anchor holds a picture
  From from = From::anchor;
};

struct File {
  const mime::Part* part = nullptr;
  std::string name, extension;  // extension in lower case, without the dot
  std::string type;             // as stated
  std::string bytes;            // transfer encoding undone, at most kFileMax
  bool cut = false;
  bool attached = false;  // stated so, or of a kind that no client shows in place
};

struct Page {
  HtmlTree tree;
  std::string text;                  // as written
  const mime::Part* part = nullptr;  // of a body, where all of it is in `text`
  bool attached = false;
};

struct AuthClaims {
  // "pass", "fail", "none", …; "" where the topmost field says nothing of it.
  std::string spf, dkim, dmarc, compauth;
  bool any() const { return !spf.empty() || !dkim.empty() || !dmarc.empty(); }
  bool passes() const { return dmarc == "pass" || dmarc == "bestguesspass" || (dmarc.empty() && dkim == "pass"); }
};

struct Facts {
  static constexpr std::size_t kFileMax = 8u << 20;
  static constexpr std::size_t kTextMax = 512u << 10;
  static constexpr std::size_t kLinksMax = 2000;

  const mime::Message* message = nullptr;
  Mailbox from, reply_to, sender, return_path;
  std::size_t from_count = 0;
  std::vector<Mailbox> to;  // To and Cc, at most 100
  std::string subject;
  AuthClaims auth;
  bool listed = false;      // List-Id or List-Unsubscribe
  bool threaded = false;    // In-Reply-To or References, and a subject that says so too
  bool references = false;  // … whatever the subject
  bool automatic = false;   // Auto-Submitted, Precedence

  std::vector<Page> pages;    // HTML bodies, then HTML attachments
  std::string shown, hidden;  // text that a reader sees, and that he doesn't (bodies)
  std::string plain_text;     // of text/plain bodies
  std::vector<std::pair<const mime::Part*, std::string>> plains;  // each of them, where all of it was read
  std::vector<Link> links;                                        // of the bodies
  std::vector<File> files;                                        // attachments and inline files
  std::size_t pictures = 0;                                       // in the bodies
  std::vector<std::string> picture_hosts;                         // each once, at most 20
  std::string picture_at_address;                                 // a picture loaded from a bare address, its host
  Looks from_looks, subject_looks, shown_looks;

  // The receiver's domains, as To and Cc have them.
  bool to_domain(std::string_view registrable) const;
};

// Views into the message, which must outlive it.
Facts gather(const mime::Message& message);

// The text of a page that is shown and that is not, by its inline styles and its style sheets' simple selectors.
void split_text(const HtmlTree& tree, std::string& shown, std::string& hidden);

}  // namespace tocsin::phishing
