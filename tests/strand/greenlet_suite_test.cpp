// More tests of the test suite of Python's greenlet package: chains of parents, resurrection while being unwound,
// generators made of greenlets, tracers. Also: greenlets and generators in the diary and in co_tasks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/recorded.hpp"
#include "weft/co_task.hpp"
#include "weft/generator.hpp"
#include "weft/greenlet.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::simulation;
using testing::ElementsAre;
using strings = std::vector<std::string>;
using numbers = std::vector<int>;

greenlet<int> here() { return greenlet<int>::current(); }

// ---- test_greenlet

TEST(GreenletSuite, TwoChildrenInterleave) {
  numbers seen;
  const auto body = [&](int) {
    seen.push_back(1);
    here().parent().switch_to(0);
    seen.push_back(2);
    return 0;
  };
  const greenlet<int> g{body};
  const greenlet<int> h{body};
  g.switch_to();
  EXPECT_EQ(seen.size(), 1u);
  h.switch_to();
  EXPECT_EQ(seen.size(), 2u);
  h.switch_to();
  g.switch_to();
  EXPECT_THAT(seen, ElementsAre(1, 1, 2, 2));
}

TEST(GreenletSuite, AChildMadeInAChildFallsBackIntoIt) {
  numbers seen;
  const greenlet<int> f{[&](int) {
    seen.push_back(1);
    here().parent().switch_to(0);
    return 0;
  }};
  const greenlet<int> outer{[&](int) {
    seen.push_back(0);
    const greenlet<int> inner{[&](int) {
      seen.push_back(2);
      f.switch_to();  // f's parent is the root, which goes on
      seen.push_back(4);
      return 0;
    }};
    inner.switch_to();
    seen.push_back(5);
    return 0;
  }};
  outer.switch_to();
  EXPECT_THAT(seen, ElementsAre(0, 2, 1));
  seen.push_back(3);
  outer.switch_to();  // it is suspended in inner.switch_to()
  EXPECT_THAT(seen, ElementsAre(0, 2, 1, 3, 5));
}

TEST(GreenletSuite, ADroppedOneThatResurrectsItselfKeepsItsParent) {
  std::vector<greenlet<int>> kept;
  std::optional<bool> parent_was_the_one_that_dropped;
  const greenlet<int> main = here();
  const greenlet<int> hub{[](int) { return 0; }};
  greenlet<int> g{[&](int) {
    try {
      main.switch_to(0);
    } catch (const greenlet_exit&) {
      parent_was_the_one_that_dropped = here().parent() == main;
      kept.push_back(here());
      hub.switch_to(0);
    }
    return 0;
  }};
  g.set_parent(hub);
  g.switch_to();
  g = greenlet<int>();
  EXPECT_EQ(parent_was_the_one_that_dropped, true);
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_FALSE(kept[0].dead());
  EXPECT_EQ(kept[0].parent(), hub);
}

TEST(GreenletSuite, ValueSentBySomebodyWhoDroppedHimselfIsNotLost) {
  std::vector<greenlet<int>> seen;
  std::vector<greenlet<int>> worker;
  greenlet<int> initiator;
  worker.push_back(greenlet<int>{[&](int) {
    const int value = here().parent().switch_to(0);
    worker.clear();
    initiator.set_parent(here().parent());
    struct at_end {
      std::vector<greenlet<int>>& to;
      ~at_end() { to.push_back(here()); }
    } const resurrects{seen};
    here().parent().switch_to(value);
    return 0;
  }});
  worker[0].switch_to();
  initiator = greenlet<int>{[](int) { return 42; }};
  initiator.set_parent(worker[0]);
  EXPECT_EQ(initiator.switch_to(), 42);
  EXPECT_EQ(seen.size(), 1u);
}

TEST(GreenletSuite, SwitchToADeadOneWithANewUnstartedParentStartsThat) {
  const greenlet<int> g{[](int) { return 1; }};
  g.switch_to();
  ASSERT_TRUE(g.dead());
  g.set_parent(greenlet<int>{[](int x) { return 42 + x; }});
  EXPECT_EQ(g.switch_to(1), 43);
}

