// Traces for the tests of findings, written piece by piece, and what is found in them.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <initializer_list>
#include <string>
#include <vector>

#include "analysis/findings.hpp"
#include "support/text_traces.hpp"

namespace weft::tests {

using viz::finding;
using viz::finding_kind;

// A trace as text, built up event by event. Times are in microseconds.
class trace_story {
 public:
  trace_story() { text_ = "complete yes\n"; }
  trace_story& at(std::int64_t us) {
    now_us_ = us;
    return *this;
  }
  trace_story& pass(std::int64_t us) { return at(now_us_ + us); }
  // `words`: for example "enter to=1".
  trace_story& event(const std::string& words, int thread = 0) {
    char time[40];
    std::snprintf(time, sizeof time, "%lld.%06lld", static_cast<long long>(now_us_ / 1'000'000),
                  static_cast<long long>(now_us_ % 1'000'000));
    text_ += std::string(time) + " T" + std::to_string(thread) + " " + words + "\n";
    return *this;
  }
  trace_story& names(std::initializer_list<const char*> names) {
    std::uint64_t id = 0;
    for (const char* const name : names) event("string id=" + std::to_string(++id) + " text=\"" + name + "\"");
    return *this;
  }
  // Spawns a coroutine; its slot, id and name have the number n.
  trace_story& spawn(int n, int parent = 0) {
    return event("spawn slot=" + std::to_string(n) + " id=" + std::to_string(n) + " parent=" + std::to_string(parent) +
                 " called=" + std::to_string(n));
  }
  trace_story& lose(int count) {
    text_ += "gap T0 " + std::to_string(count) + "\n";
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::int64_t now_us_ = 0;
};

inline std::vector<finding> found_in(const std::string& text, finding_kind kind) {
  const viz::trace_model trace(trace_history(text));
  EXPECT_EQ(trace.history().violation_count(), 0u) << violations_of(trace.history()).front();
  std::vector<finding> all;
  for (const viz::finding_group& g : find_all(trace, false)) {
    if (g.kind == kind) all.insert(all.end(), g.instances.begin(), g.instances.end());
  }
  return all;
}

inline void expect_one(const trace_story& of, finding_kind kind, const std::string& title, std::uint64_t coroutine) {
  const std::vector<finding> found = found_in(of.text(), kind);
  ASSERT_EQ(found.size(), 1u) << of.text();
  EXPECT_EQ(found[0].title, title);
  EXPECT_EQ(found[0].coroutine, coroutine);
}

inline void expect_none(const trace_story& of, finding_kind kind) {
  for (const finding& f : found_in(of.text(), kind)) ADD_FAILURE() << f.title << "\n" << of.text();
}

inline std::string shuffled(const trace_story& s) { return "flags shuffled\n" + s.text(); }

}  // namespace weft::tests
