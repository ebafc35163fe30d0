// Makes the lane_index of a huge trace, a little at a time. For a very huge trace a second thread makes the later half.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <thread>

#include "model/lane_index.hpp"

namespace weft::viz {

class index_job {
 public:
  // Reads the events through the reader of `names` and adds the names that it finds to `names`. `names` must outlive
  // the job.
  index_job(diary::history& names, const lane_index::settings& how, bool on_two_threads);
  ~index_job();
  index_job(const index_job&) = delete;
  index_job& operator=(const index_job&) = delete;

  const lane_index& index() const { return index_; }
  bool is_done() const { return next_ >= count_ || is_cut_; }
  bool is_whole() const { return !is_cut_; }
  double progress() const;

  // Works until that time; returns true if the index has grown.
  bool work(std::chrono::steady_clock::time_point until);
  void finish();
  // Call when the reader has more events.
  void source_grew();

 private:
  void start_later_half();
  void take_later_half();
  void stop_later_half();

  diary::history& names_;
  lane_index::settings how_;
  lane_index index_;
  std::unique_ptr<diary::event_walk> walk_;
  std::uint64_t next_ = 0, count_ = 0;
  bool is_cut_ = false;  // the file has fewer events than its chunks say

  // The later half. Until has_ended, all of it but thread_ belongs to that thread.
  std::uint64_t half_ = 0;  // its first event; 0: there is no later half
  std::uint64_t half_end_ = 0;
  std::unique_ptr<lane_index> later_;
  std::atomic<std::uint64_t> later_done_{0};  // events done so far
  std::atomic<bool> stops_{false}, has_ended_{false};
  std::thread thread_;
};

}  // namespace weft::viz
