#include "record/definitions.hpp"

#include <functional>
#include <new>

namespace weft::record {

bool defined_set::add(std::uint64_t id) noexcept {
  const std::size_t word = static_cast<std::size_t>(id / 64);
  const std::uint64_t bit = std::uint64_t{1} << id % 64;
  try {
    if (word >= words_.size()) words_.resize(word + word / 2 + 16);
  } catch (const std::bad_alloc&) {
    return true;
  }
  const bool is_new = (words_[word] & bit) == 0;
  words_[word] |= bit;
  return is_new;
}

definitions::number definitions::string(std::string_view text) noexcept {
  known_string& known = known_strings_[std::hash<std::string_view>()(text) % known_count];
  if (known.id == 0 || known.text != text) {
    known.id = names_.string(text);
    known.text = text;
  }
  return {known.id, strings_.add(known.id)};
}

definitions::number definitions::site(const source_location& where) noexcept {
  known_site& known =
      known_sites_[(reinterpret_cast<std::uintptr_t>(where.file_name()) / 16 + where.line()) % known_count];
  if (known.file != where.file_name() || known.line != where.line() || known.column != where.column()) {
    const std::string_view function = where.function_name();
    known = {where.file_name(), where.line(), where.column(), names_.site(where.file_name(), where.line(), function)};
  }
  return {known.id, sites_.add(known.id)};
}

void definitions::forget() noexcept {
  strings_.clear();
  sites_.clear();
  objects_.clear();
}

}  // namespace weft::record
