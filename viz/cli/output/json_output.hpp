// JSON as every reading command prints it: one object, its keys in the order of writing, and a line end.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "cli/output/console.hpp"

namespace weft::viz::cli {

// A JSON value. Deliberately small: it can be written, but not parsed.
class json {
 public:
  json() = default;  // null
  json(std::nullptr_t) {}
  template <std::same_as<bool> T>
  json(T value) : value_(value) {}
  template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>) json(T value) : value_(static_cast<std::uint64_t>(value)) {}
  template <std::signed_integral T>
  json(T value) : value_(static_cast<std::int64_t>(value)) {}
  json(double value) : value_(value) {}  // NaN and infinities are null
  json(std::string_view text) : value_(std::string(text)) {}
  json(const std::string& text) : value_(text) {}
  json(const char* text) : value_(std::string(text)) {}
  json(const std::vector<std::string>& texts);
  json(std::initializer_list<std::pair<std::string_view, json>> members);  // an object
  static json array();

  // The member of an object; a null value becomes an object. A missing member is added as null.
  json& operator[](std::string_view key);
  // Appends to an array; a null value becomes an array.
  void push_back(json element);

  // Indents by two spaces. Never throws for text that is not UTF-8: U+FFFD replaces it.
  std::string dump() const;
  // The same in one line.
  std::string dump_line() const;

 private:
  using members = std::vector<std::pair<std::string, json>>;
  using elements = std::vector<json>;
  void append_to(std::string& out, std::size_t indent, bool in_one_line) const;

  std::variant<std::monostate, bool, std::uint64_t, std::int64_t, double, std::string, elements, members> value_;
};

void print_json(const json& value, console& io);

}  // namespace weft::viz::cli
