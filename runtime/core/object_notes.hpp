// What the diary has said of objects and still holds: owners of locks, depths of queues, events that are set. Kept only
// while a diary is written, so that a checkpoint can repeat it. Flat, so that it allocates only when it grows.
#pragma once

#include <cstdint>
#include <new>
#include <vector>

namespace weft::core {

struct object_note {
  std::uint64_t object = 0;  // 0: free
  std::uint32_t owner_slot = 0;
  bool is_set = false;
  std::uint64_t depth = 0;
  bool says_nothing() const noexcept { return owner_slot == 0 && depth == 0 && !is_set; }
};

// One thread only.
class object_notes {
 public:
  // Applies `change` to the object's note. Without memory for it the note is left out, and later checkpoints lack it.
  template <class Change>
  void update(std::uint64_t object, Change&& change) noexcept {
    if (table_.empty() && !grow()) return;
    std::size_t place = place_of(object);
    if (table_[place].object == object) {
      change(table_[place]);
      if (table_[place].says_nothing()) erase(place);
      return;
    }
    object_note note;
    note.object = object;
    change(note);
    if (note.says_nothing()) return;
    if (used_ * 4 >= table_.size() * 3) {
      if (!grow()) return;
      place = place_of(object);
    }
    table_[place] = note;
    ++used_;
  }

  template <class Function>
  void for_each(Function&& f) const {
    for (const object_note& note : table_) {
      if (note.object != 0) f(note);
    }
  }

  std::size_t size() const noexcept { return used_; }
  void clear() noexcept {
    table_.clear();
    used_ = 0;
  }

 private:
  std::size_t home_of(std::uint64_t object) const noexcept {
    return static_cast<std::size_t>(object * 0x9e3779b97f4a7c15u >> 32) & (table_.size() - 1);
  }
  // Where it stands, or the free place where it would.
  std::size_t place_of(std::uint64_t object) const noexcept {
    std::size_t place = home_of(object);
    while (table_[place].object != 0 && table_[place].object != object) place = (place + 1) & (table_.size() - 1);
    return place;
  }
  // Closes the gap, so that no search ends at it.
  void erase(std::size_t place) noexcept {
    const std::size_t mask = table_.size() - 1;
    --used_;
    for (std::size_t next = place;;) {
      table_[place].object = 0;
      std::size_t home;
      do {
        next = (next + 1) & mask;
        if (table_[next].object == 0) return;
        home = home_of(table_[next].object);
      } while (((next - home) & mask) < ((next - place) & mask));
      table_[place] = table_[next];
      place = next;
    }
  }
  bool grow() noexcept {
    try {
      std::vector<object_note> larger(table_.empty() ? 64 : table_.size() * 2);
      larger.swap(table_);
      for (const object_note& note : larger) {
        if (note.object != 0) table_[place_of(note.object)] = note;
      }
      return true;
    } catch (const std::bad_alloc&) {
      return used_ < table_.size() / 8 * 7 && !table_.empty();
    }
  }

  std::vector<object_note> table_;  // a power of two long
  std::size_t used_ = 0;
};

}  // namespace weft::core
