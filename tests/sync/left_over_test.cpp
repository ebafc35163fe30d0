// Coroutines still wait for an object when main ends and destroys it: they are cancelled without a use of the object.
#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <mutex>
#include <new>

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

struct everything {
  mutex m, free;
  shared_mutex s;
  condition_variable c;
  semaphore permits{0};
  event e;
  latch l{1};
  barrier b{2};
  queue<int> q, full{0}, jobs;
  channel<int> ch;
};

// Memory for main's locals; after their destruction it is overwritten, so that a spinlock in it looks locked for ever.
struct place {
  everything* make() { return new (bytes) everything; }
  void destroy(everything* e) {
    e->~everything();
    std::memset(bytes, 0xee, sizeof bytes);
  }
  alignas(everything) unsigned char bytes[sizeof(everything)];
};

TEST(LeftOver, AreCancelledAlthoughWhatTheyWaitForIsGone) {
  story told;
  place memory;
  run_virtually([&] {
    everything* const all = memory.make();
    all->m.lock();
    all->s.lock();
    all->jobs.put(1);
    auto left_over = [&](const char* name, auto wait) {
      spawn([&told, name, wait, all] {
        try {
          wait(*all);
        } catch (const cancelled&) {
          told(name);
          throw;
        }
      });
    };
    left_over("mutex", [](everything& o) { o.m.lock(); });
    left_over("exclusive", [](everything& o) { o.s.lock(); });
    left_over("shared", [](everything& o) { o.s.lock_shared(); });
    left_over("semaphore", [](everything& o) { o.permits.acquire(); });
    left_over("event", [](everything& o) { o.e.wait_for(1h); });
    left_over("latch", [](everything& o) { o.l.wait(); });
    left_over("barrier", [](everything& o) { o.b.arrive_and_wait(); });
    left_over("get", [](everything& o) { o.q.get(); });
    left_over("put", [](everything& o) { o.full.put(1); });
    left_over("join", [](everything& o) { o.jobs.join(); });
    left_over("receive", [](everything& o) { o.ch.receive(); });
    left_over("condition", [](everything& o) {
      std::unique_lock guard(o.free);
      o.c.wait(guard);
    });
    yield();
    told("end");
    memory.destroy(all);
  });
  EXPECT_EQ(told.text(), "end mutex exclusive shared semaphore event latch barrier get put join receive condition");
}

}  // namespace
}  // namespace weft::tests
