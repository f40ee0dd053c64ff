// A chunk is filled front to back. A record's tree is cut into templates at every Nested node: the tree's shape (names,
// constants, types' places) is the template's key, so records of one shape share one definition in their chunk, and a
// name stands inline at its first use. All offsets are counted from the chunk's start, which is why a template is
// written again in every chunk. A record that doesn't fit is undone and starts the next chunk.
//
// Layout: MS-EVEN6 2.2.12 (BinXML); chunk and record headers as in the format's public descriptions.
#include "tests/support/evtx_writer.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <functional>
#include <unordered_map>

#include "base/check.h"
#include "base/crc32.h"
#include "base/hash.h"

namespace tocsin::evtx_writer {
namespace {

constexpr std::size_t kChunk = 65536, kFirstRecord = 512, kFileHeader = 4096;
constexpr std::size_t kStringTable = 128, kTemplateTable = 384;

template <class T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class T>
void patch(std::string& out, std::size_t at, T value) {
  std::memcpy(out.data() + at, &value, sizeof value);
}

template <class T>
T peek(const std::string& bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

// The hash that Windows keeps beside each name.
std::uint16_t name_hash(std::string_view utf16) {
  std::uint32_t hash = 0;
  for (std::size_t i = 0; i + 1 < utf16.size(); i += 2)
    hash = hash * 65599 + static_cast<std::uint32_t>(static_cast<unsigned char>(utf16[i]) |
                                                     static_cast<unsigned char>(utf16[i + 1]) << 8);
  return static_cast<std::uint16_t>(hash);
}

// Text of a value for plain BinXML.
std::string plain(const Value& value) {
  std::uint64_t number = 0;
  std::memcpy(&number, value.bytes.data(), std::min<std::size_t>(8, value.bytes.size()));
  switch (value.type) {
    case 0x04: case 0x06: case 0x08: case 0x0a: return Value::text(std::to_string(number)).bytes;
    case 0x11: return Value::text(Time::from_filetime(number).iso()).bytes;
    case 0x01: return value.bytes;
    default: return {};
  }
}

std::uint64_t filetime(Time time) { return peek<std::uint64_t>(Value::filetime(time).bytes, 0); }

// What a template is told apart by: everything but the values themselves.
void put_shape(const Element& element, std::string& key) {
  key += element.optional ? '?' : '<';
  key += element.name;
  const auto content = [&](const std::vector<Node>& nodes) {
    for (const Node& node : nodes) {
      key += static_cast<char>(node.index());
      if (const auto* constant = std::get_if<Constant>(&node)) {
        key += constant->text;
      } else if (const auto* value = std::get_if<Substitution>(&node)) {
        key += static_cast<char>(value->value.type), key += value->optional ? 'o' : 'n';
      } else if (const auto* cdata = std::get_if<CData>(&node)) {
        key += cdata->text;
      } else if (const auto* character = std::get_if<CharacterReference>(&node)) {
        put(key, character->unit);
      } else if (const auto* entity = std::get_if<EntityReference>(&node)) {
        key += entity->name;
      } else if (const auto* child = std::get_if<Element>(&node)) {
        put_shape(*child, key);
      }
      key += '\1';
    }
  };
  for (const Attribute& attribute : element.attributes) {
    key += '@', key += attribute.name, key += '=';
    content(attribute.content);
  }
  key += '>';
  content(element.content);
  key += '/';
}

struct Key {
  std::string text;
  std::size_t hash = 0;
  friend bool operator==(const Key& a, const Key& b) { return a.hash == b.hash && a.text == b.text; }
};
struct HashOfKey {
  std::size_t operator()(const Key& key) const { return key.hash; }
};

using Values = std::vector<const Node*>;

// A tree with what is needed to write an instance of its template.
struct Fragment {
  const Element* tree;
  bool templated;
  Key key;
  Values values;
  std::vector<Fragment> nested;  // of the Nested nodes among the values, in order
};

void collect(const Element& element, Values& values) {
  const auto content = [&](const std::vector<Node>& nodes) {
    for (const Node& node : nodes) {
      if (std::holds_alternative<Substitution>(node) || std::holds_alternative<Nested>(node)) values.push_back(&node);
      if (const auto* child = std::get_if<Element>(&node)) collect(*child, values);
    }
  };
  for (const Attribute& attribute : element.attributes) content(attribute.content);
  content(element.content);
}

Fragment fragment_of(const Element& tree, bool templated) {
  Fragment out{&tree, templated, {}, {}, {}};
  if (!templated) return out;
  put_shape(tree, out.key.text);
  out.key.hash = hash64(out.key.text);
  collect(tree, out.values);
  for (const Node* node : out.values)
    if (const auto* nested = std::get_if<Nested>(node)) {
      CHECK(nested->fragment.size() == 1);
      out.nested.push_back(fragment_of(nested->fragment[0], nested->templated));
    }
  return out;
}

// The value of `name`, an element of System or an attribute of one.
Value* system_value(Element& event, std::string_view name, std::string_view attribute) {
  for (Node& node : std::get<Element>(event.content.at(0)).content) {
    auto& element = std::get<Element>(node);
    if (element.name != name) continue;
    std::vector<Node>* content = &element.content;
    for (Attribute& one : element.attributes)
      if (one.name == attribute) content = &one.content;
    return &std::get<Substitution>(content->at(0)).value;
  }
  return nullptr;
}

}  // namespace

struct Prepared::State {
  Element event;
  Fragment fragment;
  Value *id, *time, *process;
};

Prepared::Prepared(const Record& record) : state_(new State{event_of(record, 1), {}, nullptr, nullptr, nullptr}) {
  state_->fragment = fragment_of(state_->event, true);
  state_->id = system_value(state_->event, "EventRecordID", "");
  state_->time = system_value(state_->event, "TimeCreated", "SystemTime");
  state_->process = system_value(state_->event, "Execution", "ProcessID");
}
Prepared::Prepared(Prepared&&) noexcept = default;
Prepared::~Prepared() = default;

struct Writer::State {
  struct Template {
    std::uint32_t offset, id;
  };

