// Reads text back into a trace: the output of dump_text, and text written by hand. Event numbers and the quoted
// explanations behind values are for people and are skipped; everything else must be understood.
#include <algorithm>
#include <istream>
#include <memory>
#include <stdexcept>

#include "trace/file/event_decoder.hpp"
#include "trace/file/file_builder.hpp"
#include "trace/text/text_argument.hpp"
#include "trace/text/text_header.hpp"
#include "trace/text/text_quote.hpp"
#include "trace/text/trace_text.hpp"

namespace weft::diary {
namespace {

// Each gap costs a chunk of 64 KiB, however short its line is.
constexpr std::size_t gap_limit = 16384;
// Longer than any line of a dump: a text of 4096 bytes in escapes, names in words. An input with a longer line is no
// dump, and may have no end.
constexpr std::size_t line_limit = 1 << 20;

[[noreturn]] void refuse(const std::string& what) { throw std::invalid_argument(what); }

std::string shown(std::string_view word) { return "'" + sanitised(word.substr(0, 60)) + "'"; }

// Removes the first word of the line, up to a space, and returns it.
std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

bool is_digits(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::int64_t time_from_text(std::string_view word) {
  const std::string_view whole_word = word;
  const bool is_negative = !word.empty() && word[0] == '-';
  if (is_negative) word.remove_prefix(1);
  const std::size_t dot = word.find('.');
  const std::string_view seconds = word.substr(0, dot);
  const std::string_view fraction = dot == std::string_view::npos ? std::string_view() : word.substr(dot + 1);
  if (!is_digits(seconds) || !is_digits(fraction) || fraction.size() > 9) {
    refuse(shown(whole_word) + " is not a time (seconds with up to 9 decimals)");
  }
  const std::optional<std::uint64_t> s = number_from_text(seconds);
  std::uint64_t ns = *number_from_text(fraction);
  for (std::size_t i = fraction.size(); i < 9; ++i) ns *= 10;
  if (!s || *s > tick_scale::limit_ns / 1'000'000'000 || *s * 1'000'000'000 + ns > tick_scale::limit_ns) {
    refuse(shown(whole_word) + " is out of the range of times");
  }
  const auto t_ns = static_cast<std::int64_t>(*s * 1'000'000'000 + ns);
  return is_negative ? -t_ns : t_ns;
}

std::uint32_t thread_from_text(std::string_view word) {
  const std::optional<std::uint64_t> index = word.substr(0, 1) == "T" ? number_from_text(word.substr(1)) : std::nullopt;
  if (!index || *index >= max_threads) refuse(shown(word) + " is not a thread (T0 and so on)");
  return static_cast<std::uint32_t>(*index);
}

class text_loader {
 public:
  text_loader() { builder_.header().complete = 1; }

  // Reads one line without its line end. Throws std::invalid_argument.
  void take_line(std::string_view line) {
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (!is_first_line_read_) {
      if (line != text_first_line) refuse("a weft trace as text begins with '" + std::string(text_first_line) + "'");
      is_first_line_read_ = true;
      return;
    }
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    if (line.empty() || line[0] == '#') return;
    if ((line[0] >= '0' && line[0] <= '9') || line[0] == '-') {
      has_events_ = true;
      take_event(line);
    } else if (line.substr(0, 4) == "gap ") {
      has_events_ = true;
      take_gap(line.substr(4));
    } else if (!read_header_line(line, builder_.header())) {
      refuse(shown(line) + " is neither an event nor a header line");
    } else if (has_events_) {
      refuse("a header line behind the first event");
    }
  }

  std::vector<std::uint8_t> finish() {
    if (!is_first_line_read_) refuse("the text is empty");
    return builder_.finish();
  }

 private:
  void take_gap(std::string_view line) {
    const std::uint32_t thread = thread_from_text(take_word(line));
    const std::optional<std::uint64_t> count = number_from_text(take_word(line));
    if (!count || *count == 0 || line.find_first_not_of(' ') != std::string_view::npos) {
      refuse("a gap is 'gap T0 COUNT'");
    }
    if (++gaps_ > gap_limit) refuse("more than " + std::to_string(gap_limit) + " gaps");
    if (!builder_.skip(thread, *count)) refuse("a gap of more events than a file can have");
  }

  void take_event(std::string_view line) {
    event e;
    std::string_view word = take_word(line);
    if (is_digits(word)) word = take_word(line);  // the event number: the order of the lines gives it
    e.t_ns = time_from_text(word);
    e.thread = thread_from_text(take_word(line));
    e.type = type_from_text(take_word(line));
    const event_shape shape = shape_of(e.type);
    std::string text;
    unsigned given = 0;  // bit i: argument i was given
    bool is_text_given = false;
    while (true) {
      line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
      if (line.empty()) break;
      if (line[0] == '"') {
        if (!take_quoted(line)) refuse("a string without its end: " + shown(line));
        continue;
      }
      const std::size_t equals = line.find('=');
      const std::string_view key = line.substr(0, std::min(equals, line.find(' ')));
      if (equals == std::string_view::npos || key.size() != equals) refuse(shown(key) + " is not KEY=VALUE");
      line.remove_prefix(equals + 1);
      if (key == "text" && shape.has_text) {
        std::optional<std::string> value = take_quoted(line);
        if (!value) refuse("text is not a string in quotes");
        if (value->size() > max_text_bytes) refuse("a text of more than " + std::to_string(max_text_bytes) + " bytes");
        if (is_text_given) refuse("text is there twice");
        is_text_given = true;
        text = std::move(*value);
        continue;
      }
      take_argument(e, shape, key, line, given);
    }
    e.text = text;
    builder_.append(e, shape.arg_count, shape.has_text);
  }

  static void take_argument(event& e, const event_shape& shape, std::string_view key, std::string_view& line,
                            unsigned& given) {
    unsigned index = 0;
    while (index < shape.arg_count && name_of_argument(e.type, index) != key) ++index;
    if (index == shape.arg_count) refuse(shown(key) + " is no argument of this event");
    if ((given >> index & 1) != 0) refuse(shown(key) + " is there twice");
    given |= 1u << index;
    const std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(word.size());
    const std::optional<std::uint64_t> value = value_from_text(kind_of_argument(e.type, index), word);
    if (!value) refuse(shown(word) + " is no value for " + std::string(key));
    e.args[index] = *value;
  }

  const schema_entry* own_entry(std::uint8_t type) {
    const file_header& h = builder_.header();
    for (std::uint32_t i = 0; i < h.schema_count; ++i) {
      if (h.schema[i].type == type) return &h.schema[i];
    }
    return nullptr;
  }

  event_type type_from_text(std::string_view word) {
    if (const event_schema* known = find_schema(word)) return known->type;
    const file_header& h = builder_.header();
    for (std::uint32_t i = 0; i < h.schema_count; ++i) {
      if (h.schema[i].name[0] != 0 && word == h.schema[i].name) return static_cast<event_type>(h.schema[i].type);
    }
    const std::optional<std::uint64_t> value =
        word.substr(0, 1) == "?" ? number_from_text(word.substr(1)) : std::nullopt;
    if (value && *value <= UINT8_MAX && own_entry(static_cast<std::uint8_t>(*value)) != nullptr) {
      return static_cast<event_type>(*value);
    }
    refuse(shown(word) + " is not an event");
  }

  event_shape shape_of(event_type type) {
    if (const schema_entry* own = own_entry(static_cast<std::uint8_t>(type))) {
      return {own->arg_count, own->has_text != 0};
    }
    const event_schema* known = find_schema(type);
    return {known->arg_count, known->has_text};
  }

  file_builder builder_;
  bool is_first_line_read_ = false;
  bool has_events_ = false;
  std::size_t gaps_ = 0;
};

}  // namespace

std::vector<std::uint8_t> load_text(std::istream& in, const std::string& name) {
  text_loader loader;
  std::uint64_t offset = 0, number = 0;
  try {
    const std::unique_ptr<char[]> line(new char[line_limit]);
    while (in.getline(line.get(), line_limit)) {
      ++number;
      const auto taken = static_cast<std::size_t>(in.gcount());  // with the end of the line, unless the file ends
      loader.take_line({line.get(), taken - (in.eof() ? 0 : 1)});
      offset += taken;
    }
    if (!in.eof() && !in.bad()) {
      ++number;
      refuse("a line of more than " + std::to_string(line_limit - 1) + " bytes: no dump of a trace has one");
    }
    if (in.bad()) throw file_error(name, offset, "cannot read");
    return loader.finish();
  } catch (const std::invalid_argument& wrong) {
    throw file_error(name, offset, "line " + std::to_string(std::max<std::uint64_t>(number, 1)) + ": " + wrong.what());
  }
}

}  // namespace weft::diary
