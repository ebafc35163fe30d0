// Two functions that run in turns without a lock and without a thread: the consumer is a generator, the producer sends
// it one item after the other and gets an answer for each.
#include <iostream>
#include <string>
#include <weft/weft.hpp>

using consumer = weft::generator<std::string, int>;

static void consume(consumer::yielder& y) {
  std::string answer;
  for (;;) {
    const int n = y(answer);
    if (n == 0) return;
    std::cout << "[CONSUMER] ←← Consuming " << n << "...\n";
    answer = "200 OK";
  }
}

static void produce(consumer& c) {
  c.next();
  for (int n = 1; n <= 5; ++n) {
    std::cout << "[PRODUCER] →→ Producing " << n << "...\n";
    const auto answer = c.send(n);
    std::cout << "[PRODUCER] Consumer return: " << *answer << "\n";
  }
  c.close();
}

int main() {
  consumer c{consume};
  produce(c);
}
