// Calls that weft refuses. Each must be one error of the compiler, on its line, with the words behind `error:`; the
// first for GCC, which shows the refused function's type, the second for Clang. Nothing else here may be an error.
#include <chrono>
#include <memory>
#include <optional>
#include <weft/weft.hpp>

using namespace std::chrono_literals;

int add(int a, int b);

int main() {
  weft::run([] {
    auto wants_one = [](int) { return 1; };
    auto only_moves = [p = std::make_unique<int>(1)] {};
    weft::channel<int> numbers;
    weft::queue<int> items;
    const weft::task<int> done = weft::spawn([] { return 1; });

    const int n = weft::spawn(wants_one).get();         // error: take_no_arguments | take no arguments
    weft::spawn("named", wants_one).join();             // error: take_no_arguments | take no arguments
    weft::spawn({.stack_size = 1 << 16}, wants_one);    // error: take_no_arguments | take no arguments
    weft::spawn(only_moves);                            // error: be_moved_in | be moved in
    weft::spawn(add, n, 2);                             // error: captured_by_the_function | captured by the function
    weft::spawn("named", add, n, 2);                    // error: captured_by_the_function | captured by the function
    weft::spawn_after(1s, wants_one);                   // error: take_no_arguments | take no arguments
    weft::spawn_after(1s, "named", wants_one);          // error: take_no_arguments | take no arguments
    weft::run(wants_one);                               // error: take_no_arguments | take no arguments
    weft::generator<int> no_yielder{[] {}};             // error: take_the_yielder | take the yielder
    weft::greenlet<int> no_int{[](int*) {}};            // error: take_a_T_or_nothing | take a T or nothing
    weft::select(weft::on_receive(numbers, wants_one),  // error: take_an_optional_item | std::optional of an item
                 weft::on_send(items, 1, wants_one),    // error: take_no_arguments | take no arguments
                 weft::on_send(numbers, "1", [] {}),    // error: must_convert_to_an_item | convert to an item
                 weft::on_ready(done, wants_one),       // error: take_no_arguments | take no arguments
                 weft::after(1s, wants_one),            // error: take_no_arguments | take no arguments
                 weft::otherwise(wants_one));           // error: take_no_arguments | take no arguments
    weft::tcp_server borrows({}, [](weft::tcp_stream&) {});  // error: tcp_stream_by_value | tcp_stream by value
    static_cast<void>(no_yielder), static_cast<void>(no_int), static_cast<void>(borrows);
  });
}
