// A table with keys from a file. Keys of honest files count from 1, so an array serves. Keys that a hostile file
// invents go to a map, so that the memory depends on the number of keys, not on their values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace weft::diary {

// A missing key is the same as a default-constructed value. References are valid until the next operator[].
template <class Value>
class guarded_table {
 public:
  Value& operator[](std::uint64_t key) {
    ++asked_;
    if (key >= dense_.size()) {
      if (key >= 2 * asked_ + 64) return far_[key];
      dense_.resize(key + 1 + key / 2);
      while (!far_.empty() && far_.begin()->first < dense_.size()) {
        dense_[far_.begin()->first] = std::move(far_.begin()->second);
        far_.erase(far_.begin());
      }
    }
    return dense_[key];
  }

  // Null if operator[] was never called with this key or a near one.
  const Value* find(std::uint64_t key) const {
    if (key < dense_.size()) return &dense_[key];
    const auto found = far_.find(key);
    return found != far_.end() ? &found->second : nullptr;
  }

 private:
  std::vector<Value> dense_;
  std::map<std::uint64_t, Value> far_;
  std::uint64_t asked_ = 0;
};

}  // namespace weft::diary
