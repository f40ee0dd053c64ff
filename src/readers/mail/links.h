// What a mail's text shows and where it leads: visible text, URLs and their hosts, out of plain text and HTML.
//
// A light reading for events and indicators: tags and attributes, one pass, nothing nested. What a browser would make
// of hostile HTML is another matter and not judged here.
#pragma once
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace tocsin::mail {

struct Links {
  static constexpr std::size_t kMax = 1'000;     // of each list, and
  static constexpr std::size_t kUrlMax = 2'048;  // bytes of one; longer ones are cut
  std::vector<std::string> urls;                 // as they stand, entities undone, in order, each once
  std::vector<std::string> domains;              // their hosts, lower case, in order, each once; addresses too
  void add(std::string_view url);

 private:
  std::unordered_set<std::string> seen_;  // asked only
  std::size_t tries_ = 0;
};

// "http://…", "https://…", "ftp://…", "www.…" in plain text.
void find_urls(std::string_view text, Links& out);
// The values of href, src, action and their kin, and URLs in the visible text, which is appended to `visible` (blanks
// joined, blocks on lines of their own), up to `visible_max` bytes of it in all.
void read_html(std::string_view html, Links& out, std::string& visible, std::size_t visible_max);

// The host of a URL, lower case, without user, port and brackets; "" without one.
std::string host_of(std::string_view url);
// &amp; &#x41; and their like.
std::string undo_entities(std::string_view text);

}  // namespace tocsin::mail
