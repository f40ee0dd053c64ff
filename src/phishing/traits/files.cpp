// What the mail brings.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "phishing/container.h"
#include "phishing/html/address.h"
#include "phishing/traits/trait.h"

namespace tocsin::phishing {
namespace {

struct Kind {
  std::string_view trait, says;
  double weight;
  std::vector<std::string_view> techniques;
  std::vector<std::string_view> extensions;
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {"file-executable", "a program", 5.5, {"T1204.002"}, {"exe", "scr",  "com",         "pif",          "cpl",
                                                            "msi", "msix", "appx",        "appinstaller", "dll",
                                                            "xll", "wll",  "application", "elf",          "apk",
                                                            "dmg", "pkg",  "gadget",      "msp",          "ocx"}},
      {"file-script",
       "a script that Windows runs",
       5.5,
       {"T1204.002", "T1059"},
       {"js",  "jse", "vbs", "vbe", "wsf",  "wsh", "hta", "sct",    "ps1", "psm1", "bat",
        "cmd", "chm", "jar", "reg", "jnlp", "py",  "sh",  "ps1xml", "msc", "inf",  "cdxml"}},
      {"file-shortcut",
       "a shortcut or connection that Windows follows",
       5.5,
       {"T1204.002"},
       {"lnk", "scf", "library-ms", "search-ms", "searchconnector-ms", "settingcontent-ms", "rdp", "theme", "themepack",
        "deskthemepack", "diagcab", "iqy", "slk", "website"}},
      {"file-image",
       "a disk image, whose files come without the mark of the web",
       5.0,
       {"T1553.005"},
       {"iso", "img", "vhd", "vhdx", "udf", "ace", "uue", "one", "onepkg"}},
  };
  return all;
}

const Kind* kind_of(std::string_view extension) {
  for (const Kind& kind : kinds())
    if (std::ranges::find(kind.extensions, extension) != kind.extensions.end()) return &kind;
  return nullptr;
}

std::string extension_of(std::string_view name) {
  while (!name.empty() && (name.back() == ' ' || name.back() == '.')) name.remove_suffix(1);
  const std::size_t dot = name.find_last_of('.');
  return dot == std::string_view::npos || name.size() - dot > 20 ? std::string() : lower_ascii(name.substr(dot + 1));
}

// "invoice.pdf.exe", "invoice.pdf          .exe".
bool is_double(std::string_view name) {
  static constexpr std::array<std::string_view, 16> kDocuments = {"pdf",  "doc", "docx", "xls", "xlsx", "ppt",
                                                                  "pptx", "jpg", "jpeg", "png", "txt",  "rtf",
                                                                  "odt",  "zip", "mp3",  "htm"};
  const std::size_t dot = name.find_last_of('.');
  if (dot == std::string_view::npos) return false;
  std::string_view rest = name.substr(0, dot);
  while (!rest.empty() && (rest.back() == ' ' || rest.back() == '_')) rest.remove_suffix(1);
  return std::ranges::find(kDocuments, extension_of(rest)) != kDocuments.end();
}

// By its first bytes, whatever its name.
std::string_view content_of(std::string_view bytes) {
  if (bytes.starts_with("MZ") && bytes.size() > 128) return "exe";
  if (bytes.starts_with("\x7f"
                        "ELF"))
    return "elf";
  if (bytes.starts_with(std::string_view("\x4C\0\0\0\x01\x14\x02\0", 8))) return "lnk";
  if (bytes.starts_with("\xE4\x52\x5C\x7B\x8C\xD8\xA7\x4D")) return "one";
  if (bytes.size() > 0x8006 && bytes.substr(0x8001, 5) == "CD001") return "iso";
  if (bytes.starts_with("conectix") || bytes.starts_with("vhdxfile")) return "vhd";
  return {};
}

bool holds(std::string_view bytes, std::string_view what) { return bytes.find(what) != std::string_view::npos; }

bool has_password(const Facts& f) {
  const std::string& text = f.shown_looks.plain;
  for (const std::string_view word :
       {"password", "passwort", "kennwort", "mot de passe", "contrasena", "senha", "passcode", "pass code",
        "wachtwoord", "haslo", "parol", "пароль", "archive code"}) {
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
      const std::string_view after = std::string_view(text).substr(at + word.size(), 40);
      const std::size_t mark = after.find_first_of(":=-");
      if ((mark != std::string_view::npos && mark < 24) || after.starts_with(" is ") || after.starts_with(" ist ") ||
          after.starts_with(" es "))
        return true;
    }
  }
  return false;
}

