#include "trace/text/trace_text.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <limits>
#include <random>
#include <sstream>
#include <string>

#include "support/memory_chunks.hpp"
#include "support/text_traces.hpp"
#include "trace/text/text_quote.hpp"

namespace weft::diary {
namespace {

using tests::dumped;
using tests::dumped_again;
using tests::memory_chunks;
using tests::trace_history;

std::string error_of(const std::string& text) {
  std::istringstream in(text);
  try {
    load_text(in, "t.txt");
  } catch (const file_error& e) {
    return e.what();
  }
  return "no error";
}

// The error for one line after the first line.
std::string line_error(const std::string& line) { return error_of("# weft trace text 1\n" + line + "\n"); }

TEST(TextDump, IsReadable) {
  const history h = trace_history(
      "program \"shop\"\npid 42\narch \"x86_64\"\nclock \"virtual\"\n"
      "0.0 T0 string id=1 text=\"consumer a\"\n0.0 T0 spawn slot=1 id=1\n0.0 T0 spawn slot=3 id=2 called=1\n"
      "0.0 T0 enter to=1\n0.0 T0 object id=9 kind=mutex text=\"m\"\n0.000123456 T0 yield to=3\n"
      "0.5 T0 block to=1 reason=mutex object=9 owner=1\n1.5 T0 wake_fd slot=3 fd=7 ready=readable|error\n");

  EXPECT_EQ(dumped(h),
            "# weft trace text 1\n"
            "program \"shop\"\npid 42\narch \"x86_64\"\nclock \"virtual\"\nstart_real_ns 0\nstart_mono_ns 0\n"
            "uuid 00000000000000000000000000000000\nflags 0\ncomplete yes\n"
            "       0    0.000000000 T0 string id=1 text=\"consumer a\"\n"
            "       1    0.000000000 T0 spawn slot=1 id=1 parent=0 called=0 site=0\n"
            "       2    0.000000000 T0 spawn slot=3 id=2 parent=0 called=1 \"consumer a\" site=0\n"
            "       3    0.000000000 T0 enter to=1 \"#1\"\n"
            "       4    0.000000000 T0 object id=9 kind=mutex text=\"m\"\n"
            "       5    0.000123456 T0 yield to=3 \"consumer a\"\n"
            "       6    0.500000000 T0 block to=1 \"#1\" reason=mutex object=9 \"mutex “m”\" owner=1 \"#1\"\n"
            "       7    1.500000000 T0 wake_fd slot=3 \"consumer a\" fd=7 ready=readable|error\n");
}

TEST(TextDump, EventLineIsTheDumpsLine) {
  const history h = trace_history("0.25 T0 mark text=\"a \\\"b\\\"\"\n");

  EXPECT_EQ(event_line(h, h.source().at(0)), "       0    0.250000000 T0 mark text=\"a \\\"b\\\"\"");
}

TEST(TextDump, AFilterShowsTimesBetween) {
  const history h = trace_history("0.1 T0 mark text=\"a\"\n0.2 T0 mark text=\"b\"\n0.3 T0 mark text=\"c\"\n");

  const std::string text = dumped(h, {200'000'000, 200'000'000, 0});

  EXPECT_EQ(text.find("\"a\""), std::string::npos);
  EXPECT_NE(text.find("\"b\""), std::string::npos);
  EXPECT_EQ(text.find("\"c\""), std::string::npos);
}

TEST(TextDump, AFilterShowsWhatACoroutineDoesAndWhatIsDoneToIt) {
  const history h = trace_history(
      "0.0 T0 spawn slot=1 id=1\n0.0 T0 spawn slot=2 id=2\n0.0 T0 enter to=1\n0.1 T0 mark text=\"mine\"\n"
      "0.2 T0 sleep to=2 delay_ns=1\n0.3 T0 mark text=\"other\"\n0.4 T0 wake_timer slot=1 cause=granted\n"
      "0.5 T0 finish to=1 status=done\n0.6 T0 spawn slot=2 id=3\n0.7 T0 wake slot=2 cause=granted\n");
  std::ostringstream out;

  dump_text(h, out, {INT64_MIN, INT64_MAX, 1});

  std::string numbers;
  std::istringstream lines(out.str());
  for (std::string line; std::getline(lines, line);) {
    if (line[0] == ' ') numbers += line[7];
  }
  EXPECT_EQ(numbers,
            "0234678"
            "9");
}

TEST(TextDump, AClosedStreamEndsItQuietly) {
  const history h = trace_history("0.0 T0 mark text=\"a\"\n");
  std::ostringstream out;
  out.setstate(std::ios::badbit);

  dump_text(h, out);
  dump_json(h, out);

  EXPECT_EQ(out.str(), "");
}

// Every known event with odd values, several threads, gaps, hostile texts and header fields.
std::vector<std::uint8_t> odd_trace(unsigned seed) {
  memory_chunks chunks([](file_header& h) {
    std::memset(h.program, 0xff, sizeof h.program);
    std::strcpy(h.arch, "a\"b\\\x1b");
    h.ticks_per_second = 2'903'999'000;
    h.start_ticks = 1'000'000;
    h.uuid[0] = 0x123456789abcdef0;
    h.flags = 0x1005;
    h.lost_at_end = 3;
    h.schema[h.schema_count++] = {200, 2, 1, {}, "future_thing"};
    h.schema[h.schema_count++] = {201, 6, 0, {}, "No Name\x1b"};
    h.schema[h.schema_count++] = {202, 1, 0, {}, "yield"};
    h.schema[h.schema_count++] = {203, 0, 0, {}, "future_thing"};
  });
  std::mt19937_64 random(seed);
  std::vector<std::unique_ptr<chunk_writer>> writers;
  for (std::uint32_t t = 0; t < 3; ++t) writers.push_back(std::make_unique<chunk_writer>(chunks, 2 * t));
  const std::uint64_t values[] = {0,
                                  1,
                                  2,
                                  3,
                                  7,
                                  127,
                                  128,
                                  std::bit_cast<std::uint64_t>(0.1),
                                  std::bit_cast<std::uint64_t>(-1e300),
                                  std::bit_cast<std::uint64_t>(std::numeric_limits<double>::quiet_NaN()),
                                  std::bit_cast<std::uint64_t>(std::numeric_limits<double>::infinity()),
                                  std::numeric_limits<std::uint64_t>::max()};
  const std::string texts[] = {"",
                               "plain",
                               "\"\\\n\t\r",
                               std::string("\0\x7f\x80\xff", 4),
                               "é 数 🧵 \xe2\x80\xae",
                               std::string(max_text_bytes, '"')};
  std::uint64_t ticks = 900'000;
  for (int i = 0; i < 400; ++i) {
    chunk_writer& writer = *writers[random() % 3];
    if (random() % 40 == 0) writer.begin_new_chunk(random() % 3);
    ticks += random() % 5;
    std::uint64_t args[max_args];
    for (std::uint64_t& a : args) a = values[random() % std::size(values)];
    const std::size_t which = random() % (all_event_schemas().size() + 4);
    if (which >= all_event_schemas().size()) {
      const std::size_t extra = which - all_event_schemas().size();
      const auto type = static_cast<event_type>(200 + extra);
      const unsigned counts[] = {2, 6, 1, 0};
      if (extra == 0) {
        writer.append_text(type, ticks, args, 2, texts[random() % std::size(texts)]);
      } else {
        writer.append(type, ticks, args, counts[extra]);
      }
      continue;
    }
    const event_schema& s = all_event_schemas()[which];
    if (s.has_text) {
      writer.append_text(s.type, ticks, args, s.arg_count, texts[random() % std::size(texts)]);
    } else {
      writer.append(s.type, ticks, args, s.arg_count);
    }
  }
  return chunks.file_bytes();
}

class TextFixedPoint : public testing::TestWithParam<unsigned> {};

TEST_P(TextFixedPoint, DumpOfTheLoadedDumpIsTheDump) {
  const history h(reader::from_bytes(odd_trace(GetParam()), "odd"));
  ASSERT_EQ(h.source().event_count(), 400u);
  ASSERT_TRUE(h.source().info().damage.empty()) << h.source().info().damage[0];

  const std::string once = dumped(h);

  EXPECT_EQ(dumped_again(once), once);
}

TEST_P(TextFixedPoint, TheLoadedTraceHasTheSameEventsAndLoss) {
  const history h(reader::from_bytes(odd_trace(GetParam()), "odd"));
  std::istringstream in(dumped(h));
  const history again(reader::from_bytes(load_text(in, "again"), "again"));

  ASSERT_EQ(again.source().event_count(), h.source().event_count());
  EXPECT_EQ(again.source().info().lost, h.source().info().lost);
  EXPECT_EQ(again.source().header().flags, h.source().header().flags);
  for (std::uint64_t n = 0; n < h.source().event_count(); ++n) {
    const event a = h.source().at(n), b = again.source().at(n);
    EXPECT_EQ(a.t_ns, b.t_ns);
    EXPECT_EQ(a.thread, b.thread);
    EXPECT_EQ(a.ordinal, b.ordinal);
    EXPECT_EQ(a.type, b.type);
    EXPECT_EQ(a.args, b.args);
    EXPECT_EQ(a.text, b.text);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, TextFixedPoint, testing::Range(1u, 9u));

TEST(TextFixedPointAfterKill, TrailingZeroChunksAndACutTailChangeNothing) {
  std::vector<std::uint8_t> bytes = odd_trace(99);
  bytes.resize(bytes.size() + 3 * chunk_bytes);
  const std::string killed = dumped(history(reader::from_bytes(bytes, "killed")));
  EXPECT_EQ(dumped_again(killed), killed);
  EXPECT_NE(killed.find("complete no\n"), std::string::npos);

  bytes.resize(file_header_bytes + sizeof(chunk_header) + 333);
  const std::string cut = dumped(history(reader::from_bytes(bytes, "cut")));
  EXPECT_EQ(dumped_again(cut), cut);
}

TEST(TextFixedPointOfTime, TimeThatGoesBackAndTimeBeforeTheStartAreKept) {
  const history h = trace_history("-0.000000001 T0 mark text=\"a\"\n1.0 T0 mark text=\"b\"\n0.5 T0 mark text=\"c\"\n");

  EXPECT_EQ(h.source().at(0).t_ns, -1);
  EXPECT_EQ(h.source().at(2).t_ns, 500'000'000);
  EXPECT_EQ(dumped_again(dumped(h)), dumped(h));
}

TEST(TextFixedPointOfARing, WhatARingHasKeptIsLoadedWhole) {
  const history h = trace_history(
      "flags ring\ngap T0 562997\n0.1 T0 generation number=19 tid=7 text=\"shop\"\n0.2 T0 mark text=\"a\"\n"
      "gap T1 3\n0.3 T1 mark text=\"in the middle of a generation\"\n");

  EXPECT_EQ(h.source().event_count(), 3u);
  EXPECT_EQ(h.source().info().lost, 563000u);
  EXPECT_EQ(dumped_again(dumped(h)), dumped(h));
}

TEST(TextLoad, TakesTracesWrittenByHand) {
  const history h = trace_history(
      "# a comment\n\n  0.5 T0   enter   to=0\r\n7 1.25 T1 wake \"a reason\" slot=1\n"
      "0.5 T0 mark text=\"no spaces needed\"   \n" +
      std::string());

  EXPECT_EQ(h.source().event_count(), 3u);
}

TEST(TextLoad, WordsMayBeNumbersAndMissingArgumentsAreZero) {
  const history h = trace_history("0.0 T0 block reason=15\n0.0 T0 wake_fd ready=5\n");

  EXPECT_EQ(h.source().at(0).args[1], 15u);
  EXPECT_EQ(h.source().at(0).args[0], 0u);
  EXPECT_EQ(h.source().at(1).args[2], 5u);
}

TEST(TextLoadErrors, NameTheLineAndWhatIsWrong) {
  EXPECT_EQ(error_of(""), "t.txt: byte 0: line 1: the text is empty");
  EXPECT_EQ(error_of("hello\n"), "t.txt: byte 0: line 1: a weft trace as text begins with '# weft trace text 1'");
  EXPECT_EQ(line_error("0.0 T0 no_such_event"), "t.txt: byte 20: line 2: 'no_such_event' is not an event");
  EXPECT_EQ(line_error("0.0 T0 ?250"), "t.txt: byte 20: line 2: '?250' is not an event");
  EXPECT_EQ(line_error("0.0 T0 enter from=1"), "t.txt: byte 20: line 2: 'from' is no argument of this event");
  EXPECT_EQ(line_error("0.0 T0 enter to=1 to=2"), "t.txt: byte 20: line 2: 'to' is there twice");
  EXPECT_EQ(line_error("0.0 T0 enter to=x"), "t.txt: byte 20: line 2: 'x' is no value for to");
  EXPECT_EQ(line_error("0.0 T0 enter to=18446744073709551616"),
            "t.txt: byte 20: line 2: '18446744073709551616' is no value for to");
  EXPECT_EQ(line_error("0.0 T0 enter to"), "t.txt: byte 20: line 2: 'to' is not KEY=VALUE");
  EXPECT_EQ(line_error("0.0 T0 block reason=tired"), "t.txt: byte 20: line 2: 'tired' is no value for reason");
  EXPECT_EQ(line_error("0.0 T4096 zone_end"), "t.txt: byte 20: line 2: 'T4096' is not a thread (T0 and so on)");
  EXPECT_EQ(line_error("0.0 0 zone_end"), "t.txt: byte 20: line 2: '0' is not a thread (T0 and so on)");
  EXPECT_EQ(line_error("0.0000000001 T0 zone_end"),
            "t.txt: byte 20: line 2: '0.0000000001' is not a time (seconds with up to 9 decimals)");
  EXPECT_EQ(line_error("99999999999.0 T0 zone_end"),
            "t.txt: byte 20: line 2: '99999999999.0' is out of the range of times");
  EXPECT_EQ(line_error("0.0 T0 mark text=unquoted"), "t.txt: byte 20: line 2: text is not a string in quotes");
  EXPECT_EQ(line_error("0.0 T0 mark text=\"open"), "t.txt: byte 20: line 2: text is not a string in quotes");
  EXPECT_EQ(line_error("0.0 T0 enter to=1 \"open"), "t.txt: byte 20: line 2: a string without its end: '\"open'");
  EXPECT_EQ(line_error("gap T0 0"), "t.txt: byte 20: line 2: a gap is 'gap T0 COUNT'");
  EXPECT_EQ(line_error("gap T0 9999999999999999999"),
            "t.txt: byte 20: line 2: a gap of more events than a file can have");
  EXPECT_EQ(line_error("pid many"), "t.txt: byte 20: line 2: 'many' is not a number in range");
  EXPECT_EQ(line_error("program shop"), "t.txt: byte 20: line 2: expected one string in quotes");
  EXPECT_EQ(line_error("complete maybe"), "t.txt: byte 20: line 2: expected yes or no");
  EXPECT_EQ(line_error("uuid 12"), "t.txt: byte 20: line 2: expected 32 hexadecimal digits");
  EXPECT_EQ(line_error("colour blue"), "t.txt: byte 20: line 2: 'colour blue' is neither an event nor a header line");
  EXPECT_EQ(line_error("0.0 T0 zone_end\npid 3"), "t.txt: byte 36: line 3: a header line behind the first event");
  EXPECT_EQ(line_error("schema 200 x args=7 text=0"), "t.txt: byte 20: line 2: '7' is not a number in range");
}

TEST(TextLoadErrors, ControlCharactersOfTheInputAreNotEchoed) {
  EXPECT_EQ(line_error("\x1b[31m"), "t.txt: byte 20: line 2: '\\x1b[31m' is neither an event nor a header line");
}

TEST(TextLoadErrors, TextsThatAreTooLongAreRefused) {
  EXPECT_EQ(line_error("0.0 T0 mark text=\"" + std::string(max_text_bytes + 1, 'a') + "\""),
            "t.txt: byte 20: line 2: a text of more than 4096 bytes");
}

TEST(TextQuote, EveryByteComesBack) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  std::string quoted;
  append_quoted(quoted, all);
  std::string_view rest = quoted;

  EXPECT_EQ(take_quoted(rest), all);
  EXPECT_EQ(rest, "");
  EXPECT_EQ(sanitised(quoted), quoted);
}

TEST(TextQuote, WhatIsNotWellFormedIsRefused) {
  for (const char* text : {"", "a\"", "\"open", "\"\\", "\"\\q\"", "\"\\x1\"", "\"\\xgg\"", "\"\\x"}) {
    std::string_view rest = text;
    EXPECT_EQ(take_quoted(rest), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace weft::diary