TEST(GreenletSuite, ErrorThrownWhileItIsUnwoundIsReportedAndTheDropperGoesOn) {
  strings lines;
  const unhandled_handler before =
      set_unhandled_handler([&](std::exception_ptr, std::string_view line) { lines.emplace_back(line); });
  {
    const greenlet<int> g{[main = here()](int) -> int {
      try {
        return main.switch_to(0);
      } catch (const greenlet_exit&) {
        throw std::runtime_error("from the end");
      }
    }};
    g.switch_to();
  }
  set_unhandled_handler(before);
  EXPECT_THAT(lines, ElementsAre(testing::HasSubstr("from the end")));
}

TEST(GreenletSuite, DeepRecursionOfGreenlets) {
  std::function<int(int)> down = [&](int n) -> int {
    if (n == 0) return 0;
    const greenlet<int> next{[&](int m) { return down(m) + 1; }};
    return next.switch_to(n - 1);
  };
  EXPECT_EQ(down(200), 200);
}

TEST(GreenletSuite, HandledExceptionsBelongToEach) {
  const auto message = [] {
    try {
      throw;
    } catch (const std::exception& e) {
      return std::string(e.what());
    }
  };
  strings seen;
  const greenlet<int> g{[&, main = here()](int) {
    EXPECT_EQ(std::current_exception(), nullptr);
    try {
      throw std::runtime_error("inside");
    } catch (const std::exception&) {
      main.switch_to(0);
      seen.push_back(message());
    }
    return 0;
  }};
  try {
    throw std::runtime_error("outside");
  } catch (const std::exception&) {
    g.switch_to();
    seen.push_back(message());
    g.switch_to();
    seen.push_back(message());
  }
  EXPECT_THAT(seen, ElementsAre("outside", "inside", "outside"));
}

// ---- test_throw

TEST(GreenletSuite, KillThenThrowIntoTheDeadComesBackEatenOrThrown) {
  const greenlet<int> g{[main = here()](int) {
    main.switch_to(1);
    main.switch_to(2);
    return 3;
  }};
  EXPECT_EQ(g.switch_to(), 1);
  EXPECT_EQ(g.kill(), 0);
  EXPECT_TRUE(g.dead());
  EXPECT_EQ(g.kill(), 0);  // ignored by the dead greenlet
  EXPECT_THROW(g.throw_in(std::make_exception_ptr(std::out_of_range("x"))), std::out_of_range);
}

TEST(GreenletSuite, ThrowGoesToTheOriginalParent) {
  const greenlet<int> main = here();
  constexpr int caught = 7;
  const auto f1 = [main](int) {
    try {
      main.switch_to(1);
    } catch (const std::out_of_range&) {
      return caught;
    }
    return 8;
  };
  const auto f2 = [main](int) {
    main.switch_to(2);
    return 0;
  };
  const std::exception_ptr error = std::make_exception_ptr(std::out_of_range("x"));
  {  // neither has started
    const greenlet<int> g1{f1};
    const greenlet<int> g2{f2};
    g2.set_parent(g1);
    EXPECT_THROW(g2.throw_in(error), std::out_of_range);
    EXPECT_TRUE(g2.dead());
    EXPECT_TRUE(g1.dead());
  }
  {  // the parent waits
    const greenlet<int> g1{f1};
    const greenlet<int> g2{f2};
    g2.set_parent(g1);
    EXPECT_EQ(g1.switch_to(), 1);
    EXPECT_EQ(g2.throw_in(error), caught);
    EXPECT_TRUE(g2.dead());
    EXPECT_TRUE(g1.dead());
  }
  {  // both wait
    const greenlet<int> g1{f1};
    const greenlet<int> g2{f2};
    g2.set_parent(g1);
    EXPECT_EQ(g1.switch_to(), 1);
    EXPECT_EQ(g2.switch_to(), 2);
    EXPECT_EQ(g2.throw_in(error), caught);
    EXPECT_TRUE(g2.dead());
    EXPECT_TRUE(g1.dead());
  }
}

// ---- test_tracing

struct tracing {
  strings events;
  greenlet_tracer before;
  std::uint64_t root = here().id();
  tracing() {
    before = set_greenlet_tracer([this](greenlet_event e, std::uint64_t from, std::uint64_t to) {
      const auto name = [&](std::uint64_t id) { return id == root ? std::string("main") : std::string("g"); };
      events.push_back((e == greenlet_event::switched ? "switched " : "thrown ") + name(from) + " " + name(to));
    });
  }
  ~tracing() { set_greenlet_tracer(before); }
};

