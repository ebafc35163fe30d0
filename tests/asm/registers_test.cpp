// Every callee-saved register is restored, on every way into and out of a switch.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>

#include "ping_pong.hpp"
#include "register_probe.hpp"

namespace weft::testing {
namespace {

using register_values = std::array<std::uint64_t, probe_registers>;

register_values distinct_values(std::uint64_t seed) {
  register_values values{};
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = seed * 0x9e3779b97f4a7c15u + i * 0x0101010101010101u;
  return values;
}

TEST(Registers, EachSideFindsItsOwnAfterASwitch) {
  const register_values here = distinct_values(1);
  const register_values there = distinct_values(2);
  register_values found_here{};
  register_values found_there{};
  partner other(
      [&](partner& self) { probe_switch(self.own_slot(), *self.test_slot(), there.data(), found_there.data()); });

  probe_switch(other.test_slot(), *other.own_slot(), here.data(), found_here.data());
  other.resume();

  EXPECT_EQ(found_here, here);
  EXPECT_EQ(found_there, there);
}

TEST(Registers, TheSuspendedSideFindsItsOwnAfterAFunctionRanOnItsStack) {
  const register_values here = distinct_values(3);
  register_values found_here{};
  partner other([&](partner& self) {
    const auto clobber = [](void* found) {
      const register_values noise = distinct_values(99);
      register_values unused{};
      partner third([](partner&) {});
      probe_switch(third.test_slot(), *third.own_slot(), noise.data(), unused.data());
      *static_cast<register_values*>(found) = unused;
    };
    self.back_with(clobber, &found_here);
  });

  probe_switch(other.test_slot(), *other.own_slot(), here.data(), found_here.data());

  EXPECT_EQ(found_here, here);
}

TEST(Registers, TheSideThatLeftBySwitchCallFindsItsOwn) {
  const register_values here = distinct_values(4);
  register_values found_here{};
  partner other([](partner& self) {
    self.back();
    self.back();
  });
  other.resume();

  probe_switch_call(other.test_slot(), *other.own_slot(), here.data(), found_here.data(), [](void*) {});

  EXPECT_EQ(found_here, here);
}

// Twelve integers and eight doubles that are live across many switches on both sides. They are more than there are
// registers, so some are spilled, and a forgotten register shows in the rest. The values are compared with a plain
// calculation.
struct live_values {
  std::array<unsigned long, 12> whole;
  std::array<double, 8> real;
  bool operator==(const live_values&) const = default;
};

template <class Between>
[[gnu::noinline]] live_values compute(unsigned long start, Between between) {
  unsigned long a = start, b = start + 1, c = start + 2, d = start + 3, e = start + 4, f = start + 5;
  unsigned long g = start + 6, h = start + 7, i = start + 8, j = start + 9, k = start + 10, l = start + 11;
  double m = 0.5 + static_cast<double>(start), n = m + 1, o = m + 2, p = m + 3, q = m + 4, r = m + 5, s = m + 6,
         t = m + 7;
  for (unsigned round = 0; round < 1000; ++round) {
    a += b, b ^= c, c += d, d ^= e, e += f, f ^= g, g += h, h ^= i, i += j, j ^= k, k += l, l ^= round;
    m = m * 0.5 + n, n = n * 0.5 + o, o = o * 0.5 + p, p = p * 0.5 + q;
    q = q * 0.5 + r, r = r * 0.5 + s, s = s * 0.5 + t, t = t * 0.5 + round;
    between();
  }
  return {{a, b, c, d, e, f, g, h, i, j, k, l}, {m, n, o, p, q, r, s, t}};
}

TEST(Registers, TwelveIntegersAndEightDoublesSurviveAThousandSwitchesOnBothSides) {
  const live_values expected_here = compute(1, [] {});
  const live_values expected_there = compute(1000, [] {});
  live_values found_there{};
  partner other([&](partner& self) { found_there = compute(1000, [&self] { self.back(); }); });

  const live_values found_here = compute(1, [&other] { other.resume(); });
  other.resume();

  EXPECT_EQ(found_here, expected_here);
  EXPECT_EQ(found_there, expected_there);
}

}  // namespace
}  // namespace weft::testing
