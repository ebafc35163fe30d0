// Reads and writes bytes over a pair of connected Unix sockets; TCP and pipes share this code.
#include "weft/detail/net/stream.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "system_error_matcher.hpp"
#include "weft/io.hpp"
#include "weft/run.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/unix_socket.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(Stream, ReadSomeReturnsWhatIsThere) {
  run([] {
    auto [a, b] = unix_stream::pair();

    a.write_all("abc");

    EXPECT_EQ(b.read_some(100), "abc");
  });
}

TEST(Stream, ReadSomeIsEmptyAtTheEnd) {
  run([] {
    auto [a, b] = unix_stream::pair();

    a.close();

    EXPECT_EQ(b.read_some(100), "");
    EXPECT_EQ(b.read_some(100), "") << "and stays so";
  });
}

TEST(Stream, ReadSomeSuspendsOnlyItsCoroutine) {
  run([] {
    auto [a, b] = unix_stream::pair();
    const auto reader = spawn([&b = b] { return b.read_some(100); });
    yield();
    EXPECT_FALSE(reader.finished());

    a.write_all("later");

    EXPECT_EQ(reader.get(), "later");
  });
}

TEST(Stream, ReadsIntoBytesCharsAndRawMemory) {
  run([] {
    auto [a, b] = unix_stream::pair();
    a.write_all("abcdefghi");
    std::array<std::byte, 2> bytes{};
    std::vector<unsigned char> unsigned_chars(2);
    char chars[2];
    std::array<char, 3> raw{};

    EXPECT_EQ(b.read_some(std::span<std::byte>(bytes)), 2U);
    EXPECT_EQ(b.read_some(unsigned_chars), 2U);
    EXPECT_EQ(b.read_some(chars), 2U);
    EXPECT_EQ(b.read_some(raw.data(), raw.size()), 3U);

    EXPECT_EQ(bytes[0], std::byte{'a'});
    EXPECT_EQ(unsigned_chars[1], 'd');
    EXPECT_EQ(chars[0], 'e');
    EXPECT_EQ(raw[2], 'i');
  });
}

TEST(Stream, WritesBytesOfEveryKind) {
  run([] {
    auto [a, b] = unix_stream::pair();

    a.write_all(std::array<std::byte, 1>{std::byte{'x'}});
    a.write_all(std::vector<unsigned char>{'y'});
    a.write_all(std::vector<char>{'z', '\0'});

    EXPECT_EQ(b.read_exactly(4), std::string("xyz\0", 4));
  });
}

TEST(Stream, ReadUntilKeepsTheRestForAnyLaterRead) {
  run([] {
    auto [a, b] = unix_stream::pair();

    a.write_all("first\r\nsecond\r\nrest");

    EXPECT_EQ(b.read_until("\r\n"), "first\r\n");
    EXPECT_EQ(b.read_until("\r\n"), "second\r\n");
    EXPECT_EQ(b.read_exactly(2), "re");
    EXPECT_EQ(b.read_some(100), "st");
  });
}

TEST(Stream, ReadUntilFindsADelimiterThatArrivesInTwoPieces) {
  run([] {
    auto [a, b] = unix_stream::pair();
    const auto reader = spawn([&b = b] { return b.read_until("\r\n\r\n"); });
    for (const char* piece : {"head\r", "\n", "\r\nbody"}) {
      a.write_all(piece);
      while (b.is_open() && wait_readable_for(b.native_handle(), 0ms)) yield();
    }

    EXPECT_EQ(reader.get(), "head\r\n\r\n");
    EXPECT_EQ(b.read_exactly(4), "body");
  });
}

TEST(Stream, ReadUntilWithoutDelimiterWithinTheLimitThrowsAndKeepsEverything) {
  run([] {
    auto [a, b] = unix_stream::pair();
    a.write_all("0123456789\n");

    EXPECT_THROW(b.read_until("\n", 5), std::length_error);
    EXPECT_THROW(b.read_until("\n", 10), std::length_error) << "the delimiter counts";

    EXPECT_EQ(b.read_until("\n", 11), "0123456789\n");
  });
}

