// One list of fields serves both ways: Writer and Reader walk it, and each field takes the next bit of a mask that says
// which fields differ from their default. A new field of an activity is one line here, at the end of its list.
#include "case/activity_rows.h"

#include <type_traits>

#include "base/hash.h"
#include "event/finding.h"

namespace tocsin::casefile {
namespace {

constexpr std::size_t kMaskBytes = 3;
constexpr std::size_t kTextMax =
    1024;  // bytes; of a longer one stand its head and its hash, so that different ones stay so

class Writer {
 public:
  Writer(RowBlock& block, std::size_t first_field)
      : block_(block), field_(first_field), at_(block.reserve(kMaskBytes)) {}
  void operator()(const std::string_view& text) {
    ++field_;
    if (!present(!text.empty())) return;
    if (text.size() <= kTextMax) return block_.text(field_, text);
    block_.text(field_, std::string(text.substr(0, 256)) + " sha256:" + sha256(text).hex());
  }
  void operator()(const std::optional<Ip>& ip) {
    const bool v4 = ip && ip->is_v4();
    if (present(v4)) block_.bytes(ip->bytes.data() + 12, 4);
    if (present(ip && !v4)) block_.bytes(ip->bytes.data(), 16);
  }
  template <class T>
  void operator()(const T& value, T usual = T{}) {
    if (present(value != usual)) block_.number(static_cast<std::uint64_t>(value));
  }
  void finish() {
    for (std::size_t i = 0; i < kMaskBytes; ++i) block_.fill(at_ + i, static_cast<std::uint8_t>(mask_ >> 8 * i));
  }

 private:
  bool present(bool is) {
    mask_ |= std::uint32_t{is} << bit_++;
    return is;
  }
  RowBlock& block_;
  std::size_t field_, at_;
  std::uint32_t mask_ = 0;
  unsigned bit_ = 0;
};

class Reader {
 public:
  explicit Reader(RowBlockView::Reader& from) : from_(from) {
    std::uint8_t bytes[kMaskBytes] = {};
    good_ = from_.bytes(bytes, sizeof bytes);
    for (std::size_t i = 0; i < kMaskBytes; ++i) mask_ |= std::uint32_t{bytes[i]} << 8 * i;
  }
  void operator()(std::string_view& text) {
    text = {};
    if (present()) good_ = good_ && from_.text(text);
  }
  void operator()(std::optional<Ip>& ip) {
    ip.reset();
    if (present()) {
      ip.emplace();
      ip->bytes[10] = ip->bytes[11] = 0xff;
      good_ = good_ && from_.bytes(ip->bytes.data() + 12, 4);
    }
    if (present()) {
      ip.emplace();
      good_ = good_ && from_.bytes(ip->bytes.data(), 16);
    }
  }
  template <class T>
  void operator()(T& value, T usual = T{}) {
    value = usual;
    if (!present()) return;
    std::uint64_t number = 0;
    good_ = good_ && from_.number(number);
    if constexpr (std::is_enum_v<T>) good_ = good_ && number <= static_cast<std::uint64_t>(most(T{}));
    value = static_cast<T>(number);
  }
  bool good() const { return good_ && from_.at_end(); }

