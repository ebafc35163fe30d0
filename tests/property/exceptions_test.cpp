// What the C++ and C libraries store per thread belongs to each coroutine separately: the exceptions being handled, the
// count of exceptions in flight, errno. Coroutines throw, catch, rethrow and suspend in catch blocks, in destructors
// and nested, under many random schedules, and check these values after every suspension.
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "core/sanitizer.hpp"
#include "support/recorded.hpp"
#include "weft/generator.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using support::simulation;

#if defined(WEFT_ASAN) || defined(WEFT_TSAN)
constexpr std::uint64_t switches_wanted = 50'000;
#else
constexpr std::uint64_t switches_wanted = 1'000'000;
#endif

struct numbered : std::exception {
  explicit numbered(std::uint64_t n) : number(n) {}
  const char* what() const noexcept override { return "numbered"; }
  std::uint64_t number;
};
struct other_kind {
  std::uint64_t number;
};

// One coroutine that does all this, and counts wrong values.
class juggler {
 public:
  juggler(std::uint64_t seed, std::uint64_t& wrong, std::vector<std::exception_ptr>& shared)
      : state_(seed), wrong_(wrong), shared_(shared), my_errno_(static_cast<int>(seed % 100) + 1) {}

  void run(unsigned rounds) {
    errno = my_errno_;
    for (unsigned i = 0; i < rounds; ++i) {
      expect(std::uncaught_exceptions() == 0);
      expect(std::current_exception() == nullptr);
      something(0);
      suspend();
    }
  }

 private:
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  void expect(bool as_it_has_to_be) { wrong_ += !as_it_has_to_be; }

  void suspend() {
    const int uncaught = std::uncaught_exceptions();
    const int before = errno;
    const unsigned times = 1 + static_cast<unsigned>(next() % 3);
    for (unsigned i = 0; i < times; ++i) yield();
    expect(std::uncaught_exceptions() == uncaught);
    expect(errno == before);
    expect(before == my_errno_);
    errno = my_errno_;  // so that the next check does not fail for the same reason
  }

  // Suspends in its destructor; an exception is in flight there if `expected` is one more than before.
  struct suspends_at_end {
    juggler& who;
    int expected;
    bool throws_inside;
    ~suspends_at_end() {
      who.expect(std::uncaught_exceptions() == expected);
      who.suspend();
      if (throws_inside) {
        try {
          throw other_kind{who.state_};
        } catch (const other_kind& e) {
          const std::uint64_t number = e.number;
          who.suspend();
          who.expect(e.number == number);
        }
      }
      who.expect(std::uncaught_exceptions() == expected);
    }
  };

  void something(unsigned depth) {
    switch (next() % 6) {
      case 0:
        catch_and_suspend(depth);
        break;
      case 1:
        rethrow(depth);
        break;
      case 2:
        unwind_through_destructors(depth);
        break;
      case 3:
        hand_around();
        break;
      case 4:
        in_a_generator();
        break;
      default:
        suspend();
    }
  }

  void catch_and_suspend(unsigned depth) {
    const std::uint64_t number = next();
    try {
      throw numbered(number);
    } catch (const numbered& e) {
      suspend();
      expect(e.number == number);
      if (depth < 3) something(depth + 1);
      expect(e.number == number);
      try {
        std::rethrow_exception(std::current_exception());
      } catch (const numbered& same) {
        expect(same.number == number);
      }
    }
  }

  void rethrow(unsigned depth) {
    const std::uint64_t number = next();
    try {
      try {
        throw numbered(number);
      } catch (...) {
        suspend();
        if (depth < 3) something(depth + 1);
        throw;
      }
    } catch (const numbered& e) {
      suspend();
      expect(e.number == number);
    }
  }

  void unwind_through_destructors(unsigned depth) {
    const std::uint64_t number = next();
    const int before = std::uncaught_exceptions();
    try {
      const suspends_at_end first{*this, before + 1, true};
      const suspends_at_end second{*this, before + 1, false};
      if (depth < 3) something(depth + 1);
      throw numbered(number);
    } catch (const numbered& e) {
      expect(std::uncaught_exceptions() == before);
      suspend();
      expect(e.number == number);
    }
  }