TEST(Stream, ReadUntilOfAnEmptyDelimiterIsRefused) {
  run([] {
    auto [a, b] = unix_stream::pair();
    EXPECT_THROW(b.read_until(""), std::invalid_argument);
  });
}

TEST(Stream, PrematureEndCarriesWhatCame) {
  run([] {
    auto [a, b] = unix_stream::pair();
    a.write_all("abc");
    a.close();

    try {
      b.read_exactly(10);
      ADD_FAILURE() << "nothing was thrown";
    } catch (const end_of_stream& e) {
      EXPECT_EQ(e.partial, "abc");
    }
    EXPECT_EQ(b.read_some(10), "") << "what came was handed out";
  });
}

TEST(Stream, PrematureEndOfALineCarriesWhatCame) {
  run([] {
    auto [a, b] = unix_stream::pair();
    a.write_all("one\ntwo");
    a.close();
    EXPECT_EQ(b.read_until("\n"), "one\n");

    try {
      b.read_until("\n");
      ADD_FAILURE() << "nothing was thrown";
    } catch (const end_of_stream& e) {
      EXPECT_EQ(e.partial, "two");
    }
  });
}

TEST(Stream, ReadExactlyNothingReturnsAtOnce) {
  run([] {
    auto [a, b] = unix_stream::pair();
    EXPECT_EQ(b.read_exactly(0), "");
  });
}

TEST(Stream, ReadAllReadsToTheEnd) {
  run([] {
    auto [a, b] = unix_stream::pair();
    const std::string much(3'000'000, 'm');
    const auto writer = spawn([&a = a, &much] {
      a.write_all(much);
      a.shutdown();
    });

    EXPECT_EQ(b.read_all(), much);
    writer.get();
  });
}

TEST(Stream, WriteAllWaitsUntilTheOtherSideReads) {
  run([] {
    auto [a, b] = unix_stream::pair();
    const std::string much(3'000'000, 'm');
    const auto writer = spawn([&a = a, &much] { a.write_all(much); });
    yield();
    EXPECT_FALSE(writer.finished()) << "more than the kernel keeps";

    EXPECT_EQ(b.read_exactly(much.size()), much);

    writer.get();
  });
}

TEST(Stream, Utf8GoesThroughUnchanged) {
  run([] {
    auto [a, b] = unix_stream::pair();

    a.write_all("本次数据发送完毕\n");

    EXPECT_EQ(b.read_until("毕\n"), "本次数据发送完毕\n");
  });
}

TEST(Stream, WritingToAClosedPeerIsAnErrorAndNoSignal) {
  run([] {
    auto [a, b] = unix_stream::pair();
    b.close();

    EXPECT_THAT(text_of_system_error(EPIPE, [&a = a] { a.write_all("x"); }), HasSubstr("write unix pair: "));
  });
}

TEST(Stream, TimedOutReadReturnsNothingAndTakesNothing) {
  run([] {
    auto [a, b] = unix_stream::pair();
    a.write_all("abc");

    EXPECT_EQ(b.read_exactly_for(5, 2ms), std::nullopt);
    EXPECT_EQ(b.read_until_for("\n", 2ms), std::nullopt);
    EXPECT_EQ(b.read_all_for(2ms), std::nullopt);

    a.write_all("de\n");
    EXPECT_EQ(b.read_some_for(100, 1h), "abc");
    EXPECT_EQ(b.read_until_until("\n", std::chrono::steady_clock::now() + 1h), "de\n");
    EXPECT_EQ(b.read_some_for(100, 2ms), std::nullopt);
  });
}

TEST(Stream, TimeLimitOfZeroOnlyTries) {
  run([] {
    auto [a, b] = unix_stream::pair();
    int others_ran = 0;
    const auto other = spawn([&] { ++others_ran; });

    EXPECT_EQ(b.read_some_for(10, 0ms), std::nullopt);
    a.write_all("x");
    EXPECT_EQ(b.read_some_for(10, 0ms), "x");

    EXPECT_EQ(others_ran, 0) << "nothing suspended";
  });
}

