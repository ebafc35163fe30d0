// Generators: close() and destruction.
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "async/unhandled_errors.hpp"
#include "strand/generator_helpers.hpp"
#include "weft/generator.hpp"

namespace {

using weft::generator;
using weft::generator_status;
using weft::tests::counting;
using weft::tests::message_of;
using weft::tests::says;
using weft::tests::strings;
using weft::tests::unhandled_errors;

TEST(GeneratorClose, UnwindsTheFunctionInnerFirst) {
  strings order;
  generator<int> g{[&](auto& y) {
    const says outer{order, "outer"};
    const says inner{order, "inner"};
    y(1);
  }};
  g.next();

  g.close();

  EXPECT_EQ(order, (strings{"inner", "outer"}));
  EXPECT_EQ(g.status(), generator_status::closed);
}

TEST(GeneratorClose, UnwindsAConsumedGeneratorBeforeItsConsumer) {
  strings order;
  generator<int> g{[&](auto& y) {
    const says outer{order, "outer"};
    generator<int> sub{[&](auto& z) {
      const says inner{order, "inner"};
      z(1);
    }};
    y.from(sub);
  }};
  g.next();

  g.close();

  EXPECT_EQ(order, (strings{"inner", "outer"}));
}

TEST(GeneratorClose, ThrowsGeneratorExitWhichIsNotAStdException) {
  bool as_std = false;
  bool as_exit = false;
  generator<int> g{[&](auto& y) {
    try {
      try {
        y(1);
      } catch (const std::exception&) {
        as_std = true;
      }
    } catch (const weft::generator_exit&) {
      as_exit = true;
      throw;
    }
  }};
  g.next();

  g.close();

  EXPECT_FALSE(as_std);
  EXPECT_TRUE(as_exit);
}

TEST(GeneratorClose, OfACreatedOneDestroysTheFunctionWithoutRunningIt) {
  strings order;
  bool ran = false;
  generator<int> g{[&, at_end = std::make_unique<says>(says{order, "function"})](auto&) { ran = true; }};
  order.clear();

  g.close();

  EXPECT_FALSE(ran);
  EXPECT_EQ(order, strings{"function"});
  EXPECT_EQ(g.next(), std::nullopt);
}

TEST(GeneratorClose, TwiceIsHarmless) {
  generator<int> g = counting(3);
  g.next();

  g.close();
  g.close();

  EXPECT_EQ(g.next(), std::nullopt);
}

TEST(GeneratorClose, AYieldInAnswerIsARuntimeErrorAndItStaysSuspended) {
  generator<int> g{[](auto& y) {
    try {
      y(1);
    } catch (const weft::generator_exit&) {
      y(2);
    }
    y(3);
  }};
  g.next();

  EXPECT_EQ(message_of([&] { g.close(); }), "generator ignored GeneratorExit");
  EXPECT_EQ(g.status(), generator_status::suspended);
  EXPECT_EQ(g.next(), 3);
}

TEST(GeneratorClose, AnErrorInAnswerComesOut) {
  generator<int> g{[](auto& y) {
    try {
      y(1);
    } catch (const weft::generator_exit&) {
      throw std::runtime_error("at close");
    }
  }};
  g.next();

  EXPECT_EQ(message_of([&] { g.close(); }), "at close");
}

TEST(GeneratorClose, ReturningInAnswerIsFineAndGivesAResult) {
  generator<int, void, int> g{[](auto& y) {
    try {
      y(1);
    } catch (const weft::generator_exit&) {
    }
    return 8;
  }};
  g.next();

  g.close();

  EXPECT_EQ(g.result(), 8);
}

TEST(GeneratorClose, TheDestructorCloses) {
  strings order;
  {
    generator<int> g{[&](auto& y) {
      const says at_end{order, "unwound"};
      y(1);
    }};
    g.next();
  }
  EXPECT_EQ(order, strings{"unwound"});
}

TEST(GeneratorClose, TheDestructorReportsAnIgnoredExit) {
  unhandled_errors unhandled;
  {
    generator<int> g{[](auto& y) {
      for (;;) {
        try {
          y(1);
        } catch (const weft::generator_exit&) {
        }
      }
    }};
    g.next();
  }
  ASSERT_EQ(unhandled.lines.size(), 1U);
  EXPECT_NE(unhandled.lines[0].find("generator ignored GeneratorExit"), std::string::npos) << unhandled.lines[0];
}

TEST(GeneratorClose, TheDestructorReportsAnErrorThatLeavesTheFunction) {
  unhandled_errors unhandled;
  {
    generator<int> g{[](auto& y) {
      try {
        y(1);
      } catch (const weft::generator_exit&) {
        throw std::runtime_error("while closing");
      }
    }};
    g.next();
  }
  ASSERT_EQ(unhandled.lines.size(), 1U);
  EXPECT_NE(unhandled.lines[0].find("while closing"), std::string::npos) << unhandled.lines[0];
}

TEST(GeneratorClose, TheDestructorWorksWhileAnErrorUnwinds) {
  strings order;

  EXPECT_THROW(
      {
        generator<int> g([&](auto& y) {
          const says at_end{order, "unwound"};
          y(1);
        });
        g.next();
        throw std::out_of_range("x");
      },
      std::out_of_range);

  EXPECT_EQ(order, strings{"unwound"});
}

TEST(GeneratorClose, TheFunctionIsDestroyedWhenTheGeneratorEnds) {
  auto watched = std::make_shared<int>(1);
  generator<int> g{[watched](auto& y) { y(1); }};
  g.next();
  EXPECT_EQ(watched.use_count(), 2);

  g.next();

  EXPECT_EQ(watched.use_count(), 1);
}

TEST(GeneratorClose, OneThatDestroysItselfWhileItRunsUnwindsAtItsNextYield) {
  strings order;
  auto g = std::make_unique<generator<int>>();
  *g = generator<int>{[&](auto& y) {
    const says at_end{order, "unwound"};
    g.reset();
    order.push_back("destroyed");
    y(1);
    order.push_back("not reached");
  }};

  EXPECT_EQ(g->next(), std::nullopt);
  EXPECT_EQ(order, (strings{"destroyed", "unwound"}));
}

}  // namespace