TEST(GreenletSuite, TracerSeesTheEndAsASwitchAndAnErrorAsAThrow) {
  tracing t;
  const greenlet<int> good{[](int) { return 0; }};
  const greenlet<int> bad{[](int) -> int { throw std::runtime_error("x"); }};
  good.switch_to();
  EXPECT_THROW(bad.switch_to(), std::runtime_error);
  EXPECT_THAT(t.events, ElementsAre("switched main g", "switched g main", "switched main g", "thrown g main"));
}

TEST(GreenletSuite, TracerSetInsideAGreenletSeesTheWayBack) {
  strings events;
  greenlet_tracer before;
  const greenlet<int> g{[&](int) {
    before = set_greenlet_tracer([&](greenlet_event, std::uint64_t, std::uint64_t) { events.push_back("switch"); });
    return 0;
  }};
  g.switch_to();
  EXPECT_EQ(events.size(), 1u);
  set_greenlet_tracer(before);
}

TEST(GreenletSuite, TracerThatThrowsOnTheOtherSideComesBackThroughTheGreenlet) {
  const greenlet<int> g{[main = here()](int) {
    main.switch_to(0);
    return 5;
  }};
  g.switch_to();
  set_greenlet_tracer([](greenlet_event, std::uint64_t, std::uint64_t) { throw std::domain_error("tracer"); });
  EXPECT_THROW(g.switch_to(), std::domain_error);
  EXPECT_TRUE(g.dead());
  EXPECT_EQ(set_greenlet_tracer(nullptr), nullptr);
}

// ---- test_generator and test_generator_nested: generators made of greenlets

class genlet {
 public:
  explicit genlet(std::function<void()> f)
      : greenlet_([this, f = std::move(f)](int) {
          f();
          ended_ = true;
          return 0;
        }) {}
  std::optional<int> next() {
    if (ended_ || greenlet_.dead()) return std::nullopt;
    greenlet_.set_parent(here());
    const int value = greenlet_.switch_to(0);
    if (ended_ || greenlet_.dead()) return std::nullopt;
    return value;
  }
  // Yields to the consumer of the level-th genlet around the caller.
  static void yield(int value, int level = 1) {
    greenlet<int> g = here();
    while (level-- > 0) {
      if (!g.parent()) throw std::runtime_error("yield outside of a genlet");
      g = g.parent();
    }
    g.switch_to(value);
  }

 private:
  bool ended_ = false;
  greenlet<int> greenlet_;
};

TEST(GreenletSuite, GeneratorsMadeOfGreenlets) {
  numbers seen;
  genlet g([&] {
    for (int i = 0; i < 4; ++i) {
      seen.push_back(i);
      genlet::yield(i);
    }
  });
  numbers got;
  while (const std::optional<int> i = g.next()) got.push_back(*i);
  EXPECT_THAT(seen, ElementsAre(0, 1, 2, 3));
  EXPECT_EQ(got, seen);
}

TEST(GreenletSuite, YieldOutsideOfThemIsRefused) { EXPECT_THROW(genlet::yield(10), std::runtime_error); }

TEST(GreenletSuite, NestedGenletsYieldThroughEachOther) {
  numbers got;
  genlet outer([&] {
    for (int i = 0; i < 3; ++i) {
      genlet inner([&, i] {
        for (int j = 0; j < 2; ++j) genlet::yield(10 * i + j);
      });
      while (const std::optional<int> v = inner.next()) genlet::yield(*v);
    }
  });
  while (const std::optional<int> v = outer.next()) got.push_back(*v);
  EXPECT_THAT(got, ElementsAre(0, 1, 10, 11, 20, 21));
}

TEST(GreenletSuite, RecursiveGenletsGivePermutations) {
  std::vector<numbers> got;
  std::function<void(numbers, numbers)> permute = [&](numbers done, numbers left) {
    if (left.empty()) {
      got.push_back(done);
      genlet::yield(static_cast<int>(got.size()));
    }
    for (std::size_t i = 0; i < left.size(); ++i) {
      numbers d = done;
      numbers l = left;
      d.push_back(l[i]);
      l.erase(l.begin() + static_cast<std::ptrdiff_t>(i));
      genlet inner([&, d, l] { permute(d, l); });
      while (const std::optional<int> v = inner.next()) genlet::yield(*v);
    }
  };
  genlet all([&] { permute({}, {1, 2, 3}); });
  int count = 0;
  while (all.next()) ++count;
  EXPECT_EQ(count, 6);
  EXPECT_TRUE(std::is_sorted(got.begin(), got.end()));
}

// ---- in the diary