TEST(Stream, TimedOutWriteReturnsFalse) {
  run([] {
    auto [a, b] = unix_stream::pair();
    EXPECT_FALSE(a.write_all_for(std::string(3'000'000, 'm'), 2ms));
  });
}

TEST(Stream, CancelledReadThrowsAndTakesNothing) {
  run([] {
    auto [a, b] = unix_stream::pair();
    const auto reader = spawn([&b = b] { (void)b.read_exactly(10); });
    a.write_all("abc");
    while (wait_readable_for(b.native_handle(), 0ms)) yield();
    ASSERT_FALSE(reader.finished());

    reader.cancel();
    reader.join();

    EXPECT_EQ(reader.status(), task_status::cancelled);
    EXPECT_EQ(b.read_some(10), "abc");
  });
}

TEST(Stream, CloseWakesWhoeverWaitsWithEcanceled) {
  run([] {
    auto [a, b] = unix_stream::pair();
    const auto reader = spawn([&b = b] {
      EXPECT_THAT(text_of_system_error(ECANCELED, [&b] { (void)b.read_some(10); }), HasSubstr("read unix pair: "));
    });
    const auto writer =
        spawn([&b = b] { text_of_system_error(ECANCELED, [&b] { b.write_all(std::string(3'000'000, 'm')); }); });
    yield();
    ASSERT_FALSE(reader.finished() || writer.finished());

    b.close();

    reader.get();
    writer.get();
    EXPECT_FALSE(b.is_open());
  });
}

TEST(Stream, UseAfterCloseIsAnError) {
  run([] {
    auto [a, b] = unix_stream::pair();
    b.close();
    b.close();

    text_of_system_error(EBADF, [&b = b] { (void)b.read_some(10); });
    text_of_system_error(EBADF, [&b = b] { b.write_all("x"); });
    EXPECT_EQ(b.native_handle(), -1);
  });
}

TEST(Stream, AfterCloseTheBytesLeftOverAreGone) {
  run([] {
    auto [a, b] = unix_stream::pair();
    a.write_all("one\ntwo\n");
    EXPECT_EQ(b.read_until("\n"), "one\n");
    b.close();

    text_of_system_error(EBADF, [&b = b] { (void)b.read_some(10); });
    text_of_system_error(EBADF, [&b = b] { (void)b.read_exactly(2); });
    text_of_system_error(EBADF, [&b = b] { (void)b.read_until("\n"); });
  });
}

TEST(Stream, MovingTakesTheBytesLeftOverAlong) {
  run([] {
    auto [a, b] = unix_stream::pair();
    a.write_all("one\ntwo");
    EXPECT_EQ(b.read_until("\n"), "one\n");

    unix_stream moved = std::move(b);

    EXPECT_EQ(moved.read_exactly(3), "two");
    EXPECT_FALSE(b.is_open());
  });
}

TEST(Stream, MovedStreamStillHearsOfArrivals) {
  run([] {
    auto [a, b] = unix_stream::pair();
    EXPECT_EQ(b.read_some_for(1, 1ms), std::nullopt);
    a.write_all("x");

    unix_stream moved;
    moved = std::move(b);

    EXPECT_EQ(moved.read_some(1), "x");
    const auto reader = spawn([&] { return moved.read_some(1); });
    yield();
    a.write_all("y");
    EXPECT_EQ(reader.get(), "y");
  });
}

TEST(Stream, ReleasedFdStaysOpen) {
  run([] {
    auto [a, b] = unix_stream::pair();

    unix_stream again(b.release());
    a.write_all("x");

    EXPECT_FALSE(b.is_open());
    EXPECT_EQ(again.read_some(1), "x");
  });
}

