#include "trace/text/text_argument.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "trace/words/varint.hpp"

namespace weft::diary {
namespace {

constexpr std::array<std::string_view, 3> bit_words{"readable", "writable", "error"};

template <class Enum>
std::string_view word_for(std::uint64_t value) {
  return value <= UINT8_MAX ? to_text(static_cast<Enum>(value)) : std::string_view("?");
}

std::string_view word_of(arg_kind kind, std::uint64_t value) {
  switch (kind) {
    case arg_kind::status:
      return word_for<coroutine_status>(value);
    case arg_kind::wait_reason:
      return word_for<wait_reason>(value);
    case arg_kind::wake_cause:
      return word_for<wake_cause>(value);
    case arg_kind::object_kind:
      return word_for<object_kind>(value);
    default:
      return {};
  }
}

template <class Enum>
std::optional<std::uint64_t> known_word(Enum value, std::string_view word) {
  if (value == Enum::none && word != "none") return std::nullopt;
  return static_cast<std::uint64_t>(value);
}

void append_bits(std::string& out, std::uint64_t value) {
  if (value == 0 || value >= 1u << bit_words.size()) {
    out += std::to_string(value);
    return;
  }
  bool is_first = true;
  for (std::size_t bit = 0; bit < bit_words.size(); ++bit) {
    if ((value >> bit & 1) == 0) continue;
    if (!is_first) out += '|';
    is_first = false;
    out += bit_words[bit];
  }
}

std::optional<std::uint64_t> bits_from_text(std::string_view words) {
  std::uint64_t value = 0;
  while (true) {
    const std::size_t bar = words.find('|');
    const std::string_view word = words.substr(0, bar);
    bool is_known = false;
    for (std::size_t bit = 0; bit < bit_words.size(); ++bit) {
      if (bit_words[bit] != word) continue;
      value |= std::uint64_t{1} << bit;
      is_known = true;
    }
    if (!is_known) return std::nullopt;
    if (bar == std::string_view::npos) return value;
    words.remove_prefix(bar + 1);
  }
}

// Words for values that are not finite numbers. NaN has many bit patterns; all but one are written as their bits.
struct unreal {
  std::string_view word;
  double value;
};
constexpr std::array<unreal, 3> unreals{{{"inf", std::numeric_limits<double>::infinity()},
                                         {"-inf", -std::numeric_limits<double>::infinity()},
                                         {"nan", std::numeric_limits<double>::quiet_NaN()}}};

void append_real(std::string& out, std::uint64_t bits) {
  const double value = std::bit_cast<double>(bits);
  char buffer[40];
  if (std::isfinite(value)) {
    out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
    return;
  }
  for (const unreal& u : unreals) {
    if (std::bit_cast<std::uint64_t>(u.value) != bits) continue;
    out += u.word;
    return;
  }
  out += "0x";
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, bits, 16).ptr);
}

template <class Number, class... Base>
std::optional<Number> whole_number(std::string_view word, Base... base) {
  Number value{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value, base...);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> real_from_text(std::string_view word) {
  for (const unreal& u : unreals) {
    if (u.word == word) return std::bit_cast<std::uint64_t>(u.value);
  }
  if (word.substr(0, 2) == "0x") return whole_number<std::uint64_t>(word.substr(2), 16);
#ifdef __cpp_lib_to_chars
  const std::optional<double> value = whole_number<double>(word);
#else  // libc++ before 20 has no from_chars for it
  const std::string zero_terminated(word);
  char* end = nullptr;
  std::optional<double> value = std::strtod(zero_terminated.c_str(), &end);
  if (zero_terminated.empty() || *end != 0) value.reset();
#endif
  if (!value || !std::isfinite(*value)) return std::nullopt;
  return std::bit_cast<std::uint64_t>(*value);
}

}  // namespace

std::optional<std::uint64_t> number_from_text(std::string_view word) { return whole_number<std::uint64_t>(word, 10); }

void append_value(std::string& out, arg_kind kind, std::uint64_t value) {
  switch (kind) {
    case arg_kind::ready_bits:
      append_bits(out, value);
      return;
    case arg_kind::real:
      append_real(out, value);
      return;
    case arg_kind::signed_count: {
      out += std::to_string(unzigzag(value));
      return;
    }
    default: {
      const std::string_view word = word_of(kind, value);
      if (word.empty() || word == "?") {
        out += std::to_string(value);
      } else {
        out += word;
      }
      return;
    }
  }
}

std::optional<std::uint64_t> value_from_text(arg_kind kind, std::string_view word) {
  if (kind == arg_kind::real) return real_from_text(word);
  if (kind == arg_kind::signed_count) {
    const std::optional<std::int64_t> value = whole_number<std::int64_t>(word, 10);
    if (!value) return std::nullopt;
    return zigzag(*value);
  }
  if (const std::optional<std::uint64_t> number = number_from_text(word)) return number;
  switch (kind) {
    case arg_kind::ready_bits:
      return bits_from_text(word);
    case arg_kind::status:
      return known_word(status_from_text(word), word);
    case arg_kind::wait_reason:
      return known_word(wait_reason_from_text(word), word);
    case arg_kind::wake_cause:
      return known_word(wake_cause_from_text(word), word);
    case arg_kind::object_kind:
      return known_word(object_kind_from_text(word), word);
    default:
      return std::nullopt;
  }
}

std::string resolved(const history& h, const event& e, unsigned index) {
  const std::uint64_t value = e.args[index];
  if (value == 0) return {};
  const bool is_new = is_of_newcomer(e.type);
  switch (kind_of_argument(e.type, index)) {
    case arg_kind::slot: {
      if (is_new && index == 0) return {};  // the string's id and name follow
      const std::uint64_t id = h.id_of_slot(value, e.n);
      return id != 0 ? h.coroutine_label(id) : std::string();
    }
    case arg_kind::coroutine:
      return is_new ? std::string() : h.coroutine_label(value);
    case arg_kind::string:
      return h.string(value);
    case arg_kind::site: {
      const site_record* site = h.site(value);
      return site != nullptr ? site->file + ":" + std::to_string(site->line) : std::string();
    }
    case arg_kind::object:
      return h.object(value) != nullptr ? h.object_label(value) : std::string();
    default:
      break;
  }
  if (e.type == event_type::checkpoint_coroutine && index == 5) {
    std::string words(word_for<coroutine_status>(value & 15));
    if (value >> 4 != 0) words += " " + std::string(word_for<wait_reason>(value >> 4));
    return words;
  }
  return {};
}

arg_kind kind_of_argument(event_type type, unsigned index) {
  const event_schema* schema = find_schema(type);
  return schema != nullptr && index < schema->arg_count ? schema->kinds[index] : arg_kind::count;
}

std::string name_of_argument(event_type type, unsigned index) {
  const event_schema* schema = find_schema(type);
  if (schema != nullptr && index < schema->arg_count) return std::string(schema->arg_names[index]);
  return "arg" + std::to_string(index);
}

}  // namespace weft::diary
