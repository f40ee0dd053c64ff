// One walk over one piece of HTML for SinkList; what stands within is walked again, to a small depth.
#pragma once
#include <string>
#include <string_view>

#include "phishing/html/tree.h"
#include "phishing/webmail/sinks.h"

namespace tocsin::phishing {

class SinkWalk {
 public:
  static constexpr int kDepthMax = 4;

  // `prefix` goes before what is said of where a sink is; `hidden` marks all sinks as hidden.
  SinkWalk(SinkList& list, std::string prefix, int depth, bool hidden)
      : list_(list), prefix_(std::move(prefix)), depth_(depth), hidden_(hidden) {}

  void page(std::string_view html);
  void page(std::string_view html, const HtmlTree& tree);
  void as_field(std::string_view text, std::string_view where);
  void as_reference(std::string_view text, Grade grade, std::string_view where);
  void as_link(std::string_view decoded, std::string_view url, std::string_view where);

 private:
  // What is about to be added becomes this instead: the outer thing that holds it.
  struct Within {
    SinkKind kind;
    Grade most;
    std::string where, what, excerpt;
  };
  bool inner(std::string_view text, const Within& within);       // walked as a page of its own
  bool breaks_out(std::string_view text, const Within& within);  // and as the rest of an attribute

  void walk(const HtmlTree& tree);
  void element(const HtmlTree& tree, const HtmlNode& node);
  void script_element(const HtmlTree& tree, const HtmlNode& node);
  void attribute(const HtmlTree& tree, const HtmlNode& node, const HtmlAttribute& one);
  void handler(const HtmlNode& node, const HtmlAttribute& one, std::string_view event);
  void address(const HtmlNode& node, const HtmlAttribute& one);
  void animation(const HtmlTree& tree, const HtmlNode& node);
  void style(std::string_view css, bool sheet, const std::string& where);
  void data_page(const HtmlNode& node, std::string_view attribute, std::string_view rest, bool hidden,
                 std::string_view value);
  void add(SinkKind kind, Grade grade, bool hidden, std::string where, std::string what, std::string_view excerpt,
           std::string_view code = {});
  bool afford(std::size_t bytes);

  SinkList& list_;
  std::string prefix_;
  int depth_;
  bool hidden_;
};

}  // namespace tocsin::phishing
