// The common base of tasks and futures: the order of an end, and listeners.
#include "weft/detail/async/completion.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "support/recorded.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using support::simulation;
using testing::ElementsAre;

struct told final : detail::completion_listener {
  explicit told(std::vector<std::string>& s) : story(s) {}
  void completed(detail::completion& c) noexcept override {
    story.push_back("told of " + std::string(c.status() == task_status::done ? "done" : "another end"));
  }
  std::vector<std::string>& story;
};

class Completion : public testing::Test {
 protected:
  simulation sim;
  std::vector<std::string> story;
};

TEST_F(Completion, AListenerIsToldAfterTheCallbacks) {
  sim.run([&] {
    const auto t = spawn([] {});
    told l(story);
    EXPECT_TRUE(detail::access::state(t)->listen(l));
    t.on_done([&] { story.push_back("callback"); });
    t.join();
    detail::access::state(t)->withdraw(l);
  });
  EXPECT_THAT(story, ElementsAre("callback", "told of done"));
}

TEST_F(Completion, AListenerStandsInLineWithTheJoiners) {
  // The listener wakes a third coroutine, so that the story shows the order of the wakes.
  struct waker final : detail::completion_listener {
    void completed(detail::completion&) noexcept override { other.cancel(); }
    task<> other;
  };
  sim.run([&] {
    const auto t = spawn("t", [] {
      yield();
      yield();
    });
    const auto joiner = [&](std::string name) {
      return spawn(name, [&, name] {
        t.join();
        story.push_back(name);
      });
    };
    waker l;
    l.other = spawn("other", [&] {
      try {
        sleep_for(std::chrono::hours(1));
      } catch (const cancelled&) {
        story.push_back("listener");
      }
    });
    const auto first = joiner("first");
    yield();
    EXPECT_TRUE(detail::access::state(t)->listen(l));
    const auto second = joiner("second");
    first.join();
    second.join();
    detail::access::state(t)->withdraw(l);
  });
  EXPECT_THAT(story, ElementsAre("first", "listener", "second"));
}

TEST_F(Completion, AWithdrawnListenerIsNotTold) {
  sim.run([&] {
    const auto t = spawn([] {});
    told l(story);
    EXPECT_TRUE(detail::access::state(t)->listen(l));
    detail::access::state(t)->withdraw(l);
    t.join();
  });
  EXPECT_THAT(story, ElementsAre());
}

TEST_F(Completion, ListeningToAnEndedOneIsRefused) {
  sim.run([&] {
    const auto t = spawn([] {});
    t.join();
    told l(story);
    EXPECT_FALSE(detail::access::state(t)->listen(l));
  });
  EXPECT_THAT(story, ElementsAre());
}

TEST_F(Completion, ACallbackFindsItOver) {
  bool joined = false;
  sim.run([&] {
    const task<int> t = spawn([] { return 5; });
    t.on_done([&](const task<int>& ended) {
      told l(story);
      EXPECT_FALSE(detail::access::state(ended)->listen(l));
      joined = ended.join_for(std::chrono::hours(1)) && ended.get() == 5;
    });
    t.join();
  });
  EXPECT_TRUE(joined);
}

TEST_F(Completion, WhoJoinsFromAnotherThreadWaitsForTheCallbacks) {
  task<int> t;
  std::atomic<bool> in_callback{false};
  std::atomic<bool> joins{false};
  int written = 0;  // not atomic: the join orders the accesses
  std::thread other([&] {
    while (!in_callback) std::this_thread::yield();
    EXPECT_TRUE(t.finished());
    joins = true;
    t.join();
    EXPECT_EQ(written, 1);
  });
  run([&] {
    t = spawn([] { return 5; });
    t.on_done([&] {
      in_callback = true;
      while (!joins) std::this_thread::yield();
      for (int i = 0; i < 100; ++i) std::this_thread::yield();
      written = 1;
    });
  });
  other.join();
}

}  // namespace
}  // namespace weft
