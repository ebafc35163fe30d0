// An object may be destroyed after it has woken a coroutine that has not run yet and is then cancelled. That happens
// with main's locals and left-over coroutines. What was handed over is not given back to the destroyed object.
#include <gtest/gtest.h>

#include <memory>
#include <mutex>

#include "support/recorded.hpp"
#include "weft/condition_variable.hpp"
#include "weft/mutex.hpp"
#include "weft/queue.hpp"
#include "weft/semaphore.hpp"
#include "weft/shared_mutex.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using support::simulation;

// Runs `waits` until it waits, calls `grant`, destroys the object and cancels the woken coroutine.
template <class T, class Wait, class Grant>
task_status status_after_grant_end_and_cancel(std::unique_ptr<T> object, Wait waits, Grant grant) {
  simulation sim;
  task_status status = task_status::pending;
  sim.run([&] {
    const task<> t = spawn([o = object.get(), &waits] { waits(*o); });
    yield();
    grant(*object);
    object.reset();
    t.cancel();
    t.join();
    status = t.status();
  });
  return status;
}

TEST(DestroyedObject, GetterThatWasPromisedAnItemIsCancelled) {
  EXPECT_EQ(status_after_grant_end_and_cancel(
                std::make_unique<queue<int>>(), [](queue<int>& q) { q.get(); }, [](queue<int>& q) { q.put(1); }),
            task_status::cancelled);
}

TEST(DestroyedObject, PutterThatGotAPlaceIsCancelled) {
  const auto fill = [](queue<int>& q) {
    q.put(1);
    q.put(2);
  };
  EXPECT_EQ(status_after_grant_end_and_cancel(std::make_unique<queue<int>>(1), fill, [](queue<int>& q) { q.get(); }),
            task_status::cancelled);
}

TEST(DestroyedObject, WhoGotAPermitIsCancelled) {
  EXPECT_EQ(status_after_grant_end_and_cancel(
                std::make_unique<semaphore>(0), [](semaphore& s) { s.acquire(); }, [](semaphore& s) { s.release(); }),
            task_status::cancelled);
}

TEST(DestroyedObject, WhoWasNotifiedIsCancelled) {
  struct box {
    mutex lock;
    condition_variable changed;
  };
  EXPECT_EQ(status_after_grant_end_and_cancel(
                std::make_unique<box>(),
                [](box& b) {
                  std::unique_lock guard(b.lock);
                  b.changed.wait(guard);
                },
                [](box& b) { b.changed.notify_one(); }),
            task_status::cancelled);
}

TEST(DestroyedObject, WhoGotALockIsCancelled) {
  auto m = std::make_unique<mutex>();
  simulation sim;
  sim.run([&] {
    m->lock();
    const task<> t = spawn([o = m.get()] { o->lock(); });
    yield();
    m->unlock();
    m.reset();
    t.cancel();
    t.join();
    EXPECT_EQ(t.status(), task_status::cancelled);
  });
}

TEST(DestroyedObject, WhoGotASharedLockInEitherWayIsCancelled) {
  for (const bool shared : {false, true}) {
    auto m = std::make_unique<shared_mutex>();
    simulation sim;
    sim.run([&] {
      m->lock();
      const task<> t = spawn([o = m.get(), shared] { shared ? o->lock_shared() : o->lock(); });
      yield();
      m->unlock();
      m.reset();
      t.cancel();
      t.join();
      EXPECT_EQ(t.status(), task_status::cancelled);
    });
  }
}

}  // namespace
}  // namespace weft
