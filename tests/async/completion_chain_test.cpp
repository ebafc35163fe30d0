// Chains of completions of any length: a link needs no stack for the links that it causes, and the order is kept.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <any>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/recorded.hpp"
#include "weft/errors.hpp"
#include "weft/future.hpp"
#include "weft/run.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using support::simulation;
using testing::ElementsAre;

constexpr int links = 100'000;

// Futures; the end of each one ends the next one.
struct chain {
  std::unique_ptr<promise<int>> first = std::make_unique<promise<int>>();
  future<int> head = first->get_future();
  future<int> last = head;

  explicit chain(int length) {
    for (int i = 0; i < length; ++i) {
      auto next = std::make_shared<promise<int>>();
      future<int> f = next->get_future();
      last.on_done([next](future<int> before) {
        if (before.successful()) {
          next->set_value(before.get() + 1);
        } else {
          next->set_exception(before.exception());
        }
      });
      last = f;
    }
  }
};

TEST(CompletionChain, OfSetsEndsAtOnceInACoroutine) {
  simulation().run([] {
    chain c(links);
    c.first->set_value(0);
    EXPECT_EQ(c.last.status(), task_status::done);
    EXPECT_EQ(c.last.get(), links);
  });
}

TEST(CompletionChain, OfSetsEndsAtOnceOnAPlainThread) {
  chain c(links);
  c.first->set_value(0);
  EXPECT_EQ(c.last.get(), links);
}

TEST(CompletionChain, OfErrorsBeginsWithABrokenPromise) {
  simulation().run([] {
    chain c(links);
    c.first.reset();
    EXPECT_THROW(c.last.get(), std::future_error);
  });
}

TEST(CompletionChain, OfPromisesThatAreOnlyLetGoOf) {
  simulation().run([] {
    auto first = std::make_unique<promise<>>();
    future<> last = first->get_future();
    for (int i = 0; i < links; ++i) {
      auto next = std::make_shared<promise<>>();
      future<> f = next->get_future();
      last.on_done([next] {});
      last = f;
      next.reset();
    }
    first.reset();
    EXPECT_THROW(last.get(), std::future_error);
  });
}

TEST(CompletionChain, OfCancellations) {
  simulation().run([] {
    std::vector<promise<>> promises(links);
    for (int i = 0; i + 1 < links; ++i) {
      promises[static_cast<std::size_t>(i)].get_future().on_done(
          [f = promises[static_cast<std::size_t>(i) + 1].get_future()] { f.cancel(); });
    }
    promises.front().get_future().cancel();
    EXPECT_TRUE(promises.back().cancelled());
  });
}

TEST(CompletionChain, BeginsInACallbackOfATask) {
  simulation().run([] {
    chain c(links);
    const auto t = spawn([] {});
    t.on_done([&] { c.first->set_value(0); });
    t.join();
    EXPECT_EQ(c.last.get(), links);
  });
}

TEST(CompletionChain, FitsIntoASmallStack) {
  simulation().run([] {
    spawn({.stack_size = 16 * 1024}, [] {
      chain c(1000);
      c.first->set_value(0);
      EXPECT_EQ(c.last.get(), 1000);
    }).get();
  });
}

// Without callbacks: each value owns the only reference to the one before.
struct box {
  task<box> inner;
  future<box> future_inner;
};

TEST(CompletionChain, OfTasksThatHoldEachOtherIsLetGoOf) {
  simulation().run([] {
    task<box> last = spawn([] { return box(); });
    for (int i = 0; i < 20'000; ++i) {
      last = spawn([inner = std::move(last)]() mutable { return box{std::move(inner), {}}; });
      if (i % 1000 == 0) yield();
    }
    last.join();
    last = {};
  });
}

TEST(CompletionChain, OfFuturesThatHoldEachOtherIsLetGoOf) {
  simulation().run([] {
    future<box> last;
    for (int i = 0; i < links; ++i) {
      promise<box> p;
      future<box> f = p.get_future();
      p.set_value(box{{}, std::move(last)});
      last = std::move(f);
    }
    last = {};
  });
}

TEST(CompletionChain, OfErrorsThatHoldEachOtherIsLetGoOf) {
  struct holding : std::runtime_error {
    explicit holding(future<> h) : std::runtime_error("holds one"), held(std::move(h)) {}
    future<> held;
  };
  simulation().run([] {
    future<> last;
    for (int i = 0; i < links; ++i) {
      promise<> p;
      future<> f = p.get_future();
      static_cast<void>(f.exception());
      p.set_exception(std::make_exception_ptr(holding(std::move(last))));
      static_cast<void>(f.exception());
      last = std::move(f);
    }
    last = {};
  });
}

// ---- order

TEST(CompletionChain, WhatACallbackCausesComesBeforeTheNextCallback) {
  std::vector<std::string> told;
  promise<> a, b, c;
  a.get_future().on_done([&] {
    told.emplace_back("a1");
    b.set_value();
    c.set_value();
    told.emplace_back("a1 ends");
  });
  a.get_future().on_done([&] { told.emplace_back("a2"); });
  b.get_future().on_done([&] { told.emplace_back("b"); });
  c.get_future().on_done([&] { told.emplace_back("c"); });
  a.set_value();
  EXPECT_THAT(told, ElementsAre("a1", "b", "c", "a1 ends", "a2"));
}

