// Documents made in memory, for tests: with the metadata that a test wants them to have.
#pragma once
#include <archive.h>
#include <archive_entry.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/archive_writer.h"

namespace tocsin::test {

inline std::string zip_of(const std::vector<std::pair<std::string, std::string>>& parts) {
  ArchiveWriter writer(ARCHIVE_FORMAT_ZIP);
  for (const auto& [name, bytes] : parts) writer.add(name, bytes);
  return writer.finish();
}

struct OfficeFile {
  std::string author = "A. Dahl", by = "Somebody", created = "2016-05-01T09:00:00Z", modified = "2016-05-01T10:00:00Z",
              words = "Worksheets", body, cell = "one &amp; two";
  int minutes = 10;

  std::string core() const {
    return "<?xml version=\"1.0\"?><cp:coreProperties xmlns:cp=\"c\" xmlns:dc=\"d\" xmlns:dcterms=\"t\"><dc:creator>" +
           author + "</dc:creator><cp:lastModifiedBy>" + by + "</cp:lastModifiedBy><dcterms:created>" + created +
           "</dcterms:created><dcterms:modified>" + modified + "</dcterms:modified></cp:coreProperties>";
  }
  std::string app(const std::string& program) const {
    return "<Properties><Application>" + program + "</Application><AppVersion>15.0300</AppVersion><TotalTime>" +
           std::to_string(minutes) + "</TotalTime><HeadingPairs><vt:vector><vt:variant><vt:lpstr>" + words +
           "</vt:lpstr></vt:variant></vt:vector></HeadingPairs></Properties>";
  }
  std::string xlsx() const {
    return zip_of(
        {{"[Content_Types].xml", "<Types/>"},
         {"docProps/core.xml", core()},
         {"docProps/app.xml", app("Microsoft Excel")},
         {"xl/workbook.xml", "<workbook/>"},
         {"xl/sharedStrings.xml", "<sst><si><t>" + cell + "</t></si></sst>"},
         {"xl/worksheets/sheet1.xml", "<worksheet><row><c t=\"s\"><v>0</v></c><c><v>5</v></c></row></worksheet>"}});
  }
  std::string docx() const {
    return zip_of({{"[Content_Types].xml", "<Types/>"},
                   {"docProps/core.xml", core()},
                   {"docProps/app.xml", app("Microsoft Office Word")},
                   {"word/document.xml", "<w:document><w:body><w:p>" + body + "</w:p></w:body></w:document>"}});
  }
};

inline std::string odt(const std::string& body) {
  return zip_of(
      {{"mimetype", "application/vnd.oasis.opendocument.text"},
       {"meta.xml",
        "<office:document-meta xmlns:office=\"o\" xmlns:meta=\"m\" xmlns:dc=\"d\"><office:meta>"
        "<meta:generator>LibreOffice/7.4.7.2$Linux_X86_64</meta:generator><dc:creator>Somebody</dc:creator>"
        "<meta:creation-date>2016-05-01T09:00:00</meta:creation-date><dc:date>2017-03-27T14:50:00.123456789</dc:date>"
        "<meta:editing-duration>PT1H2M3S</meta:editing-duration></office:meta></office:document-meta>"},
       {"content.xml", "<office:text>" + body + "</office:text>"}});
}

// A compound file (MS-CFB) of 512-byte sectors with one property set, all in code page 1251.
inline std::string ole() {
  const auto put = [](std::string& into, std::size_t at, std::uint64_t value, std::size_t size) {
    std::memcpy(into.data() + at, &value, size);
  };
  const auto text = [](std::string_view words) {
    std::string out(8, '\0');
    out[0] = 30;
    out[4] = static_cast<char>(words.size() + 1);
    out += words;
    out.resize((out.size() + 1 + 3) / 4 * 4, '\0');
    return out;
  };
  const auto time = [&](std::uint64_t ticks) {
    std::string out(12, '\0');
    out[0] = 64;
    put(out, 4, ticks, 8);
    return out;
  };
  constexpr std::uint64_t kCreated = 131'065'668'000'000'000;  // 2016-05-01T09:00:00Z
  const std::vector<std::pair<std::uint32_t, std::string>> properties = {{1, std::string("\2\0\0\0\xe3\4\0\0", 8)},
                                                                         {4, text("\xc0\xed\xed\xe0")},
                                                                         {8, text("Somebody")},
                                                                         {12, time(kCreated)}};
  std::string set(8 + 8 * properties.size(), '\0');
  put(set, 4, properties.size(), 4);
  for (std::size_t i = 0; i < properties.size(); ++i) {
    put(set, 8 + 8 * i, properties[i].first, 4);
    put(set, 12 + 8 * i, set.size(), 4);
    set += properties[i].second;
  }
  std::string stream(48, '\0');
  put(stream, 0, 0xfffe, 2);
  put(stream, 24, 1, 4);
  put(stream, 44, 48, 4);
  stream += set;
  stream.resize(4096, '\0');  // large enough to lie in sectors of its own
  std::string file(512, '\0');
  file.replace(0, 8, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
  put(file, 30, 9, 2);
  put(file, 32, 6, 2);
  put(file, 48, 1, 4);           // the directory's first sector
  put(file, 56, 4096, 4);        // what is smaller lies in the mini stream
  put(file, 60, 0xfffffffe, 4);  // no mini FAT
  put(file, 68, 0xfffffffe, 4);
  std::memset(file.data() + 76, 0xff, 436);
  put(file, 76, 0, 4);  // the FAT is sector 0
  std::string fat(512, '\xff'), directory(512, '\0');
  put(fat, 0, 0xfffffffd, 4);
  put(fat, 4, 0xfffffffe, 4);
  for (std::uint32_t i = 2; i < 10; ++i) put(fat, 4 * i, i == 9 ? 0xfffffffe : i + 1, 4);
  const auto entry = [&](std::size_t at, std::string_view name, char type, std::uint32_t start, std::uint64_t size) {
    for (std::size_t i = 0; i < name.size(); ++i) directory[at + 2 * i] = name[i];
    put(directory, at + 64, 2 * (name.size() + 1), 2);
    directory[at + 66] = type;
    put(directory, at + 116, start, 4);
    put(directory, at + 120, size, 8);
  };
  entry(0, "Root Entry", 5, 0xfffffffe, 0);
  entry(128, "\5SummaryInformation", 2, 2, 4096);
  return file + fat + directory + stream;
}

// Two revisions; the second one changes Info behind a signature.
inline std::string pdf() {
  const std::string first =
      "%PDF-1.5\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R /Metadata 6 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Count 3 "
      "/Kids [] >>\n"
      "endobj\n5 0 obj\n<< /Author (A. Dahl) /CreationDate (D:20160501090000+02'00') /ModDate "
      "(D:20160501090000+02'00') >>\n"
      "endobj\n6 0 obj\n<< /Type /Metadata /Length 150 >>\nstream\n<x:xmpmeta><rdf:Description "
      "xmp:CreateDate=\"2015-01-01T00:00:00Z\" "
      "xmp:CreatorTool=\"Writer\"/></x:xmpmeta>\nendstream\nendobj\n"
      "7 0 obj\n<< /Type /Sig /ByteRange [0 100 120 200] /Name (Notary) >>\nendobj\n"
      "trailer\n<< /Root 1 0 R /Info 5 0 R >>\nstartxref\n0\n%%EOF\n";
  return first +
         "5 0 obj\n<< /Author (A. D\\141hl) /Title <FEFF0047007200F600DF0065> /CreationDate (D:20160501090000+02'00') "
         "/ModDate (D:20170327145000Z) >>\nendobj\ntrailer\n<< /Root 1 0 R /Info 5 0 R /Prev 0 "
         ">>\nstartxref\n0\n%%EOF\n";
}

}  // namespace tocsin::test
