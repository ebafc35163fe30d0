// Greenlets, threads, coroutines and generators.
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "strand/greenlet_helpers.hpp"
#include "weft/generator.hpp"
#include "weft/greenlet.hpp"
#include "weft/mutex.hpp"
#include "weft/run.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"

namespace {

using weft::greenlet;
using weft::tests::message_of;
using weft::tests::root;
using weft::tests::says;
using weft::tests::strings;
using weft::tests::suspended;

// ---- threads

TEST(GreenletThreads, OneOfAnotherThreadIsRefusedAndUnchanged) {
  greenlet<int> g{[](int x) { return x; }};
  strings messages;

  std::thread([&] {
    messages.push_back(message_of([&] { g.switch_to(1); }));
    messages.push_back(message_of([&] { g.kill(); }));
  }).join();

  for (const auto& m : messages) EXPECT_NE(m.find("different thread"), std::string::npos) << m;
  EXPECT_FALSE(g.dead());
  EXPECT_EQ(g.switch_to(4), 4);
}

TEST(GreenletThreads, OneOfAThreadThatHasEndedSaysSo) {
  greenlet<int> g;
  std::thread([&] { g = greenlet<int>{[](int x) { return x; }}; }).join();

  const std::string message = message_of([&] { g.switch_to(1); });

  EXPECT_NE(message.find("which has exited"), std::string::npos) << message;
}

TEST(GreenletThreads, TheRootOfAnotherThreadIsNoParent) {
  const greenlet<int> g{[] {}};
  greenlet<int> other_root;
  std::thread([&] { other_root = root(); }).join();

  EXPECT_THROW(g.set_parent(other_root), std::logic_error);
}

TEST(GreenletThreads, ASuspendedOneDroppedElsewhereIsUnwoundByItsThreadAtTheNextSwitch) {
  strings log;
  greenlet<int> g = suspended(log, "unwound");
  std::thread([g = std::move(g)] {}).join();
  EXPECT_EQ(log, strings());

  greenlet<int>([] {}).switch_to();

  EXPECT_EQ(log, strings{"unwound"});
}

TEST(GreenletThreads, ASuspendedOneOfAThreadThatHasEndedIsNeverUnwound) {
  strings log;
  greenlet<int> g;
  std::thread([&] { g = suspended(log, "unwound"); }).join();

  g = greenlet<int>();

  EXPECT_EQ(log, strings());
}

TEST(GreenletThreads, EachThreadHasItsOwnRoot) {
  std::uint64_t other = 0;

  std::thread([&] { other = root().id(); }).join();

  EXPECT_NE(other, root().id());
}

// ---- inside coroutines

TEST(GreenletInCoroutine, TheCoroutinesStackIsTheRoot) {
  const auto outside = root().id();
  std::vector<std::uint64_t> roots;
  weft::run([&] {
    roots.push_back(root().id());
    weft::spawn([&] { roots.push_back(root().id()); }).join();
    roots.push_back(root().id());
  });

  EXPECT_NE(roots[0], outside);
  EXPECT_NE(roots[0], roots[1]);
  EXPECT_EQ(roots[0], roots[2]);
  EXPECT_EQ(root().id(), outside);
}

TEST(GreenletInCoroutine, AWaitInAGreenletSuspendsTheCoroutineAndReturnsIntoTheGreenlet) {
  strings order;
  weft::run([&] {
    auto other = weft::spawn([&] {
      greenlet<int> g{[&] {
        order.emplace_back("other's greenlet");
        weft::yield();
        order.emplace_back("other's greenlet again");
      }};
      g.switch_to();
    });
    greenlet<int> g{[&] {
      order.emplace_back("before");
      weft::yield();
      order.emplace_back("after");
      weft::yield();
      return 1;
    }};
    order.push_back("got " + std::to_string(g.switch_to()));
    other.join();
  });

  EXPECT_EQ(order, (strings{"before", "other's greenlet", "after", "other's greenlet again", "got 1"}));
}

TEST(GreenletInCoroutine, OneOfAnotherCoroutineIsRefusedAndUnchanged) {
  std::string message;
  weft::run([&] {
    greenlet<int> g{[](int x) { return x; }};
    weft::spawn([&] { message = message_of([&] { g.switch_to(1); }); }).join();
    EXPECT_EQ(g.switch_to(2), 2);
  });

  EXPECT_NE(message.find("different thread"), std::string::npos) << message;
}

TEST(GreenletInCoroutine, OneOfACoroutineThatHasEndedSaysSo) {
  std::string message;
  weft::run([&] {
    greenlet<int> g;
    weft::spawn([&] { g = greenlet<int>{[](int x) { return x; }}; }).join();
    message = message_of([&] { g.switch_to(1); });
  });

  EXPECT_NE(message.find("which has exited"), std::string::npos) << message;
}

TEST(GreenletInCoroutine, ASuspendedOneOutlivesItsCoroutineAndIsUnwoundWithItsLastReference) {
  strings log;
  weft::run([&] {
    greenlet<int> g;
    weft::spawn([&] { g = suspended(log, "unwound"); }).join();
    EXPECT_EQ(log, strings());
    g = greenlet<int>();
  });

  EXPECT_EQ(log, strings{"unwound"});
}

TEST(GreenletInCoroutine, GreenletsOutsideOfARunKeepTheirStateAcrossIt) {
  const greenlet<int> main = root();
  greenlet<int> g{[&](int x) { return main.switch_to(x + 1) + 10; }};
  EXPECT_EQ(g.switch_to(1), 2);

  weft::run([&] { EXPECT_THROW(g.switch_to(2), std::logic_error); });

  EXPECT_EQ(g.switch_to(5), 15);
}

TEST(GreenletInCoroutine, IdentityAndLocksAreTheCoroutines) {
  weft::run([&] {
    weft::mutex m;
    m.lock();
    const auto id = weft::this_coroutine::id();
    greenlet<int> g{[&] {
      EXPECT_EQ(weft::this_coroutine::id(), id);
      m.unlock();
    }};
    g.switch_to();
    EXPECT_TRUE(m.try_lock());
    m.unlock();
  });
}

TEST(GreenletInCoroutine, CancellationComesOutOfTheWaitAndGoesUpToTheRoot) {
  strings log;
  weft::run([&] {
    auto t = weft::spawn([&] {
      const says at_end{log, "root unwound"};
      greenlet<int> g{[&] {
        const says inner{log, "greenlet unwound"};
        weft::yield();
      }};
      g.switch_to();
      log.emplace_back("not reached");
    });
    weft::yield();
    t.kill();
  });

  EXPECT_EQ(log, (strings{"greenlet unwound", "root unwound"}));
}

TEST(GreenletInCoroutine, AThousandCoroutinesWithGreenletsOneAfterTheOther) {
  int sum = 0;
  weft::run([&] {
    for (int i = 0; i < 1000; ++i) {
      weft::spawn([&] {
        greenlet<int> g{[](int x) { return x + 1; }};
        sum += g.switch_to(1);
      }).join();
    }
  });

  EXPECT_EQ(sum, 2000);
}

TEST(GreenletInCoroutine, ASuspendedOneDroppedOnAnotherThreadIsUnwoundByASchedulerThatWaits) {
  strings log;
  weft::run([&] {
    greenlet<int> g = suspended(log, "unwound");
    std::thread([g = std::move(g)] {}).join();
    while (log.empty()) weft::yield();
  });

  EXPECT_EQ(log, strings{"unwound"});
}

// ---- with generators

TEST(GreenletAndGenerator, AGeneratorConsumedInAGreenletMaySwitchAway) {
  const greenlet<int> main = root();
  greenlet<int> g{[&](int) {
    weft::generator<int> numbers_of{[&](auto& y) { y(main.switch_to(1)); }};
    return *numbers_of.next() * 2;
  }};

  EXPECT_EQ(g.switch_to(0), 1);
  EXPECT_EQ(g.switch_to(21), 42);
}

TEST(GreenletAndGenerator, AYieldOnTheStackOfAnotherGreenletIsALogicError) {
  std::string message;
  const greenlet<int> main = root();
  weft::generator<int> numbers_of{[&](auto& y) {
    greenlet<int> other{[&] { message = message_of([&] { y(1); }); }};
    other.switch_to();
    y(2);
  }};

  EXPECT_EQ(numbers_of.next(), 2);
  EXPECT_EQ(message, "yield of a generator that is running elsewhere");
}

}  // namespace
