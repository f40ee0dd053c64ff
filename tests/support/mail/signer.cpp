#include "tests/support/mail/signer.h"

#include <gmp.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include "base/check.h"
#include "mailauth/dkim.h"
#include "mailauth/tags.h"

namespace tocsin::tests {
namespace {

EVP_PKEY* pkey(const std::shared_ptr<void>& key) { return static_cast<EVP_PKEY*>(key.get()); }

BIGNUM* big(mpz_srcptr value) {
  std::string bytes((mpz_sizeinbase(value, 2) + 7) / 8, '\0');
  mpz_export(bytes.data(), nullptr, 1, 1, 1, 0, value);
  return BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr);
}

void random_prime(mpz_ptr out, gmp_randstate_t random, unsigned long bits, unsigned exponent) {
  do {
    mpz_urandomb(out, random, bits);
    mpz_setbit(out, bits - 1);
    mpz_setbit(out, bits - 2);
    mpz_nextprime(out, out);
  } while (mpz_fdiv_ui(out, exponent) == 1);
}

}  // namespace

SigningKey SigningKey::make(int bits, std::uint64_t seed, unsigned exponent) {
  gmp_randstate_t random;
  gmp_randinit_mt(random);
  gmp_randseed_ui(random, seed);
  mpz_t p, q, n, e, d, phi, p1, q1, dp, dq, qi;
  mpz_inits(p, q, n, e, d, phi, p1, q1, dp, dq, qi, nullptr);
  random_prime(p, random, static_cast<unsigned long>(bits) / 2, exponent);
  do random_prime(q, random, static_cast<unsigned long>(bits) / 2, exponent);
  while (mpz_cmp(p, q) == 0);
  mpz_mul(n, p, q);
  mpz_sub_ui(p1, p, 1);
  mpz_sub_ui(q1, q, 1);
  mpz_mul(phi, p1, q1);
  mpz_set_ui(e, exponent);
  mpz_invert(d, e, phi);
  mpz_mod(dp, d, p1);
  mpz_mod(dq, d, q1);
  mpz_invert(qi, q, p);
  OSSL_PARAM_BLD* build = OSSL_PARAM_BLD_new();
  const std::pair<const char*, mpz_ptr> parts[] = {
      {OSSL_PKEY_PARAM_RSA_N, n},          {OSSL_PKEY_PARAM_RSA_E, e},
      {OSSL_PKEY_PARAM_RSA_D, d},          {OSSL_PKEY_PARAM_RSA_FACTOR1, p},
      {OSSL_PKEY_PARAM_RSA_FACTOR2, q},    {OSSL_PKEY_PARAM_RSA_EXPONENT1, dp},
      {OSSL_PKEY_PARAM_RSA_EXPONENT2, dq}, {OSSL_PKEY_PARAM_RSA_COEFFICIENT1, qi}};
  std::vector<BIGNUM*> numbers;
  for (const auto& [name, value] : parts) {
    numbers.push_back(big(value));
    OSSL_PARAM_BLD_push_BN(build, name, numbers.back());
  }
  OSSL_PARAM* params = OSSL_PARAM_BLD_to_param(build);
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
  EVP_PKEY* key = nullptr;
  CHECK(EVP_PKEY_fromdata_init(context) == 1 && EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, params) == 1);
  EVP_PKEY_CTX_free(context);
  OSSL_PARAM_free(params);
  OSSL_PARAM_BLD_free(build);
  for (BIGNUM* number : numbers) BN_free(number);
  mpz_clears(p, q, n, e, d, phi, p1, q1, dp, dq, qi, nullptr);
  gmp_randclear(random);
  return SigningKey(std::shared_ptr<void>(key, [](void* k) { EVP_PKEY_free(static_cast<EVP_PKEY*>(k)); }));
}

int SigningKey::bits() const { return EVP_PKEY_get_bits(pkey(key_)); }

std::string SigningKey::record() const {
  unsigned char* out = nullptr;
  const int size = i2d_PUBKEY(pkey(key_), &out);
  CHECK(size > 0);
  const std::string der(reinterpret_cast<char*>(out), static_cast<std::size_t>(size));
  OPENSSL_free(out);
  return "v=DKIM1; k=rsa; p=" + mailauth::encode_base64(der);
}

std::string SigningKey::sign(bool sha1, std::string_view digest) const {
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(pkey(key_), nullptr);
  std::string out(static_cast<std::size_t>(EVP_PKEY_get_size(pkey(key_))), '\0');
  std::size_t size = out.size();
  CHECK(EVP_PKEY_sign_init(context) == 1 && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
        EVP_PKEY_CTX_set_signature_md(context, sha1 ? EVP_sha1() : EVP_sha256()) == 1 &&
        EVP_PKEY_sign(context, reinterpret_cast<unsigned char*>(out.data()), &size,
                      reinterpret_cast<const unsigned char*>(digest.data()), digest.size()) == 1);
  EVP_PKEY_CTX_free(context);
  out.resize(size);
  return out;
}

std::string sign(std::string_view message, const SigningKey& key, const SignAs& as) {
  using namespace mailauth;
  const auto word = [](Canonical form) { return form == Canonical::simple ? "simple" : "relaxed"; };
  const std::size_t lf = message.find('\n');
  const std::string eol = lf != std::string_view::npos && lf > 0 && message[lf - 1] == '\r' ? "\r\n" : "\n";
  std::string names;
  for (const std::string& header : as.headers) names += (names.empty() ? "" : ":") + header;
  const auto field = [&](const std::string& body_hash, const std::string& signature) {
    return "DKIM-Signature: v=1; a=rsa-" + std::string(as.sha1 ? "sha1" : "sha256") + "; c=" + word(as.header_form) +
           "/" + word(as.body_form) + "; d=" + as.domain + "; s=" + as.selector + ";" +
           (as.length >= 0 ? " l=" + std::to_string(as.length) + ";" : "") + as.extra + " h=" + names +
           "; bh=" + body_hash + "; b=" + signature + eol;
  };
  // Once with placeholders for the body's hash, once with it for the header's digest.
  const std::string placeholder = encode_base64(std::string(as.sha1 ? 20 : 32, 'x'));
  const std::string draft = field(placeholder, "AAAA") + std::string(message);
  const Message first = Message::parse(draft);
  const std::string body_hash = encode_base64(body_digest(first, signatures(first).at(0)).digest);
  const std::string hashed = field(body_hash, "AAAA") + std::string(message);
  const Message second = Message::parse(hashed);
  const std::string signature = encode_base64(key.sign(as.sha1, header_digest(second, signatures(second).at(0))));
  return field(body_hash, signature) + std::string(message);
}

}  // namespace tocsin::tests
