// Values travel both ways: send() resumes the generator, and its value is returned by the yield that had suspended it.
// The first step must be a next(): there is no yield yet that could return anything.
#include <iostream>
#include <string>
#include <weft/weft.hpp>

int main() {
  weft::generator<int, std::string> g{[](auto& y) {
    std::cout << "第一次执行\n";
    const std::string a = y(1);
    std::cout << "a is: " << a << "\n第二次执行\n";
    const std::string b = y(2);
    std::cout << "b is: " << b << "\n第三次执行\n";
    const std::string c = y(3);
    std::cout << "c is: " << c << "\n";
  }};

  const auto v1 = g.next();
  std::cout << *v1 << "\n";
  const auto v2 = g.send("cainiao");
  std::cout << *v2 << "\n";
  const auto v3 = g.send("xiaobai");
  std::cout << *v3 << "\n";
}
