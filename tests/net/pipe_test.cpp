#include <gmock/gmock.h>

#include <cerrno>
#include <chrono>

#include "system_error_matcher.hpp"
#include "weft/io.hpp"
#include "weft/run.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;

TEST(Pipe, CarriesBytesFromTheWriterToTheReader) {
  run([] {
    auto [reader, writer] = make_pipe();
    const auto received = spawn([&r = reader] { return r.read_all(); });

    writer.write_all("through ");
    yield();
    writer.write_all("the pipe");
    writer.close();

    EXPECT_EQ(received.get(), "through the pipe");
  });
}

TEST(Pipe, WritingWithoutAReaderIsAnErrorAndNoSignal) {
  run([] {
    auto [reader, writer] = make_pipe();
    reader.close();

    text_of_system_error(EPIPE, [&w = writer] { w.write_all("x"); });
    text_of_system_error(EPIPE, [&w = writer] { w.write_all("x"); });
  });
}

TEST(Pipe, WriterThatWaitsIsToldWhenTheReaderGoes) {
  run([] {
    auto [reader, writer] = make_pipe();
    const auto full =
        spawn([&w = writer] { text_of_system_error(EPIPE, [&w] { w.write_all(std::string(1'000'000, 'x')); }); });
    yield();
    ASSERT_FALSE(full.finished());

    reader.close();

    full.get();
  });
}

TEST(Pipe, ReadTimesOut) {
  run([] {
    auto [reader, writer] = make_pipe();
    EXPECT_EQ(reader.read_some_for(1, 1ms), std::nullopt);
  });
}

}  // namespace
}  // namespace weft
