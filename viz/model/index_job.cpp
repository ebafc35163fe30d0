#include "model/index_job.hpp"

#include <algorithm>

#include "trace/state/seek.hpp"

namespace weft::viz {
namespace {

constexpr std::uint64_t slice_events = 65'536;  // a few milliseconds

}  // namespace

index_job::index_job(diary::history& names, const lane_index::settings& how, bool on_two_threads)
    : names_(names), how_(how), index_(how), count_(names.source().event_count()) {
  if (on_two_threads) start_later_half();
}

index_job::~index_job() { stop_later_half(); }

void index_job::start_later_half() {
  half_ = count_ / 2;
  thread_ = std::thread([this] {
    try {
      const diary::reader& source = names_.source();
      later_ = std::make_unique<lane_index>(how_, diary::seek_state(source, half_), true);
      diary::event_walk walk = source.walk(half_);
      while (walk.n() < count_ && !later_->is_full() && !stops_.load(std::memory_order_relaxed)) {
        const std::uint64_t before = walk.n();
        walk.for_each(
            [this](const diary::event& e) {
              later_->take(e, nullptr);
              return true;
            },
            std::min(count_, before + slice_events));
        if (walk.n() == before) break;
        later_done_.store(walk.n() - half_, std::memory_order_relaxed);
      }
      half_end_ = walk.n();
    } catch (const std::exception&) {
      later_.reset();  // the first half then covers it too, and meets the same error
    }
    has_ended_.store(true, std::memory_order_release);
  });
}

void index_job::stop_later_half() {
  stops_ = true;
  if (thread_.joinable()) thread_.join();
  half_ = 0;
}

// The first half has reached the first event of the later half: joins the two.
void index_job::take_later_half() {
  thread_.join();
  const bool fits = later_ != nullptr && half_end_ > half_ && index_.join(*later_, names_);
  if (fits) {
    next_ = half_end_;
    walk_.reset();
  }
  later_.reset();
  half_ = 0;
}

double index_job::progress() const {
  if (count_ == 0) return 1;
  const std::uint64_t later = half_ != 0 ? later_done_.load(std::memory_order_relaxed) : 0;
  return static_cast<double>(std::min(count_, next_ + later)) / static_cast<double>(count_);
}

bool index_job::work(std::chrono::steady_clock::time_point until) {
  bool has_grown = false;
  while (!is_done()) {
    if (half_ != 0 && next_ == half_) {
      if (!has_ended_.load(std::memory_order_acquire)) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));  // leave the processor to the other half
        return has_grown;
      }
      take_later_half();
      has_grown = true;
      continue;
    }
    if (!walk_) walk_ = std::make_unique<diary::event_walk>(names_.source().walk(next_));
    const std::uint64_t before = next_;
    walk_->for_each(
        [this](const diary::event& e) {
          index_.take(e, &names_);
          return true;
        },
        std::min(half_ != 0 ? half_ : count_, next_ + slice_events));
    index_.settle();
    next_ = walk_->n();
    if (next_ == before) is_cut_ = true;
    has_grown = true;
    if (std::chrono::steady_clock::now() >= until) break;
  }
  return has_grown;
}

void index_job::finish() {
  while (!is_done()) {
    work(std::chrono::steady_clock::time_point::max());
    if (!is_done() && half_ != 0 && next_ == half_) take_later_half();
  }
}

void index_job::source_grew() {
  stop_later_half();
  later_.reset();
  walk_.reset();
  count_ = names_.source().event_count();
}

}  // namespace weft::viz
