// foo sleeps two seconds, bar five; the wait for both takes five seconds, not seven.
// gevent: joinall([spawn(foo), spawn(bar)]).
#include <chrono>
#include <cstdio>
#include <vector>
#include <weft/weft.hpp>

using namespace std::chrono_literals;

int main() {
  const auto start = std::chrono::steady_clock::now();
  weft::run([] {
    const std::vector<weft::task<>> both{
        weft::spawn("foo",
                    [] {
                      std::puts("running in foo");
                      weft::sleep_for(2s);
                      std::puts("switch to foo again");
                    }),
        weft::spawn("bar",
                    [] {
                      std::puts("switch to bar");
                      weft::sleep_for(5s);
                      std::puts("switch to bar again");
                    }),
    };
    weft::join_all(both);
  });
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::printf("%.0f s\n", took.count());
}
