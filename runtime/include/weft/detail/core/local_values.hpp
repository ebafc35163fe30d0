// The values of local<T>s that one coroutine (or plain thread) has made. Not for programs.
#pragma once

#include <cstdint>

namespace weft::core {
struct coroutine;
}

namespace weft::detail {

// Owned by the coroutine that made it, and touched by it only.
struct local_value {
  explicit local_value(std::uint64_t k) noexcept : key(k) {}
  local_value(const local_value&) = delete;
  local_value& operator=(const local_value&) = delete;
  virtual ~local_value() = default;

  const std::uint64_t key;  // of its local; never used again, so that a value may outlive that
  local_value* older = nullptr;
};

std::uint64_t new_local_key() noexcept;
// Of the running coroutine, or of this thread outside of one.
local_value* find_local(std::uint64_t key) noexcept;  // null: there is none
void keep_local(local_value* v) noexcept;             // takes v over
void drop_local(std::uint64_t key) noexcept;          // destroys it, if there is one
// The coroutine's end: all of its values, the youngest first.
void drop_locals(core::coroutine& c) noexcept;

}  // namespace weft::detail