  Options options;
  std::string chunk;  // the one being filled; empty before its first record
  std::unordered_map<std::string, std::uint32_t> names;
  std::unordered_map<Key, Template, HashOfKey> templates;
  std::vector<std::string> new_names;  // of the record being written, for undoing
  std::vector<Key> new_templates;
  std::string done;
  std::uint64_t records = 0, last_id = 0, chunk_first_id = 0, chunk_first = 0;
  std::uint32_t last_record = 0;
  std::size_t chunks = 0;
  bool direct = false;  // inside plain BinXML as a value: no dependency ids

  void open_chunk() {
    chunk.reserve(2 * kChunk);
    chunk.assign(kFirstRecord, '\0');
    chunk_first = records + 1;
    chunk_first_id = 0;
  }

  // Chains `offset` (of a structure that begins with the link) into a table of the chunk's header.
  void link(std::size_t table, std::uint32_t bucket, std::uint32_t offset) {
    const std::size_t slot = table + 4 * bucket;
    patch(chunk, offset, peek<std::uint32_t>(chunk, slot));
    patch(chunk, slot, offset);
  }

  void put_name(const std::string& name) {
    if (const auto found = names.find(name); found != names.end()) return put(chunk, found->second);
    const auto offset = static_cast<std::uint32_t>(chunk.size() + 4);
    const std::string utf16 = Value::text(name).bytes;
    put(chunk, offset);
    put<std::uint32_t>(chunk, 0);
    put(chunk, name_hash(utf16));
    put(chunk, static_cast<std::uint16_t>(utf16.size() / 2));
    chunk += utf16;
    put<std::uint16_t>(chunk, 0);
    names.emplace(name, offset);
    new_names.push_back(name);
  }

  void put_text(std::uint8_t token, const std::string& utf16) {
    chunk += static_cast<char>(token);
    if (token == 0x05) chunk += '\1';
    put(chunk, static_cast<std::uint16_t>(utf16.size() / 2));
    chunk += utf16;
  }

  void put_content(const std::vector<Node>& content, Values* values) {
    for (const Node& node : content) {
      if (const auto* constant = std::get_if<Constant>(&node)) {
        put_text(0x05, Value::text(constant->text).bytes);
      } else if (const auto* value = std::get_if<Substitution>(&node)) {
        if (!values) {
          put_text(0x05, plain(value->value));
          continue;
        }
        chunk += value->optional ? '\x0e' : '\x0d';
        put(chunk, static_cast<std::uint16_t>(values->size()));
        chunk += static_cast<char>(value->value.type);
        values->push_back(&node);
      } else if (std::holds_alternative<Nested>(node)) {
        if (!values) {
          for (const Element& child : std::get<Nested>(node).fragment) put_element(child, nullptr);
          continue;
        }
        chunk += '\x0e';
        put(chunk, static_cast<std::uint16_t>(values->size()));
        chunk += '\x21';
        values->push_back(&node);
      } else if (const auto* cdata = std::get_if<CData>(&node)) {
        put_text(0x07, Value::text(cdata->text).bytes);
      } else if (const auto* character = std::get_if<CharacterReference>(&node)) {
        chunk += '\x08';
        put(chunk, character->unit);
      } else if (const auto* entity = std::get_if<EntityReference>(&node)) {
        chunk += '\x09';
        put_name(entity->name);
      } else {
        put_element(std::get<Element>(node), values);
      }
    }
  }

