// Exceptions in coroutines: caught, rethrown, of a user's type, passed on by get(), with cleanup.
// Python's try / except / finally / raise, with destructors instead of finally.
#include <cstdio>
#include <stdexcept>
#include <string>
#include <weft/weft.hpp>

namespace {

struct out_of_stock : std::runtime_error {
  explicit out_of_stock(int item) : std::runtime_error("item " + std::to_string(item) + " is out of stock") {}
};

struct finally_line {
  ~finally_line() { std::puts("  finally: the shelf is closed"); }
};

int take_from_shelf(int item) {
  const finally_line cleanup;
  weft::yield();  // a coroutine may wait anywhere, also here
  if (item == 2) throw out_of_stock(item);
  if (item == 3) return std::stoi("three");
  return 10 * item;
}

}  // namespace

int main() {
  weft::run([] {
    for (int item = 1; item <= 3; ++item) {
      std::printf("take item %d\n", item);
      const auto order = weft::spawn("order", [item] {
        try {
          return take_from_shelf(item);
        } catch (const out_of_stock& e) {
          std::printf("  caught: %s\n", e.what());
          throw;
        }
      });
      try {
        std::printf("  got %d\n", order.get());
      } catch (const out_of_stock&) {
        std::puts("  the error came out of get()");
      } catch (const std::exception&) {
        std::puts("  another error came out of get()");
      }
    }
  });
}
