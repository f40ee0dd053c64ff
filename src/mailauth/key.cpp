#include "mailauth/key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include <algorithm>

#include "base/check.h"
#include "base/hash.h"
#include "mailauth/tags.h"

namespace tocsin::mailauth {
namespace {

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
const EVP_MD* md(HashType hash) { return hash == HashType::sha1 ? EVP_sha1() : EVP_sha256(); }
EVP_PKEY* pkey(const std::shared_ptr<void>& key) { return static_cast<EVP_PKEY*>(key.get()); }

// DER lengths and tags, as far as RSAPublicKey ::= SEQUENCE { INTEGER, INTEGER } needs them.
std::optional<std::string_view> der(std::string_view& in, unsigned char tag) {
  if (in.size() < 2 || static_cast<unsigned char>(in[0]) != tag) return std::nullopt;
  std::size_t size = static_cast<unsigned char>(in[1]), at = 2;
  if (size >= 0x80) {
    const std::size_t count = size & 0x7f;
    if (count == 0 || count > 3 || in.size() < 2 + count) return std::nullopt;
    size = 0;
    for (std::size_t i = 0; i < count; ++i) size = size << 8 | static_cast<unsigned char>(in[at++]);
  }
  if (in.size() - at < size) return std::nullopt;
  const std::string_view content = in.substr(at, size);
  in.remove_prefix(at + size);
  return content;
}

}  // namespace

void PublicKey::Free::operator()(void* key) const { EVP_PKEY_free(static_cast<EVP_PKEY*>(key)); }

std::optional<PublicKey> PublicKey::rsa(std::string_view text) {
  const unsigned char* at = bytes(text);
  if (EVP_PKEY* key = d2i_PUBKEY(nullptr, &at, static_cast<long>(text.size()))) {
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) return PublicKey(KeyType::rsa, key);
    EVP_PKEY_free(key);
    return std::nullopt;
  }
  std::string_view in = text;
  auto sequence = der(in, 0x30);
  if (!sequence) return std::nullopt;
  const auto modulus = der(*sequence, 0x02);
  const auto exponent = der(*sequence, 0x02);
  if (!modulus || !exponent) return std::nullopt;
  return rsa(*modulus, *exponent);
}

std::optional<PublicKey> PublicKey::rsa(std::string_view modulus, std::string_view exponent) {
  BIGNUM* n = BN_bin2bn(bytes(modulus), static_cast<int>(modulus.size()), nullptr);
  BIGNUM* e = BN_bin2bn(bytes(exponent), static_cast<int>(exponent.size()), nullptr);
  OSSL_PARAM_BLD* build = OSSL_PARAM_BLD_new();
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
  EVP_PKEY* key = nullptr;
  OSSL_PARAM* params = nullptr;
  if (n && e && build && context && !BN_is_zero(n) && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) &&
      OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) && (params = OSSL_PARAM_BLD_to_param(build)) != nullptr &&
      EVP_PKEY_fromdata_init(context) == 1 && EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
    key = nullptr;
  OSSL_PARAM_free(params);
  OSSL_PARAM_BLD_free(build);
  EVP_PKEY_CTX_free(context);
  BN_free(n);
  BN_free(e);
  if (!key) return std::nullopt;
  return PublicKey(KeyType::rsa, key);
}

std::optional<PublicKey> PublicKey::ed25519(std::string_view raw) {
  if (raw.size() != 32) return std::nullopt;
  EVP_PKEY* key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(raw), raw.size());
  if (!key) return std::nullopt;
  return PublicKey(KeyType::ed25519, key);
}

int PublicKey::bits() const { return type_ == KeyType::ed25519 ? 256 : EVP_PKEY_get_bits(pkey(key_)); }

std::string PublicKey::fingerprint() const {
  unsigned char* out = nullptr;
  const int size = i2d_PUBKEY(pkey(key_), &out);
  if (size <= 0) return {};
  std::string print = sha256(std::string_view(reinterpret_cast<char*>(out), static_cast<std::size_t>(size))).hex();
  OPENSSL_free(out);
  return print;
}

std::string PublicKey::modulus() const {
  BIGNUM* n = nullptr;
  if (type_ != KeyType::rsa || EVP_PKEY_get_bn_param(pkey(key_), OSSL_PKEY_PARAM_RSA_N, &n) != 1) return {};
  std::string out(static_cast<std::size_t>(BN_num_bytes(n)), '\0');
  BN_bn2bin(n, reinterpret_cast<unsigned char*>(out.data()));
  BN_free(n);
  return out;
}

