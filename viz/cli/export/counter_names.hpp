// Names for the program's counters, in formats that distinguish counters only by name.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>

#include "trace/state/history.hpp"

namespace weft::viz::cli {

class counter_names {
 public:
  static constexpr const char* ready = "ready coroutines";
  static constexpr const char* live = "live coroutines";

  // `trace` is borrowed.
  explicit counter_names(const diary::history& trace) : trace_(trace) {}

  // Counters with the same name are one counter, even if the ids of their strings differ. A counter whose name is one
  // of ours, or that has no name, gets a name of its own.
  const std::string& of(std::uint64_t string_id) {
    const auto [known, is_new] = by_string_.try_emplace(string_id);
    if (is_new) known->second = named(string_id);
    return known->second;
  }

 private:
  std::string named(std::uint64_t string_id) {
    std::string name = trace_.string(string_id);
    const bool is_named = !name.empty();
    if (is_named && given_.count(name) != 0) return given_.at(name);
    const std::string wanted = is_named ? name : "(no name)";
    name = wanted;
    for (int i = 2; !used_.insert(name).second; ++i) name = wanted + " (" + std::to_string(i) + ")";
    if (is_named) given_[wanted] = name;
    return name;
  }

  const diary::history& trace_;
  std::unordered_map<std::uint64_t, std::string> by_string_;
  std::unordered_map<std::string, std::string> given_;  // by the program's name
  std::unordered_set<std::string> used_{ready, live};
};

}  // namespace weft::viz::cli
