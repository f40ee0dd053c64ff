// S/MIME through OpenSSL's CMS: first whether the content is the signed one, then whose certificate it was, at the time
// that the signature names (else Date), never now.
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <ctime>

#include <algorithm>

#include "leak/signed_parts.h"
#include "mime/header.h"

namespace tocsin::leak {
namespace {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* value) const {
    Free(value);
  }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Cms = std::unique_ptr<CMS_ContentInfo, Freed<CMS_ContentInfo_free>>;
using Cert = std::unique_ptr<X509, Freed<X509_free>>;

Bio bio_of(std::string_view bytes) { return Bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))); }

std::string name_text(const X509_NAME* name) {
  const Bio out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), name, 0, (XN_FLAG_RFC2253 | ASN1_STRFLGS_UTF8_CONVERT) & ~ASN1_STRFLGS_ESC_MSB);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return std::string(data, static_cast<std::size_t>(std::max(0l, size))).substr(0, 300);
}

std::vector<std::string> emails(X509* cert) {
  std::vector<std::string> out;
  STACK_OF(OPENSSL_STRING)* list = X509_get1_email(cert);
  for (int i = 0; i < sk_OPENSSL_STRING_num(list); ++i)
    out.push_back(mime::lower_ascii(sk_OPENSSL_STRING_value(list, i)));
  X509_email_free(list);
  return out;
}

std::optional<Time> time_of(const ASN1_TIME* at) {
  std::tm fields{};
  if (!at || ASN1_TIME_to_tm(at, &fields) != 1) return std::nullopt;
  return Time::from_civil(fields.tm_year + 1900, static_cast<unsigned>(fields.tm_mon + 1),
                          static_cast<unsigned>(fields.tm_mday), static_cast<unsigned>(fields.tm_hour),
                          static_cast<unsigned>(fields.tm_min), static_cast<unsigned>(std::min(fields.tm_sec, 59)));
}

std::optional<Time> signing_time(CMS_SignerInfo* signer) {
  const int at = CMS_signed_get_attr_by_NID(signer, NID_pkcs9_signingTime, -1);
  if (at < 0) return std::nullopt;
  const ASN1_TYPE* value = X509_ATTRIBUTE_get0_type(CMS_signed_get_attr(signer, at), 0);
  if (!value || (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME)) return std::nullopt;
  return time_of(value->value.asn1_string);
}

}  // namespace

struct Certificates::State {
  std::unique_ptr<X509_STORE, Freed<X509_STORE_free>> store{X509_STORE_new()};
};
Certificates::Certificates() : state_(std::make_unique<State>()) {}
Certificates::~Certificates() = default;

Result<void> Certificates::load(const std::string& path) {
  const Bio file(BIO_new_file(path.c_str(), "rb"));
  if (!file) return fail("cannot be read", path);
  std::size_t found = 0;
  for (;;) {
    const Cert cert(PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr));
    if (!cert) break;
    X509_STORE_add_cert(state_->store.get(), cert.get());
    ++found;
  }
  if (found == 0 && BIO_seek(file.get(), 0) == 0) {
    if (const Cert cert(d2i_X509_bio(file.get(), nullptr)); cert) {
      X509_STORE_add_cert(state_->store.get(), cert.get());
      ++found;
    }
  }
  ERR_clear_error();
  if (found == 0) return fail("holds no certificate", path, "PEM or DER");
  count_ += found;
  return {};
}

// Whose certificate, and whether the user's certificates vouch for it.
class SmimeVerifier {
 public:
  static int chain_problem(const Certificates& certificates, X509* signer, STACK_OF(X509) * others,
                           std::optional<Time> at, SignerUse use) {
    const std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX_free>> context(X509_STORE_CTX_new());
    if (X509_STORE_CTX_init(context.get(), certificates.state_->store.get(), signer, others) != 1)
      return X509_V_ERR_UNSPECIFIED;
    X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_purpose(parameters, use == SignerUse::mail ? X509_PURPOSE_SMIME_SIGN : X509_PURPOSE_ANY);
    if (at)
      X509_VERIFY_PARAM_set_time(parameters, static_cast<time_t>(at->seconds));
    else
      X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_NO_CHECK_TIME);
    if (X509_verify_cert(context.get()) == 1) return X509_V_OK;
    return X509_STORE_CTX_get_error(context.get());
  }
};

