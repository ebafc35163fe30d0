// Slots in order of arrival: the ready queue and the waiters of an object. Reads like a std::deque, but an empty one
// owns no memory, because checkpoints copy thousands of them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace weft::diary {

class slot_queue {
 public:
  using const_iterator = std::vector<std::uint64_t>::const_iterator;

  const_iterator begin() const { return slots_.begin() + static_cast<std::ptrdiff_t>(front_); }
  const_iterator end() const { return slots_.end(); }
  std::size_t size() const { return slots_.size() - front_; }
  bool empty() const { return size() == 0; }
  std::uint64_t front() const { return slots_[front_]; }
  std::uint64_t back() const { return slots_.back(); }
  std::uint64_t operator[](std::size_t index) const { return slots_[front_ + index]; }
  friend bool operator==(const slot_queue& a, const slot_queue& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

  void push_back(std::uint64_t slot) { slots_.push_back(slot); }

  // The queue must not be empty. Amortised O(1): frees the room in front once it is half of the whole and not small.
  void pop_front() {
    if (++front_ == slots_.size()) {
      clear();
    } else if (front_ >= least_room && front_ * 2 >= slots_.size()) {
      slots_.erase(slots_.begin(), slots_.begin() + static_cast<std::ptrdiff_t>(front_));
      front_ = 0;
    }
  }

  // Removes the first `slot` at any position; false if there is none. O(1) at the front.
  bool remove(std::uint64_t slot) {
    if (!empty() && front() == slot) {
      pop_front();
      return true;
    }
    const auto found = std::find(begin(), end(), slot);
    if (found == end()) return false;
    slots_.erase(found);
    return true;
  }

  template <class Predicate>
  void remove_if(Predicate&& p) {
    slots_.erase(std::remove_if(slots_.begin() + static_cast<std::ptrdiff_t>(front_), slots_.end(), p), slots_.end());
  }

  void clear() {
    slots_.clear();
    front_ = 0;
  }

 private:
  static constexpr std::size_t least_room = 32;
  std::vector<std::uint64_t> slots_;
  std::size_t front_ = 0;
};

}  // namespace weft::diary