void archive(const File& file, Context& c) {
  const auto entries = zip_entries(file.bytes);
  bool locked = false, document = false;
  const ZipEntry *program = nullptr, *page = nullptr;
  for (const ZipEntry& entry : entries) {
    locked |= entry.locked;
    if (entry.name == "[Content_Types].xml" || entry.name == "mimetype" || entry.name.starts_with("META-INF/"))
      document = true;
    const std::string extension = extension_of(entry.name);
    if (!program && kind_of(extension)) program = &entry;
    if (!page && (extension == "html" || extension == "htm" || extension == "svg" || extension == "url")) page = &entry;
  }
  if (document) {
    bool macro = false;
    for (const ZipEntry& entry : entries) {
      if (entry.name.ends_with("vbaProject.bin") || entry.name.ends_with("macrosheets/sheet1.xml")) macro = true;
      if (!entry.name.ends_with(".rels") || c.has("file-remote-template")) continue;
      const std::string relations = zip_member(file.bytes, entry, 256u << 10);
      for (std::size_t at = relations.find("TargetMode=\"External\""); at != std::string::npos;
           at = relations.find("TargetMode=\"External\"", at + 1)) {
        const std::size_t begin = relations.rfind('<', at), end = relations.find('>', at);
        const std::string_view one = std::string_view(relations).substr(
            begin == std::string::npos ? 0 : begin, end == std::string::npos ? std::string::npos : end - begin);
        const bool active = holds(one, "attachedTemplate") || holds(one, "oleObject") || holds(one, "/frame") ||
                            holds(one, "subDocument") || holds(one, "externalLink") || holds(one, "webSettings");
        if (!active) continue;
        const std::size_t target = one.find("Target=\"");
        const std::string where(
            target == std::string_view::npos ? "" : one.substr(target + 8, one.find('"', target + 8) - target - 8));
        const std::string low = lower_ascii(where);
        if (low.starts_with("http") || low.starts_with("\\\\") || low.starts_with("file:") ||
            low.starts_with("mhtml:") || low.starts_with("ftp")) {
          c.strong("file-remote-template", 5.0,
                   fmt::format("{} loads a template or object from elsewhere when it is opened: {}",
                               quoted(file.name, 60), quoted(where)),
                   {"T1221"});
          c.entities.push_back({EntityType::url, where.substr(0, 500), "link"});
          break;
        }
      }
    }
    if (macro)
      c.strong("file-macro", 3.0, fmt::format("{} has macros", quoted(file.name, 60)), {"T1204.002", "T1059.005"});
    return;
  }
  if (program) {
    const Kind& kind = *kind_of(extension_of(program->name));
    c.strong("archive-holds-program", locked ? 6.0 : 5.0,
             fmt::format("the archive {} holds {}: {}", quoted(file.name, 60), kind.says, quoted(program->name, 60)),
             kind.techniques);
  } else if (page && entries.size() <= 3) {
    c.strong(
        "archive-holds-page", 3.0,
        fmt::format("the archive {} holds a web page or shortcut: {}", quoted(file.name, 60), quoted(page->name, 60)),
        {"T1027.006"});
  }
  if (locked && has_password(c.facts))
    c.strong("archive-locked", 4.0,
             fmt::format("the archive {} is locked and the mail says how to open it, so that no gateway can",
                         quoted(file.name, 60)),
             {"T1027.013"});
  else if (locked)
    c.weak("archive-locked", 1.2, fmt::format("the archive {} is locked", quoted(file.name, 60)));
  if (entries.size() == 1 && extension_of(entries.front().name) == "zip")
    c.weak("archive-nested", 0.8, "the archive holds nothing but another archive");
}

void pdf(const File& file, Context& c) {
  const std::string text = pdf_text(file.bytes, 4u << 20);
  const bool script = holds(text, "/JavaScript") || holds(text, "/JS ") || holds(text, "/JS(") || holds(text, "/JS<");
  if (holds(text, "/Launch") && holds(text, "/Action"))
    c.strong("file-exploit", 4.5, fmt::format("{} starts a program when it is opened", quoted(file.name, 60)),
             {"T1204.002"});
  else if (script && (holds(text, "eval(") || holds(text, "unescape(") || holds(text, "exportDataObject") ||
                      holds(text, "getURL") || holds(text, "launchURL")))
    c.strong("file-script-pdf", 3.5,
             fmt::format("{} runs script that hides itself or leads away", quoted(file.name, 60)), {"T1027"});
  else if (script)
    c.weak("file-script-pdf", 1.0, fmt::format("{} runs script", quoted(file.name, 60)));
  if (holds(text, "/EmbeddedFile") && (holds(text, ".docm") || holds(text, ".exe") || holds(text, ".js)") ||
                                       holds(text, ".iso") || holds(text, ".lnk")))
    c.strong("file-exploit", 4.0, fmt::format("{} holds a program or document with macros", quoted(file.name, 60)),
             {"T1204.002"});
  // Its links.
  std::size_t links = 0;
  bool cloaked = false;
  std::string first, how;
  for (std::size_t at = text.find("/URI"); at != std::string::npos && links < 200; at = text.find("/URI", at + 4)) {
    const std::size_t open = text.find_first_not_of(" \r\n", at + 4);
    if (open == std::string::npos || text[open] != '(') continue;
    const std::string target = text.substr(open + 1, std::min<std::size_t>(text.find(')', open) - open - 1, 2000));
    Url url;
    if (!parse_url(target, url) || url.registrable == c.facts.from.registrable) continue;
    if (++links == 1) first = url.host;
    if (links <= 10) c.entities.push_back({EntityType::url, target.substr(0, 500), "link"});
    cloaked |= c.know.is(Knowledge::Use::shortener, url.host) || c.know.is(Knowledge::Use::free_page, url.host) ||
               url.address || c.know.imitated(url.host, url.registrable, how);
  }
  if (links > 0 && cloaked)
    c.strong("file-leads", 2.5, fmt::format("{} leads to a page that hides whose it is", quoted(file.name, 60)),
             {"T1566.001"});
  else if (links > 0 && links <= 2 && c.facts.links.empty() && c.facts.shown.size() < 400)
    c.weak("file-leads", 1.5,
           fmt::format("the mail is hardly more than {}, which leads to {}", quoted(file.name, 60), first));
}