 private:
  static Outcome most(Outcome) { return Outcome::failure; }
  static LoginReason most(LoginReason) { return LoginReason::other; }
  static Provenance most(Provenance) { return Provenance::ambiguous; }
  bool present() {
    const bool is = mask_ >> bit_ & 1;
    ++bit_;
    return is;
  }
  RowBlockView::Reader& from_;
  std::uint32_t mask_ = 0;
  unsigned bit_ = 0;
  bool good_ = true;
};

template <class Fields, class T>
void each_field_of_login(Fields& field, T& login) {
  field(login.user);
  field(login.source);
  field(login.source_port);
  field(login.service);
  field(login.host);
  field(login.method);
  field(login.user_agent);
  field(login.session);
  field(login.outcome);
  field(login.reason);
  field(login.legacy);
  field(login.source_grade);
  field(login.user_grade, Provenance::attacker);
  field(login.count, std::uint32_t{1});
}

template <class Fields, class T>
void each_field_of_mail(Fields& field, T& mail) {
  field(mail.mailbox);
  field(mail.user);
  field(mail.source);
  field(mail.client);
  field(mail.session);
  field(mail.access);
  field(mail.folder);
  field(mail.items);
  field(mail.bytes);
}

template <class Fields, class T>
void each_field_of_change(Fields& field, T& change) {
  field(change.mailbox);
  field(change.user);
  field(change.source);
  field(change.change);
  field(change.detail);
  field(change.session);
  field(change.outcome);
}

template <class Fields, class T>
void each_field_of_web(Fields& field, T& web) {
  field(web.source);
  field(web.host);
  field(web.method);
  field(web.path);
  field(web.query);
  field(web.user);
  field(web.user_agent);
  field(web.referrer);
  field(web.status);
  field(web.bytes);
  field(web.source_grade);
}

template <class Fields, class T>
void each_field_of_lookup(Fields& field, T& lookup) {
  field(lookup.client);
  field(lookup.name);
  field(lookup.type);
  field(lookup.response);
}

template <class Fields, class T>
void each_field(Fields& field, ActivityKind kind, T& activity) {
  switch (kind) {
    case ActivityKind::login:
      return each_field_of_login(field, activity.login);
    case ActivityKind::mail_access:
      return each_field_of_mail(field, activity.mail);
    case ActivityKind::mailbox_change:
      return each_field_of_change(field, activity.change);
    case ActivityKind::web_request:
      return each_field_of_web(field, activity.web);
    case ActivityKind::name_lookup:
      return each_field_of_lookup(field, activity.lookup);
    case ActivityKind::none:
      return;
  }
}

}  // namespace

void add_activity(RowBlock& block, const RowKey& key, const Activity& activity) {
  block.begin(key);
  block.number(static_cast<std::uint64_t>(activity.kind));
  block.text(0, activity.product);
  Writer writer(block, 0);
  each_field(writer, activity.kind, activity);
  writer.finish();
  block.end();
}

bool read_activity(const RowBlockView& view, const RowBlockView::Row& row, Activity& out) {
  RowBlockView::Reader from(view, row);
  std::uint64_t kind = 0;
  if (!from.number(kind) || kind > static_cast<std::uint64_t>(ActivityKind::name_lookup)) return false;
  if (!from.text(out.product)) return false;
  out.kind = static_cast<ActivityKind>(kind);
  out.time = row.key.time;
  Reader reader(from);
  each_field(reader, out.kind, out);
  return reader.good();
}

void add_hits(RowBlock& block, const RowKey& key, const Hits& hits) {
  block.begin(key);
  block.number(hits.found.size());
  for (const std::string_view hit : hits.found) block.text(0, hit);
  block.text(1, hits.entities);
  block.end();
}

bool read_hits(const RowBlockView& view, const RowBlockView::Row& row, Hits& out) {
  RowBlockView::Reader from(view, row);
  std::uint64_t count = 0;
  out.found.clear();
  if (!from.number(count) || count > row.size) return false;
  out.found.resize(count);
  for (std::string_view& hit : out.found)
    if (!from.text(hit)) return false;
  return from.text(out.entities) && from.at_end();
}

void add_said(RowBlock& block, const RowKey& key, std::span<const Said> said) {
  block.begin(key);
  block.number(said.size());
  for (const Said& one : said) {
    block.number(one.rule);
    block.number(one.level);
    std::size_t field = 0;
    for (const std::string_view text : {one.group, one.title, one.detail, one.techniques, one.entities})
      block.text(field++, text);
  }
  block.end();
}

bool read_said(const RowBlockView& view, const RowBlockView::Row& row, std::vector<Said>& out) {
  RowBlockView::Reader from(view, row);
  std::uint64_t count = 0;
  out.clear();
  if (!from.number(count) || count > row.size) return false;
  out.resize(count);
  for (Said& one : out) {
    if (!from.number(one.rule) || !from.number(one.level) || one.level > static_cast<std::uint64_t>(Level::critical))
      return false;
    for (std::string_view* text : {&one.group, &one.title, &one.detail, &one.techniques, &one.entities})
      if (!from.text(*text)) return false;
  }
  return from.at_end();
}

}  // namespace tocsin::casefile
