#include "cli/output/progress.hpp"

#include <fmt/core.h>

#include <chrono>
#include <ostream>

#include "trace/words/diary_event.hpp"

namespace weft::viz::cli {

using namespace std::chrono_literals;

progress::progress(std::string what, console& io) : what_(diary::sanitised(what)), io_(io) {
  if (io.err_is_terminal) thread_ = std::thread([this] { show(); });
}

progress::~progress() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    has_ended_ = true;
  }
  ended_condition_.notify_one();
  thread_.join();
}

void progress::show() {
  const auto begin = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  if (ended_condition_.wait_for(lock, 1s, [this] { return has_ended_; })) return;
  do {
    const int per_mille = per_mille_.load(std::memory_order_relaxed);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    const std::string part = per_mille < 0 ? "" : fmt::format(" {} %,", per_mille / 10);
    io_.err << fmt::format("\r\x1b[Kweft: {}:{} {:.0f} s", what_, part, seconds) << std::flush;
  } while (!ended_condition_.wait_for(lock, 250ms, [this] { return has_ended_; }));
  io_.err << "\r\x1b[K" << std::flush;
}

}  // namespace weft::viz::cli
