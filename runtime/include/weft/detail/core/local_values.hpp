// The values of local<T>s of one coroutine or plain thread. Not for programs.
#pragma once

#include <cstdint>

namespace weft::core {
struct coroutine;
}

namespace weft::detail {

// Belongs to the coroutine that made it; only that coroutine uses it.
struct local_value {
  explicit local_value(std::uint64_t k) noexcept : key(k) {}
  local_value(const local_value&) = delete;
  local_value& operator=(const local_value&) = delete;
  virtual ~local_value() = default;

  const std::uint64_t key;  // of its local; never reused, so a value may outlive its local
  local_value* older = nullptr;
};

std::uint64_t new_local_key() noexcept;
// All three are about the running coroutine, or about this thread outside of a coroutine.
local_value* find_local(std::uint64_t key) noexcept;  // null: there is none
void keep_local(local_value* v) noexcept;             // takes ownership of v
void drop_local(std::uint64_t key) noexcept;          // destroys the value, if there is one
// Called at the coroutine's end: destroys all of its values, the newest first.
void drop_locals(core::coroutine& c) noexcept;

}  // namespace weft::detail
