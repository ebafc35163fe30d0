// A generator runs one step for each next(): up to its next yield, whose value next() returns.
// The yield itself returns what was sent; next() sends nothing.
#include <iostream>
#include <optional>
#include <string>
#include <weft/weft.hpp>

using maybe_text = std::optional<std::string>;

static std::string shown(const maybe_text& value) { return value.value_or("None"); }

int main() {
  weft::generator<int, maybe_text> g{[](auto& y) {
    std::cout << "第一次执行\n";
    const maybe_text a = y(1);
    std::cout << "a is: " << shown(a) << "\n第二次执行\n";
    const maybe_text b = y(2);
    std::cout << "b is: " << shown(b) << "\n第三次执行\n";
    const maybe_text c = y(3);
    std::cout << "c is: " << shown(c) << "\n";
  }};

  const auto v1 = g.next();
  std::cout << *v1 << "\n";
  const auto v2 = g.next();
  std::cout << *v2 << "\n";
  const auto v3 = g.next();
  std::cout << *v3 << "\n";
}
