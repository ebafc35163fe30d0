// C++20 coroutines of the compiler, symmetric transfer between two: stackless, no stack to change.
#include <coroutine>
#include <cstdlib>

#include "measure.h"

static std::coroutine_handle<> side[2];
static long left;

struct endless {
  struct promise_type {
    endless get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::abort(); }
  };
  std::coroutine_handle<promise_type> handle;
};

struct go_to {
  int which;
  bool await_ready() noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<>) noexcept { return side[which]; }
  void await_resume() noexcept {}
};

static endless ping_pong(int other) {
  while (--left > 0) co_await go_to{other};
}

int main(int argc, char** argv) {
  const long n = number_argument(argc, argv, 2, 4'000'000);
  for (int i = 0; i < 9; ++i) {
    const endless a = ping_pong(1);
    const endless b = ping_pong(0);
    side[0] = a.handle;
    side[1] = b.handle;
    left = n;
    const double start = cpu_ns();
    a.handle.resume();
    result("switch_ns", (cpu_ns() - start) / (double)n);
    a.handle.destroy();
    b.handle.destroy();
  }
}
