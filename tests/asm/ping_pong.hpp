// Two contexts for the switch's own tests: the thread's, and one on a plain array. No scheduler, no pool, no guard.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "core/context.hpp"

namespace weft::testing {

// Runs a function on a stack of its own; both sides switch explicitly.
class partner {
 public:
  explicit partner(std::function<void(partner&)> body) : body_(std::move(body)) {
    other_ = core::make_context(memory_.get() + size, &partner::entry, this);
  }

  // For the test: resumes the body until it switches back or ends.
  void resume() { weft_switch(&test_, other_); }
  // For the test: the same, but fn(arg) runs on the body's stack first.
  void resume_with(void (*fn)(void*), void* arg) { weft_switch_call(&test_, other_, fn, arg); }
  // For the body: switches back to the test.
  void back() { weft_switch(&other_, test_); }
  // For the body: switches back to the test, where fn(arg) runs first.
  void back_with(void (*fn)(void*), void* arg) { weft_switch_call(&other_, test_, fn, arg); }

  bool ended() const { return ended_; }
  void** test_slot() { return &test_; }
  void** own_slot() { return &other_; }
  bool holds(const void* address) const { return address >= memory_.get() && address < memory_.get() + size; }

 private:
  static constexpr std::size_t size = 256 * 1024;

  static void entry(void* self) {
    auto& me = *static_cast<partner*>(self);
    me.body_(me);
    me.ended_ = true;
    me.back();
    __builtin_trap();
  }

  std::function<void(partner&)> body_;
  std::unique_ptr<std::byte[]> memory_ = std::make_unique<std::byte[]>(size);
  void* test_ = nullptr;
  void* other_ = nullptr;
  bool ended_ = false;
};

}  // namespace weft::testing
