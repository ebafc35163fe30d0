// Why two loops that look alike run in different orders: put() to a queue with room is no switch, put() and then
// yield() is. Record it and look: in the first part the producer runs through, in the second the two take turns.
#include <cstdio>
#include <weft/weft.hpp>

namespace {

void produce_and_consume(bool yields) {
  weft::queue<int> items{"items"};
  const auto producer = weft::spawn("producer", [&] {
    for (int item = 1; item <= 3; ++item) {
      std::printf("put %d\n", item);
      items.put(item);
      if (yields) weft::yield();
    }
  });
  const auto consumer = weft::spawn("consumer", [&] {
    for (int taken = 0; taken < 3; ++taken) std::printf("got %d\n", items.get());
  });
  producer.join();
  consumer.join();
}

}  // namespace

int main() {
  weft::run([] {
    std::puts("without a switch:");
    produce_and_consume(false);
    std::puts("with yield() after put():");
    produce_and_consume(true);
  });
}
