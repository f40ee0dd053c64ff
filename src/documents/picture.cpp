// Pictures through exiv2: Exif, IPTC and XMP of JPEG, TIFF, PNG and WebP. Its XMP parser is not used (it is not safe in
// threads); the packet is read here.
#include <exiv2/exiv2.hpp>

#include "documents/format.h"
#include "documents/xmp.h"

namespace tocsin::documents {
namespace {

using namespace std::string_view_literals;

std::string_view recognise_picture(std::string_view head) {
  if (head.starts_with("\xff\xd8\xff")) return "jpeg";
  if (head.starts_with("\x89PNG\r\n\x1a\n")) return "png";
  if (head.starts_with("II*\0"sv) || head.starts_with("MM\0*"sv)) return "tiff";
  if (head.size() >= 12 && head.starts_with("RIFF") && head.substr(8, 4) == "WEBP") return "webp";
  return "";
}

// "2017:04:12 10:30:00", in the camera's own time.
std::optional<Stamp> exif_time(std::string text, const std::string& zone) {
  if (text.size() < 19) return std::nullopt;
  text.resize(19);
  text[4] = text[7] = '-';
  text[10] = 'T';
  const bool zoned = zone.size() == 6;
  const auto time = Time::parse_iso(zoned ? text + zone : text);
  return time ? std::optional(Stamp{*time, !zoned}) : std::nullopt;
}

void describe_picture(std::string_view bytes, const Limits& limits, Metadata& out) {
  static const bool quiet = [] {
    Exiv2::LogMsg::setLevel(Exiv2::LogMsg::mute);
    return true;
  }();
  static_cast<void>(quiet);
  try {
    const auto image =
        Exiv2::ImageFactory::open(reinterpret_cast<const Exiv2::byte*>(bytes.data()), static_cast<long>(bytes.size()));
    image->readMetadata();
    const Exiv2::ExifData& exif = image->exifData();
    const auto text = [&](const char* key) {
      const auto found = exif.findKey(Exiv2::ExifKey(key));
      return found == exif.end() || found->size() > 10'000 ? std::string{} : clean(found->toString(), limits);
    };
    out.application = text("Exif.Image.Software");
    out.author = text("Exif.Image.Artist");
    const std::string make = text("Exif.Image.Make"), model = text("Exif.Image.Model");
    add_fact(out, limits, "camera", make + (make.empty() ? "" : " ") + model);
    add_fact(out, limits, "camera's number", text("Exif.Photo.BodySerialNumber"));
    add_fact(out, limits, "copyright", text("Exif.Image.Copyright"));
    add_fact(out, limits, "computer", text("Exif.Image.HostComputer"));
    out.created = exif_time(text("Exif.Photo.DateTimeOriginal"), text("Exif.Photo.OffsetTimeOriginal"));
    out.modified = exif_time(text("Exif.Image.DateTime"), text("Exif.Photo.OffsetTime"));
    if (exif.findKey(Exiv2::ExifKey("Exif.GPSInfo.GPSLatitude")) != exif.end())
      add_fact(out, limits, "position", "a place is stated");
    const Exiv2::IptcData& iptc = image->iptcData();
    constexpr const char* kIptc[] = {"Iptc.Application2.Byline", "Iptc.Application2.Program",
                                     "Iptc.Application2.DateCreated", "Iptc.Application2.Credit"};
    for (const char* key : kIptc) {
      const auto found = iptc.findKey(Exiv2::IptcKey(key));
      if (found != iptc.end() && found->size() < 10'000)
        add_fact(out, limits, std::string("iptc ") + std::string(key).substr(18), found->toString());
    }
    if (const std::string& packet = image->xmpPacket(); !packet.empty()) {
      const XmpDates xmp = read_xmp(packet, limits, out);
      if (!out.created) out.created = xmp.created;
      if (!out.modified) out.modified = xmp.modified;
    }
  } catch (const std::exception& problem) {
    add_anomaly(out, "picture-damaged", clean(problem.what(), limits));
  }
}

}  // namespace

const FormatSpec picture_spec{recognise_picture, describe_picture, nullptr};

}  // namespace tocsin::documents