// A tree of futures: the first callback of each ends two more, the second one only reports.
class tree {
 public:
  std::vector<std::string> told;
  explicit tree(int depth) : depth_(depth) {}
  void run() {
    promise<> root;
    grow(root.get_future(), "r", depth_);
    root.set_value();
  }
  // The order of plain recursion.
  void expect(const std::string& name, int depth, std::vector<std::string>& order) const {
    order.push_back(name);
    if (depth > 0) {
      expect(name + "0", depth - 1, order);
      expect(name + "1", depth - 1, order);
    }
    order.push_back(name + " second");
  }
  std::vector<std::string> expected() const {
    std::vector<std::string> order;
    expect("r", depth_, order);
    return order;
  }

 private:
  void grow(const future<>& f, const std::string& name, int depth) {
    auto left = std::make_shared<promise<>>();
    auto right = std::make_shared<promise<>>();
    if (depth > 0) {
      grow(left->get_future(), name + "0", depth - 1);
      grow(right->get_future(), name + "1", depth - 1);
    }
    f.on_done([this, name, left, right] {
      told.push_back(name);
      left->set_value();
      right->set_value();
    });
    f.on_done([this, name] { told.push_back(name + " second"); });
  }
  const int depth_;
};

TEST(CompletionChain, TheOrderOfCallbacksIsThatOfTheRecursion) {
  for (const int depth : {1, 3, 8, 12}) {
    tree t(depth);
    t.run();
    EXPECT_EQ(t.told, t.expected()) << depth;
  }
}

TEST(CompletionChain, WaitersWakeAfterAllCallbacksOfTheirs) {
  simulation().run([] {
    std::vector<std::string> told;
    chain c(50);
    const auto waits_for_last = spawn([&] {
      c.last.wait();
      told.emplace_back("last");
    });
    const auto waits_for_first = spawn([&] {
      c.head.wait();
      told.emplace_back("first");
    });
    yield();
    c.last.on_done([&] { told.emplace_back("callback"); });
    c.first->set_value(0);
    waits_for_last.join();
    waits_for_first.join();
    EXPECT_THAT(told, ElementsAre("callback", "last", "first"));
  });
}

// Deep inside of callbacks a value is available even if callbacks are still to come.
TEST(CompletionChain, WhatACallbackHasSetItCanGet) {
  simulation().run([] {
    chain deep(100);
    int got = 0;
    deep.last.on_done([&] {
      promise<int> p;
      p.get_future().on_done([] {});
      p.set_value(7);
      got = p.get_future().get();
    });
    deep.first->set_value(0);
    EXPECT_EQ(got, 7);
  });
}

TEST(CompletionChain, ARemovedCallbackOfALinkThatIsPutOffIsNotCalled) {
  chain deep(100);
  bool called = false;
  deep.last.on_done([&] {
    promise<> p;
    const callback_id id = p.get_future().on_done([&] { called = true; });
    p.get_future().on_done([] {});
    p.set_value();
    // Either it was called, as in a short chain, or it can still be removed.
    EXPECT_NE(called, p.get_future().remove_callback(id));
    EXPECT_FALSE(p.get_future().remove_callback(id));
  });
  const bool before = called;
  deep.first->set_value(0);
  EXPECT_EQ(before, called);
}

// A callback on a plain thread may run a whole scheduler, whose coroutines must reach their ends without that thread.
TEST(CompletionChain, ARunInsideOfADeepCallbackIsComplete) {
  chain deep(100);
  int got = 0;
  deep.last.on_done([&] {
    got = run([] {
      chain inner(100);
      const auto setter = spawn([&] { inner.first->set_value(1); });
      const auto reader = spawn([&] { return inner.last.get(); });
      return reader.get();
    });
  });
  deep.first->set_value(0);
  EXPECT_EQ(got, 101);
}

TEST(CompletionChain, DestructorsThatWaitLeaveOthersAlone) {
  struct slow {
    slow() = default;
    slow(slow&& other) noexcept : mine(std::exchange(other.mine, false)), inner(std::move(other.inner)) {}
    slow& operator=(slow&&) = delete;
    ~slow() {
      if (mine) yield();
    }
    bool mine = true;
    std::any inner;
  };
  simulation().run([] {
    int ended = 0;
    const auto work = [&ended] {
      std::shared_ptr<future<std::shared_ptr<slow>>> last;
      for (int i = 0; i < 40; ++i) {
        promise<std::shared_ptr<slow>> p;
        auto s = std::make_shared<slow>();
        s->inner = last;
        last = std::make_shared<future<std::shared_ptr<slow>>>(p.get_future());
        p.set_value(std::move(s));
      }
      last.reset();
      ++ended;
    };
    const std::vector<task<>> several{spawn(work), spawn(work), spawn(work)};
    for (const task<>& t : several) t.get();
    EXPECT_EQ(ended, 3);
  });
}

}  // namespace
}  // namespace weft
