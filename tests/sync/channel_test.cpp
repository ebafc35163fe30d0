#include "weft/channel.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>

#include "sync/story.hpp"
#include "weft/errors.hpp"

namespace weft::tests {
namespace {

using namespace std::chrono_literals;

TEST(Channel, IsARendezvousUnlessToldOtherwise) {
  channel<int> plain, named{"pages"}, buffered{4, "pages"};
  EXPECT_EQ(plain.capacity(), 0u);
  EXPECT_EQ(named.capacity(), 0u);
  EXPECT_EQ(named.name(), "pages");
  EXPECT_EQ(buffered.capacity(), 4u);
}

TEST(Channel, TheReceiverRunsBeforeTheSender) {
  story told;
  run_virtually([&] {
    channel<int> c;
    const auto receiver = spawn([&] {
      told("got", *c.receive());
      told("got", *c.receive());
    });
    yield();
    c.send(1);
    told("sent1");
    c.send(2);
    told("sent2");
  });
  EXPECT_EQ(told.text(), "got1 sent1 got2 sent2");
}

TEST(Channel, ABufferedOneSendsWithoutWaitingWhileThereIsPlace) {
  story told;
  run_virtually([&] {
    channel<int> c(2);
    const auto receiver = spawn([&] {
      for (const int i : c) told("got", i);
    });
    for (int i = 1; i <= 4; ++i) {
      c.send(i);
      told("sent", i);
    }
    c.close();
    receiver.join();
  });
  EXPECT_EQ(told.text(), "sent1 sent2 got1 got2 sent3 sent4 got3 got4");
}

TEST(Channel, ReceiveOfAClosedOneDrainsAndIsEmptyThen) {
  run_virtually([] {
    channel<int> c(2);
    c.send(1);
    c.close();
    c.close();
    EXPECT_TRUE(c.closed());
    EXPECT_EQ(c.receive(), 1);
    EXPECT_EQ(c.receive(), std::nullopt);
    EXPECT_EQ(c.try_receive(), std::nullopt);
    EXPECT_EQ(c.receive_for(1s), std::nullopt);
  });
}

TEST(Channel, SendIntoAClosedOneThrows) {
  channel<int> c{1, "pages"};
  c.close();
  EXPECT_THROW(c.send(1), closed_error);
  EXPECT_THROW(c.try_send(1), closed_error);
  EXPECT_THROW(c.send_for(1, 1ms), closed_error);
}

TEST(Channel, ABlockedSenderThrowsWhenItIsClosed) {
  run_virtually([] {
    channel<int> c;
    const auto sender = spawn([&] { EXPECT_THROW(c.send(1), closed_error); });
    yield();
    c.close();
    sender.get();
    EXPECT_EQ(c.receive(), std::nullopt);
  });
}

TEST(Channel, ABlockedReceiverEndsWhenItIsClosed) {
  run_virtually([] {
    channel<int> c;
    const auto receiver = spawn([&] { return c.receive(); });
    yield();
    c.close();
    EXPECT_EQ(receiver.get(), std::nullopt);
  });
}

TEST(Channel, TryReceiveTakesFromABlockedSender) {
  story told;
  run_virtually([&] {
    channel<int> c;
    told("nothing", c.try_receive().has_value());
    const auto sender = spawn([&] {
      c.send(1);
      told("sent");
    });
    yield();
    told("got", *c.try_receive());
    sender.join();
  });
  EXPECT_EQ(told.text(), "nothing0 got1 sent");
}

TEST(Channel, TrySendNeedsAReceiverThatWaits) {
  run_virtually([] {
    channel<std::unique_ptr<int>> c;
    auto item = std::make_unique<int>(1);
    EXPECT_FALSE(c.try_send(item));
    ASSERT_NE(item, nullptr);
    const auto receiver = spawn([&] { return **c.receive(); });
    yield();
    EXPECT_TRUE(c.try_send(item));
    EXPECT_EQ(item, nullptr);
    EXPECT_EQ(receiver.get(), 1);
  });
}

TEST(Channel, ForGivesUpWhenTheTimeIsOver) {
  simulation world;
  world.run([] {
    channel<int> c;
    EXPECT_FALSE(c.send_for(1, 10ms));
    EXPECT_EQ(c.receive_for(10ms), std::nullopt);
    EXPECT_FALSE(c.closed());
  });
  EXPECT_EQ(world.clock.elapsed(), 20ms);
}

TEST(Channel, RangeForEndsAtTheClose) {
  story told;
  run_virtually([&] {
    channel<std::unique_ptr<int>> c;
    const auto sender = spawn([&] {
      for (int i = 1; i <= 3; ++i) c.send(std::make_unique<int>(i));
      c.close();
    });
    for (auto& item : c) told("got", *item);
  });
  EXPECT_EQ(told.text(), "got1 got2 got3");
}

TEST(Channel, TwoReceiversShareTheItems) {
  story told;
  run_virtually([&] {
    channel<int> c;
    auto receiver = [&](const char* name) {
      return [&, name] {
        for (const int i : c) {
          told(name, i);
          yield();
        }
      };
    };
    const auto a = spawn(receiver("a")), b = spawn(receiver("b"));
    for (int i = 1; i <= 4; ++i) c.send(i);
    c.close();
    a.join();
    b.join();
  });
  EXPECT_EQ(told.text(), "a1 b2 a3 b4");
}

TEST(Channel, ACancelledReceiverHasTakenNothing) {
  run_virtually([] {
    channel<int> c(1);
    const auto receiver = spawn([&] { c.receive(); });
    yield();
    c.send(1);
    receiver.kill();
    EXPECT_EQ(c.try_receive(), 1);
  });
}

}  // namespace
}  // namespace weft::tests
