// The numbers that one thread uses for names, places and objects, and which of them it has defined already. Each thread
// defines what it uses, so its chunks can be read without those of other threads. Writes nothing: the caller writes a
// definition when told that it is new.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "record/name_table.hpp"
#include "weft/source_location.hpp"

namespace weft::record {

// A set of small numbers.
class defined_set {
 public:
  // True the first time. Without memory true each time: defining a number twice does no harm.
  bool add(std::uint64_t id) noexcept;
  void clear() noexcept { words_.clear(); }

 private:
  std::vector<std::uint64_t> words_;
};

class definitions {
 public:
  explicit definitions(name_table& names) : names_(names) {}

  struct number {
    std::uint64_t id = 0;
    bool is_new = false;  // to be defined before its first use
  };
  number string(std::string_view text) noexcept;
  number site(const source_location& where) noexcept;
  // True if the object is to be defined.
  bool add_object(std::uint64_t id) noexcept { return objects_.add(id); }
  // All is new again; the numbers stay.
  void forget() noexcept;

 private:
  // The most recent lookups: most spawns in a row come from a few places.
  struct known_string {
    std::string text;
    std::uint64_t id = 0;
  };
  struct known_site {
    const char* file = nullptr;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::uint64_t id = 0;
  };
  static constexpr std::size_t known_count = 64;

  name_table& names_;
  defined_set strings_, sites_, objects_;
  std::vector<known_string> known_strings_{known_count};
  std::vector<known_site> known_sites_{known_count};
};

}  // namespace weft::record
