// Two transfers that lock the same two accounts in opposite orders. Nothing is left that could wake either: weft ends
// main's wait with deadlock_error, and the diary shows which coroutine owns which lock.
#include <chrono>
#include <mutex>

#include "cli/programs/demo_support.hpp"
#include "cli/programs/demos.hpp"
#include "weft/weft.hpp"

namespace weft::viz::cli {
namespace {

using namespace std::chrono_literals;

void transfer(mutex& from, mutex& to) {
  const std::lock_guard first(from);
  compute_for(50us);
  sleep_for(1ms);  // for example a query
  const std::lock_guard second(to);
  compute_for(50us);
}

}  // namespace

int run_deadlock(double seconds) {
  mutex a("account A"), b("account B");
  bool was_found = false;
  run({.name = "main"}, [&] {
    // At first the transfers succeed.
    for (int round = 0; round < 3; ++round) {
      const auto one = spawn("transfer A to B", [&] { transfer(a, b); });
      one.join();
      const auto other = spawn("transfer B to A", [&] { transfer(b, a); });
      other.join();
    }
    sleep_for(std::chrono::duration<double>(seconds / 4));
    const auto one = spawn("transfer A to B", [&] { transfer(a, b); });
    const auto other = spawn("transfer B to A", [&] { transfer(b, a); });
    try {
      one.join();
      other.join();
    } catch (const deadlock_error&) {
      was_found = true;
    }
  });
  return was_found ? 0 : 1;
}

}  // namespace weft::viz::cli
