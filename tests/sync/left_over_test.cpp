// Coroutines that still wait for an object when main ends, and with it the object: they are cancelled without touching
// it.
#include <gtest/gtest.h>

#include <chrono>
#include <mutex>

#include "sync/story.hpp"
#include "weft/barrier.hpp"
#include "weft/channel.hpp"
#include "weft/condition_variable.hpp"
#include "weft/errors.hpp"
#include "weft/event.hpp"
#include "weft/latch.hpp"
#include "weft/mutex.hpp"
#include "weft/queue.hpp"
#include "weft/semaphore.hpp"
#include "weft/shared_mutex.hpp"

namespace weft::tests {
namespace {

using namespace std::chrono_literals;

TEST(LeftOver, AreCancelledAlthoughWhatTheyWaitForIsGone) {
  story told;
  run_virtually([&] {
    mutex m, free;
    shared_mutex s;
    condition_variable c;
    semaphore permits(0);
    event e;
    latch l(1);
    barrier b(2);
    queue<int> q, full(0);
    channel<int> ch;
    m.lock();
    s.lock();
    auto left_over = [&](const char* name, auto wait) {
      spawn([&told, name, wait] {
        try {
          wait();
        } catch (const cancelled&) {
          told(name);
          throw;
        }
      });
    };
    left_over("mutex", [&] { m.lock(); });
    left_over("exclusive", [&] { s.lock(); });
    left_over("shared", [&] { s.lock_shared(); });
    left_over("semaphore", [&] { permits.acquire(); });
    left_over("event", [&] { e.wait_for(1h); });
    left_over("latch", [&] { l.wait(); });
    left_over("barrier", [&] { b.arrive_and_wait(); });
    left_over("get", [&] { q.get(); });
    left_over("put", [&] { full.put(1); });
    left_over("receive", [&] { ch.receive(); });
    left_over("condition", [&] {
      std::unique_lock guard(free);
      c.wait(guard);
    });
    yield();
    m.unlock();  // handed over to one that will never run with it
    s.unlock();
    told("end");
  });
  EXPECT_EQ(told.text(), "end mutex exclusive shared semaphore event latch barrier get put receive condition");
}

}  // namespace
}  // namespace weft::tests
