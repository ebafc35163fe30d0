// Findings and statistics of a huge trace, made by a separate thread that shares nothing with the window: it opens the
// file itself.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "analysis/findings.hpp"

namespace weft::viz {

class analysis_job {
 public:
  // Starts the analysis of what is in the file now.
  analysis_job(const std::string& path, std::int64_t long_run_ns, bool still_growing);
  ~analysis_job();  // may cancel the analysis
  analysis_job(const analysis_job&) = delete;
  analysis_job& operator=(const analysis_job&) = delete;

  bool is_done() const { return done_.load(std::memory_order_acquire); }
  // Call once, after is_done(). Empty if the file could not be read.
  analysis take() { return std::move(result_); }

 private:
  std::atomic<bool> stops_{false}, done_{false};
  analysis result_;
  std::thread thread_;
};

}  // namespace weft::viz
