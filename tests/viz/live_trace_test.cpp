// A trace that grows while the viewer shows it.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "model/viewer_model.hpp"
#include "support/memory_chunks.hpp"

namespace weft::viz {
namespace {

using diary::event_type;

// A program that spawns one coroutine after the other; save() updates the file.
class growing_file {
 public:
  growing_file() : path_(testing::TempDir() + "weft_live_" + std::to_string(getpid()) + ".weft"), writer_(chunks_, 0) {
    writer_.append_text(event_type::thread_start, 0, tid_, 1, "main");
  }
  ~growing_file() { std::filesystem::remove(path_); }
  growing_file(const growing_file&) = delete;
  growing_file& operator=(const growing_file&) = delete;

  void spawn_and_run(std::uint64_t id, std::uint64_t at_ns) {
    const std::uint64_t spawned[] = {id, id, 0, 0, 0};
    const std::uint64_t entered[] = {id};
    const std::uint64_t left[] = {0, 1'000'000'000};
    writer_.append(event_type::spawn, at_ns, spawned, 5);
    writer_.append(event_type::enter, at_ns + 10, entered, 1);
    writer_.append(event_type::sleep, at_ns + 20, left, 2);
  }
  // In place, so that a mapping of the file sees it.
  void save() {
    const std::vector<std::uint8_t> bytes = chunks_.file_bytes();
    const auto how = std::filesystem::exists(path_) ? std::ios::in | std::ios::out : std::ios::out;
    std::ofstream(path_, std::ios::binary | how)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  std::unique_ptr<trace_model> open() const {
    return std::make_unique<trace_model>(diary::history(diary::reader::open(path_)));
  }

 private:
  static constexpr std::uint64_t tid_[] = {7};
  std::string path_;
  weft::tests::memory_chunks chunks_;
  diary::chunk_writer writer_;
};

TEST(LiveTrace, GrowsAndEqualsTheTraceOpenedAtOnce) {
  growing_file file;
  file.spawn_and_run(1, 100);
  file.save();
  const auto grown = file.open();
  EXPECT_FALSE(grown->refresh());

  file.spawn_and_run(2, 200);
  file.spawn_and_run(3, 300);
  file.save();
  EXPECT_TRUE(grown->refresh());

  const auto opened = file.open();
  ASSERT_EQ(grown->event_count(), opened->event_count());
  ASSERT_EQ(grown->coroutine_count(), 3u);
  EXPECT_EQ(grown->end_ns(), opened->end_ns());
  EXPECT_EQ(grown->threads()[0].who, opened->threads()[0].who);
  EXPECT_EQ(grown->track_of(0)->states.size(), opened->track_of(0)->states.size());
}

TEST(LiveTrace, TheViewFollowsItsEnd) {
  growing_file file;
  file.spawn_and_run(1, 1000);
  file.save();
  viewer_model model;
  model.open(file.open(), true);
  model.resize({1000, 400, 300});

  file.spawn_and_run(2, 50'000);
  file.save();
  ASSERT_TRUE(model.trace->refresh());
  model.trace_grew();

  EXPECT_EQ(model.at.t_ns, model.trace->end_ns());
  EXPECT_EQ(model.lanes.lanes().size(), 2u);
  EXPECT_LE(time_to_x(model.view.scale, model.trace->end_ns()), 1000);
  EXPECT_NEAR(time_to_x(model.view.scale, model.trace->begin_ns()), 0, 1) << "short traces are shown whole";
}

TEST(LiveTrace, OfALongOneTheLastTwoSecondsAreFollowed) {
  growing_file file;
  file.spawn_and_run(1, 1000);
  file.save();
  viewer_model model;
  model.open(file.open(), true);
  model.resize({1000, 400, 300});

  file.spawn_and_run(2, 60'000'000'000);
  file.save();
  ASSERT_TRUE(model.trace->refresh());
  model.trace_grew();

  EXPECT_NEAR(static_cast<double>(visible_range(model.view.scale, 1000).length_ns()), 2.1e9, 0.2e9);
}

TEST(LiveTrace, AViewThatWentElsewhereStays) {
  growing_file file;
  file.spawn_and_run(1, 1000);
  file.save();
  viewer_model model;
  model.open(file.open(), true);
  model.resize({1000, 400, 300});
  model.apply(act::zoom{500, 0.5});
  const time_scale before = model.view.scale;

  file.spawn_and_run(2, 50'000);
  file.save();
  ASSERT_TRUE(model.trace->refresh());
  model.trace_grew();

  EXPECT_EQ(model.view.scale, before);
}

}  // namespace
}  // namespace weft::viz
