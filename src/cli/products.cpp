// `tocsin products check|list|test`: the definitions of products, whether they are sound, and what one line means.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/json.h"
#include "base/share.h"
#include "cli/evidence_options.h"
#include "cli/options.h"
#include "cli/verb.h"
#include "products/catalog.h"
#include "readers/reader.h"

namespace tocsin::cli {
namespace {

using products::Catalog;
using products::Definition;

Result<std::vector<std::string>> or_own(std::vector<std::string> paths) {
  if (!paths.empty()) return paths;
  TRY(const std::string share, share_folder());
  return std::vector<std::string>{share + "/products"};
}

void pair(std::string& out, std::string_view key, std::string_view value) {
  if (out.back() != '{') out += ',';
  append_json_string(out, key);
  out += ':';
  append_json_string(out, value);
}

std::string logsource_text(const Definition& definition) {
  std::string out;
  for (const std::string* part :
       {&definition.logsource.product, &definition.logsource.category, &definition.logsource.service})
    if (!part->empty()) out += (out.empty() ? "" : "/") + *part;
  return out;
}

int check(std::span<const std::string> args) {
  CLI::App app{"Reads and compiles product definitions; says what is wrong with them."};
  std::vector<std::string> paths;
  bool json = false;
  app.add_option("PATH", paths, "files and folders; the program's own when there is none");
  app.add_flag("--json", json, "one object");
  if (const auto code = parse(app, "products check", args)) return *code;
  const auto where = or_own(paths);
  if (!where) return failure("products check", where.error());
  const auto catalog = Catalog::load(*where);
  if (!catalog) {
    if (!json) return failure("products check", catalog.error());
    std::string out = "{";
    pair(out, "error", catalog.error().what);
    pair(out, "where", catalog.error().where);
    pair(out, "hint", catalog.error().hint);
    fmt::print("{}}}\n", out);
    return kFailed;
  }
  std::size_t messages = 0, templates = 0, records = 0;
  for (const Definition& definition : catalog->definitions()) {
    messages += definition.messages.size();
    records += definition.records.size();
    for (const auto& message : definition.messages) templates += message.texts.size();
  }
  if (json) {
    fmt::print("{{\"products\":{},\"messages\":{},\"templates\":{},\"records\":{}}}\n", catalog->definitions().size(),
               messages, templates, records);
  } else {
    fmt::print("{} products: {} messages with {} templates, {} record rules\n", catalog->definitions().size(), messages,
               templates, records);
  }
  return kDone;
}

int list(std::span<const std::string> args) {
  CLI::App app{"Lists the products, what they are recognised by and what their records become."};
  std::vector<std::string> paths;
  bool json = false;
  app.add_option("PATH", paths, "files and folders; the program's own when there is none");
  app.add_flag("--json", json, "one object a product");
  if (const auto code = parse(app, "products list", args)) return *code;
  const auto where = or_own(paths);
  if (!where) return failure("products list", where.error());
  const auto catalog = Catalog::load(*where);
  if (!catalog) return failure("products list", catalog.error());
  for (const Definition& definition : catalog->definitions()) {
    std::vector<std::string_view> activities;
    const auto note = [&](ActivityKind kind) {
      if (kind != ActivityKind::none && std::ranges::find(activities, name(kind)) == activities.end())
        activities.push_back(name(kind));
    };
    for (const auto& message : definition.messages) note(message.meaning.activity);
    for (const auto& record : definition.records) note(record.meaning.activity);
    if (json) {
      std::string out = "{";
      pair(out, "product", definition.product);
      pair(out, "title", definition.title);
      pair(out, "logsource", logsource_text(definition));
      pair(out, "path", definition.path);
      out += fmt::format(",\"messages\":{},\"records\":{},\"activities\":[", definition.messages.size(),
                         definition.records.size());
      for (const std::string_view one : activities) out += (out.back() == '[' ? "\"" : ",\"") + std::string(one) + '"';
      fmt::print("{}]}}\n", out);
    } else {
      fmt::print("{:<22} {:>3} messages {:>3} records  {:<34} {}\n", definition.product, definition.messages.size(),
                 definition.records.size(), definition.title, fmt::join(activities, ", "));
    }
  }
  return kDone;
}

class TextStream final : public Stream {
 public:
  explicit TextStream(std::string_view text) : text_(text) {}
  Result<std::size_t> read(char* into, std::size_t size) override {
    const std::size_t count = text_.copy(into, size);
    text_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view text_;
};

void append_activity(std::string& out, const Activity& activity, bool json) {
  const auto put = [&](std::string_view key, std::string_view value) {
    if (value.empty()) return;
    if (json) {
      pair(out, key, value);
    } else {
      out += fmt::format("  {:<28} {}\n", key, value);
    }
  };
  const auto count = [&](std::string_view key, std::uint64_t value) {
    if (value != 0) put(key, std::to_string(value));
  };
  const auto source = [&](const std::optional<Ip>& ip) { put("source", ip ? ip->text() : ""); };
  static constexpr std::string_view kReasons[] = {"",         "bad_password", "unknown_user", "locked",
                                                  "disabled", "expired",      "mfa_required", "mfa_denied",
                                                  "policy",   "unavailable",  "other"};
  put("kind", name(activity.kind));
  switch (activity.kind) {
    case ActivityKind::login: {
      const Login& login = activity.login;
      put("user", login.user);
      source(login.source);
      count("source_port", login.source_port);
      put("service", login.service);
      put("host", login.host);
      put("method", login.method);
      put("user_agent", login.user_agent);
      put("session", login.session);
      put("outcome", kOutcomeNames[static_cast<int>(login.outcome)]);
      put("reason", kReasons[static_cast<int>(login.reason)]);
      put("legacy", login.legacy ? "true" : "");
      put("source_grade", name(login.source_grade));
      put("user_grade", name(login.user_grade));
      count("count", login.count);
      break;
    }
    case ActivityKind::mail_access: {
      const MailAccess& mail = activity.mail;
      put("mailbox", mail.mailbox);
      put("user", mail.user);
      source(mail.source);
      put("client", mail.client);
      put("session", mail.session);
      put("access", mail.access);
      put("folder", mail.folder);
      count("items", mail.items);
      count("bytes", mail.bytes);
      break;
    }
    case ActivityKind::mailbox_change: {
      const MailboxChange& change = activity.change;
      put("mailbox", change.mailbox);
      put("user", change.user);
      source(change.source);
      put("change", change.change);
      put("detail", change.detail);
      put("session", change.session);
      put("outcome", kOutcomeNames[static_cast<int>(change.outcome)]);
      break;
    }
    case ActivityKind::web_request: {
      const WebRequest& web = activity.web;
      source(web.source);
      put("host", web.host);
      put("method", web.method);
      put("path", web.path);
      put("query", web.query);
      put("user", web.user);
      put("user_agent", web.user_agent);
      count("status", web.status);
      count("bytes", web.bytes);
      put("source_grade", name(web.source_grade));
      break;
    }
    case ActivityKind::name_lookup:
      source(activity.lookup.client);
      put("name", activity.lookup.name);
      put("type", activity.lookup.type);
      put("response", activity.lookup.response);
      break;
    case ActivityKind::none:
      break;
  }
}

void show(const products::Reading& reading, const Activity* activity, bool json) {
  if (json) {
    std::string out = "{";
    pair(out, "product", reading.product);
    pair(out, "message", reading.message);
    out += fmt::format(",\"ambiguous\":{},\"repeated\":{},\"captures\":{{", reading.ambiguous, reading.repeated);
    for (const auto& capture : reading.captures) pair(out, capture.name, capture.value);
    out += "},\"ecs\":{";
    for (std::size_t i = 0; i < reading.ecs.size(); ++i) {
      const auto same = [&](const products::EcsValue& value) { return value.field == reading.ecs[i].field; };
      const auto begin = reading.ecs.begin(), here = begin + static_cast<std::ptrdiff_t>(i);
      if (std::any_of(begin, here, same)) continue;
      if (std::count_if(here, reading.ecs.end(), same) == 1) {
        pair(out, here->field, here->value);
        continue;
      }
      if (out.back() != '{') out += ',';
      append_json_string(out, here->field);
      out += ":[";
      for (auto at = here; at != reading.ecs.end(); ++at) {
        if (!same(*at)) continue;
        if (out.back() != '[') out += ',';
        append_json_string(out, at->value);
      }
      out += ']';
    }
    out += "},\"provenance\":{";
    for (const auto& value : reading.ecs) pair(out, value.field, name(value.provenance));
    out += "},\"activity\":";
    if (activity) {
      out += '{';
      append_activity(out, *activity, true);
      out += '}';
    } else {
      out += "null";
    }
    fmt::print("{}}}\n", out);
    return;
  }
  fmt::print("product   {}\nmessage   {}\n", reading.product.empty() ? "(none)" : reading.product,
             reading.message.empty() ? "(none fits)" : reading.message);
  if (reading.repeated > 1) fmt::print("repeated  {}\n", reading.repeated);
  if (reading.ambiguous) fmt::print("ambiguous: the line can be read in more than one way\n");
  if (!reading.captures.empty()) fmt::print("\ncaptures\n");
  for (const auto& capture : reading.captures)
    fmt::print("  {:<28} {}{}\n", capture.name, capture.value, capture.ambiguous ? "   (ambiguous)" : "");
  if (!reading.ecs.empty()) fmt::print("\nECS\n");
  for (const auto& value : reading.ecs)
    fmt::print("  {:<28} {}   ({})\n", value.field, value.value, name(value.provenance));
  std::string out;
  if (activity) append_activity(out, *activity, false);
  fmt::print("\nactivity{}\n{}", activity ? "" : "  none", out);
}

int test(std::span<const std::string> args) {
  CLI::App app{"Reads one record as evidence and prints what the definitions make of it."};
  std::vector<std::string> given;
  std::string line;
  bool json = false;
  app.add_option("FILE", given, "definition, file or folder, and the line (\"-\": the program's own definitions)")
      ->required()
      ->expected(2);
  app.add_flag("--json", json, "one object");
  if (const auto code = parse(app, "products test", args)) return *code;
  line = given[1];
  const auto where = or_own(given[0] == "-" ? std::vector<std::string>{} : std::vector<std::string>{given[0]});
  if (!where) return failure("products test", where.error());
  auto catalog = Catalog::load(*where);
  if (!catalog) return failure("products test", catalog.error());

  const ReaderSpec* spec = recognise(line, true);
  if (!spec) return failure("products test", {"no reader knows this", {}, "give one record as it stands in the log"});
  Demand demand;
  catalog->demand(demand);
  const auto reader = spec->open(demand, {});
  TextStream stream(line);
  std::vector<Anomaly> anomalies;
  Batch batch;
  products::Scratch scratch;
  bool any = false;
  while (true) {
    const auto block = reader->cut(stream, anomalies);
    if (!block) return failure("products test", block.error());
    if (!*block) break;
    batch.clear();
    reader->decode(**block, batch);
    for (const Event& event : batch.events()) {
      Record record;
      batch.access()->describe(batch, event, record);
      products::Reading reading;
      Activity activity;
      catalog->read(event, record, scratch, reading);
      const bool has_activity = catalog->activity(event, scratch, activity);
      show(reading, has_activity ? &activity : nullptr, json);
      any = true;
    }
  }
  if (!any) return failure("products test", {"no record in it", {}, {}});
  return kDone;
}

int run(std::span<const std::string> args) {
  if (!args.empty()) {
    if (args[0] == "check") return check(args.subspan(1));
    if (args[0] == "list") return list(args.subspan(1));
    if (args[0] == "test") return test(args.subspan(1));
  }
  const bool help = !args.empty() && (args[0] == "--help" || args[0] == "-h");
  fmt::print(help ? stdout : stderr,
             "usage: tocsin products check [PATH…]    are the definitions sound\n"
             "       tocsin products list [PATH…]     which products there are\n"
             "       tocsin products test FILE LINE   what a line means ('-': the program's own definitions)\n");
  return help ? kDone : kUsage;
}

}  // namespace

const VerbSpec products_verb{"products", "check, list and try product definitions", run};

}  // namespace tocsin::cli
