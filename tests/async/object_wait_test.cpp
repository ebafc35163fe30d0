// The end of a wait in an object's list is the same in each form: a coroutine with a stack that calls wait_in_line(), a
// co_task that was spawned, a co_task that await() drives. The object may be gone by then.
#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "core/scheduler.hpp"
#include "support/recorded.hpp"
#include "trace/words/states.hpp"
#include "weft/co_task.hpp"
#include "weft/detail/sync/wait_line.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using support::simulation;

// Hands out tickets, as a semaphore its permits; can be awaited too.
class ticket_office {
 public:
  ~ticket_office() { detail::forget_grants_of(object_); }

  void bring_one() {
    const std::lock_guard guard(object_.lock);
    if (detail::waiter* const w = waiters_.pop_front()) {
      detail::wake(object_, *w);
    } else {
      ++tickets;
    }
  }
  void take_one() {
    detail::waiter w;
    if (detail::object* const o = stand_in_line(w)) {
      detail::wait_in_line(*o, w, diary::wait_reason::semaphore, detail::forever, [this] { bring_one(); });
    }
  }
  class wait final : public detail::object_wait {
   public:
    explicit wait(ticket_office& o) : object_wait(diary::wait_reason::semaphore), office_(o) {}
    void await_resume() { finish(); }

   private:
    detail::object* stand_in_line(detail::waiter& w) override { return office_.stand_in_line(w); }
    void give_back(detail::waiter&) noexcept override { office_.bring_one(); }
    ticket_office& office_;
  };
  struct ticket {
    ticket_office& of;
    wait operator co_await() const { return wait(of); }
  };

  int tickets = 0;

 private:
  detail::object* stand_in_line(detail::waiter& w) {
    object_.lock.lock();
    if (tickets == 0) {
      waiters_.push_back(w);
      return &object_;
    }
    --tickets;
    object_.lock.unlock();
    return nullptr;
  }

  detail::object object_{diary::object_kind::semaphore, "tickets"};
  detail::wait_line waiters_;
};

}  // namespace

// A co_task awaits it without a proxy, as it does the awaitables of weft.
template <>
inline constexpr bool detail::is_native<ticket_office::ticket> = true;

namespace {

enum class form { with_a_stack, spawned, awaited };

class ObjectWait : public testing::TestWithParam<form> {
 protected:
  // A task that takes one ticket. It waits when this returns, if there is none.
  task<> take_one() {
    ticket_office& o = *office;
    const auto body = [](ticket_office& from) -> co_task<> { co_await ticket_office::ticket{from}; };
    task<> t;
    switch (GetParam()) {
      case form::with_a_stack:
        t = spawn([&o] { o.take_one(); });
        break;
      case form::spawned:
        t = spawn([&o, body] { return body(o); });
        break;
      case form::awaited:
        t = spawn([&o, body] { await(body(o)); });
        break;
    }
    yield();
    return t;
  }
  // Another thread brings one. The task is ready when this returns, but has not run.
  void bring_one_from_outside(const task<>& t) const {
    std::thread([this] { office->bring_one(); }).join();
    const core::coroutine& c = *core::scheduler::current()->find(t.id());
    while (c.status == diary::coroutine_status::blocked) yield();
  }

  simulation sim;
  std::unique_ptr<ticket_office> office = std::make_unique<ticket_office>();
};

INSTANTIATE_TEST_SUITE_P(Forms, ObjectWait, testing::Values(form::with_a_stack, form::spawned, form::awaited),
                         [](const auto& param) {
                           return std::string(param.param == form::with_a_stack ? "WithAStack"
                                              : param.param == form::spawned    ? "Spawned"
                                                                                : "Awaited");
                         });

TEST_P(ObjectWait, NothingToWaitForIsNoWait) {
  sim.run([&] {
    office->tickets = 1;
    EXPECT_EQ(take_one().status(), task_status::done);
    EXPECT_EQ(office->tickets, 0);
  });
}

TEST_P(ObjectWait, CancelledBeforeTheGrantItLeavesTheLine) {
  sim.run([&] {
    const task<> t = take_one();
    t.cancel();
    office->bring_one();
    t.join();
    EXPECT_EQ(t.status(), task_status::cancelled);
    EXPECT_EQ(office->tickets, 1);
  });
}

TEST_P(ObjectWait, CancelledAfterTheGrantItGivesTheTicketToTheNext) {
  sim.run([&] {
    const task<> first = take_one();
    const task<> second = take_one();
    office->bring_one();
    first.cancel();
    first.join();
    second.join();
    EXPECT_EQ(first.status(), task_status::cancelled);
    EXPECT_EQ(second.status(), task_status::done);
    EXPECT_EQ(office->tickets, 0);
  });
}

TEST_P(ObjectWait, CancelledWhenTheObjectIsGoneItGivesNothingBack) {
  sim.run([&] {
    const task<> t = take_one();
    office->bring_one();
    office.reset();
    t.cancel();
    t.join();
    EXPECT_EQ(t.status(), task_status::cancelled);
  });
}

TEST_P(ObjectWait, GrantedByAnotherThreadItGoesOnThoughTheObjectIsGone) {
  sim.run([&] {
    const task<> t = take_one();
    bring_one_from_outside(t);
    office.reset();
    t.join();
    EXPECT_EQ(t.status(), task_status::done);
  });
}

TEST_P(ObjectWait, GrantedByAnotherThreadAndCancelledWhenTheObjectIsGone) {
  sim.run([&] {
    const task<> t = take_one();
    bring_one_from_outside(t);
    office.reset();
    t.cancel();
    t.join();
    EXPECT_EQ(t.status(), task_status::cancelled);
  });
}

TEST_P(ObjectWait, AnObjectThatIsDestroyedLeavesItsWaitersToTheirCancellation) {
  sim.run([&] {
    const task<> t = take_one();
    office.reset();
    t.cancel();
    t.join();
    EXPECT_EQ(t.status(), task_status::cancelled);
  });
}

}  // namespace
}  // namespace weft
