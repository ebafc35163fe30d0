// Generators inside of generators: from(), and an outer yield on an inner stack.
#include <gtest/gtest.h>

#include <exception>
#include <ranges>
#include <stdexcept>
#include <string>
#include <vector>

#include "strand/generator_helpers.hpp"
#include "weft/generator.hpp"

namespace {

using weft::generator;
using weft::generator_status;
using weft::tests::counting;
using weft::tests::message_of;
using weft::tests::says;
using weft::tests::strings;

// ---- delegation

TEST(GeneratorFrom, YieldsWhatTheOtherYieldsAndReturnsItsResult) {
  int result = 0;
  generator<int> g{[&](auto& y) {
    generator<int, void, int> sub{[](auto& z) {
      z(1);
      z(2);
      return 30;
    }};
    result = y.from(sub);
    y(3);
  }};

  std::vector<int> seen;
  for (const int value : g) seen.push_back(value);

  EXPECT_EQ(seen, (std::vector{1, 2, 3}));
  EXPECT_EQ(result, 30);
}

TEST(GeneratorFrom, SendGoesToTheOther) {
  strings got;
  generator<int, std::string> g{[&](auto& y) {
    generator<int, std::string> sub{[&](auto& z) { got.push_back(z(1)); }};
    y.from(sub);
    got.push_back("outer " + y(2));
  }};
  g.next();

  EXPECT_EQ(g.send("a"), 2);
  g.send("b");

  EXPECT_EQ(got, (strings{"a", "outer b"}));
}

TEST(GeneratorFrom, ThrowInGoesToTheOther) {
  std::string caught;
  generator<int> g{[&](auto& y) {
    generator<int> sub{[&](auto& z) {
      try {
        z(1);
      } catch (const std::runtime_error& e) {
        caught = e.what();
        z(2);
      }
    }};
    y.from(sub);
  }};
  g.next();

  EXPECT_EQ(g.throw_in(std::make_exception_ptr(std::runtime_error("down"))), 2);
  EXPECT_EQ(caught, "down");
}

TEST(GeneratorFrom, AnErrorOfTheOtherComesOutOfFrom) {
  std::string caught;
  generator<int> g{[&](auto& y) {
    caught = message_of([&] {
      y.from(generator<int>{[](auto& z) {
        z(1);
        throw std::runtime_error("up");
      }});
    });
    y(2);
  }};
  g.next();

  EXPECT_EQ(g.next(), 2);
  EXPECT_EQ(caught, "up");
}

TEST(GeneratorFrom, CloseClosesTheOtherFirst) {
  strings order;
  generator<int> sub{[&](auto& z) {
    const says at_end{order, "sub"};
    z(1);
  }};
  generator<int> g{[&](auto& y) {
    const says at_end{order, "outer"};
    y.from(sub);
  }};
  g.next();

  g.close();

  EXPECT_EQ(sub.status(), generator_status::closed);
  EXPECT_EQ(order, (strings{"sub", "outer"}));
}

TEST(GeneratorFrom, AStartedOneGoesOnWhereItIs) {
  generator<int> sub = counting(3);
  sub.next();
  generator<int> g{[&](auto& y) { y.from(sub); }};

  EXPECT_EQ(g.next(), 2);
}

TEST(GeneratorFrom, ARange) {
  generator<int> g{[](auto& y) {
    y.from(std::vector{1, 2});
    y.from(std::views::iota(3, 5));
  }};

  std::vector<int> seen;
  std::ranges::copy(g, std::back_inserter(seen));

  EXPECT_EQ(seen, (std::vector{1, 2, 3, 4}));
}

TEST(GeneratorFrom, AGeneratorOfAnotherTypeIsARange) {
  generator<double> g{[](auto& y) { y.from(counting(2)); }};

  EXPECT_EQ(g.next(), 1.0);
  EXPECT_EQ(g.next(), 2.0);
}

TEST(GeneratorFrom, ManyLevels) {
  struct chain {
    static generator<int> of(int depth) {
      return generator<int>{[depth](auto& y) {
        y(depth);
        if (depth > 0) y.from(chain::of(depth - 1));
      }};
    }
  };
  generator<int> g = chain::of(50);

  const auto count = std::ranges::distance(g);

  EXPECT_EQ(count, 51);
}

// ---- a yield across levels

// A generator that iterates an inner one, on whose stack the outer's yielder is called.
generator<std::string> across_levels(strings* log = nullptr) {
  return generator<std::string>{[log](auto& y) {
    generator<int> inner{[&](auto& z) {
      y("from inside");
      if (log != nullptr) log->push_back("inner goes on");
      z(1);
    }};
    for (const int value : inner) y("inner yielded " + std::to_string(value));
  }};
}

TEST(GeneratorLevels, TheOutersYieldOnTheInnersStackSuspendsBoth) {
  generator<std::string> g = across_levels();

  EXPECT_EQ(g.next(), "from inside");
  EXPECT_EQ(g.status(), generator_status::suspended);
}

TEST(GeneratorLevels, TheNextNextResumesTheInnerStack) {
  strings log;
  generator<std::string> g = across_levels(&log);
  g.next();

  EXPECT_EQ(g.next(), "inner yielded 1");
  EXPECT_EQ(log, strings{"inner goes on"});
  EXPECT_EQ(g.next(), std::nullopt);
}

TEST(GeneratorLevels, TheStatusOfTheInnerTellsThatItIsSuspendedToo) {
  generator<int> inner;
  generator<int> g{[&](auto& y) {
    inner = generator<int>{[&](auto& z) {
      y(1);
      z(inner.status() == generator_status::running ? 2 : 0);
    }};
    y(*inner.next());
  }};
  g.next();
  EXPECT_EQ(inner.status(), generator_status::suspended);
  EXPECT_EQ(message_of([&] { inner.next(); }), "generator already executing");

  EXPECT_EQ(g.next(), 2);
}

TEST(GeneratorLevels, CloseUnwindsTheInnerThenTheOuter) {
  strings order;
  generator<int> g{[&](auto& y) {
    const says outer{order, "outer"};
    generator<int> inner{[&](auto&) {
      const says at_end{order, "inner"};
      y(1);
    }};
    inner.next();
  }};
  g.next();

  g.close();

  EXPECT_EQ(order, (strings{"inner", "outer"}));
}

TEST(GeneratorLevels, TheInnersYieldWhileBothAreSuspendedIsALogicError) {
  generator<int>::yielder* inner_yield = nullptr;
  generator<int> g{[&](auto& y) {
    generator<int> inner{[&](auto& z) {
      inner_yield = &z;
      y(1);
    }};
    inner.next();
  }};
  g.next();

  EXPECT_THROW((*inner_yield)(5), std::logic_error);
  EXPECT_EQ(g.next(), std::nullopt);
}

TEST(GeneratorLevels, ThreeLevels) {
  generator<int> g{[](auto& y) {
    generator<int> middle{[&](auto& m) {
      generator<int> inner{[&](auto& i) {
        y(1);
        m(2);
        i(3);
      }};
      for (const int value : inner) y(value * 10);
    }};
    for (const int value : middle) y(value * 100);
  }};

  std::vector<int> seen;
  std::ranges::copy(g, std::back_inserter(seen));

  EXPECT_EQ(seen, (std::vector{1, 200, 30}));
}

}  // namespace
