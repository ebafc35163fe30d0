#include "record/name_table.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

namespace weft::record {

void name_table::fingerprint::add(std::uint64_t word) noexcept {
  a = (a ^ word) * 0x9e3779b97f4a7c15u;
  a ^= a >> 29;
  b = (std::rotl(b, 23) ^ word) * 0xd6e8feb86659fd93u;
  b ^= b >> 32;
}

void name_table::fingerprint::add(std::string_view text) noexcept {
  add(text.size());
  for (std::size_t i = 0; i < text.size(); i += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, std::min(sizeof word, text.size() - i));
    add(word);
  }
}

std::uint64_t name_table::string(std::string_view text) noexcept {
  fingerprint key;
  key.add(text);
  return intern(strings_, key);
}

std::uint64_t name_table::site(std::string_view file, std::uint32_t line, std::string_view function) noexcept {
  fingerprint key;
  key.add(file);
  key.add(line);
  key.add(function);
  return intern(sites_, key);
}

std::uint64_t name_table::intern(table& names, const fingerprint& key) noexcept {
  const std::lock_guard guard(lock_);
  if (names.used * 4 >= names.places.size() * 3 && !grow(names)) return ++names.last_id;
  known& place = names.places[place_of(names.places, key)];
  if (place.id == 0) {
    place = {key, ++names.last_id};
    ++names.used;
  }
  return place.id;
}

std::size_t name_table::place_of(const std::vector<known>& places, const fingerprint& key) noexcept {
  const std::size_t mask = places.size() - 1;
  std::size_t place = static_cast<std::size_t>(key.a ^ key.a >> 32) & mask;
  while (places[place].id != 0 && !(places[place].key == key)) place = (place + 1) & mask;
  return place;
}

bool name_table::grow(table& names) noexcept {
  try {
    std::vector<known> larger(std::max<std::size_t>(names.places.size() * 2, 64));
    for (const known& k : names.places) {
      if (k.id != 0) larger[place_of(larger, k.key)] = k;
    }
    names.places.swap(larger);
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

}  // namespace weft::record
