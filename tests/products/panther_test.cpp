// Events of Microsoft 365, Entra, Google Workspace and Okta with a verdict each, as Panther publishes them beside its
// rules
// (../shared/corpus/logs/panther, read at run time): for the behaviours that our rules or activities cover, ours must
// be true where theirs is and false where theirs is. What isn't covered: docs/CONFORMANCE.md.
//
// A rule that counts is taken by what makes it count: a failed login is a failed login.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "products/catalog.h"
#include "readers/reader.h"
#include "sigma/engine.h"
#include "sigma/load.h"
#include "tests/support/read_all.h"

namespace tocsin::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const std::string kFolder = "../shared/corpus/logs/panther/rules/";

// What stands for the behaviour here: the title of a rule of ours, or an activity.
struct Covered {
  const char* file;
  const char* rule;  // nullptr: the activity
  bool (*is)(const Activity&) = nullptr;
};

bool failed_login(const Activity& a) { return a.kind == ActivityKind::login && a.login.outcome == Outcome::failure; }
bool good_login(const Activity& a) { return a.kind == ActivityKind::login && a.login.outcome == Outcome::success; }
bool forwarding(const Activity& a) { return a.kind == ActivityKind::mailbox_change && a.change.change == "forwarding"; }

constexpr Covered kCovered[] = {
    {"microsoft_rules/microsoft365_brute_force_login_by_user", nullptr, failed_login},
    {"azure_signin_rules/azure_failed_signins", nullptr, failed_login},
    {"azure_signin_rules/azure_auth_methods_policy_oidc_change", "Sign-in service of an authentication method changed"},
    {"azure_signin_rules/azure_device_code_broker_client", "Device code given to Microsofts broker"},
    {"azure_signin_rules/azure_domain_trust_settings_modified", "Federation of a cloud domain changed"},
    {"azure_signin_rules/azure_elevate_user_access_admin", "Administrator took access to all subscriptions"},
    {"azure_signin_rules/azure_high_risk_signin", "Sign-in that Microsoft holds for highly risky"},
    {"azure_signin_rules/azure_multiple_protection_alerts", "Sign-in that Microsoft holds for highly risky"},
    {"azure_signin_rules/azure_policy_changed", "Access policy changed or removed"},
    {"azure_signin_rules/azure_risklevel_passthrough", "Sign-in that Microsoft holds for risky"},
    {"azure_signin_rules/azure_role_changed_pim", "Privileged role given"},
    {"azure_signin_rules/azure_ropc_login_no_mfa", "Sign-in by password alone through an application"},
    {"azure_signin_rules/azure_service_principal_credentials_added", "Credential added to a service principal"},
    {"azure_signin_rules/azure_vscode_oauth_phishing", "Editors sign-in asks for mail and directory"},
    {"gsuite_activityevent_rules/gsuite_external_forwarding", nullptr, forwarding},
    {"gsuite_activityevent_rules/google_workspace_admin_custom_role", "Administrator role made in a Google domain"},
    {"gsuite_activityevent_rules/google_workspace_advanced_protection_program",
     "Settings of Google advanced protection changed"},
    {"gsuite_activityevent_rules/google_workspace_apps_marketplace_new_domain_application",
     "Application installed for a whole Google domain"},
    {"gsuite_activityevent_rules/gsuite_advanced_protection",
     "Google second factor or advanced protection switched off"},
    {"gsuite_activityevent_rules/gsuite_two_step_verification",
     "Google second factor or advanced protection switched off"},
    {"gsuite_activityevent_rules/gsuite_gov_attack", "Google warns of an attack by a state"},
    {"gsuite_activityevent_rules/gsuite_is_suspicious_tag", "Google holds a login for suspicious"},
    {"gsuite_activityevent_rules/gsuite_suspicious_logins", "Google holds a login for suspicious"},
    {"gsuite_activityevent_rules/gsuite_leaked_password", "Google switched an account off over a leaked password"},
    {"gsuite_activityevent_rules/gsuite_user_suspended", "Google switched an account off"},
    {"gsuite_activityevent_rules/gsuite_oauth_privileged_scopes",
     "Application allowed to administer or read all of a Google account"},
    {"gsuite_activityevent_rules/gsuite_workspace_data_export_created", "Export of a whole Google domain"},
    {"gsuite_activityevent_rules/gsuite_workspace_gmail_default_routing_rule",
     "Routing of a Google domains mail changed"},
    {"gsuite_activityevent_rules/gsuite_workspace_gmail_enhanced_predelivery_scanning",
     "Protection of a Google domains mail switched off"},
    {"gsuite_activityevent_rules/gsuite_workspace_gmail_security_sandbox_disabled",
     "Protection of a Google domains mail switched off"},
    {"gsuite_activityevent_rules/gsuite_workspace_password_enforce_strong_disabled",
     "Password rules of a Google domain weakened"},
    {"gsuite_activityevent_rules/gsuite_workspace_password_reuse_enabled",
     "Password rules of a Google domain weakened"},
    {"gsuite_activityevent_rules/gsuite_workspace_trusted_domains_allowlist",
     "Trusted domains of a Google domain changed"},
    {"okta_rules/okta_account_support_access", "Okta support may act as users"},
    {"okta_rules/okta_admin_disabled_mfa", "Okta second factor taken away"},
    {"okta_rules/okta_admin_role_assigned", "Okta administrator rights given"},
    {"okta_rules/okta_api_key_created", "Okta API token made or revoked"},
    {"okta_rules/okta_api_key_revoked", "Okta API token made or revoked"},
    {"okta_rules/okta_app_refresh_access_token_reuse", "Okta token used twice"},
    {"okta_rules/okta_app_unauthorized_access_attempt", "Okta application asked for without the right"},
    {"okta_rules/okta_group_admin_role_assigned", "Okta administrator rights given"},
    {"okta_rules/okta_idp_create_modify", "Okta identity provider added or changed"},
    {"okta_rules/okta_login_signal", nullptr, good_login},
    {"okta_rules/okta_phishing_attempt_blocked_by_fastpass", "Okta stopped a phishing page"},
    {"okta_rules/okta_rate_limits", "Okta refuses too many requests"},
    {"okta_rules/okta_threatinsight_security_threat_detected", "Okta says that it is under attack"},
    {"okta_rules/okta_user_account_locked", "Okta account locked"},
    {"okta_rules/okta_user_mfa_factor_suspend", "Okta second factor suspended"},
    {"okta_rules/okta_user_mfa_reset", "Okta second factor taken away"},
    {"okta_rules/okta_user_mfa_reset_all", "Okta second factor taken away"},
    {"okta_rules/okta_user_reported_suspicious_activity", "Okta user reports what they did not do"},
};

