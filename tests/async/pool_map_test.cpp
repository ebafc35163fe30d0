// pool: map and imap.
#include "weft/pool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/recorded.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::simulation;
using testing::ElementsAre;

class PoolMap : public testing::Test {
 protected:
  std::int64_t seconds() { return (sim.clock.now_ns() - start_ns) / 1'000'000'000; }
  simulation sim;
  const std::int64_t start_ns = sim.clock.now_ns();
  std::vector<std::string> story;
};

// ---- map

TEST_F(PoolMap, MapKeepsTheOrderOfTheElements) {
  sim.run([] {
    pool p(3);
    const std::vector<int> seconds{3, 1, 2, 5, 4};
    EXPECT_THAT(p.map(seconds,
                      [](int s) {
                        sleep_for(std::chrono::seconds(s));
                        return std::to_string(s);
                      }),
                ElementsAre("3", "1", "2", "5", "4"));
    EXPECT_THAT(p.map(std::vector<int>(), [](int i) { return i; }), ElementsAre());
    EXPECT_THAT(p.map(std::views::iota(1, 4), [](int i) { return i * i; }), ElementsAre(1, 4, 9));
  });
}

TEST_F(PoolMap, MapTakesMoveOnlyElementsAndResults) {
  sim.run([] {
    pool p(2);
    std::vector<std::unique_ptr<int>> data;
    data.push_back(std::make_unique<int>(1));
    data.push_back(std::make_unique<int>(2));
    const auto doubled =
        p.map(std::ranges::subrange(std::make_move_iterator(data.begin()), std::make_move_iterator(data.end())),
              [](std::unique_ptr<int> i) { return std::make_unique<int>(2 * *i); });
    EXPECT_EQ(*doubled[0], 2);
    EXPECT_EQ(*doubled[1], 4);
  });
}

TEST_F(PoolMap, MapOfNothingReturnsNothing) {
  sim.run([&] {
    pool p(2);
    p.map(std::vector<int>{1, 2}, [&](int& i) { story.push_back(std::to_string(i)); });
  });
  EXPECT_THAT(story, ElementsAre("1", "2"));
}

TEST_F(PoolMap, MapThrowsTheFirstFailureInTimeAfterTheOthersEnded) {
  sim.run([&] {
    pool p(3);
    int ended = 0;
    try {
      p.map(std::vector<int>{9, 3, 1, 7}, [&](int s) {
        struct at_the_end {
          int& count;
          ~at_the_end() { ++count; }
        } const counts{ended};
        sleep_for(std::chrono::seconds(s));
        if (s == 3 || s == 7) throw std::runtime_error(std::to_string(s) + " failed");
      });
      FAIL() << "nothing was thrown";
    } catch (const std::runtime_error& e) {
      EXPECT_STREQ(e.what(), "3 failed");
    }
    EXPECT_EQ(ended, 4);
    EXPECT_EQ(p.free(), 3U);
  });
  EXPECT_EQ(seconds(), 3);
}

TEST_F(PoolMap, MapStopsSpawningAfterAFailure) {
  sim.run([&] {
    pool p(1);
    int begun = 0;
    EXPECT_THROW(p.map(std::views::iota(0, 100),
                       [&](int i) {
                         ++begun;
                         if (i == 2) throw std::out_of_range("2");
                       }),
                 std::out_of_range);
    EXPECT_EQ(begun, 3);
  });
}

TEST_F(PoolMap, ACancelledMapCancelsItsJobsAndWaits) {
  sim.run([&] {
    pool p(2);
    int ended = 0;
    const auto mapper = spawn([&] {
      p.map(std::views::iota(0, 5), [&](int) {
        try {
          sleep_for(1h);
        } catch (const cancelled&) {
          yield();
          ++ended;
          throw;
        }
      });
    });
    yield();
    yield();
    EXPECT_TRUE(mapper.kill());
    EXPECT_EQ(ended, 2);
    EXPECT_EQ(p.free(), 2U);
  });
}

// ---- imap

TEST_F(PoolMap, ImapGivesResultsInTheOrderOfTheElements) {
  sim.run([&] {
    pool p(3);
    std::vector<int> got;
    for (const int i : p.imap(std::vector<int>{3, 1, 2}, [](int s) {
           sleep_for(std::chrono::seconds(s));
           return s;
         })) {
      got.push_back(i);
    }
    EXPECT_THAT(got, ElementsAre(3, 1, 2));
  });
}

TEST_F(PoolMap, ImapUnorderedGivesThemAsTheyCome) {
  sim.run([&] {
    pool p(3);
    auto results = p.imap_unordered(std::vector<int>{3, 1, 2}, [](int s) {
      sleep_for(std::chrono::seconds(s));
      return s;
    });
    EXPECT_EQ(results.next(), 1);
    EXPECT_EQ(seconds(), 1);
    EXPECT_EQ(results.next(), 2);
    EXPECT_EQ(results.next(), 3);
    EXPECT_EQ(results.next(), std::nullopt);
    EXPECT_EQ(results.next(), std::nullopt);
  });
}

TEST_F(PoolMap, AFailedJobThrowsFromNextAndTheNextOneGoesOn) {
  sim.run([&] {
    pool p(2);
    auto results = p.imap(std::vector<int>{1, 2, 3}, [](int i) {
      if (i == 2) throw std::out_of_range("two");
      return i;
    });
    EXPECT_EQ(results.next(), 1);
    EXPECT_THROW(results.next(), std::out_of_range);
    EXPECT_EQ(results.next(), 3);
    EXPECT_EQ(results.next(), std::nullopt);
  });
}

TEST_F(PoolMap, AnIteratorThatThrewGoesOn) {
  sim.run([&] {
    pool p(2);
    auto results = p.imap(std::vector<int>{1, 2, 3}, [](int i) {
      if (i == 2) throw std::out_of_range("two");
      return i;
    });
    auto i = results.begin();
    EXPECT_EQ(*i, 1);
    EXPECT_THROW(++i, std::out_of_range);
    EXPECT_NE(i, std::default_sentinel);
    ++i;
    EXPECT_EQ(*i, 3);
    ++i;
    EXPECT_EQ(i, std::default_sentinel);
  });
}

TEST_F(PoolMap, MaxWaitingBoundsWhatNobodyHasTaken) {
  sim.run([&] {
    pool p(10);
    int begun = 0;
    auto results = p.imap_unordered(
        std::views::iota(0, 100),
        [&](int i) {
          ++begun;
          return i;
        },
        2);
    sleep_for(1s);
    EXPECT_EQ(begun, 2);
    EXPECT_TRUE(results.next().has_value());
    sleep_for(1s);
    EXPECT_EQ(begun, 3);
  });
}

TEST_F(PoolMap, DroppedResultsCancelWhatHasNotEnded) {
  sim.run([&] {
    pool p(2);
    int ended = 0;
    {
      auto results = p.imap(std::views::iota(0, 100), [&](int i) {
        struct at_the_end {
          int& count;
          ~at_the_end() { ++count; }
        } const counts{ended};
        if (i > 0) sleep_for(1h);
        return i;
      });
      EXPECT_EQ(results.next(), 0);
    }
    EXPECT_EQ(p.size(), 0U);
    EXPECT_LE(ended, 4);
  });
  EXPECT_EQ(seconds(), 0);
}

TEST_F(PoolMap, AnErrorOfTheRangeComesLast) {
  sim.run([&] {
    pool p(2);
    auto results = p.imap(std::views::iota(0, 5) | std::views::transform([](int i) {
                            if (i == 2) throw std::out_of_range("element");
                            return i;
                          }),
                          [](int i) { return i; });
    EXPECT_EQ(results.next(), 0);
    EXPECT_EQ(results.next(), 1);
    EXPECT_THROW(results.next(), std::out_of_range);
    EXPECT_EQ(results.next(), std::nullopt);
  });
}

TEST_F(PoolMap, AKilledJobOfAnImapIsCancelledForTheTaker) {
  sim.run([&] {
    pool p(1);
    auto results = p.imap(std::vector<int>{1}, [](int) { sleep_for(1h); });
    yield();
    yield();
    p.kill();
    EXPECT_THROW(results.next(), task_cancelled);
    EXPECT_EQ(results.next(), std::nullopt);
  });
}

}  // namespace
}  // namespace weft
