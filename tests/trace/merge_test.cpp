// Several traces on one timeline.
#include "trace/file/merge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/text_traces.hpp"

namespace weft::diary {
namespace {

using testing::HasSubstr;
using tests::dumped;
using tests::trace_reader;

std::string program(const std::string& name, int pid, const std::string& start) {
  return "program \"" + name + "\"\npid " + std::to_string(pid) + "\nstart_real_ns " + start + R"(
0 0.000000000 T0 thread_start tid=7 text="t"
1 0.000000001 T0 string id=1 text="main"
2 0.000000002 T0 string id=2 text="main.cpp"
3 0.000000003 T0 site id=1 file=2 line=3 function=2
4 0.000000004 T0 spawn slot=1 id=1 parent=0 called=1 site=1
5 0.000000005 T0 enter to=1
6 0.000000006 T0 object id=1 kind=mutex text="m"
7 0.000000007 T0 lock_acquired object=1
8 0.000000008 T0 finish to=0 status=done
9 0.000000009 T0 thread_stop
)";
}

history together(const std::vector<std::string>& texts) {
  std::vector<reader> readers;
  for (const std::string& t : texts) readers.push_back(trace_reader(t));
  return history(reader::from_bytes(merged(readers), "together"));
}

TEST(Merge, KeepsEachThreadAndBreaksNoRule) {
  const history h = together({program("shop", 1, "1000000000"), program("bank", 2, "1000000000")});

  EXPECT_EQ(h.source().info().threads, 2U);
  EXPECT_EQ(h.source().event_count(), 22U) << "each thread tells its process";
  EXPECT_EQ(h.violation_count(), 0U) << (h.violations().empty() ? "" : h.violations().front().text);
  EXPECT_EQ(h.totals().finished, 2U);
  EXPECT_EQ(h.source().info().lost, 0U);
}

TEST(Merge, NamesSayWhoseTheyAre) {
  const history h = together({program("shop", 1, "1000000000"), program("bank", 2, "1000000000")});

  ASSERT_EQ(h.coroutines().size(), 2U);
  EXPECT_EQ(h.string(h.coroutines()[0].name), "shop: main");
  EXPECT_EQ(h.string(h.coroutines()[1].name), "bank: main");
  EXPECT_EQ(h.source().info().program, "shop + bank");
}

TEST(Merge, TwoOfTheSameProgramAreToldApartByPid) {
  const history h = together({program("shop", 11, "1000000000"), program("shop", 22, "1000000000")});

  EXPECT_EQ(h.string(h.coroutines()[0].name), "shop 11: main");
  EXPECT_EQ(h.string(h.coroutines()[1].name), "shop 22: main");
}

TEST(Merge, TimesAreThoseOfOneClock) {
  const history h = together({program("late", 1, "1000000500"), program("early", 2, "1000000000")});

  std::vector<std::int64_t> first;
  h.source().for_each(0, h.source().event_count(), [&](const event& e) {
    if (e.type == event_type::thread_start) first.push_back(e.t_ns);
    return true;
  });
  EXPECT_EQ(first, (std::vector<std::int64_t>{0, 500}));
}

TEST(Merge, NumbersAreKeptApart) {
  const history h = together({program("a", 1, "0"), program("b", 2, "0")});

  const std::string text = dumped(h);

  EXPECT_THAT(text, HasSubstr("spawn slot=1 id=1"));
  EXPECT_THAT(text, HasSubstr("spawn slot=2 id=2"));
  EXPECT_THAT(text, HasSubstr("lock_acquired object=1"));
  EXPECT_THAT(text, HasSubstr("lock_acquired object=2"));
}

TEST(Merge, FdsStayAndEachThreadSaysOfWhichProcessItIs) {
  const auto waits = [](int pid) {
    return "pid " + std::to_string(pid) + R"(
0 0.0 T0 thread_start tid=7 text="t"
1 0.0 T0 string id=1 text="main"
2 0.0 T0 site id=1 file=1 line=3 function=1
3 0.0 T0 spawn slot=1 id=1 parent=0 called=1 site=1
4 0.0 T0 enter to=1
5 0.0 T0 block_fd to=0 reason=fd_readable fd=4
)";
  };

  const std::string text = dumped(together({waits(1), waits(2), waits(1)}));

  for (std::size_t at = text.find("fd="); at != std::string::npos; at = text.find("fd=", at + 1)) {
    EXPECT_EQ(text.substr(at, 5), "fd=4\n");
  }
  EXPECT_THAT(text, HasSubstr("T0 process pid=1"));
  EXPECT_THAT(text, HasSubstr("T1 process pid=2"));
  EXPECT_THAT(text, HasSubstr("T2 process pid=1"));
}

TEST(Merge, OfOneIsThatOne) {
  const history h = together({program("a", 1, "0")});

  EXPECT_EQ(h.source().event_count(), 10U);
  EXPECT_EQ(h.violation_count(), 0U);
}

}  // namespace
}  // namespace weft::diary