void document(const File& file, Context& c) {
  const std::string_view bytes = file.bytes;
  if (bytes.starts_with("\xD0\xCF\x11\xE0")) {
    if (holds(bytes, wide("_VBA_PROJECT")) || holds(bytes, wide("Macros")) || holds(bytes, wide("_xlmfs")))
      c.strong("file-macro", 3.0, fmt::format("{} has macros", quoted(file.name, 60)), {"T1204.002", "T1059.005"});
    if (holds(bytes, wide("Equation Native")) || holds(bytes, wide("EQNEDT32")))
      c.strong("file-exploit", 3.5, fmt::format("{} holds an object of the old equation editor", quoted(file.name, 60)),
               {"T1203"});
    if (holds(bytes, wide("EncryptedPackage")) && has_password(c.facts))
      c.strong("archive-locked", 3.0,
               fmt::format("the document {} is locked and the mail says how to open it", quoted(file.name, 60)),
               {"T1027.013"});
  } else if (bytes.starts_with("{\\rt")) {
    const std::string low = lower_ascii(bytes.substr(0, 2u << 20));
    if (holds(low, "\\objupdate") ||
        (holds(low, "\\objdata") && (holds(low, "equation") || holds(low, "\\objautlink") || holds(low, "0002ce02"))))
      c.strong("file-exploit", 4.5,
               fmt::format("{} holds an object that acts when the text is opened", quoted(file.name, 60)), {"T1203"});
    else if (holds(low, "\\*\\template") && (holds(low, "http:") || holds(low, "https:")))
      c.strong("file-remote-template", 4.5, fmt::format("{} loads a template from elsewhere", quoted(file.name, 60)),
               {"T1221"});
  }
}

}  // namespace

void file_traits(Context& c) {
  for (const File& file : c.facts.files) {
    if (!file.name.empty() && file.bytes.size() > 0 && file.attached) {
      c.entities.push_back({EntityType::file, file.name.substr(0, 300), "attachment"});
      if (!file.cut) c.entities.push_back({EntityType::hash, sha256(file.bytes).hex(), "attachment"});
    }
    const Looks looks = look_at(file.name);
    if (looks.reordering > 0)
      c.strong(
          "file-hides-extension", 6.0,
          fmt::format("an attachment's name turns the direction of text to hide what it is: {}", quoted(file.name)),
          {"T1036.002"});
    const std::string extension = extension_of(file.name);
    const std::string_view content = content_of(file.bytes);
    const Kind* kind = kind_of(extension);
    if (!kind && !content.empty()) kind = kind_of(content);
    if (kind && !c.has(kind->trait)) {
      // Sources and logs are sent among those who write them; a script is one where it lies alone and is called so.
      const bool talk = (extension == "py" || extension == "sh" || extension == "js" || extension == "inf" ||
                         extension == "reg" || extension == "ps1") &&
                        content.empty() && c.facts.threaded;
      const std::string text = fmt::format("{} is attached: {}{}", kind->says, quoted(file.name, 60),
                                           extension != content && !content.empty() && !kind_of(extension)
                                               ? fmt::format(", which its name does not say ({})", content)
                                               : "");
      if (talk)
        c.weak(std::string(kind->trait), 1.5, text, kind->techniques);
      else
        c.strong(std::string(kind->trait), kind->weight, text, kind->techniques);
      if (is_double(file.name))
        c.strong("file-hides-extension", 2.0, fmt::format("an attachment has two extensions: {}", quoted(file.name)),
                 {"T1036.007"});
    }
    if (file.bytes.starts_with("PK")) archive(file, c);
    if (file.bytes.starts_with("%PDF") ||
        (file.extension == "pdf" && file.bytes.substr(0, 1024).find("%PDF") != std::string::npos))
      pdf(file, c);
    document(file, c);
    const bool packed = file.bytes.starts_with("Rar!") || file.bytes.starts_with("7z\xBC\xAF");
    if (packed && has_password(c.facts))
      c.strong("archive-locked", 3.5,
               fmt::format("the archive {} comes with a password in the mail", quoted(file.name, 60)), {"T1027.013"});
    if ((extension == "docm" || extension == "xlsm" || extension == "pptm" || extension == "xlam" ||
         extension == "dotm" || extension == "xlsb") &&
        !c.has("file-macro"))
      c.strong("file-macro", 1.9, fmt::format("{} is of a kind that has macros", quoted(file.name, 60)), {"T1204.002"});
  }
}

}  // namespace tocsin::phishing
