// The fast decoders of an event are compared with the plain one, number by number.
#include "trace/file/event_decoder.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "support/text_traces.hpp"
#include "trace/file/chunk_writer.hpp"
#include "trace/file/header_check.hpp"

namespace weft::diary {
namespace {

shape_table all_shapes() {
  file_header header;
  init_file_header(header);
  return shapes_of(header);
}

// An event of a random type whose numbers have up to `bits` bits.
std::vector<std::uint8_t> random_event(std::mt19937_64& random, unsigned bits) {
  const auto schemas = all_event_schemas();
  const event_schema& schema = schemas[random() % schemas.size()];
  std::vector<std::uint8_t> bytes(1 + (2 + max_args) * max_varint_bytes + 16);
  std::uint8_t* out = bytes.data();
  *out++ = static_cast<std::uint8_t>(schema.type);
  const auto number = [&] { return random() >> (63 - random() % bits); };
  for (unsigned i = 0; i < 1u + schema.arg_count; ++i) out = put_varint(out, number());
  if (schema.has_text) {
    out = put_varint(out, 3);
    for (const char c : {'a', 'b', 'c'}) *out++ = static_cast<std::uint8_t>(c);
  }
  bytes.resize(static_cast<std::size_t>(out - bytes.data()));
  return bytes;
}

// Decodes number by number, as the format's page describes it.
const std::uint8_t* decode_plainly(const std::uint8_t* in, const std::uint8_t* end, const shape_table& shapes,
                                   std::uint64_t& ticks, event& e) {
  const event_shape& shape = shapes[*in];
  e = {};
  e.type = static_cast<event_type>(*in++);
  std::uint64_t elapsed = 0;
  in = get_varint(in, end, elapsed);
  for (unsigned i = 0; in != nullptr && i < shape.arg_count; ++i) in = get_varint(in, end, e.args[i]);
  if (in != nullptr && shape.has_text) {
    std::uint64_t length = 0;
    in = get_varint(in, end, length);
    if (in == nullptr || length > static_cast<std::uint64_t>(end - in)) return nullptr;
    e.text = {reinterpret_cast<const char*>(in), length};
    in += length;
  }
  if (in != nullptr) ticks += elapsed;
  return in;
}

TEST(EventDecoder, EveryLengthOfNumbersIsReadAsNumberByNumber) {
  const shape_table shapes = all_shapes();
  std::mt19937_64 random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::uint8_t> bytes = random_event(random, 1 + static_cast<unsigned>(round) % 64);
    const std::size_t size = bytes.size();
    // Any number of bytes after it, with any values.
    for (std::size_t behind = random() % 80; behind > 0; --behind) bytes.push_back(static_cast<std::uint8_t>(random()));
    event fast, plain;
    std::uint64_t fast_ticks = 5, plain_ticks = 5;

    const std::uint8_t* const end = bytes.data() + bytes.size();
    const std::uint8_t* const got = decode_event(bytes.data(), end, shapes, fast_ticks, fast);

    ASSERT_EQ(got, bytes.data() + size);
    ASSERT_EQ(decode_plainly(bytes.data(), end, shapes, plain_ticks, plain), got);
    ASSERT_EQ(fast.type, plain.type);
    ASSERT_EQ(fast.args, plain.args);
    ASSERT_EQ(fast.text, plain.text);
    ASSERT_EQ(fast_ticks, plain_ticks);
  }
}

TEST(EventDecoder, AnEventThatIsCutOffIsDamagedWhereverTheCutIs) {
  const shape_table shapes = all_shapes();
  std::mt19937_64 random(2);
  for (int round = 0; round < 2'000; ++round) {
    const std::vector<std::uint8_t> whole = random_event(random, 1 + static_cast<unsigned>(round) % 64);
    for (std::size_t size = 1; size < whole.size(); ++size) {
      const std::vector<std::uint8_t> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      event e;
      std::uint64_t ticks = 5;

      ASSERT_EQ(decode_event(cut.data(), cut.data() + size, shapes, ticks, e), nullptr);
      ASSERT_EQ(ticks, 5U);
    }
  }
}

TEST(EventDecoder, ANumberOfMoreThan64BitsIsDamageAlsoInTheMiddle) {
  const shape_table shapes = all_shapes();
  std::vector<std::uint8_t> bytes(200, 0);
  bytes[0] = static_cast<std::uint8_t>(event_type::yield);
  for (std::size_t i = 1; i <= 9; ++i) bytes[i] = 0xff;
  bytes[10] = 2;  // the 65th bit
  event e;
  std::uint64_t ticks = 0;

  EXPECT_EQ(decode_event(bytes.data(), bytes.data() + bytes.size(), shapes, ticks, e), nullptr);
}

TEST(EventDecoder, TypesThatNobodyKnowsAreDamageWhateverFollows) {
  const shape_table shapes = all_shapes();
  const std::vector<std::uint8_t> zeroes(64, 0), ones(64, 0xff);
  event e;
  std::uint64_t ticks = 0;

  EXPECT_EQ(decode_event(zeroes.data(), zeroes.data() + 64, shapes, ticks, e), nullptr);
  EXPECT_EQ(decode_event(ones.data(), ones.data() + 64, shapes, ticks, e), nullptr);
}

TEST(EventDecoder, TimesAreLimitedAndExactUpToThere) {
  const tick_scale slow(0, 1), exact(100, 1'000'000'000), fast(0, UINT64_MAX);

  EXPECT_EQ(slow.to_ns(3), 3'000'000'000);
  EXPECT_EQ(slow.to_ns(INT64_MAX), static_cast<std::int64_t>(tick_scale::limit_ns));
  EXPECT_EQ(slow.to_ns(std::uint64_t{1} << 63 | 1), -static_cast<std::int64_t>(tick_scale::limit_ns));
  EXPECT_EQ(exact.to_ns(100 + 123'456'789'012), 123'456'789'012);
  EXPECT_EQ(exact.to_ns(99), -1);
  EXPECT_EQ(fast.to_ns(INT64_MAX), 500'000'000);
}

// A walk that the caller drives and one that calls back give the same events, in pieces of any size.
TEST(EventDecoder, WalksThatCallBackGiveTheSameEvents) {
  std::string text;
  std::mt19937_64 random(3);
  std::uint64_t ordinals[3] = {};
  for (int i = 0; i < 400; ++i) {
    const std::uint64_t thread = random() % 3, waker = random() % 3;
    const std::string time = "0." + std::to_string(100'000 + 10 * i + static_cast<int>(25 * thread));
    text += time + " T" + std::to_string(thread);
    if (random() % 4 == 0 && waker != thread && ordinals[waker] > 0) {
      text += " wake_remote slot=1 waker_thread_plus_1=" + std::to_string(waker + 1) +
              " waker_ordinal=" + std::to_string(ordinals[waker] - 1) + "\n";
    } else {
      text += " mark text=\"m\"\n";
    }
    ++ordinals[thread];
  }
  const reader r = tests::trace_reader(text);
  std::vector<event> stepped;
  event_walk by_hand = r.walk(0);
  for (event e; by_hand.next(e);) stepped.push_back(e);
  ASSERT_EQ(stepped.size(), 400U);

  for (const std::uint64_t piece : {1u, 7u, 400u, 1000u}) {
    std::vector<event> called;
    event_walk walk = r.walk(0);
    for (std::uint64_t end = piece; called.size() < walk.n() + 1 && called.size() < 400; end += piece) {
      walk.for_each([&](const event& e) { return called.push_back(e), true; }, end);
      ASSERT_EQ(walk.n(), std::min<std::uint64_t>(end, 400));
    }
    ASSERT_EQ(called.size(), 400U);
    for (std::size_t i = 0; i < 400; ++i) {
      EXPECT_EQ(called[i].n, i);
      EXPECT_EQ(called[i].thread, stepped[i].thread);
      EXPECT_EQ(called[i].ordinal, stepped[i].ordinal);
      EXPECT_EQ(called[i].t_ns, stepped[i].t_ns);
    }
  }
}

}  // namespace
}  // namespace weft::diary
