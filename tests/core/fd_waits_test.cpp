// Whom what happens to a file descriptor wakes; without a scheduler around it.
#include "core/fd_waits.hpp"

#include <gtest/gtest.h>

#include "support/fake_clock.hpp"
#include "support/fake_poller.hpp"

namespace weft {
namespace {

using detail::direction;

constexpr std::uint32_t readable = diary::fd_readable_bit;
constexpr std::uint32_t writable = diary::fd_writable_bit;
constexpr std::uint32_t error = diary::fd_error_bit;

class FdWaits : public testing::Test {
 protected:
  // A coroutine that is blocked on fd 3.
  struct waiting {
    waiting(FdWaits& t, direction d) {
      place.coroutine = &self;
      core::transitions::be_born_ready(self);
      core::transitions::run(self);
      t.fds.stand_in_line(self, t.fds.watch(3, false), 3, d, place);
      core::transitions::block(self, diary::wait_reason::fd_readable, 0);
    }
    bool is_ready() const { return self.status == diary::coroutine_status::ready; }
    core::coroutine self;
    detail::waiter place;
  };

  ~FdWaits() override { inbox.close(); }
  void report(std::uint32_t bits) { fds.dispatch(3, fds.find(3)->generation, bits); }

  support::fake_clock clock;
  support::fake_poller poller{clock};
  core::inbox& inbox = *core::inbox::open(poller);
  core::ready_queue ready;
  core::pen pen;
  core::fd_waits fds{poller, inbox, ready, pen};
};

TEST_F(FdWaits, AReportWakesAllWhoWaitInThatDirectionInTheirOrder) {
  waiting first(*this, direction::readable);
  waiting second(*this, direction::readable);
  waiting writer(*this, direction::writable);
  report(readable);
  EXPECT_EQ(ready.pop(), &first.self);
  EXPECT_EQ(ready.pop(), &second.self);
  EXPECT_FALSE(writer.is_ready());
  EXPECT_TRUE(fds.any());
  fds.leave_line(writer.place);
  EXPECT_FALSE(fds.any());
}

TEST_F(FdWaits, AnErrorWakesBothDirections) {
  waiting reader(*this, direction::readable);
  waiting writer(*this, direction::writable);
  report(error);
  EXPECT_TRUE(reader.is_ready());
  EXPECT_TRUE(writer.is_ready());
}

TEST_F(FdWaits, AReportThatNobodyWaitsForIsKept) {
  fds.watch(3, false);
  report(readable | writable);
  EXPECT_EQ(fds.find(3)->edges, readable | writable);
}

TEST_F(FdWaits, AReportOfTheFormerFdOfThatNumberWakesNobody) {
  waiting reader(*this, direction::readable);
  fds.dispatch(3, fds.find(3)->generation + 1, readable);
  EXPECT_FALSE(reader.is_ready());
  EXPECT_TRUE(fds.leave_line(reader.place));
}

TEST_F(FdWaits, AClosingWakesWhoWaitsAndWasForAFormerFd) {
  waiting reader(*this, direction::readable);
  EXPECT_FALSE(fds.waits_for_former_fd(reader.self));
  fds.close(3);
  EXPECT_TRUE(reader.is_ready());
  EXPECT_TRUE(fds.waits_for_former_fd(reader.self));
  EXPECT_FALSE(fds.leave_line(reader.place));
}

TEST_F(FdWaits, WhatIsHeldBackIsReportedLater) {
  waiting reader(*this, direction::readable);
  fds.hold(3, fds.find(3)->generation, readable);
  EXPECT_FALSE(reader.is_ready());
  fds.report_held();
  EXPECT_TRUE(reader.is_ready());
}

}  // namespace
}  // namespace weft
