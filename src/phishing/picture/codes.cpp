#define ZX_USE_UTF8 1
#include <ZXing/ReadBarcode.h>

#include <exception>

#include "phishing/picture/picture.h"

namespace tocsin::phishing {

std::vector<std::string> read_codes(const Picture& picture) {
  std::vector<std::string> out;
  if (picture.width == 0 || picture.height == 0) return out;
  try {
    ZXing::DecodeHints hints;
    hints.setFormats(ZXing::BarcodeFormat::QRCode | ZXing::BarcodeFormat::Aztec | ZXing::BarcodeFormat::DataMatrix |
                     ZXing::BarcodeFormat::MicroQRCode);
    hints.setMaxNumberOfSymbols(8);
    const ZXing::ImageView view(picture.grey.data(), static_cast<int>(picture.width), static_cast<int>(picture.height),
                                ZXing::ImageFormat::Lum);
    for (const ZXing::Result& one : ZXing::ReadBarcodes(view, hints))
      if (one.isValid() && out.size() < 8) out.push_back(one.text());
  } catch (const std::exception&) {
    // The library's way of saying that there is nothing to read.
  }
  return out;
}

}  // namespace tocsin::phishing
