// The scheduler's tests depend on the fakes, so the fakes are tested too.
#include "support/fake_poller.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <thread>

namespace weft::support {
namespace {

using namespace std::chrono_literals;

TEST(FakeClock, AdvancesAndNeverGoesBack) {
  fake_clock clock;

  clock.advance(5ms);
  clock.advance(-5ms);

  EXPECT_EQ(clock.elapsed(), 5ms);
  EXPECT_EQ(clock.now_ns(), fake_clock::start_ns + 5'000'000);
}

class fake_poller_test : public testing::Test {
 protected:
  fake_clock clock_;
  fake_poller poller_{clock_};
  std::array<core::io_event, 4> events_;
};

TEST_F(fake_poller_test, WaitWithNothingQueuedLetsTheTimePass) {
  EXPECT_EQ(poller_.wait(events_, 3'000'000), 0U);

  EXPECT_EQ(clock_.elapsed(), 3ms);
}

TEST_F(fake_poller_test, WaitWithSomethingQueuedTakesNoTime) {
  poller_.watch(5, 1);
  poller_.make_readable(5);

  EXPECT_EQ(poller_.wait(events_, 3'000'000), 1U);

  EXPECT_EQ(clock_.elapsed(), 0ms);
}

TEST_F(fake_poller_test, LookingTakesNoTime) {
  EXPECT_EQ(poller_.wait(events_, 0), 0U);

  EXPECT_EQ(clock_.elapsed(), 0ms);
  EXPECT_EQ(poller_.hopeless_waits(), 0U);
}

TEST_F(fake_poller_test, EndlessWaitWithNothingQueuedIsHopeless) {
  EXPECT_EQ(poller_.wait(events_, -1), 0U);

  EXPECT_EQ(poller_.hopeless_waits(), 1U);
  EXPECT_EQ(poller_.last_timeout_ns(), -1);
}

TEST_F(fake_poller_test, ReportsInTheOrderInWhichTheyBecameReady) {
  for (const int fd : {5, 6, 7}) poller_.watch(fd, static_cast<std::uint32_t>(fd));
  poller_.make_readable(7);
  poller_.make_writable(5);

  ASSERT_EQ(poller_.wait(events_, -1), 2U);

  EXPECT_EQ(events_[0].fd, 7);
  EXPECT_EQ(events_[0].generation, 7U);
  EXPECT_EQ(events_[0].ready, diary::fd_readable_bit);
  EXPECT_EQ(events_[1].fd, 5);
  EXPECT_EQ(events_[1].ready, diary::fd_writable_bit);
}

TEST_F(fake_poller_test, ReportsAnEdgeOnceAndTheLevelAgainAfterRearm) {
  poller_.watch(5, 1);
  poller_.make_readable(5);
  EXPECT_EQ(poller_.wait(events_, 0), 1U);
  EXPECT_EQ(poller_.wait(events_, 0), 0U);

  poller_.rearm(5, 1);

  EXPECT_EQ(poller_.wait(events_, 0), 1U);
}

TEST_F(fake_poller_test, DrainedFdIsNotReportedByRearm) {
  poller_.watch(5, 1);
  poller_.make_readable(5);
  EXPECT_EQ(poller_.wait(events_, 0), 1U);

  poller_.drain(5);
  poller_.rearm(5, 1);

  EXPECT_EQ(poller_.wait(events_, 0), 0U);
}

TEST_F(fake_poller_test, ReadinessFromBeforeIsReportedWhenWatched) {
  poller_.make_readable(5);

  poller_.watch(5, 3);

  ASSERT_EQ(poller_.wait(events_, 0), 1U);
  EXPECT_EQ(events_[0].generation, 3U);
}

TEST_F(fake_poller_test, ForgottenFdIsSilentAndUnknown) {
  poller_.watch(5, 1);
  poller_.make_readable(5);

  poller_.forget(5);

  EXPECT_EQ(poller_.wait(events_, 0), 0U);
  EXPECT_EQ(poller_.rearm(5, 1), ENOENT);
  EXPECT_FALSE(poller_.watched(5));
}

TEST_F(fake_poller_test, RefusesWhatItWasToldToRefuse) {
  poller_.refuse(5, EPERM);

  EXPECT_EQ(poller_.watch(5, 1), EPERM);
}

TEST_F(fake_poller_test, NotifyEndsTheNextWaitWithoutTimePassing) {
  poller_.notify();

  EXPECT_EQ(poller_.wait(events_, 1'000'000), 0U);

  EXPECT_EQ(clock_.elapsed(), 0ms);
}

TEST_F(fake_poller_test, NotifyFromAnotherThreadEndsABlockingWait) {
  poller_.block_when_hopeless(true);
  std::thread other([&] { poller_.notify(); });

  EXPECT_EQ(poller_.wait(events_, -1), 0U);

  other.join();
  EXPECT_EQ(poller_.notifications(), 1U);
}

}  // namespace
}  // namespace weft::support
