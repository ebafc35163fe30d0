// The diary's events about objects: the owner of a lock, the depth of a queue, the state of an event, wakes without a
// waiter.
#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <string>

#include "core/observer.hpp"
#include "core/scheduler.hpp"
#include "sync/story.hpp"
#include "trace/words/schema.hpp"
#include "weft/channel.hpp"
#include "weft/condition_variable.hpp"
#include "weft/event.hpp"
#include "weft/latch.hpp"
#include "weft/mutex.hpp"
#include "weft/queue.hpp"
#include "weft/recursive_mutex.hpp"
#include "weft/semaphore.hpp"
#include "weft/shared_mutex.hpp"

namespace weft::tests {
namespace {

using diary::event_type;

// Writes down the events about objects, with the objects' names.
class note_taker final : public core::observer {
 public:
  explicit note_taker(story& told) : told_(told) { core::scheduler::current()->set_observer(this); }
  ~note_taker() override { core::scheduler::current()->set_observer(nullptr); }

  void record(event_type type, std::uint64_t a, std::uint64_t b, std::uint64_t, std::uint64_t, std::uint64_t,
              std::uint64_t) noexcept override {
    ++ordinal_;
    switch (type) {
      case event_type::lock_acquired:
      case event_type::lock_released:
      case event_type::lock_handed:
      case event_type::event_set:
      case event_type::event_clear:
      case event_type::notify_unheard:
        told_(std::string(diary::find_schema(type)->name) + ":" + names_[a]);
        break;
      case event_type::queue_put:
      case event_type::queue_get:
      case event_type::counted:
        told_(std::string(diary::find_schema(type)->name) + ":" + names_[a] + "=" + std::to_string(b));
        break;
      default:
        break;
    }
  }
  void record_text(event_type, std::string_view, std::uint64_t, std::uint64_t, std::uint64_t) noexcept override {}
  std::uint64_t string_id(std::string_view) noexcept override { return 1; }
  std::uint64_t site_id(const source_location&) noexcept override { return 1; }
  void define_object(std::uint64_t id, diary::object_kind kind, std::string_view name) noexcept override {
    names_[id] = std::string(diary::to_text(kind)) + "/" + std::string(name);
  }
  std::uint64_t ordinal() const noexcept override { return ordinal_; }
  std::uint32_t thread_index() const noexcept override { return 0; }

 private:
  story& told_;
  std::map<std::uint64_t, std::string> names_;
  std::uint64_t ordinal_ = 0;
};

TEST(SyncDiary, ALockIsAcquiredHandedOverAndReleased) {
  story told;
  run_virtually([&] {
    const note_taker notes(told);
    mutex m{"m"};
    m.lock();
    const auto next = spawn([&] { const std::lock_guard guard(m); });
    yield();
    m.unlock();
    next.join();
  });
  EXPECT_EQ(told.text(), "lock_acquired:mutex/m lock_handed:mutex/m lock_released:mutex/m");
}

TEST(SyncDiary, ARecursiveLockIsAcquiredAndReleasedOnce) {
  story told;
  run_virtually([&] {
    const note_taker notes(told);
    recursive_mutex m{"m"};
    m.lock();
    m.lock();
    m.unlock();
    m.unlock();
  });
  EXPECT_EQ(told.text(), "lock_acquired:recursive_mutex/m lock_released:recursive_mutex/m");
}

TEST(SyncDiary, ASharedMutexTellsOfItsWriters) {
  story told;
  run_virtually([&] {
    const note_taker notes(told);
    shared_mutex m{"m"};
    m.lock_shared();
    m.unlock_shared();
    m.lock();
    const auto writer = spawn([&] { const std::lock_guard guard(m); });
    const auto reader = spawn([&] {
      m.lock_shared();
      m.unlock_shared();
    });
    yield();
    m.unlock();
    reader.join();
  });
  EXPECT_EQ(told.text(), "lock_acquired:shared_mutex/m lock_handed:shared_mutex/m lock_released:shared_mutex/m");
}

TEST(SyncDiary, AQueueTellsItsDepth) {
  story told;
  run_virtually([&] {
    const note_taker notes(told);
    queue<int> q{"q"};
    const auto getter = spawn([&] { q.get(); });
    yield();
    q.put(1);
    q.put(2);
    getter.join();
    q.get();
  });
  EXPECT_EQ(told.text(), "queue_put:queue/q=1 queue_put:queue/q=2 queue_get:queue/q=1 queue_get:queue/q=0");
}

TEST(SyncDiary, ARendezvousTellsOfTheTakerFirst) {
  story told;
  run_virtually([&] {
    const note_taker notes(told);
    channel<int> c{"c"};
    const auto sender = spawn([&] { c.send(1); });
    yield();
    c.receive();
    sender.join();
    const auto receiver = spawn([&] { c.receive(); });
    yield();
    c.try_send(2);
    receiver.join();
  });
  EXPECT_EQ(told.text(), "queue_get:channel/c=0 queue_put:channel/c=0 queue_put:channel/c=1 queue_get:channel/c=0");
}

// A set just before the clear that undoes it is the decisive step of a lost wake-up, though it changes nothing.
TEST(SyncDiary, AnEventTellsEachSetAndClearAlsoIfNothingChanges) {
  story told;
  run_virtually([&] {
    const note_taker notes(told);
    event e{"e"};
    e.clear();
    e.set();
    e.set();
    e.clear();
  });
  EXPECT_EQ(told.text(), "event_clear:event/e event_set:event/e event_set:event/e event_clear:event/e");
}

TEST(SyncDiary, ANotifyThatNobodyHearsIsTold) {
  story told;
  run_virtually([&] {
    const note_taker notes(told);
    condition_variable c{"c"};
    c.notify_one();
    c.notify_all();
    mutex m;
    const auto waiter = spawn([&] {
      std::unique_lock guard(m);
      c.wait(guard);
    });
    yield();
    c.notify_one();
    told("heard");
    waiter.join();
  });
  EXPECT_EQ(told.text().substr(0, told.text().find(" lock_")),
            "notify_unheard:condition_variable/c notify_unheard:condition_variable/c");
  EXPECT_EQ(told.text().find("notify", told.text().find("lock_")), std::string::npos);
}

TEST(SyncDiary, ASemaphoreTellsItsFreePermits) {
  story told;
  run_virtually([&] {
    const note_taker notes(told);
    semaphore s(1, "s");
    s.acquire();
    EXPECT_FALSE(s.try_acquire());
    const auto next = spawn([&] { s.acquire(); });
    yield();
    s.release();  // belongs to the waiting coroutine
    next.join();
    s.release(2);
    const permit mine = s.acquire_guard();
  });
  EXPECT_EQ(told.text(), "counted:semaphore/s=0 counted:semaphore/s=2 counted:semaphore/s=1 counted:semaphore/s=2");
}

TEST(SyncDiary, ALatchTellsWhatIsLeft) {
  story told;
  run_virtually([&] {
    const note_taker notes(told);
    latch l(3, "l");
    l.count_down();
    l.count_down(2);
  });
  EXPECT_EQ(told.text(), "counted:latch/l=2 counted:latch/l=0");
}

}  // namespace
}  // namespace weft::tests
