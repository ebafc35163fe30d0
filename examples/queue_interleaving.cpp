// Why two similar loops run in different orders: put() to a queue with room does not switch, put() and then yield()
// does. Record it: in the first half the producer runs without a break, in the second half the two run in turns.
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
