#include "weft/shared_mutex.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <stdexcept>

#include "sync/story.hpp"
#include "weft/errors.hpp"

namespace weft::tests {
namespace {

using namespace std::chrono_literals;

// Keeps the lock for 10 ms, so that the virtual time shows which coroutines were inside together.
auto reader(shared_mutex& m, story& told, const char* name) {
  return [&m, &told, name] {
    const std::shared_lock guard(m);
    told(name);
    sleep_for(10ms);
  };
}
auto writer(shared_mutex& m, story& told, const char* name) {
  return [&m, &told, name] {
    const std::lock_guard guard(m);
    told(name);
    sleep_for(10ms);
  };
}

TEST(SharedMutex, ReadersShareAndWritersDoNot) {
  simulation world;
  story told;
  world.run([&] {
    shared_mutex m;
    const auto r1 = spawn(reader(m, told, "r1")), r2 = spawn(reader(m, told, "r2"));
    const auto w1 = spawn(writer(m, told, "w1")), w2 = spawn(writer(m, told, "w2"));
    w2.join();
  });
  EXPECT_EQ(told.text(), "r1 r2 w1 w2");
  EXPECT_EQ(world.clock.elapsed(), 30ms);
}

TEST(SharedMutex, AReaderDoesNotOvertakeAWaitingWriter) {
  simulation world;
  story told;
  world.run([&] {
    shared_mutex m;
    const auto r1 = spawn(reader(m, told, "r1"));
    const auto w1 = spawn(writer(m, told, "w1"));
    const auto r2 = spawn(reader(m, told, "r2")), r3 = spawn(reader(m, told, "r3"));
    const auto w2 = spawn(writer(m, told, "w2"));
    yield();
    EXPECT_FALSE(m.try_lock_shared());
    w2.join();
  });
  EXPECT_EQ(told.text(), "r1 w1 r2 r3 w2");
  EXPECT_EQ(world.clock.elapsed(), 40ms);
}

TEST(SharedMutex, AWriterThatGivesUpLetsTheReadersBehindItIn) {
  simulation world;
  story told;
  world.run([&] {
    shared_mutex m;
    m.lock_shared();
    const auto impatient = spawn([&] { told("writer", m.try_lock_for(1ms)); });
    const auto behind = spawn(reader(m, told, "reader"));
    behind.join();
    m.unlock_shared();
  });
  EXPECT_EQ(told.text(), "writer0 reader");
  EXPECT_EQ(world.clock.elapsed(), 11ms);
}

TEST(SharedMutex, ACancelledWriterLetsTheReadersBehindItIn) {
  story told;
  run_virtually([&] {
    shared_mutex m;
    m.lock_shared();
    const auto gone = spawn([&] { m.lock(); });
    const auto behind = spawn(reader(m, told, "reader"));
    yield();
    gone.cancel();
    behind.join();
    m.unlock_shared();
  });
  EXPECT_EQ(told.text(), "reader");
}

TEST(SharedMutex, AWriterCancelledAfterTheHandOverPassesItOn) {
  story told;
  run_virtually([&] {
    shared_mutex m;
    m.lock();
    const auto gone = spawn([&] { m.lock(); });
    const auto r1 = spawn(reader(m, told, "r1")), r2 = spawn(reader(m, told, "r2"));
    yield();
    m.unlock();
    gone.cancel();
    r2.join();
    EXPECT_TRUE(m.try_lock());
    m.unlock();
  });
  EXPECT_EQ(told.text(), "r1 r2");
}

TEST(SharedMutex, AReaderCancelledAfterTheHandOverPassesItOn) {
  run_virtually([] {
    shared_mutex m;
    m.lock();
    const auto gone = spawn([&] { m.lock_shared(); });
    const auto next = spawn([&] {
      const std::lock_guard guard(m);
      return true;
    });
    yield();
    m.unlock();
    gone.cancel();
    EXPECT_TRUE(next.get());
  });
}

TEST(SharedMutex, OneThatSharesItMaySharesItAgainPastAWaitingWriter) {
  run_virtually([] {
    shared_mutex m;
    m.lock_shared();
    const auto waiting = spawn([&] { const std::lock_guard guard(m); });
    yield();
    m.lock_shared();
    m.unlock_shared();
    m.unlock_shared();
    waiting.join();
  });
}

TEST(SharedMutex, LockingWhatOneHoldsAlreadyIsADeadlockError) {
  run_virtually([] {
    shared_mutex m;
    m.lock();
    EXPECT_THROW(m.lock(), deadlock_error);
    EXPECT_THROW(m.lock_shared(), deadlock_error);
    m.unlock();
    m.lock_shared();
    EXPECT_THROW(m.lock(), deadlock_error);
    m.unlock_shared();
    EXPECT_TRUE(m.try_lock());
    m.unlock();
  });
}

TEST(SharedMutex, UnlockByAnyoneElseIsALogicErrorAndChangesNothing) {
  run_virtually([] {
    shared_mutex m{"table"};
    EXPECT_THROW(m.unlock(), std::logic_error);
    EXPECT_THROW(m.unlock_shared(), std::logic_error);
    m.lock_shared();
    EXPECT_THROW(m.unlock(), std::logic_error);
    spawn([&] { EXPECT_THROW(m.unlock_shared(), std::logic_error); }).join();
    EXPECT_FALSE(m.try_lock());
    m.unlock_shared();
    m.lock();
    EXPECT_THROW(m.unlock_shared(), std::logic_error);
    spawn([&] { EXPECT_THROW(m.unlock(), std::logic_error); }).join();
    EXPECT_FALSE(m.try_lock_shared());
    m.unlock();
    EXPECT_EQ(m.name(), "table");
  });
}

TEST(SharedMutex, ForGivesUpWhenTheTimeIsOver) {
  simulation world;
  world.run([] {
    shared_mutex m;
    m.lock();
    spawn([&] {
      EXPECT_FALSE(m.try_lock_for(10ms));
      EXPECT_FALSE(m.try_lock_shared_for(10ms));
      EXPECT_FALSE(m.try_lock_shared_for(0ms));
    }).join();
    m.unlock();
    EXPECT_TRUE(m.try_lock_shared_for(10ms));
    m.unlock_shared();
  });
  EXPECT_EQ(world.clock.elapsed(), 20ms);
}

}  // namespace
}  // namespace weft::tests