strings marks(const diary::history& h) {
  strings texts;
  h.source().for_each(0, h.source().event_count(), [&](const diary::event& e) {
    if (e.type == diary::event_type::mark) texts.emplace_back(e.text);
    return true;
  });
  return texts;
}

TEST(GreenletDiary, RecordsWhatATracerSees) {
  simulation sim;
  strings expected;
  const diary::history h = support::record(sim, [&] {
    const greenlet_tracer before = set_greenlet_tracer([&](greenlet_event e, std::uint64_t from, std::uint64_t to) {
      expected.push_back("greenlet " + std::to_string(from) + " -> " + std::to_string(to) +
                         (e == greenlet_event::thrown ? " (thrown)" : ""));
    });
    const greenlet<int> g{[main = here()](int) {
      main.switch_to(0);
      sleep_for(1ms);
      return 0;
    }};
    g.switch_to();
    g.switch_to();
    const greenlet<int> bad{[](int) -> int { throw std::runtime_error("x"); }};
    EXPECT_THROW(bad.switch_to(), std::runtime_error);
    set_greenlet_tracer(before);
  });
  EXPECT_EQ(expected.size(), 6u);
  EXPECT_EQ(marks(h), expected);
  EXPECT_EQ(h.violation_count(), 0u);
}

TEST(GreenletDiary, AWaitInOneIsTheCoroutines) {
  simulation sim;
  const diary::history h = support::record(sim, [] {
    const task<> other = spawn("other", [] { yield(); });
    const greenlet<int> g{[](int) {
      yield();
      sleep_for(1ms);
      return 0;
    }};
    g.switch_to();
    generator<int> numbers_of{[](auto& y) {
      y(1);
      sleep_for(1ms);
      y(2);
    }};
    for (int n : numbers_of) static_cast<void>(n);
  });
  EXPECT_EQ(support::decisions(h), R"(
nobody: spawn main
nobody: enter -> main
main: spawn other
main: yield -> other
other: yield -> main
main: sleep 1000000 -> other
other: finish done -> nobody
nobody: wake main timer granted
nobody: enter -> main
main: sleep 1000000 -> nobody
nobody: wake main timer granted
nobody: enter -> main
main: finish done -> nobody
)");
  EXPECT_EQ(h.violation_count(), 0u);
}

// ---- in a co_task, which has no stack of its own

TEST(GreenletInCoTask, SwitchesAndGoesOnAcrossCoAwait) {
  simulation sim;
  sim.run([] {
    const auto body = [](int start) -> co_task<int> {
      const greenlet<int> g{[](int x) {
        for (;;) x = here().parent().switch_to(2 * x);
      }};
      int sum = g.switch_to(start);
      co_await yielded();
      sum += g.switch_to(start + 1);
      co_await sleep(1ms);
      sum += g.switch_to(start + 2);
      co_return sum;
    };
    const task<int> a = spawn(body(1));
    const task<int> b = spawn(body(10));
    EXPECT_EQ(a.get(), 12);
    EXPECT_EQ(b.get(), 66);
    EXPECT_EQ(await(body(1)), 12);
  });
}

TEST(GeneratorInCoTask, GoesOnAcrossCoAwaitAndMustNotWait) {
  simulation sim;
  sim.run([] {
    const auto body = []() -> co_task<int> {
      generator<int> counts{[](auto& y) {
        for (int i = 1; i < 4; ++i) {
          EXPECT_THROW(sleep_for(1ms), std::logic_error);
          y(i);
        }
      }};
      int sum = 0;
      while (const std::optional<int> n = counts.next()) {
        sum += *n;
        co_await yielded();
      }
      co_return sum;
    };
    const task<int> a = spawn(body());
    const task<int> b = spawn(body());
    EXPECT_EQ(a.get() + b.get(), 12);
    EXPECT_EQ(await(body()), 6);
  });
}

TEST(GeneratorInCoTask, OneStartedThereGoesOnInACoroutineWithAStack) {
  simulation sim;
  sim.run([] {
    generator<int> counts{[](auto& y) {
      for (int i = 1;; ++i) y(i);
    }};
    spawn([&]() -> co_task<> {
      EXPECT_EQ(*counts.next(), 1);
      co_return;
    }).get();
    EXPECT_EQ(*counts.next(), 2);
    spawn([&]() -> co_task<> {
      EXPECT_EQ(*counts.next(), 3);
      co_return;
    }).get();
  });
}

}  // namespace
}  // namespace weft
