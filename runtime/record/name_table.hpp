// Numbers for names and sites, the same in all threads of one recording. A program may give each coroutine its own name
// for as long as it runs, so a name costs a few bytes here and no allocation. The table identifies a name by a
// fingerprint of 128 bits; among 10^9 names the chance that two share a fingerprint is below 1 in 10^20.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

namespace weft::record {

// Callable from any thread.
class name_table {
 public:
  // Returns a number other than 0. Without memory to store the name, the next call returns another number, which does
  // no harm.
  std::uint64_t string(std::string_view text) noexcept;
  std::uint64_t site(std::string_view file, std::uint32_t line, std::string_view function) noexcept;

 private:
  struct fingerprint {
    std::uint64_t a = 0, b = 0;
    void add(std::string_view text) noexcept;
    void add(std::uint64_t word) noexcept;
    friend bool operator==(const fingerprint&, const fingerprint&) = default;
  };
  struct known {
    fingerprint key;
    std::uint64_t id = 0;  // 0: free
  };
  struct table {
    std::vector<known> places;  // size: a power of two
    std::uint64_t last_id = 0;
    std::size_t used = 0;
  };

  std::uint64_t intern(table& names, const fingerprint& key) noexcept;
  static std::size_t place_of(const std::vector<known>& places, const fingerprint& key) noexcept;
  static bool grow(table& names) noexcept;

  std::mutex lock_;
  table strings_, sites_;
};

}  // namespace weft::record
