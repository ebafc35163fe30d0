#include "cli/output/json_output.hpp"

#include <charconv>
#include <cmath>
#include <ostream>

#include "trace/text/text_quote.hpp"

namespace weft::viz::cli {

json::json(const std::vector<std::string>& texts) : value_(elements(texts.begin(), texts.end())) {}

json::json(std::initializer_list<std::pair<std::string_view, json>> list) {
  members& all = value_.emplace<members>();
  for (const auto& [key, value] : list) all.emplace_back(std::string(key), value);
}

json json::array() {
  json result;
  result.value_.emplace<elements>();
  return result;
}

json& json::operator[](std::string_view key) {
  if (std::holds_alternative<std::monostate>(value_)) value_.emplace<members>();
  members& all = std::get<members>(value_);
  for (auto& [name, value] : all) {
    if (name == key) return value;
  }
  return all.emplace_back(std::string(key), json()).second;
}

void json::push_back(json element) {
  if (std::holds_alternative<std::monostate>(value_)) value_.emplace<elements>();
  std::get<elements>(value_).push_back(std::move(element));
}

void json::append_to(std::string& out, std::size_t indent, bool in_one_line) const {
  // Writes `open`, calls each(index) for the elements, writes `close`.
  const auto append_list = [&](char open, char close, std::size_t count, const auto& each) {
    out += open;
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) out += in_one_line ? ", " : ",";
      if (!in_one_line) {
        out += '\n';
        out.append(indent + 2, ' ');
      }
      each(i);
    }
    if (count > 0 && !in_one_line) {
      out += '\n';
      out.append(indent, ' ');
    }
    out += close;
  };
  if (const auto* const all = std::get_if<members>(&value_)) {
    append_list('{', '}', all->size(), [&](std::size_t i) {
      diary::append_json(out, (*all)[i].first);
      out += ": ";
      (*all)[i].second.append_to(out, indent + 2, in_one_line);
    });
  } else if (const auto* const list = std::get_if<elements>(&value_)) {
    append_list('[', ']', list->size(), [&](std::size_t i) { (*list)[i].append_to(out, indent + 2, in_one_line); });
  } else if (const auto* const text = std::get_if<std::string>(&value_)) {
    diary::append_json(out, *text);
  } else if (const auto* const truth = std::get_if<bool>(&value_)) {
    out += *truth ? "true" : "false";
  } else if (const auto* const natural = std::get_if<std::uint64_t>(&value_)) {
    out += std::to_string(*natural);
  } else if (const auto* const whole = std::get_if<std::int64_t>(&value_)) {
    out += std::to_string(*whole);
  } else if (const auto* const real = std::get_if<double>(&value_); real && std::isfinite(*real)) {
    char digits[32];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, *real).ptr);
  } else {
    out += "null";
  }
}

std::string json::dump() const {
  std::string out;
  append_to(out, 0, false);
  return out;
}

std::string json::dump_line() const {
  std::string out;
  append_to(out, 0, true);
  return out;
}

void print_json(const json& value, console& io) { io.out << value.dump() << '\n'; }

}  // namespace weft::viz::cli
