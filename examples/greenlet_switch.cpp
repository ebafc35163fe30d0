// Greenlets switch to each other explicitly: 12 56 34. The second greenlet is suspended when the first ends, which
// returns to main; it would print 78 only if another greenlet switched to it again.
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
