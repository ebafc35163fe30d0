// CPython's own tests of generators, restated: PEP 342 (send, throw, close), PEP 380 (yield from), and the larger
// programs of test_generators.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "weft/generator.hpp"
#include "weft/task.hpp"

namespace weft {
namespace {

using testing::ElementsAre;
using numbers = std::vector<int>;
using strings = std::vector<std::string>;
using sender = generator<int, std::optional<int>, int>;

struct says {
  strings& to;
  std::string word;
  ~says() { to.push_back(word); }
};

std::exception_ptr error(const std::string& what) { return std::make_exception_ptr(std::runtime_error(what)); }

std::string message_of(auto&& f) {
  try {
    f();
  } catch (const std::exception& e) {
    return e.what();
  } catch (const generator_exit&) {
    return "generator_exit";
  }
  return "nothing was thrown";
}

// ---- PEP 342

TEST(GeneratorPep342, ACatchingGeneratorGoesOnAfterEachThrow) {
  strings log;
  generator<int> g{[&](auto& y) {
    for (int i = 0;; ++i) {
      try {
        y(i);
      } catch (const std::runtime_error& e) {
        log.push_back(e.what());
      }
    }
  }};
  EXPECT_EQ(g.next(), 0);
  EXPECT_EQ(g.throw_in(error("one")), 1);
  EXPECT_EQ(g.throw_in(error("two")), 2);
  EXPECT_EQ(g.next(), 3);
  EXPECT_THROW(g.throw_in(std::make_exception_ptr(std::bad_alloc())), std::bad_alloc);  // not caught by the generator
  EXPECT_EQ(g.next(), std::nullopt);
  EXPECT_EQ(g.status(), generator_status::closed);
  EXPECT_EQ(message_of([&] { g.throw_in(error("at the end")); }), "at the end");
}

TEST(GeneratorPep342, ThrowIntoACreatedOneClosesIt) {
  bool ran = false;
  generator<int> g{[&](auto& y) {
    ran = true;
    y(1);
  }};
  EXPECT_EQ(message_of([&] { g.throw_in(error("early")); }), "early");
  EXPECT_EQ(g.status(), generator_status::closed);
  EXPECT_EQ(g.next(), std::nullopt);
  EXPECT_FALSE(ran);
}

TEST(GeneratorPep342, CoroutineThatAccumulates) {
  generator<int, int> total{[](auto& y) {
    int sum = 0;
    for (;;) sum += y(sum);
  }};
  EXPECT_EQ(total.next(), 0);
  EXPECT_EQ(total.send(3), 3);
  EXPECT_EQ(total.send(4), 7);
  EXPECT_EQ(total.next(), 7);
}

TEST(GeneratorPep342, AnErrorRaisedWhileItIsClosedComesOutOfClose) {
  generator<int> g{[](auto& y) {
    try {
      y(1);
    } catch (const generator_exit&) {
      throw std::runtime_error("in the cleanup");
    }
  }};
  g.next();
  EXPECT_EQ(message_of([&] { g.close(); }), "in the cleanup");
  EXPECT_EQ(g.status(), generator_status::closed);
  g.close();
}

TEST(GeneratorPep342, OneThatIgnoresExitGoesOnAfterTheRefusedClose) {
  generator<int> g{[](auto& y) {
    for (int i = 0; i < 4; ++i) {
      try {
        y(i);
      } catch (const generator_exit&) {
      }
    }
  }};
  EXPECT_EQ(g.next(), 0);
  EXPECT_THROW(g.close(), std::runtime_error);
  EXPECT_EQ(g.next(), 2);
  EXPECT_EQ(g.next(), 3);
  g.close();  // the function returns
  EXPECT_EQ(g.status(), generator_status::closed);
}

// ---- PEP 380

TEST(GeneratorPep380, InitialNextAndTheRestGoToTheSub) {
  strings log;
  sender sub{[&](auto& y) {
    const says end{log, "sub ends"};
    log.push_back("sub begins");
    y(1);
    y(2);
    return 3;
  }};
  sender g{[&](auto& y) {
    const says end{log, "outer ends"};
    log.push_back("outer begins");
    const int r = y.from(sub);
    log.push_back("outer goes on");
    y(r);
    return 0;
  }};
  for (int v : g) log.push_back(std::to_string(v));
  EXPECT_THAT(log, ElementsAre("outer begins", "sub begins", "1", "2", "sub ends", "outer goes on", "3", "outer ends"));
}

TEST(GeneratorPep380, AnErrorOfTheFirstNextComesOutOfFrom) {
  strings log;
  sender g{[&](auto& y) {
    const says end{log, "outer ends"};
    return y.from(sender{[](auto&) -> int { throw std::runtime_error("at once"); }});
  }};
  EXPECT_EQ(message_of([&] { g.next(); }), "at once");
  EXPECT_THAT(log, ElementsAre("outer ends"));
}

TEST(GeneratorPep380, WhatIsSentGoesToTheSubAndAnErrorItAnswersWithPasses) {
  strings log;
  sender g{[&](auto& y) {
    const says end{log, "outer ends"};
    return y.from(sender{[&](auto& z) -> int {
      const says sub_end{log, "sub ends"};
      const std::optional<int> x = z(1);
      log.push_back("got " + std::to_string(x.value_or(-1)));
      const std::optional<int> w = z(2);
      log.push_back("got " + std::to_string(w.value_or(-1)));
      throw std::runtime_error("enough");
    }});
  }};
  EXPECT_EQ(g.next(), 1);
  EXPECT_EQ(g.send(42), 2);
  EXPECT_EQ(message_of([&] { g.next(); }), "enough");
  EXPECT_THAT(log, ElementsAre("got 42", "got -1", "sub ends", "outer ends"));
  EXPECT_EQ(g.next(), std::nullopt);
}

TEST(GeneratorPep380, CloseUnwindsTheSubFirst) {
  strings log;
  sender g{[&](auto& y) {
    const says end{log, "outer ends"};
    return y.from(sender{[&](auto& z) {
      const says sub_end{log, "sub ends"};
      z(1);
      return 0;
    }});
  }};
  g.next();
  g.close();
  EXPECT_THAT(log, ElementsAre("sub ends", "outer ends"));
}

TEST(GeneratorPep380, AnErrorOfTheSubWhileItIsClosedTakesTheExitsPlace) {
  strings log;
  sender g{[&](auto& y) {
    const says end{log, "outer ends"};
    try {
      return y.from(sender{[&](auto& z) {
        try {
          z(1);
        } catch (const generator_exit&) {
          throw std::runtime_error("in the sub's cleanup");
        }
        return 0;
      }});
    } catch (const std::runtime_error& e) {
      log.push_back(e.what());
      throw;
    }
  }};
  g.next();
  EXPECT_EQ(message_of([&] { g.close(); }), "in the sub's cleanup");
  EXPECT_THAT(log, ElementsAre("in the sub's cleanup", "outer ends"));
}

TEST(GeneratorPep380, AThrowGoesToTheSubWhichMayGoOn) {
  sender g{[](auto& y) {
    return y.from(sender{[](auto& z) {
      try {
        z(1);
      } catch (const std::runtime_error&) {
        z(10);
      }
      return 5;
    }});
  }};
  EXPECT_EQ(g.next(), 1);
  EXPECT_EQ(g.throw_in(error("caught")), 10);
  EXPECT_EQ(g.next(), std::nullopt);
  EXPECT_EQ(g.result(), 5);
}

TEST(GeneratorPep380, ASubThatAnswersAThrowByReturningGivesItsResult) {
  sender g{[](auto& y) {
    const int r = y.from(sender{[](auto& z) {
      try {
        z(1);
      } catch (const std::runtime_error&) {
      }
      return 42;
    }});
    y(r);
    return r + 1;
  }};
  EXPECT_EQ(g.next(), 1);
  EXPECT_EQ(g.throw_in(error("caught")), 42);
  EXPECT_EQ(g.next(), std::nullopt);
  EXPECT_EQ(g.result(), 43);
}

TEST(GeneratorPep380, ASubThatAnswersASendByReturningGivesItsResult) {
  sender g{[](auto& y) {
    const int r = y.from(sender{[](auto& z) { return z(1).value_or(0) * 2; }});
    y(r);
    return 0;
  }};
  EXPECT_EQ(g.next(), 1);
  EXPECT_EQ(g.send(21), 42);
}

TEST(GeneratorPep380, TheOuterMayCatchTheSubsErrorAndYield) {
  sender g{[](auto& y) {
    try {
      y.from(sender{[](auto& z) -> int {
        z(1);
        throw std::runtime_error("sub");
      }});
    } catch (const std::runtime_error&) {
      y(2);
    }
    return 3;
  }};
  EXPECT_EQ(g.next(), 1);
  EXPECT_EQ(g.next(), 2);
  EXPECT_EQ(g.next(), std::nullopt);
  EXPECT_EQ(g.result(), 3);
}

sender delegates_to(std::function<int(sender::yielder&)> sub, strings& log) {
  return sender{[sub = std::move(sub), &log](auto& y) {
    const says end{log, "outer ends"};
    const int r = y.from(sender{sub});
    log.push_back("outer goes on");
    return r;
  }};
}

TEST(GeneratorPep380, AnExitThrownIntoASubThatReturnsGoesOnUpwards) {
  strings log;
  sender g = delegates_to(
      [](sender::yielder& y) {
        try {
          y(1);
        } catch (const generator_exit&) {
        }
        return 2;
      },
      log);
  g.next();
  EXPECT_THROW(g.throw_in(std::make_exception_ptr(generator_exit())), generator_exit);
  EXPECT_THAT(log, ElementsAre("outer ends"));
}

TEST(GeneratorPep380, AnExitThrownIntoASubThatYieldsIsARuntimeError) {
  strings log;
  sender g = delegates_to(
      [](sender::yielder& y) {
        try {
          y(1);
        } catch (const generator_exit&) {
          y(2);
        }
        return 3;
      },
      log);
  g.next();
  EXPECT_EQ(message_of([&] { g.throw_in(std::make_exception_ptr(generator_exit())); }),
            "generator ignored GeneratorExit");
  EXPECT_THAT(log, ElementsAre("outer ends"));
}

TEST(GeneratorPep380, AnExitThrownIntoASubThatThrowsGivesThatError) {
  strings log;
  sender g = delegates_to(
      [](sender::yielder& y) -> int {
        try {
          y(1);
        } catch (const generator_exit&) {
          throw std::runtime_error("sub");
        }
        return 3;
      },
      log);
  g.next();
  EXPECT_EQ(message_of([&] { g.throw_in(std::make_exception_ptr(generator_exit())); }), "sub");
}

TEST(GeneratorPep380, FromAnEmptyOneAndAFinishedOneYieldsNothing) {
  sender finished{[](auto&) { return 8; }};
  finished.next();
  sender g{[&](auto& y) {
    const int a = y.from(sender{[](auto&) { return 7; }});
    const int b = y.from(finished);
    y.from(numbers{});
    return a + b;
  }};
  EXPECT_EQ(g.next(), std::nullopt);
  EXPECT_EQ(g.result(), 15);
}

TEST(GeneratorPep380, DelegatingGeneratorsAreRunning) {
  std::vector<generator_status> seen;
  sender* outer = nullptr;
  sender sub{[&](auto& y) {
    seen.push_back(outer->status());
    seen.push_back(sub.status());
    y(1);
    return 0;
  }};
  sender g{[&](auto& y) { return y.from(sub); }};
  outer = &g;
  g.next();
  EXPECT_THAT(seen, ElementsAre(generator_status::running, generator_status::running));
  EXPECT_EQ(g.status(), generator_status::suspended);
  EXPECT_EQ(sub.status(), generator_status::suspended);
}

TEST(GeneratorPep380, ALoopOfDelegationIsRefused) {
  sender* first = nullptr;
  sender second{[&](auto& y) {
    y(2);
    return y.from(*first);
  }};
  sender one{[&](auto& y) {
    y(1);
    return y.from(second);
  }};
  first = &one;
  EXPECT_EQ(one.next(), 1);
  EXPECT_EQ(one.next(), 2);
  EXPECT_EQ(message_of([&] { one.next(); }), "generator already executing");
  EXPECT_EQ(one.status(), generator_status::closed);
}

TEST(GeneratorPep380, AnotherMayTakeFromTheSubMeanwhile) {
  sender sub{[](auto& y) {
    for (int i = 0; i < 5; ++i) y(i);
    return 99;
  }};
  sender g{[&](auto& y) { return y.from(sub); }};
  EXPECT_EQ(g.next(), 0);
  EXPECT_EQ(sub.next(), 1);
  EXPECT_EQ(g.next(), 2);
  while (sub.next()) {
  }
  EXPECT_EQ(g.next(), std::nullopt);
  EXPECT_EQ(g.result(), 99);
}

TEST(GeneratorPep380, CloseOfOneThatDelegatesToARangeClosesIt) {
  strings log;
  generator<int> g{[&](auto& y) {
    const says end{log, "ends"};
    y.from(numbers{1, 2, 3});
  }};
  EXPECT_EQ(g.next(), 1);
  g.close();
  EXPECT_THAT(log, ElementsAre("ends"));
}

TEST(GeneratorPep380, ThrowThroughThreeLevelsUnwindsInnerFirst) {
  strings log;
  std::function<void(generator<int>::yielder&, int)> level = [&](generator<int>::yielder& y, int n) {
    const says end{log, std::to_string(n)};
    if (n == 0) {
      y(0);
    } else {
      y.from(generator<int>{[&](auto& z) { level(z, n - 1); }});
    }
  };
  generator<int> g{[&](auto& y) { level(y, 3); }};
  g.next();
  EXPECT_EQ(message_of([&] { g.throw_in(error("x")); }), "x");
  EXPECT_THAT(log, ElementsAre("0", "1", "2", "3"));
}

// ---- larger programs

generator<int> from(int n) {
  return generator<int>{[n](auto& y) {
    for (int i = n;; ++i) y(i);
  }};
}
generator<int> without_multiples(generator<int> source, int n) {
  return generator<int>{[source = std::move(source), n](auto& y) mutable {
    for (int i : source) {
      if (i % n != 0) y(i);
    }
  }};
}

TEST(GeneratorPrograms, Sieve) {
  generator<int> primes{[](auto& y) {
    generator<int> source = from(2);
    for (;;) {
      const int prime = *source.next();
      y(prime);
      source = without_multiples(std::move(source), prime);
    }
  }};
  numbers first;
  for (int p : primes) {
    first.push_back(p);
    if (first.size() == 10) break;
  }
  EXPECT_THAT(first, ElementsAre(2, 3, 5, 7, 11, 13, 17, 19, 23, 29));
}

struct tree {
  int label;
  std::unique_ptr<tree> left, right;
};
std::unique_ptr<tree> build(int low, int high) {
  if (low >= high) return nullptr;
  const int middle = (low + high) / 2;
  return std::make_unique<tree>(tree{middle, build(low, middle), build(middle + 1, high)});
}

TEST(GeneratorPrograms, TreesInOrderByGeneratorsAndByPlainRecursion) {
  const std::unique_ptr<tree> t = build(0, 50);
  std::function<void(generator<int>::yielder&, const tree*)> by_from = [&](generator<int>::yielder& y, const tree* n) {
    if (n == nullptr) return;
    y.from(generator<int>{[&](auto& z) { by_from(z, n->left.get()); }});
    y(n->label);
    y.from(generator<int>{[&](auto& z) { by_from(z, n->right.get()); }});
  };
  std::function<void(generator<int>::yielder&, const tree*)> by_calls = [&](generator<int>::yielder& y, const tree* n) {
    if (n == nullptr) return;
    by_calls(y, n->left.get());
    y(n->label);
    by_calls(y, n->right.get());
  };
  int next = 0;
  generator<int> a{[&](auto& y) { by_from(y, t.get()); }};
  generator<int> b{[&](auto& y) { by_calls(y, t.get()); }};
  while (const std::optional<int> v = a.next()) {
    EXPECT_EQ(v, next);
    EXPECT_EQ(b.next(), next++);
  }
  EXPECT_EQ(next, 50);
  EXPECT_EQ(b.next(), std::nullopt);
}

TEST(GeneratorPrograms, QueensByConjoinedGenerators) {
  constexpr int n = 6;
  numbers columns(n);
  int used = 0;
  unsigned diagonals_down = 0;
  unsigned diagonals_up = 0;
  // Each row yields once for each free column, and removes its queen again when it is resumed.
  std::function<void(generator<int>::yielder&, int)> row = [&](generator<int>::yielder& y, int r) {
    if (r == n) {
      y(1);
      return;
    }
    for (int c = 0; c < n; ++c) {
      const int column = 1 << c;
      const unsigned down = 1u << (r - c + n);
      const unsigned up = 1u << (r + c);
      if ((used & column) != 0 || (diagonals_down & down) != 0 || (diagonals_up & up) != 0) continue;
      used |= column;
      diagonals_down |= down;
      diagonals_up |= up;
      columns[static_cast<std::size_t>(r)] = c;
      y.from(generator<int>{[&, r](auto& z) { row(z, r + 1); }});
      used &= ~column;
      diagonals_down &= ~down;
      diagonals_up &= ~up;
    }
  };
  std::vector<numbers> solutions;
  generator<int> all{[&](auto& y) { row(y, 0); }};
  while (all.next()) solutions.push_back(columns);
  EXPECT_THAT(solutions, ElementsAre(numbers{1, 3, 5, 0, 2, 4}, numbers{2, 5, 1, 4, 0, 3}, numbers{3, 0, 4, 1, 5, 2},
                                     numbers{4, 2, 0, 5, 3, 1}));
}

}  // namespace
}  // namespace weft
