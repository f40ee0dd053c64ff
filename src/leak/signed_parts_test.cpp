#include "leak/signed_parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "leak/carried.h"
#include "tests/support/mail/forger.h"

namespace tocsin::leak {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "leak_test_XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string at(const std::string& name) const { return (path_ / name).string(); }
  std::string put(const std::string& name, std::string_view bytes) const {
    std::ofstream(at(name), std::ios::binary) << bytes;
    return at(name);
  }
  std::string read(const std::string& name) const {
    std::ifstream file(at(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  std::filesystem::path path_;
};

// A certificate that signs itself, for a@example.org, valid through 2020.
struct Signer {
  EVP_PKEY* key = EVP_RSA_gen(1024);
  X509* cert = X509_new();
  Signer() {
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 7);
    ASN1_TIME_set_string(X509_getm_notBefore(cert), "20200101000000Z");
    ASN1_TIME_set_string(X509_getm_notAfter(cert), "20210101000000Z");
    X509_set_pubkey(cert, key);
    X509_NAME* name = X509_get_subject_name(cert);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>("A. Dahl"), -1, -1, 0);
    X509_NAME_add_entry_by_txt(name, "emailAddress", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("a@example.org"), -1, -1, 0);
    X509_set_issuer_name(cert, name);
    X509_sign(cert, key, EVP_sha256());
  }
  Signer(const Signer&) = delete;
  Signer& operator=(const Signer&) = delete;
  ~Signer() {
    X509_free(cert);
    EVP_PKEY_free(key);
  }
  std::string pem() const {
    BIO* out = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(out, cert);
    char* data = nullptr;
    const long size = BIO_get_mem_data(out, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(out);
    return text;
  }
  // No signing time, so that Date decides.
  std::string sign(const std::string& content) const {
    BIO* in = BIO_new_mem_buf(content.data(), static_cast<int>(content.size()));
    CMS_ContentInfo* cms = CMS_sign(cert, key, nullptr, in, CMS_DETACHED | CMS_BINARY | CMS_NOATTR);
    unsigned char* der = nullptr;
    const int size = i2d_CMS_ContentInfo(cms, &der);
    std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    CMS_ContentInfo_free(cms);
    BIO_free(in);
    return out;
  }
};

const std::string kPart =
    "Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\nContent-Type: text/plain\r\n\r\nPay 100 euros.\r\n--i\r\n"
    "Content-Type: text/csv\r\nContent-Disposition: attachment; filename=a.csv\r\n\r\nx;1\r\n--i--";

std::string mail_of(const std::string& part, const std::string& cms, const std::string& behind = {},
                    const std::string& year = "2020") {
  return "From: A <a@example.org>\r\nSubject: s\r\nDate: Mon, 24 Aug " + year +
         " 08:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n"
         "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=o\r\n\r\n--o\r\n" +
         part +
         "\r\n--o\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: "
         "base64\r\n\r\n" +
         tests::base64_lines(cms) + behind + "--o--\r\n";
}

struct Found {
  ItemReport report;
  std::vector<ItemReport> attachments;
};
Found judge(const std::string& raw, const Certificates* certificates, const PgpKeys* keys = nullptr) {
  Found out;
  judge_message(raw, Keys{}, {}, out.report);
  const mime::Message mail = mime::parse(raw);
  judge_signed_parts(raw, mail, certificates, keys, out.report);
  out.attachments = judge_attachments(raw, mail, {}, out.report);
  return out;
}

TEST(Smime, TheUsersCertificatesDecide) {
  const Folder folder;
  const Signer signer;
  Certificates trusted;
  ASSERT_TRUE(trusted.load(folder.put("a.pem", signer.pem())));
  EXPECT_FALSE(Certificates().load(folder.put("none.pem", "nothing")));
  const std::string cms = signer.sign(kPart), good = mail_of(kPart, cms);
  EXPECT_EQ(name(judge(good, nullptr).report.verdict), "unverifiable");
  const Found found = judge(good, &trusted);
  EXPECT_EQ(name(found.report.verdict), "partly-covered") << found.report.why;
  EXPECT_TRUE(found.report.proof.at(0).aligned);
  EXPECT_THAT(found.report.proof.at(0).uncovered, Contains("Subject"));
  ASSERT_EQ(found.attachments.size(), 1u);  // the signature is none
  EXPECT_EQ(name(found.attachments[0].verdict), "partly-covered");
  // Bare line feeds are how files hold it.
  std::string lines = good;
  std::erase(lines, '\r');
  EXPECT_EQ(name(judge(lines, &trusted).report.verdict), "partly-covered");
  std::string changed = good;
  changed.replace(changed.find("100"), 3, "900");
  EXPECT_EQ(name(judge(changed, &trusted).report.verdict), "altered");
  std::string other = good;
  other.replace(other.find("a@"), 1, "c");
  EXPECT_THAT(judge(other, &trusted).report.why, HasSubstr("From is another"));
}

TEST(Smime, ACertificateOutOfItsTimeIsTold) {
  const Folder folder;
  const Signer signer;
  Certificates trusted;
  ASSERT_TRUE(trusted.load(folder.put("a.pem", signer.pem())));
  const Found found = judge(mail_of(kPart, signer.sign(kPart), "", "2023"), &trusted);
  EXPECT_TRUE(found.report.proof.at(0).expired);
  EXPECT_THAT(found.report.oddities, Contains(::testing::Field(&Oddity::name, "key-not-in-use-then")));
}

TEST(Smime, WhatStandsBehindTheSignedPartIsNotCovered) {
  const Folder folder;
  const Signer signer;
  Certificates trusted;
  ASSERT_TRUE(trusted.load(folder.put("a.pem", signer.pem())));
  const Found found =
      judge(mail_of(kPart, signer.sign(kPart),
                    "--o\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=b.csv\r\n\r\ny\r\n"),
            &trusted);
  ASSERT_EQ(found.attachments.size(), 2u);
  EXPECT_EQ(name(found.attachments[0].verdict), "partly-covered");
  EXPECT_EQ(name(found.attachments[1].verdict), "unsigned") << found.attachments[1].why;
}

TEST(Smime, AnyDamageIsSurvived) {
  const Signer signer;
  const std::string cms = signer.sign(kPart);
  for (std::size_t i = 0; i < cms.size(); i += 3) {
    std::string changed = cms;
    changed[i] = static_cast<char>(changed[i] ^ 0x41);
    EXPECT_NE(name(judge(mail_of(kPart, changed), nullptr).report.verdict), "partly-covered");
    judge(mail_of(kPart, cms.substr(0, i)), nullptr);
  }
}

// A PDF that this signer signed on 1 June of `year`; what stands behind the signature's bytes is covered.
std::string signed_pdf(const Signer& signer, const std::string& year = "2020",
                       const std::string& form = "ETSI.CAdES.detached") {
  const std::string before =
      "%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Count 100>>\nendobj\n"
      "3 0 obj\n<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/" +
      form + "/Name(A. Dahl)/M(D:" + year + "0601120000Z)/ByteRange[0 ";
  const std::string behind = ">>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n";
  constexpr std::size_t kRoom = 8000;  // hexadecimal digits
  char numbers[64];
  std::snprintf(numbers, sizeof numbers, "%010zu %010zu %010zu]/Contents", before.size() + 42,
                before.size() + 42 + kRoom + 2, behind.size());
  const std::string front = before + numbers;
  EXPECT_EQ(front.size(), before.size() + 42);
  const std::string cms = signer.sign(front + behind);
  std::string hex;
  for (const unsigned char c : cms) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", c);
    hex += digits;
  }
  hex.resize(kRoom, '0');
  return front + "<" + hex + ">" + behind;
}

ItemReport judge_pdf(const std::string& bytes, const Certificates* certificates, Verdict before = Verdict::unsigned_) {
  ItemReport report;
  report.verdict = before;
  judge_pdf_signatures(bytes, certificates, report);
  return report;
}

TEST(Pdf, TheWholeFileBySomebodyKnownIsAuthentic) {
  const Folder folder;
  const Signer signer;
  Certificates trusted;
  ASSERT_TRUE(trusted.load(folder.put("a.pem", signer.pem())));
  const std::string good = signed_pdf(signer);
  const ItemReport report = judge_pdf(good, &trusted);
  EXPECT_EQ(name(report.verdict), "authentic") << report.why;
  ASSERT_EQ(report.proof.size(), 1u);
  EXPECT_EQ(report.proof[0].kind, "pdf");
  EXPECT_EQ(report.proof[0].result, "pass");
  EXPECT_THAT(report.proof[0].signer, HasSubstr("A. Dahl"));
  EXPECT_EQ(report.proof[0].uncovered, std::vector<std::string>{});
  EXPECT_EQ(name(judge_pdf(good, nullptr).verdict), "unverifiable");
  std::string changed = good;
  changed.replace(changed.find("100"), 3, "900");
  EXPECT_EQ(name(judge_pdf(changed, &trusted).verdict), "altered");
  // A message that was altered says nothing of a file in it that proves itself; one that was proved stands.
  EXPECT_EQ(name(judge_pdf(good, &trusted, Verdict::altered).verdict), "authentic");
  EXPECT_EQ(name(judge_pdf(changed, &trusted, Verdict::authentic).verdict), "authentic");
  EXPECT_EQ(name(judge_pdf(signed_pdf(signer, "2023"), &trusted).verdict), "partly-covered");
  EXPECT_EQ(name(judge_pdf(signed_pdf(signer, "2020", "adbe.x509.rsa_sha1"), &trusted).verdict), "unverifiable");
  EXPECT_EQ(judge_pdf("%PDF-1.4\n%%EOF\n", &trusted).proof.size(), 0u);
}

TEST(Pdf, WhatIsAppendedAndWhatIsLeftOutIsTold) {
  const Folder folder;
  const Signer signer;
  Certificates trusted;
  ASSERT_TRUE(trusted.load(folder.put("a.pem", signer.pem())));
  const std::string good = signed_pdf(signer);
  const ItemReport appended =
      judge_pdf(good + "2 0 obj\n<</Type/Pages/Count 9>>\nendobj\n9 0 obj\n<</Type/Annot>>\nendobj\n%%EOF\n", &trusted);
  EXPECT_EQ(name(appended.verdict), "partly-covered") << appended.why;
  EXPECT_THAT(appended.why, HasSubstr("1 update, 2 objects, 1 of them new versions of signed ones: Annot, Pages"));
  // The hole holds more than the signature: a copy of it with room to write in.
  std::string wide = good;
  const std::size_t contents = wide.find("/Contents<");
  wide.insert(contents, "/Padding(anything)");
  EXPECT_NE(name(judge_pdf(wide, &trusted).verdict), "authentic");
  std::string moved = good;
  moved.replace(moved.find("[0 "), 3, "[9 ");
  EXPECT_NE(name(judge_pdf(moved, &trusted).verdict), "authentic");
  // Ranges as before, but another object's signature stands in the hole.
  std::string copied = good;
  copied.replace(copied.find("/Contents<"), 10, "/Contentz<");
  EXPECT_NE(name(judge_pdf(copied, &trusted).verdict), "authentic");
}

TEST(Pdf, AnyDamageIsSurvived) {
  const Folder folder;
  const Signer signer;
  Certificates trusted;
  ASSERT_TRUE(trusted.load(folder.put("a.pem", signer.pem())));
  const std::string good = signed_pdf(signer);
  const std::size_t begin = good.find("/Contents<") + 10;
  for (std::size_t i = 0; i < good.size(); i += i < begin || i > good.size() - 100 ? 1 : 61) {
    std::string changed = good;
    changed[i] = static_cast<char>(changed[i] ^ 0x15);
    EXPECT_NE(name(judge_pdf(changed, &trusted).verdict), "authentic") << i;
    judge_pdf(good.substr(0, i), &trusted);
  }
}

TEST(Pgp, TheUsersKeysDecide) {
  if (std::system("command -v gpg gpgconf >/dev/null 2>&1") != 0) GTEST_SKIP() << "gpg is not installed";
  const Folder folder;
  const std::string run = "export GNUPGHOME=" + folder.at("") + "; chmod 700 \"$GNUPGHOME\"; cd \"$GNUPGHOME\"; ";
  folder.put("part", "Content-Type: text/plain\r\n\r\nPay 100 euros.\r\n");
  folder.put("text", "Pay 100 euros.\n");
  ASSERT_EQ(
      std::system((run +
                   "(gpg --batch --passphrase '' --quick-gen-key 'A <a@example.org>' ed25519 sign never && "
                   "gpg --armor --export > key && gpg --batch --armor --detach-sign -o sig part && "
                   "gpg --batch --clearsign -o clear text) 2>/dev/null; done=$?; gpgconf --kill gpg-agent; exit $done")
                      .c_str()),
      0);
  PgpKeys keys, none;
  ASSERT_TRUE(keys.load(folder.at("key")));
  EXPECT_FALSE(none.load(folder.at("part")));
  const std::string head =
      "From: a@example.org\r\nSubject: s\r\nDate: Mon, 24 Aug 2020 08:00:00 +0000\r\nMessage-ID: <1@x>\r\n";
  const std::string inside = head + "\r\n" + folder.read("clear");
  const std::string apart =
      head + "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; boundary=b\r\n\r\n--b\r\n" +
      folder.read("part") + "\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\n" + folder.read("sig") +
      "\r\n--b--\r\n";
  for (const std::string& good : {inside, apart}) {
    EXPECT_EQ(name(judge(good, nullptr, &keys).report.verdict), "partly-covered")
        << judge(good, nullptr, &keys).report.why;
    EXPECT_EQ(name(judge(good, nullptr, nullptr).report.verdict), "unverifiable");
    std::string changed = good;
    changed.replace(changed.find("100"), 3, "900");
    EXPECT_EQ(name(judge(changed, nullptr, &keys).report.verdict), "altered");
  }
}

}  // namespace
}  // namespace tocsin::leak