  // `values` collects the substitutions of a template; without it, values stand as text.
  void put_element(const Element& element, Values* values) {
    chunk += element.attributes.empty() ? '\x01' : '\x41';
    const std::size_t dependency = chunk.size();
    if (!direct) put<std::uint16_t>(chunk, 0xffff);
    const std::size_t size = chunk.size();
    put<std::uint32_t>(chunk, 0);
    put_name(element.name);
    const std::size_t first_value = values ? values->size() : 0;
    if (!element.attributes.empty()) {
      const std::size_t list = chunk.size();
      put<std::uint32_t>(chunk, 0);
      for (std::size_t i = 0; i < element.attributes.size(); ++i) {
        chunk += i + 1 < element.attributes.size() ? '\x46' : '\x06';
        put_name(element.attributes[i].name);
        put_content(element.attributes[i].content, values);
      }
      patch(chunk, list, static_cast<std::uint32_t>(chunk.size() - list - 4));
    }
    if (element.content.empty()) {
      chunk += '\x03';
    } else {
      chunk += '\x02';
      put_content(element.content, values);
      chunk += '\x04';
    }
    if (element.optional && values && values->size() > first_value)
      patch(chunk, dependency, static_cast<std::uint16_t>(first_value));
    patch(chunk, size, static_cast<std::uint32_t>(chunk.size() - size - 4));
  }

  // Fragment header, then an instance of the tree's template (defined here if this chunk doesn't have it), EOF.
  void put_fragment(const Fragment& fragment) {
    chunk.append("\x0f\x01\x01\x00", 4);
    if (!fragment.templated) {
      direct = options.templates;
      put_element(*fragment.tree, nullptr);
      direct = false;
      chunk += '\0';
      return;
    }
    chunk.append("\x0c\x01", 2);
    if (const auto found = templates.find(fragment.key); found != templates.end()) {
      put(chunk, found->second.id);
      put(chunk, found->second.offset);
    } else {
      define(fragment);
    }
    put_values(fragment);
    chunk += '\0';
  }

  void define(const Fragment& fragment) {
    const std::string guid = sha256(fragment.key.text).hex();
    const std::string wire = Value::guid(guid.substr(0, 32)).bytes;
    const Template made{static_cast<std::uint32_t>(chunk.size() + 8), peek<std::uint32_t>(wire, 0)};
    put(chunk, made.id);
    put(chunk, made.offset);
    put<std::uint32_t>(chunk, 0);
    chunk += wire;
    put<std::uint32_t>(chunk, 0);
    const std::size_t body = chunk.size();
    chunk.append("\x0f\x01\x01\x00", 4);
    Values values;
    put_element(*fragment.tree, &values);
    chunk += '\0';
    patch(chunk, body - 4, static_cast<std::uint32_t>(chunk.size() - body));
    templates.emplace(fragment.key, made);
    new_templates.push_back(fragment.key);
  }

  void put_values(const Fragment& fragment) {
    put(chunk, static_cast<std::uint32_t>(fragment.values.size()));
    std::size_t descriptor = chunk.size();
    chunk.append(4 * fragment.values.size(), '\0');
    auto nested = fragment.nested.begin();
    for (const Node* node : fragment.values) {
      const std::size_t begin = chunk.size();
      std::uint8_t type = 0x21;
      if (const auto* value = std::get_if<Substitution>(node)) {
        type = value->value.type;
        chunk += value->value.bytes;
      } else {
        put_fragment(*nested++);
      }
      patch(chunk, descriptor, static_cast<std::uint16_t>(chunk.size() - begin));
      patch(chunk, descriptor + 2, static_cast<std::uint16_t>(type));
      descriptor += 4;
    }
  }

  bool add(const Fragment& event, std::uint64_t filetime, std::uint64_t id) {
    if (chunk.empty()) open_chunk();
    if (try_add(event, filetime, id)) return true;
    close_chunk();
    open_chunk();
    return try_add(event, filetime, id);
  }