class Judge {
 public:
  Judge() {
    const std::vector<std::string> products{"share/tocsin/products"}, folders{"share/tocsin/rules"};
    auto catalog = products::Catalog::load(products);
    auto rules = sigma::load(folders, {});
    auto logsources = sigma::Logsources::load("share/tocsin/logsources.yml");
    if (!catalog || !rules || !logsources) std::abort();
    catalog_.emplace(*std::move(catalog));
    catalog_->demand(demand_);
    rules_ = std::make_shared<const sigma::RuleSet>(std::move(*rules));
    engine_ = *sigma::Engine::compile(rules_, *std::move(logsources), demand_);
  }

  template <class F>
  void read(const std::string& line, F&& seen) {
    const ReaderSpec* spec = recognise(line, true);
    if (!spec) return;
    const auto reader = spec->open(demand_, {});
    MemoryStream stream(line);
    std::vector<Anomaly> anomalies;
    Batch batch;
    products::Scratch scratch;
    sigma::Engine::Scratch sigma(*engine_);
    std::vector<std::uint32_t> met;
    for (;;) {
      const auto block = reader->cut(stream, anomalies);
      if (!block || !*block) return;
      batch.clear();
      reader->decode(**block, batch);
      for (const Event& event : batch.events()) {
        engine_->match(batch, event, sigma, met);
        Activity activity;
        const bool has = catalog_->activity(event, scratch, activity);
        seen(event, met, has ? &activity : nullptr);
      }
    }
  }

  bool holds(const Covered& covered, const std::string& line, std::string& source) {
    bool out = false;
    read(line, [&](const Event& event, const std::vector<std::uint32_t>& met, const Activity* activity) {
      source = event.source;
      if (!covered.rule) {
        out = out || (activity && covered.is(*activity));
        return;
      }
      out = out || std::ranges::any_of(met, [&](std::uint32_t i) { return rules_->rules[i].title == covered.rule; });
    });
    return out;
  }
  bool has_rule(std::string_view title) const {
    return std::ranges::any_of(rules_->rules, [&](const auto& rule) { return rule.title == title; });
  }

 private:
  std::optional<products::Catalog> catalog_;
  Demand demand_;
  std::shared_ptr<const sigma::RuleSet> rules_;
  std::shared_ptr<const sigma::Engine> engine_;
};

TEST(Panther, VerdictsOnCoveredBehavioursAreTheSame) {
  if (!fs::exists(kFolder)) GTEST_SKIP() << kFolder << " is absent";
  Judge judge;
  int agreed = 0, asked = 0;
  for (const Covered& covered : kCovered) {
    EXPECT_TRUE(!covered.rule || judge.has_rule(covered.rule)) << covered.rule;
    std::ifstream in(kFolder + covered.file + ".json");
    ASSERT_TRUE(in) << covered.file;
    const json file = json::parse(in);
    for (const json& test : file["tests"]) {
      ++asked;
      std::string source = "not recognised";
      const bool ours = judge.holds(covered, test["log"].dump() + "\n", source);
      const bool theirs = test["expected"].get<bool>();
      agreed += ours == theirs;
      EXPECT_EQ(ours, theirs) << covered.file << ": " << test["name"] << " (" << source << ")";
    }
  }
  std::printf("%d of %d events of %zu rules judged the same\n", agreed, asked, std::size(kCovered));
}

}  // namespace
}  // namespace tocsin::tests
