// The code of packed checkpoints: everything that is written can be read back, and nothing else is accepted.
#include "trace/file/packed_checkpoint.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace weft::diary {
namespace {

std::string described(const checkpoint_row& r) {
  std::string text = "row";
  for (const std::uint64_t value : {r.slot, r.id, r.parent, r.name, r.site, r.status_and_reason, r.object, r.owner,
                                    r.fd_plus_1, r.remaining_ns_plus_1, r.for_ticks}) {
    text += " " + std::to_string(value);
  }
  return text + (r.object != 0 ? " " + std::to_string(r.changes_ago) : "");
}

// What is read, one line each. The position of rows among steps through the base is ignored.
struct listener {
  std::vector<std::string> lines, base;

  void ready(std::uint64_t slot, std::uint64_t for_ticks) {
    lines.push_back("ready " + std::to_string(slot) + " " + std::to_string(for_ticks));
  }
  void row(const checkpoint_row& r) { lines.push_back(described(r)); }
  void keep(std::uint64_t n) { base.insert(base.end(), static_cast<std::size_t>(n), "keep"); }
  void drop(std::uint64_t n) { base.insert(base.end(), static_cast<std::size_t>(n), "drop"); }
  void note(std::uint64_t object, std::uint64_t owner, std::uint64_t depth, bool set) {
    lines.push_back("note " + std::to_string(object) + " " + std::to_string(owner) + " " + std::to_string(depth) +
                    (set ? " set" : ""));
  }
};

checkpoint_row ready_row(std::uint64_t slot, std::uint64_t id) {
  checkpoint_row r;
  r.slot = slot;
  r.id = id;
  r.parent = 1;
  r.name = 7;
  r.status_and_reason = 1;
  return r;
}

std::size_t bytes_of_a_crowd(std::uint64_t count) {
  checkpoint_packer code;
  code.begin(1'000'000'000, count);
  for (std::uint64_t i = 0; i < count; ++i) code.ready(i + 10, 5'000 - 3 * i);
  for (std::uint64_t i = 0; i < count; ++i) code.row(ready_row(i + 10, i + 100));
  return code.take().size();
}

TEST(PackedCheckpoint, OneThatYieldsInTurnTakesOneByte) {
  EXPECT_LE(bytes_of_a_crowd(1'500) - bytes_of_a_crowd(500), 1'002u);
}

TEST(PackedCheckpoint, WhatIsWrittenIsReadBack) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    std::mt19937_64 random(seed);
    const auto some = [&](std::uint64_t most) -> std::uint64_t {
      return random() % 4 == 0 ? random() >> random() % 64 : random() % (most + 1);
    };
    checkpoint_packer code;
    std::vector<std::string> parts, told, told_of_base;
    const auto make_room = [&] {
      if (!code.has_room() || random() % 64 == 0) parts.emplace_back(code.take());
    };
    const std::uint64_t ready = random() % 300, blocked = random() % 300, kept = random() % 5;
    code.begin(some(1'000'000'000), ready);
    for (std::uint64_t i = 0; i < ready; ++i) {
      const std::uint64_t slot = random() % 3 == 0 ? some(500) : i + 5, ticks = some(4'000) >> 4;
      code.ready(slot, ticks);
      told.push_back("ready " + std::to_string(slot) + " " + std::to_string(ticks));
      make_room();
    }
    std::uint64_t ready_left = ready, blocked_left = blocked, id = 1;
    while (ready_left + blocked_left != 0) {
      make_room();
      if (random() % 7 == 0) {
        code.drop();
        told_of_base.emplace_back("drop");
      }
      const bool is_ready = ready_left != 0 && (blocked_left == 0 || random() % 2 == 0);
      checkpoint_row r = ready_row(id + 9, id);
      if (random() % 5 == 0) {
        r.name = some(90);
        r.parent = some(9);
        r.site = some(5);
        r.slot = some(1'000);
      }
      if (!is_ready) {
        r.status_and_reason = 3 | some(30) << 4;
        r.object = some(3);
        r.owner = some(3);
        r.fd_plus_1 = some(20);
        r.remaining_ns_plus_1 = some(1'000'000);
        r.for_ticks = some(1'000'000);
        r.changes_ago = some(1'000);
      }
      code.row(r);
      told.push_back(described(r));
      --(is_ready ? ready_left : blocked_left);
      id += 1 + some(1);
    }
    for (std::uint64_t i = 0; i < kept; ++i) {
      make_room();
      code.keep();
      told_of_base.emplace_back("keep");
    }
    code.end_rows();
    if (kept == 0) told_of_base.clear();  // the end of the base counts as dropped
    for (std::uint64_t i = random() % 20; i > 0; --i) {
      make_room();
      const std::uint64_t object = some(100) >> 8, owner = some(5), depth = some(9);
      code.note(object, owner, depth, i % 2 == 0);
      told.push_back("note " + std::to_string(object) + " " + std::to_string(owner) + " " + std::to_string(depth) +
                     (i % 2 == 0 ? " set" : ""));
    }
    parts.emplace_back(code.take());

    listener heard;
    checkpoint_unpacker reading(ready + blocked + kept);
    for (const std::string& part : parts) {
      ASSERT_LE(part.size(), 4096u);
      ASSERT_TRUE(reading.begin_part(part) && reading.read(heard)) << "seed " << seed;
    }
    ASSERT_EQ(heard.lines, told) << "seed " << seed;
    if (kept == 0) heard.base.clear();
    ASSERT_EQ(heard.base, told_of_base) << "seed " << seed;
  }
}

TEST(PackedCheckpoint, NoneHasMoreCoroutinesThanBytes) {
  const std::string many_in_a_run("\x01\x00\xfc\xff\xff\xff\x0f", 7);
  listener heard;
  checkpoint_unpacker reading(UINT64_MAX);

  EXPECT_FALSE(reading.begin_part(many_in_a_run) && reading.read(heard));
  EXPECT_TRUE(heard.lines.empty());
}

TEST(PackedCheckpoint, CutOffBytesAreRefusedOrReadAsFarAsTheyGo) {
  checkpoint_packer code;
  code.begin(1'000'000'000, 2);
  code.ready(300, 70'000);
  code.ready(301, 60'000);
  code.row(ready_row(300, 1'000));
  checkpoint_row r = ready_row(5, 2'000);
  r.status_and_reason = 3;
  r.object = 900;
  code.row(r);
  code.end_rows();
  code.note(900, 4, 300, true);
  const std::string whole(code.take());

  for (std::size_t size = 0; size < whole.size(); ++size) {
    listener heard;
    checkpoint_unpacker reading(2);
    if (reading.begin_part(std::string_view(whole).substr(0, size))) reading.read(heard);
    EXPECT_LE(heard.lines.size(), 5u);
  }
}

}  // namespace
}  // namespace weft::diary