  bool try_add(const Fragment& event, std::uint64_t filetime, std::uint64_t id) {
    const std::size_t begin = chunk.size();
    new_names.clear(), new_templates.clear();
    chunk.append("**\0\0", 4);
    put<std::uint32_t>(chunk, 0);
    put(chunk, id);
    put(chunk, filetime);
    put_fragment(event);
    chunk.append((8 - (chunk.size() + 4 - begin) % 8) % 8, '\0');
    const auto size = static_cast<std::uint32_t>(chunk.size() + 4 - begin);
    put(chunk, size);
    patch(chunk, begin + 4, size);
    if (chunk.size() > kChunk) {
      chunk.resize(begin);
      for (const std::string& name : new_names) names.erase(name);
      for (const Key& key : new_templates) templates.erase(key);
      return false;
    }
    for (const std::string& name : new_names) {
      const std::uint32_t offset = names.at(name);
      link(kStringTable, peek<std::uint16_t>(chunk, offset + 4) % 64, offset);
    }
    for (const Key& key : new_templates) {
      const Template& made = templates.at(key);
      link(kTemplateTable, made.id % 32, made.offset);
    }
    last_record = static_cast<std::uint32_t>(begin);
    ++records;
    last_id = id;
    if (chunk_first_id == 0) chunk_first_id = id;
    return true;
  }

  void close_chunk() {
    if (chunk.size() <= kFirstRecord) return chunk.clear();
    const auto end = static_cast<std::uint32_t>(chunk.size());
    chunk.resize(kChunk);
    std::memcpy(chunk.data(), "ElfChnk", 8);
    patch(chunk, 8, chunk_first);
    patch(chunk, 16, records);
    patch(chunk, 24, chunk_first_id);
    patch(chunk, 32, last_id);
    patch<std::uint32_t>(chunk, 40, 128);
    patch(chunk, 44, last_record);
    patch(chunk, 48, end);
    patch(chunk, 52, crc32(std::string_view(chunk).substr(kFirstRecord, end - kFirstRecord)));
    patch<std::uint32_t>(chunk, 120, 1);
    patch(chunk, 124, crc32(std::string_view(chunk).substr(128, 384), crc32(std::string_view(chunk).substr(0, 120))));
    done += chunk;
    chunk.clear();
    names.clear();
    templates.clear();
    ++chunks;
  }
};

Writer::Writer() : Writer(Options{}) {}
Writer::Writer(Options options) : state_(std::make_unique<State>()) { state_->options = options; }
Writer::Writer(Writer&&) noexcept = default;
Writer::~Writer() = default;

std::uint64_t Writer::records() const { return state_->records; }
std::size_t Writer::chunks() const { return state_->chunks; }
std::uint64_t Writer::next_id() const { return state_->last_id + 1; }
void Writer::close_chunk() { state_->close_chunk(); }
std::string Writer::take() { return std::exchange(state_->done, {}); }

bool Writer::add(const Element& event, Time time, std::uint64_t id) {
  return state_->add(fragment_of(event, state_->options.templates), filetime(time), id ? id : next_id());
}

bool Writer::add(const Record& record) {
  const std::uint64_t id = record.id ? record.id : next_id();
  return add(event_of(record, id), record.time, id);
}

bool Writer::add(Prepared& record, std::uint64_t id, Time time, std::uint32_t process_id) {
  Prepared::State& state = *record.state_;
  const std::uint64_t ticks = filetime(time);
  patch(state.id->bytes, 0, id);
  patch(state.time->bytes, 0, ticks);
  patch(state.process->bytes, 0, process_id);
  return state_->add(state.fragment, ticks, id);
}

std::string Writer::header() const {
  std::string out(kFileHeader, '\0');
  std::memcpy(out.data(), "ElfFile", 8);
  patch<std::uint64_t>(out, 16, state_->chunks ? state_->chunks - 1 : 0);
  patch<std::uint64_t>(out, 24, state_->last_id + 1);
  patch<std::uint32_t>(out, 32, 128);
  patch<std::uint16_t>(out, 36, 1);
  patch<std::uint16_t>(out, 38, 3);
  patch<std::uint16_t>(out, 40, kFileHeader);
  patch(out, 42, static_cast<std::uint16_t>(state_->chunks));
  patch<std::uint32_t>(out, 120, state_->options.dirty);
  patch(out, 124, crc32(std::string_view(out).substr(0, 120)));
  return out;
}

std::string Writer::finish() {
  close_chunk();
  return header() + take();
}

}  // namespace tocsin::evtx_writer
