#include "trace/text/text_header.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "trace/text/text_argument.hpp"
#include "trace/text/text_quote.hpp"

namespace weft::diary {
namespace {

struct flag_word {
  std::uint32_t flag;
  std::string_view word;
};
constexpr std::array<flag_word, 3> flag_words{
    {{header_flag_order_only, "order_only"}, {header_flag_ring, "ring"}, {header_flag_shuffled, "shuffled"}}};

// A field's bytes up to its zero byte, or the whole field.
std::string_view raw_field(const char* field, std::size_t size) { return {field, ::strnlen(field, size)}; }

void set_field(char* field, std::size_t size, std::string_view value) {
  if (value.size() > size) throw std::invalid_argument("more than " + std::to_string(size) + " bytes");
  std::memset(field, 0, size);
  value.copy(field, size);
}

std::string flags_text(std::uint32_t flags) {
  std::string text;
  for (const flag_word& f : flag_words) {
    if ((flags & f.flag) == 0) continue;
    text += text.empty() ? "" : "|";
    text += f.word;
    flags &= ~f.flag;
  }
  if (flags != 0 || text.empty()) text += (text.empty() ? "" : "|") + std::to_string(flags);
  return text;
}

std::uint64_t number_at_most(std::string_view word, std::uint64_t limit) {
  const std::optional<std::uint64_t> value = number_from_text(word);
  if (!value || *value > limit) throw std::invalid_argument("'" + sanitised(word) + "' is not a number in range");
  return *value;
}

std::uint32_t flags_from_text(std::string_view words) {
  std::uint32_t flags = 0;
  while (true) {
    const std::size_t bar = words.find('|');
    const std::string_view word = words.substr(0, bar);
    const auto known =
        std::find_if(flag_words.begin(), flag_words.end(), [&](const flag_word& f) { return f.word == word; });
    flags |= known != flag_words.end() ? known->flag : static_cast<std::uint32_t>(number_at_most(word, UINT32_MAX));
    if (bar == std::string_view::npos) return flags;
    words.remove_prefix(bar + 1);
  }
}

std::string quoted_value(std::string_view rest) {
  const std::optional<std::string> value = take_quoted(rest);
  if (!value || !rest.empty()) throw std::invalid_argument("expected one string in quotes");
  return *value;
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() < sizeof schema_entry::name && !(name[0] >= '0' && name[0] <= '9') &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

// The file's table entry for a type, null if there is none. The first entry counts, as in the reader.
const schema_entry* entry_of(const file_header& header, unsigned type) {
  const std::size_t count = std::min<std::size_t>(header.schema_count, schema_capacity);
  for (std::size_t i = 0; i < count; ++i) {
    const schema_entry& entry = header.schema[i];
    if (entry.type == type && type != 0 && entry.arg_count <= max_args) return &entry;
  }
  return nullptr;
}

// The type's name from the file's table if no other type has it; else empty.
std::string_view own_name(const file_header& header, unsigned type) {
  const schema_entry* entry = entry_of(header, type);
  if (entry == nullptr) return {};
  const std::string_view name = raw_field(entry->name, sizeof entry->name);
  if (!is_plain_name(name) || find_schema(name) != nullptr) return {};
  for (unsigned other = 0; other < type; ++other) {
    const schema_entry* o = entry_of(header, other);
    if (o != nullptr && raw_field(o->name, sizeof o->name) == name) return {};
  }
  return name;
}

void read_schema_line(std::string_view rest, file_header& header) {
  const auto word = [&] {
    const std::string_view w = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.size(), w.size() + 1));
    return w;
  };
  const auto after = [](std::string_view w, std::string_view key) {
    if (w.substr(0, key.size()) != key) throw std::invalid_argument("expected " + std::string(key));
    return w.substr(key.size());
  };
  schema_entry entry{};
  entry.type = static_cast<std::uint8_t>(number_at_most(word(), UINT8_MAX));
  const std::string_view name = word();
  entry.arg_count = static_cast<std::uint8_t>(number_at_most(after(word(), "args="), max_args));
  entry.has_text = static_cast<std::uint8_t>(number_at_most(after(word(), "text="), 1));
  if (entry.type == 0 || !rest.empty() || entry_of(header, entry.type) != nullptr) {
    throw std::invalid_argument("not a type's one schema");
  }
  if (header.schema_count == schema_capacity) throw std::invalid_argument("more schemas than a file can have");
  for (unsigned i = 0; i < entry.arg_count; ++i) entry.kinds[i] = static_cast<std::uint8_t>(arg_kind::count);
  if (name != "?") {
    if (!is_plain_name(name)) throw std::invalid_argument("not a name for a type");
    name.copy(entry.name, sizeof entry.name - 1);
  }
  header.schema[header.schema_count++] = entry;
}

}  // namespace

