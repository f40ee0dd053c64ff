// PGP through gpgme, with a key ring in a temporary folder that holds the user's files and nothing else.
#include <gpgme.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "leak/signed_parts.h"
#include "mime/header.h"

namespace tocsin::leak {
namespace {

struct FreeData {
  void operator()(gpgme_data_t data) const { gpgme_data_release(data); }
};
using Data = std::unique_ptr<std::remove_pointer_t<gpgme_data_t>, FreeData>;

Data data_of(std::string_view bytes) {
  gpgme_data_t out = nullptr;
  gpgme_data_new_from_mem(&out, bytes.data(), bytes.size(), 0);
  return Data(out);
}

}  // namespace

struct PgpKeys::State {
  std::string folder;
  gpgme_ctx_t context = nullptr;
  std::mutex mutex;
  std::string problem;

  State() {
    gpgme_check_version(nullptr);
    std::error_code ignored;
    std::string name = (std::filesystem::temp_directory_path(ignored) / "tocsin-pgp-XXXXXX").string();
    if (!mkdtemp(name.data())) {
      problem = "no temporary folder";
      return;
    }
    folder = name;
    std::ofstream(folder + "/gpg.conf") << "no-auto-key-retrieve\ndisable-dirmngr\nno-auto-check-trustdb\n"
                                           "trust-model always\nno-autostart\nbatch\n";
    if (gpgme_new(&context) != 0 || gpgme_set_protocol(context, GPGME_PROTOCOL_OpenPGP) != 0 ||
        gpgme_ctx_set_engine_info(context, GPGME_PROTOCOL_OpenPGP, nullptr, folder.c_str()) != 0 ||
        gpgme_engine_check_version(GPGME_PROTOCOL_OpenPGP) != 0)
      problem = "gpg is not installed";
    if (context) gpgme_set_offline(context, 1);
  }
  ~State() {
    if (context) gpgme_release(context);
    std::error_code ignored;
    if (!folder.empty()) std::filesystem::remove_all(folder, ignored);
  }
};

PgpKeys::PgpKeys() : state_(std::make_unique<State>()) {}
PgpKeys::~PgpKeys() = default;

Result<void> PgpKeys::load(const std::string& path) {
  if (!state_->problem.empty()) return fail("PGP keys cannot be used: " + state_->problem, path, "install gnupg");
  std::ifstream file(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), {});
  if (!file || bytes.empty()) return fail("cannot be read", path);
  const Data data = data_of(bytes);
  if (gpgme_op_import(state_->context, data.get()) != 0) return fail("holds no PGP keys", path);
  const gpgme_import_result_t result = gpgme_op_import_result(state_->context);
  if (!result || result->considered == 0) return fail("holds no PGP keys", path);
  count_ += static_cast<std::size_t>(result->considered);
  return {};
}

std::vector<PgpKeys::Outcome> PgpKeys::verify(std::string_view text, std::string_view signature) const {
  std::vector<Outcome> out;
  const std::lock_guard lock(state_->mutex);
  const Data signed_data = data_of(text), detached = signature.empty() ? nullptr : data_of(signature);
  gpgme_data_t plain = nullptr;
  gpgme_data_new(&plain);
  const Data sink(plain);
  const gpgme_error_t done = detached ? gpgme_op_verify(state_->context, detached.get(), signed_data.get(), nullptr)
                                      : gpgme_op_verify(state_->context, signed_data.get(), nullptr, sink.get());
  const gpgme_verify_result_t result = gpgme_op_verify_result(state_->context);
  if (!result) return out;
  static_cast<void>(done);
  for (gpgme_signature_t one = result->signatures; one && out.size() < 10; one = one->next) {
    Outcome& found = out.emplace_back();
    found.readable = true;
    const gpgme_err_code_t status = gpgme_err_code(one->status);
    found.good = status == GPG_ERR_NO_ERROR || status == GPG_ERR_KEY_EXPIRED || status == GPG_ERR_SIG_EXPIRED ||
                 status == GPG_ERR_CERT_REVOKED;
    found.known = status != GPG_ERR_NO_PUBKEY;
    found.fingerprint = one->fpr ? one->fpr : "";
    if (one->timestamp > 0) found.signed_at = Time{static_cast<std::int64_t>(one->timestamp), 0, 0};
    const char* key_algorithm = gpgme_pubkey_algo_name(one->pubkey_algo);
    const char* hash = gpgme_hash_algo_name(one->hash_algo);
    found.algorithm = mime::lower_ascii(std::string(key_algorithm ? key_algorithm : "?") + "-" + (hash ? hash : "?"));
    if (!found.known) continue;
    gpgme_key_t key = nullptr;
    if (found.fingerprint.empty() || gpgme_get_key(state_->context, found.fingerprint.c_str(), &key, 0) != 0) continue;
    if (key->uids && key->uids->uid) found.user = key->uids->uid;
    for (gpgme_user_id_t id = key->uids; id; id = id->next)
      if (id->email && *id->email) found.addresses.push_back(mime::lower_ascii(id->email));
    for (gpgme_subkey_t sub = key->subkeys; sub; sub = sub->next) {
      if (!sub->fpr || found.fingerprint != sub->fpr) continue;
      found.bits = static_cast<int>(sub->length);
      found.key_expired =
          sub->revoked || (sub->expires > 0 && found.signed_at && sub->expires < found.signed_at->seconds);
    }
    gpgme_key_unref(key);
  }
  return out;
}

}  // namespace tocsin::leak
