// Live coroutines by slot. The runtime reuses slots, so slots stay as small as the highest number of live coroutines,
// and an array serves. Slots that a hostile file invents go to a map, so no number in a file decides how much memory is
// allocated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "trace/state/coroutine_state.hpp"

namespace weft::diary {

class slot_table {
 public:
  coroutine_state* find(std::uint64_t slot) {
    if (slot < dense_.size()) {
      coroutine_state& c = dense_[slot];
      return c.status != coroutine_status::none ? &c : nullptr;
    }
    if (far_.empty()) return nullptr;
    const auto found = far_.find(slot);
    return found != far_.end() ? &found->second : nullptr;
  }
  const coroutine_state* find(std::uint64_t slot) const { return const_cast<slot_table*>(this)->find(slot); }

  // The slot must be free. The caller must set a status other than none in the result.
  coroutine_state& add(std::uint64_t slot) {
    ++added_;
    ++size_;
    if (slot >= dense_.size()) {
      if (slot >= 2 * added_ + 1024) return far_[slot];
      dense_.resize(slot + 1 + slot / 2);
      move_near_ones();
    }
    return dense_[slot] = coroutine_state{};
  }

  // The slot must be in use.
  void remove(std::uint64_t slot) {
    --size_;
    if (slot < dense_.size()) {
      dense_[slot].status = coroutine_status::none;
    } else {
      far_.erase(slot);
    }
  }

  std::size_t size() const { return size_; }
  std::size_t memory_bytes() const {
    return dense_.size() * sizeof(coroutine_state) + far_.size() * (sizeof(coroutine_state) + 64);
  }

  template <class Function>
  void for_each(Function&& f) const {
    for (const coroutine_state& c : dense_) {
      if (c.status != coroutine_status::none) f(c);
    }
    for (const auto& [slot, c] : far_) f(c);
  }

 private:
  // Moves the slots that the grown array now includes out of the map.
  void move_near_ones() {
    for (auto i = far_.begin(); i != far_.end();) {
      if (i->first >= dense_.size()) {
        ++i;
        continue;
      }
      dense_[i->first] = i->second;
      i = far_.erase(i);
    }
  }

  std::vector<coroutine_state> dense_;  // by slot; status none: free
  std::map<std::uint64_t, coroutine_state> far_;
  std::uint64_t added_ = 0;
  std::size_t size_ = 0;
};

}  // namespace weft::diary