  // Another coroutine rethrows exceptions that one coroutine has caught.
  void hand_around() {
    try {
      throw numbered(next());
    } catch (...) {
      shared_.push_back(std::current_exception());
      suspend();
    }
    if (shared_.empty()) return;
    const std::exception_ptr taken = shared_.back();
    shared_.pop_back();
    try {
      std::rethrow_exception(taken);
    } catch (const numbered& e) {
      const std::uint64_t number = e.number;
      suspend();
      expect(e.number == number);
    }
  }

  // A generator yields inside its catch block, and waits there.
  void in_a_generator() {
    const std::uint64_t number = next();
    generator<std::uint64_t> g([this, number](generator<std::uint64_t>::yielder& y) {
      try {
        throw numbered(number);
      } catch (const numbered& e) {
        y(e.number);
        expect(e.number == number);
        yield();
        expect(std::current_exception() != nullptr);
        y(e.number);
      }
    });
    try {
      throw other_kind{number + 1};
    } catch (const other_kind& mine) {
      expect(g.next() == number);
      expect(mine.number == number + 1);
      expect(std::current_exception() != nullptr);
      expect(g.next() == number);
      errno = my_errno_;
      suspend();
      expect(mine.number == number + 1);
    }
    expect(!g.next().has_value());
    errno = my_errno_;
  }

  std::uint64_t state_;
  std::uint64_t& wrong_;
  std::vector<std::exception_ptr>& shared_;
  int my_errno_;
};

TEST(ExceptionState, IsTheCoroutinesOwnAcrossAMillionRandomSwitches) {
  std::uint64_t switches = 0;

  for (std::uint64_t seed = 1; switches < switches_wanted && !HasFailure(); ++seed) {
    SCOPED_TRACE("shuffle_seed " + std::to_string(seed));
    std::uint64_t wrong = 0;
    std::vector<std::exception_ptr> shared;
    simulation s;
    s.run(
        [&] {
          std::vector<task<>> jugglers;
          for (std::uint64_t i = 0; i < 24; ++i)
            jugglers.push_back(spawn([&, i] { juggler(seed * 1000 + i, wrong, shared).run(200); }));
          for (const task<>& t : jugglers) t.get();
          switches += stats().switches;
        },
        {.shuffle_seed = seed});
    EXPECT_EQ(wrong, 0u);
    EXPECT_EQ(std::uncaught_exceptions(), 0);
  }

  RecordProperty("switches", std::to_string(switches));
}

TEST(ExceptionState, ACancelledCoroutineUnwindsOutOfItsCatchBlock) {
  simulation s;
  bool kept = false;

  s.run([&] {
    const task<> t = spawn([&] {
      try {
        throw numbered(5);
      } catch (const numbered& e) {
        try {
          sleep_for(std::chrono::seconds(1));
        } catch (const cancelled&) {
          kept = e.number == 5 && std::uncaught_exceptions() == 0;
          throw;
        }
      }
    });
    yield();
    t.cancel();
    t.join();
    EXPECT_EQ(t.status(), task_status::cancelled);
    EXPECT_EQ(std::uncaught_exceptions(), 0);
  });

  EXPECT_TRUE(kept);
}

TEST(ExceptionState, AnErrorThrownInAtAYieldInACatchBlockLeavesTheOuterOneHandled) {
  simulation s;
  std::uint64_t inner = 0, outer = 0;

  s.run([&] {
    const task<> t = spawn([&] {
      try {
        throw numbered(1);
      } catch (const numbered& e) {
        try {
          yield();
        } catch (const other_kind& thrown) {
          inner = thrown.number;
          yield();
        }
        outer = e.number;
      }
    });
    yield();
    t.throw_in(std::make_exception_ptr(other_kind{2}));
    t.get();
  });

  EXPECT_EQ(inner, 2u);
  EXPECT_EQ(outer, 1u);
}

TEST(Errno, IsTheCoroutinesOwn) {
  simulation s;

  s.run([] {
    errno = 11;
    const task<> other = spawn([] {
      EXPECT_EQ(errno, 0);
      errno = 22;
      yield();
      EXPECT_EQ(errno, 22);
    });
    yield();
    EXPECT_EQ(errno, 11);
    other.join();
    EXPECT_EQ(errno, 11);
  });
}

TEST(Errno, IsNotTouchedBySpawningAndWaiting) {
  run([] {
    errno = 33;
    const task<> t = spawn([] { sleep_for(std::chrono::microseconds(1)); });
    t.join();
    for (int i = 0; i < 200; ++i) yield();
    EXPECT_EQ(errno, 33);
  });
}

}  // namespace
}  // namespace weft
