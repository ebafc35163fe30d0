// A switch carries a value: the first switch to a greenlet passes its function's argument; a later one returns from the
// switch in which the greenlet is suspended. Without an explicit type greenlets pass std::any.
#include <any>
#include <iostream>
#include <string>
#include <utility>
#include <weft/weft.hpp>

using words = std::pair<std::string, std::string>;

int main() {
  weft::greenlet<> first;
  weft::greenlet<> second;
  first = weft::greenlet<>{[&](const std::any& argument) {
    const auto& [x, y] = std::any_cast<const words&>(argument);
    const std::any z = second.switch_to(x + y);
    std::cout << std::any_cast<int>(z) << "\n";
  }};
  second = weft::greenlet<>{[&](const std::any& u) {
    std::cout << std::any_cast<const std::string&>(u) << "\n";
    first.switch_to(42);
  }};

  first.switch_to(words{"hello", " world"});
}