TEST(Stream, ReadersTakeTurnsFirstComeFirstServed) {
  run([] {
    auto [a, b] = unix_stream::pair();
    std::vector<task<std::string>> readers;
    for (int i = 0; i < 4; ++i) readers.push_back(spawn([&b = b] { return b.read_until("\n"); }));
    yield();

    a.write_all("1\n2\n3\n");
    yield();
    a.write_all("4\n");

    std::vector<std::string> lines;
    for (const auto& reader : readers) lines.push_back(reader.get());
    EXPECT_THAT(lines, testing::ElementsAre("1\n", "2\n", "3\n", "4\n"));
  });
}

TEST(Stream, WritersDoNotInterleave) {
  run([] {
    auto [a, b] = unix_stream::pair();
    const std::string first(1'000'000, '1');
    const std::string second(1'000'000, '2');
    const auto one = spawn([&a = a, &first] { a.write_all(first); });
    const auto two = spawn([&a = a, &second] { a.write_all(second); });

    EXPECT_EQ(b.read_exactly(2'000'000), first + second);

    one.get();
    two.get();
  });
}

TEST(Stream, ReaderInLineIsCancelledAndTimedOutWithoutTakingATurn) {
  run([] {
    auto [a, b] = unix_stream::pair();
    const auto first = spawn([&b = b] { return b.read_exactly(1); });
    const auto in_line = spawn([&b = b] { return b.read_exactly(1); });
    const auto last = spawn([&b = b] { return b.read_exactly(1); });
    yield();
    EXPECT_EQ(b.read_some_for(1, 2ms), std::nullopt);

    in_line.kill();
    a.write_all("ab");

    EXPECT_EQ(first.get(), "a");
    EXPECT_EQ(last.get(), "b");
    EXPECT_EQ(in_line.status(), task_status::cancelled);
  });
}

TEST(Stream, CloseTellsTheReadersInLineToo) {
  run([] {
    auto [a, b] = unix_stream::pair();
    std::vector<task<void>> readers;
    for (int i = 0; i < 3; ++i) {
      readers.push_back(spawn([&b = b] { text_of_system_error(ECANCELED, [&b] { (void)b.read_some(1); }); }));
    }
    yield();

    b.close();

    for (const auto& reader : readers) reader.get();
  });
}

TEST(Stream, PlainThreadsBlockInstead) {
  auto [a, b] = unix_stream::pair();
  const std::string much(3'000'000, 'm');
  std::thread writer([&a = a, &much] {
    a.write_all(much);
    a.close();
  });

  const std::string all = b.read_all();
  writer.join();

  EXPECT_EQ(all, much);
}

TEST(Stream, BufferedSaysHowMuchCanBeReadWithoutAWait) {
  run([] {
    auto [a, b] = unix_stream::pair();
    EXPECT_EQ(a.buffered(), 0u);
    b.write_all("line\nrest");
    a.read_until("\n");
    EXPECT_EQ(a.buffered(), 4u);
    a.read_some(3);
    EXPECT_EQ(a.buffered(), 1u);
  });
}

TEST(Copy, CarriesWhatIsBufferedFirstAndLeavesTheTargetOpen) {
  run([] {
    auto [source, from] = unix_stream::pair();
    auto [to, sink] = unix_stream::pair();
    source.write_all("head\nbuffered ");
    from.read_until("\n");
    source.write_all("and more");
    source.close();

    EXPECT_EQ(weft::copy(from, to), 17u);
    to.write_all("!");
    EXPECT_EQ(sink.read_exactly(18), "buffered and more!");
  });
}

TEST(Copy, CarriesMoreThanTheKernelHoldsBetweenStreamsOfDifferentKinds) {
  run([] {
    auto [reader, writer] = make_pipe();
    auto [to, sink] = unix_stream::pair();
    const std::string much(3'000'000, 'w');
    const auto producer = spawn([&, w = std::move(writer)]() mutable { w.write_all(much); });
    const auto carrier = spawn([&, t = std::move(to)]() mutable { return weft::copy(reader, t); });
    EXPECT_EQ(sink.read_all(), much);
    EXPECT_EQ(carrier.get(), much.size());
    producer.get();
  });
}

}  // namespace
}  // namespace weft
