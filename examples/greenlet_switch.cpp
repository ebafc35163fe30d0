// Greenlets switch among each other by hand: 12 56 34. The second one is suspended when the first ends, which leads
// back to main; it prints 78 only when somebody switches to it again.
#include <iostream>
#include <weft/weft.hpp>

int main() {
  weft::greenlet<> first;
  weft::greenlet<> second;
  first = weft::greenlet<>{[&] {
    std::cout << "12\n";
    second.switch_to();
    std::cout << "34\n";
  }};
  second = weft::greenlet<>{[&] {
    std::cout << "56\n";
    first.switch_to();
    std::cout << "78\n";
  }};

  first.switch_to();

  std::cout << "switched to again:\n";
  second.switch_to();
}