std::string header_lines(const reader& source) {
  const file_header& h = source.header();
  std::string out(text_first_line);
  const auto quoted = [&](const char* key, std::string_view value) {
    out += '\n';
    out += key;
    out += ' ';
    append_quoted(out, value);
  };
  const auto plain = [&](const char* key, const std::string& value) {
    out += '\n';
    out += key;
    out += ' ';
    out += value;
  };
  char uuid[40];
  std::snprintf(uuid, sizeof uuid, "%016llx%016llx", static_cast<unsigned long long>(h.uuid[0]),
                static_cast<unsigned long long>(h.uuid[1]));
  quoted("program", raw_field(h.program, sizeof h.program));
  plain("pid", std::to_string(h.pid));
  quoted("arch", raw_field(h.arch, sizeof h.arch));
  quoted("clock", raw_field(h.clock, sizeof h.clock));
  plain("start_real_ns", std::to_string(h.start_real_ns));
  plain("start_mono_ns", std::to_string(h.start_mono_ns));
  plain("uuid", uuid);
  plain("flags", flags_text(h.flags));
  plain("complete", h.complete != 0 ? "yes" : "no");
  if (h.lost_at_end != 0) plain("lost_at_end", std::to_string(h.lost_at_end));
  // Entries that a reader of this version does not know.
  for (unsigned type = 1; type < 256; ++type) {
    const schema_entry* entry = entry_of(h, type);
    if (entry == nullptr) continue;
    const event_schema* known = find_schema(static_cast<event_type>(type));
    if (known != nullptr && known->arg_count == entry->arg_count && known->has_text == (entry->has_text != 0)) continue;
    const std::string_view name = own_name(h, type);
    plain("schema", std::to_string(type) + " " + (name.empty() ? "?" : std::string(name)) +
                        " args=" + std::to_string(entry->arg_count) + " text=" + (entry->has_text != 0 ? "1" : "0"));
  }
  out += '\n';
  return out;
}

bool read_header_line(std::string_view line, file_header& h) {
  const std::size_t space = std::min(line.find(' '), line.size());
  const std::string_view key = line.substr(0, space);
  const std::string_view rest = line.substr(std::min(line.size(), space + 1));
  if (key == "program") {
    set_field(h.program, sizeof h.program, quoted_value(rest));
  } else if (key == "pid") {
    h.pid = static_cast<std::uint32_t>(number_at_most(rest, UINT32_MAX));
  } else if (key == "arch") {
    set_field(h.arch, sizeof h.arch, quoted_value(rest));
  } else if (key == "clock") {
    set_field(h.clock, sizeof h.clock, quoted_value(rest));
  } else if (key == "start_real_ns") {
    h.start_real_ns = number_at_most(rest, UINT64_MAX);
  } else if (key == "start_mono_ns") {
    h.start_mono_ns = number_at_most(rest, UINT64_MAX);
  } else if (key == "uuid") {
    for (std::size_t half = 0; half < 2; ++half) {
      const std::string_view digits = rest.size() == 32 ? rest.substr(half * 16, 16) : std::string_view();
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), h.uuid[half], 16);
      if (error != std::errc() || end != digits.data() + digits.size()) {
        throw std::invalid_argument("expected 32 hexadecimal digits");
      }
    }
  } else if (key == "flags") {
    h.flags = flags_from_text(rest);
  } else if (key == "complete") {
    if (rest != "yes" && rest != "no") throw std::invalid_argument("expected yes or no");
    h.complete = rest == "yes";
  } else if (key == "lost_at_end") {
    h.lost_at_end = static_cast<std::uint32_t>(number_at_most(rest, UINT32_MAX));
  } else if (key == "schema") {
    read_schema_line(rest, h);
  } else {
    return false;
  }
  return true;
}

std::string type_token(const reader& source, event_type type) {
  if (const event_schema* known = find_schema(type)) return std::string(known->name);
  const std::string_view name = own_name(source.header(), static_cast<unsigned>(type));
  return name.empty() ? "?" + std::to_string(static_cast<unsigned>(type)) : std::string(name);
}

}  // namespace weft::diary
