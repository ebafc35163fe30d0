// Objects that coroutines wait for or own, ordered by id. Readers see the interface of a std::map.
//
// Each wait on a contended lock creates and removes its object. So an object without data disappears for readers at
// once, but its node stays until many such nodes exist. The last objects used are found without a search.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

#include "trace/state/slot_queue.hpp"

namespace weft::diary {

// An object without any data leaves the state.
struct object_state {
  std::uint64_t owner_slot = 0;        // the owner of the lock, 0: none
  std::uint64_t owner_runs = 0;        // the owner's `runs` when it got the lock: larger now: it ran with it
  std::optional<std::uint64_t> depth;  // of a queue
  std::optional<bool> is_set;          // of an event
  slot_queue waiters;                  // in the order of their waits' starts

  bool says_nothing() const { return owner_slot == 0 && waiters.empty() && !depth && !is_set; }
};

class object_table {
  using map = std::map<std::uint64_t, object_state>;

 public:
  class const_iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = map::value_type;
    using difference_type = std::ptrdiff_t;
    using pointer = const value_type*;
    using reference = const value_type&;

    const_iterator() = default;
    const_iterator(map::const_iterator at, map::const_iterator end) : at_(at), end_(end) { skip(); }
    reference operator*() const { return *at_; }
    pointer operator->() const { return &*at_; }
    const_iterator& operator++() {
      ++at_;
      skip();
      return *this;
    }
    const_iterator operator++(int) {
      const const_iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const const_iterator& a, const const_iterator& b) { return a.at_ == b.at_; }

   private:
    void skip() {
      while (at_ != end_ && at_->second.says_nothing()) ++at_;
    }
    map::const_iterator at_, end_;
  };

  object_table() = default;
  // The copy leaves out objects without data.
  object_table(const object_table& other) {
    for (const auto& [id, object] : other) objects_.emplace_hint(objects_.end(), id, object);
  }
  object_table(object_table&& other) noexcept : objects_(std::move(other.objects_)) { other.recent_ = {}; }
  object_table& operator=(object_table other) noexcept {
    objects_.swap(other.objects_);
    recent_ = {};
    made_ = 0;
    return *this;
  }
  ~object_table() = default;

  const_iterator begin() const { return {objects_.begin(), objects_.end()}; }
  const_iterator end() const { return {objects_.end(), objects_.end()}; }
  const_iterator find(std::uint64_t id) const {
    const auto found = objects_.find(id);
    return found == objects_.end() || found->second.says_nothing() ? end() : const_iterator(found, objects_.end());
  }
  const object_state& at(std::uint64_t id) const {
    const const_iterator found = find(id);
    if (found == end()) throw std::out_of_range("no such object in this state");
    return found->second;
  }
  std::size_t count(std::uint64_t id) const { return find(id) != end() ? 1 : 0; }
  std::size_t memory_bytes() const { return sizeof recent_ + objects_.size() * (sizeof(map::value_type) + 32); }

  // A later call may remove an object that still has no data, which ends the reference.
  object_state& operator[](std::uint64_t id) {
    recent& r = recent_[id % recent_.size()];
    if (r.object != nullptr && r.id == id) return *r.object;
    const auto [place, is_new] = objects_.try_emplace(id);
    if (is_new && ++made_ > 1024 + objects_.size() / 2) return drop_silent_ones(id);
    r = {id, &place->second};
    return place->second;
  }

  // Calls f for each object with data; f may change it.
  template <class Function>
  void for_each(Function&& f) {
    for (auto& [id, object] : objects_) {
      if (!object.says_nothing()) f(object);
    }
  }

 private:
  struct recent {
    std::uint64_t id = 0;
    object_state* object = nullptr;
  };

  object_state& drop_silent_ones(std::uint64_t but) {
    for (auto i = objects_.begin(); i != objects_.end();) {
      i = i->first != but && i->second.says_nothing() ? objects_.erase(i) : std::next(i);
    }
    recent_ = {};
    made_ = 0;
    return objects_.find(but)->second;
  }

  map objects_;
  std::array<recent, 32> recent_{};
  std::size_t made_ = 0;  // new nodes since nodes without data were removed
};

}  // namespace weft::diary
