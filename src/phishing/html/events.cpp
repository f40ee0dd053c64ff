#include "phishing/html/events.h"

#include <algorithm>
#include <array>

namespace tocsin::phishing {

bool is_event(std::string_view name) {
  static constexpr std::array<std::string_view, 35> kFamilies = {
      "onanimation",  "ontransition", "onpointer",    "onmouse",  "onkey",       "ontouch",     "ondrag",
      "onwebkit",     "onmoz",        "onms",         "onbefore", "onafter",     "onscroll",    "onfullscreen",
      "onfocus",      "onload",       "onpage",       "ondevice", "onselect",    "oncontext",   "onrow",
      "oncell",       "onmedia",      "ontimeupdate", "onresize", "ongesture",   "onlayout",    "onproperty",
      "onreadystate", "onsecurity",   "onslot",       "onvolume", "onunhandled", "onrejection", "onstorage"};
  static constexpr std::array<std::string_view, 61> kNames = {"onabort",
                                                              "onactivate",
                                                              "onauxclick",
                                                              "onbegin",
                                                              "onblur",
                                                              "onbounce",
                                                              "oncancel",
                                                              "oncanplay",
                                                              "oncanplaythrough",
                                                              "onchange",
                                                              "onclick",
                                                              "onclose",
                                                              "oncommand",
                                                              "oncontrolselect",
                                                              "oncopy",
                                                              "oncuechange",
                                                              "oncut",
                                                              "ondataavailable",
                                                              "ondblclick",
                                                              "ondeactivate",
                                                              "ondrop",
                                                              "ondurationchange",
                                                              "onemptied",
                                                              "onend",
                                                              "onended",
                                                              "onerror",
                                                              "onerrorupdate",
                                                              "onfilterchange",
                                                              "onfinish",
                                                              "onformdata",
                                                              "onhashchange",
                                                              "onhelp",
                                                              "oninput",
                                                              "oninvalid",
                                                              "onlanguagechange",
                                                              "onlosecapture",
                                                              "onmessage",
                                                              "onmove",
                                                              "onoffline",
                                                              "ononline",
                                                              "onopen",
                                                              "onoutofsync",
                                                              "onpaste",
                                                              "onpause",
                                                              "onplay",
                                                              "onplaying",
                                                              "onpopstate",
                                                              "onprogress",
                                                              "onratechange",
                                                              "onrepeat",
                                                              "onreset",
                                                              "onsearch",
                                                              "onseek",
                                                              "onseeked",
                                                              "onseeking",
                                                              "onshow",
                                                              "onstalled",
                                                              "onstart",
                                                              "onstop",
                                                              "onsubmit",
                                                              "onsuspend"};
  static constexpr std::array<std::string_view, 12> kMore = {"onsyncrestored", "ontimeerror", "ontimeout", "ontoggle",
                                                             "ontrackchange",  "onundo",      "onunload",  "onurlflip",
                                                             "onwaiting",      "onwheel",     "onzoom",    "onredo"};
  if (name.size() < 5 || name.size() > 40 || !name.starts_with("on")) return false;
  if (std::ranges::any_of(name, [](char c) { return c < '0' || (c > '9' && c < 'a') || c > 'z'; })) return false;
  return std::ranges::find(kNames, name) != kNames.end() || std::ranges::find(kMore, name) != kMore.end() ||
         std::ranges::any_of(kFamilies, [&](std::string_view family) { return name.starts_with(family); });
}

}  // namespace tocsin::phishing
