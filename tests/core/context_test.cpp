// make_context() on real stacks; the sanitizers are notified of every switch. tests/asm tests the switch itself.
#include "core/context.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "context_layout.h"
#include "core/sanitizer.hpp"
#include "core/stack_pool.hpp"

namespace weft::core {
namespace {

// A context on a pooled stack, with the annotations that core/sanitizer.hpp requires.
class annotated_context {
 public:
  annotated_context(stack_pool& pool, std::function<void(annotated_context&)> body)
      : pool_(pool), stack_(pool.take()), body_(std::move(body)) {
    thread_.adopt_thread();
    annotation_.create(stack_.base, stack_.size);
    pointer_ = make_context(stack_.top, &annotated_context::entry, this);
  }
  ~annotated_context() {
    annotation_.destroy();
    pool_.give(stack_);
  }
  annotated_context(const annotated_context&) = delete;
  annotated_context& operator=(const annotated_context&) = delete;

  void resume() {
    before_switch(thread_, annotation_);
    weft_switch(&thread_pointer_, pointer_);
    after_switch(thread_);
  }

  void back() {
    before_switch(annotation_, thread_);
    weft_switch(&pointer_, thread_pointer_);
    after_switch(annotation_);
  }

  // Resumes it; the function runs on this context's stack first.
  void resume_with(std::function<void()> function) {
    function_ = std::move(function);
    before_switch(thread_, annotation_);
    weft_switch_call(&thread_pointer_, pointer_, &annotated_context::call, this);
    after_switch(thread_);
  }

  const stack& memory() const { return stack_; }

 private:
  static void entry(void* self) {
    auto& me = *static_cast<annotated_context*>(self);
    after_switch(me.annotation_);
    me.body_(me);
    before_switch(me.annotation_, me.thread_, last_switch::yes);
    weft_switch(&me.pointer_, me.thread_pointer_);
    __builtin_trap();
  }
  static void call(void* self) {
    auto& me = *static_cast<annotated_context*>(self);
    after_switch(me.annotation_);
    me.function_();
  }

  stack_pool& pool_;
  stack stack_;
  std::function<void(annotated_context&)> body_;
  std::function<void()> function_;
  fiber_annotation thread_;
  fiber_annotation annotation_;
  void* thread_pointer_ = nullptr;
  void* pointer_ = nullptr;
};

TEST(MakeContext, LeavesAnEndMarkerAboveTheFirstFrame) {
  alignas(16) std::array<unsigned char, 1024> memory{};
  memory.fill(0xaa);

  const auto* const pointer = static_cast<const unsigned char*>(make_context(
      memory.data() + memory.size(), [](void*) {}, nullptr));

  std::array<std::uint64_t, 2> marker{1, 1};
  std::memcpy(marker.data(), pointer + WEFT_FRAME_SIZE, sizeof(marker));
  EXPECT_EQ(marker, (std::array<std::uint64_t, 2>{0, 0}));
  EXPECT_EQ(pointer + WEFT_FRAME_SIZE + sizeof(marker), memory.data() + memory.size());
}

TEST(MakeContext, WritesNothingBelowTheFrame) {
  alignas(16) std::array<unsigned char, 1024> memory{};
  memory.fill(0xaa);

  const auto* const pointer = static_cast<const unsigned char*>(make_context(
      memory.data() + memory.size(), [](void*) {}, nullptr));

  const std::vector<unsigned char> below(std::as_const(memory).data(), pointer);
  EXPECT_EQ(below, std::vector<unsigned char>(below.size(), 0xaa));
}

TEST(Context, RunsOnTheStackItWasMadeOn) {
  stack_pool pool;
  const char* where = nullptr;
  annotated_context context(pool,
                            [&](annotated_context&) { where = static_cast<const char*>(__builtin_frame_address(0)); });

  context.resume();

  EXPECT_GE(where, static_cast<const char*>(context.memory().base));
  EXPECT_LT(where, static_cast<const char*>(context.memory().top));
}

TEST(Context, GoesBackAndForth) {
  stack_pool pool;
  std::string order;
  annotated_context context(pool, [&](annotated_context& self) {
    order += "b";
    self.back();
    order += "d";
  });

  order += "a";
  context.resume();
  order += "c";
  context.resume();
  order += "e";

  EXPECT_EQ(order, "abcde");
}

TEST(Context, UsesItsStackDeeply) {
  struct recursion {
    [[gnu::noinline]] static int sum(int depth) {
      volatile char frame[512] = {};
      frame[511] = 1;
      return depth == 0 ? 0 : sum(depth - 1) + frame[511];
    }
  };
  stack_pool pool(1024 * 1024);
  int result = 0;
  annotated_context context(pool, [&](annotated_context&) { result = recursion::sum(500); });

  context.resume();

  EXPECT_EQ(result, 500);
  EXPECT_GT(stack_used(context.memory()), 500u * 512);
}

TEST(Context, CatchesWhatAFunctionRunOnItsStackThrows) {
  stack_pool pool;
  std::string caught;
  annotated_context context(pool, [&](annotated_context& self) {
    try {
      self.back();
    } catch (const std::runtime_error& error) {
      caught = error.what();
    }
  });
  context.resume();

  context.resume_with([] { throw std::runtime_error("thrown in"); });

  EXPECT_EQ(caught, "thrown in");
}

TEST(Context, GoesOnAfterAFunctionRunOnItsStackReturned) {
  stack_pool pool;
  std::string order;
  annotated_context context(pool, [&](annotated_context& self) {
    order += "1";
    self.back();
    order += "3";
    self.back();
    order += "4";
  });
  context.resume();

  context.resume_with([&] { order += "2"; });
  context.resume();

  EXPECT_EQ(order, "1234");
}

TEST(Context, AThousandInTurnUseOneStack) {
  stack_pool pool;
  int runs = 0;

  for (int i = 0; i < 1000; ++i) {
    annotated_context context(pool, [&](annotated_context& self) {
      volatile char local[256] = {};
      local[255] = 1;
      self.back();
      runs += local[255];
    });
    context.resume();
    context.resume();
  }

  EXPECT_EQ(runs, 1000);
  EXPECT_EQ(pool.counts().created, 1u);
}

TEST(Context, AnAbandonedOnesStackCanBeUsedAgain) {
  stack_pool pool;
  {
    annotated_context abandoned(pool, [](annotated_context& self) {
      volatile char local[4096] = {};
      local[0] = 1;
      self.back();
      local[0] = local[4095];
    });
    abandoned.resume();
  }

  int sum = 0;
  annotated_context next(pool, [&](annotated_context&) {
    volatile char local[8192] = {};
    for (volatile char& each : local) each = 1;
    for (volatile char& each : local) sum += each;
  });
  next.resume();

  EXPECT_EQ(sum, 8192);
}

}  // namespace
}  // namespace weft::core