bool PublicKey::verify(HashType hash, std::string_view digest, std::string_view signature) const {
  if (type_ == KeyType::ed25519) {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    const bool good = context && EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, pkey(key_)) == 1 &&
                      EVP_DigestVerify(context, bytes(signature), signature.size(), bytes(digest), digest.size()) == 1;
    EVP_MD_CTX_free(context);
    return good;
  }
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(pkey(key_), nullptr);
  const bool good = context && EVP_PKEY_verify_init(context) == 1 &&
                    EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
                    EVP_PKEY_CTX_set_signature_md(context, md(hash)) == 1 &&
                    EVP_PKEY_verify(context, bytes(signature), signature.size(), bytes(digest), digest.size()) == 1;
  EVP_PKEY_CTX_free(context);
  return good;
}

std::string_view name(KeyFault fault) {
  constexpr std::string_view kNames[] = {"",       "no key record",   "the key lookup failed", "key revoked",
                                         "syntax", "unsupported key", "key not for mail",      "unusable key"};
  return kNames[static_cast<int>(fault)];
}

KeyRecord parse_key(std::string_view text) {
  KeyRecord out;
  const auto fault = [&](KeyFault which, std::string detail) {
    out.fault = which;
    out.detail = std::move(detail);
    return out;
  };
  if (trimmed(text).empty()) return fault(KeyFault::syntax, "the key record is empty");
  const auto tags = Tags::parse(text);
  if (!tags) return fault(KeyFault::syntax, "the key record is no tag list");
  if (const auto version = tags->find("v")) {
    if (*version != "DKIM1") return fault(KeyFault::unsupported, "key record of version " + std::string(*version));
    out.versioned = true;
  }
  const std::string type = lower_ascii(tags->find("k").value_or("rsa"));
  if (type != "rsa" && type != "ed25519") return fault(KeyFault::unsupported, "key type " + type);
  if (const auto hashes = tags->find("h"))
    for (const std::string_view hash : split(*hashes, ':')) out.hashes.push_back(lower_ascii(hash));
  if (!out.hashes.empty() &&
      std::ranges::none_of(out.hashes, [](const std::string& h) { return h == "sha1" || h == "sha256"; }))
    return fault(KeyFault::unsupported, "the key allows no hash that is known");
  if (const auto services = tags->find("s")) {
    const auto list = split(*services, ':');
    if (std::ranges::none_of(list, [](std::string_view s) { return s == "*" || s == "email"; }))
      return fault(KeyFault::not_for_mail, "the key is for another service than mail");
  }
  for (const std::string_view flag : split(tags->get("t"), ':')) {
    if (flag == "y") out.testing = true;
    if (flag == "s") out.strict = true;
  }
  if (const auto granularity = tags->find("g")) out.granularity = std::string(*granularity);
  const auto data = tags->find("p");
  if (!data) return fault(KeyFault::syntax, "the key record has no p=");
  if (trimmed(*data).empty()) return fault(KeyFault::revoked, "the key was revoked (empty p=)");
  const auto raw = decode_base64(*data);
  if (!raw) return fault(KeyFault::syntax, "p= is no base64");
  out.key = type == "rsa" ? PublicKey::rsa(*raw) : PublicKey::ed25519(*raw);
  if (!out.key) return fault(KeyFault::bad_key, "p= holds no usable " + type + " key");
  return out;
}

struct Hasher::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Hasher::Hasher(HashType hash) : state_(std::make_unique<State>()) {
  CHECK(state_->context && EVP_DigestInit_ex(state_->context, md(hash), nullptr) == 1);
}
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;
void Hasher::update(std::string_view text) { CHECK(EVP_DigestUpdate(state_->context, text.data(), text.size()) == 1); }
std::string Hasher::finish() {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  CHECK(EVP_DigestFinal_ex(state_->context, out, &size) == 1);
  return std::string(reinterpret_cast<char*>(out), size);
}

std::string digest_of(HashType hash, std::string_view text) {
  Hasher hasher(hash);
  hasher.update(text);
  return hasher.finish();
}

}  // namespace tocsin::mailauth