Proof judge_smime(std::string_view cms_bytes, std::string_view content, const Certificates* certificates,
                  const std::string& from, std::optional<Time> date, SignerUse use) {
  Proof out;
  out.kind = "smime";
  out.result = "invalid";
  const Bio input = bio_of(cms_bytes);
  const Cms cms(d2i_CMS_bio(input.get(), nullptr));
  if (!cms || OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed) {
    ERR_clear_error();
    out.reason = cms ? "no signature, but encrypted or compressed content" : "the signature cannot be read";
    return out;
  }
  STACK_OF(CMS_SignerInfo)* infos = CMS_get0_SignerInfos(cms.get());
  if (sk_CMS_SignerInfo_num(infos) < 1) {
    out.reason = "nobody signed it";
    return out;
  }
  const Bio detached = content.empty() ? nullptr : bio_of(content);
  const Bio sink(BIO_new(BIO_s_null()));
  const bool whole =
      CMS_verify(cms.get(), nullptr, nullptr, detached.get(), sink.get(), CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) == 1;
  CMS_SignerInfo* info = sk_CMS_SignerInfo_value(infos, 0);
  EVP_PKEY* key = nullptr;
  X509* signer = nullptr;
  X509_ALGOR *digest = nullptr, *signature = nullptr;
  CMS_SignerInfo_get0_algs(info, &key, &signer, &digest, &signature);
  const int digest_nid = digest ? OBJ_obj2nid(digest->algorithm) : NID_undef;
  out.signed_at = signing_time(info);
  ERR_clear_error();
  if (!signer) {
    out.result = "unknown";
    out.reason = "the signer's certificate does not come with it";
    return out;
  }
  const std::vector<std::string> addresses = emails(signer);
  out.signer = name_text(X509_get_subject_name(signer));
  const EVP_PKEY* public_key = X509_get0_pubkey(signer);
  out.key_bits = public_key ? EVP_PKEY_get_bits(public_key) : 0;
  const int key_type = public_key ? EVP_PKEY_get_base_id(public_key) : 0;
  out.algorithm = std::string(key_type == EVP_PKEY_RSA  ? "rsa"
                              : key_type == EVP_PKEY_EC ? "ecdsa"
                                                        : OBJ_nid2sn(key_type)) +
                  "-" + mime::lower_ascii(OBJ_nid2sn(digest_nid));
  if (!addresses.empty()) out.domain = std::string(mime::domain_of(addresses[0]));
  out.aligned = std::ranges::find(addresses, from) != addresses.end();
  out.header_good = out.body_good = whole;
  if (!whole) {
    out.result = "fail";
    out.reason = "the content is not the one that was signed";
    return out;
  }
  STACK_OF(X509)* others = CMS_get1_certs(cms.get());
  const auto at = out.signed_at ? out.signed_at : date;
  const int problem = certificates && certificates->size() > 0
                          ? SmimeVerifier::chain_problem(*certificates, signer, others, at, use)
                          : X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
  sk_X509_pop_free(others, X509_free);
  ERR_clear_error();
  const std::string issuer = name_text(X509_get_issuer_name(signer));
  if (problem == X509_V_OK) {
    out.result = "pass";
    out.key_provenance = "vouched for by the certificates given; issued by " + issuer;
  } else if (problem == X509_V_ERR_CERT_HAS_EXPIRED || problem == X509_V_ERR_CERT_NOT_YET_VALID) {
    out.result = "pass";
    out.expired = out.key_out_of_time = true;
    out.key_provenance =
        "vouched for by the certificates given, but not valid when it is said to have signed; issued by " + issuer;
  } else {
    out.result = "unknown";
    out.key_provenance = "comes with the item itself; says that it was issued by " + issuer;
    out.reason = "the content is what was signed, but by a certificate that only the item brings (" +
                 std::string(X509_verify_cert_error_string(problem)) + ")";
  }
  return out;
}

std::string content_of_cms(std::string_view cms_bytes) {
  const Bio input = bio_of(cms_bytes);
  const Cms cms(d2i_CMS_bio(input.get(), nullptr));
  std::string out;
  if (cms && OBJ_obj2nid(CMS_get0_type(cms.get())) == NID_pkcs7_signed)
    if (ASN1_OCTET_STRING** content = CMS_get0_content(cms.get()); content && *content)
      out.assign(reinterpret_cast<const char*>(ASN1_STRING_get0_data(*content)),
                 static_cast<std::size_t>(ASN1_STRING_length(*content)));
  ERR_clear_error();
  return out;
}

}  // namespace tocsin::leak
