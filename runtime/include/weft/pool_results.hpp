// The results of pool::imap and imap_unordered: the results of jobs, one after the other.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <atomic>
#include <concepts>
#include <cstddef>
#include <exception>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "weft/channel.hpp"
#include "weft/detail/async/pool_state.hpp"
#include "weft/errors.hpp"
#include "weft/semaphore.hpp"
#include "weft/source_location.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {

namespace detail {

// The result type of the task that runs an F.
template <class F>
using result_in_pool = typename decltype(weft::spawn(std::declval<F>()))::value_type;

struct no_callback {
  template <class... V>
  void operator()(V&...) const noexcept {}
};
template <class C, class R>
concept callback_for = (std::is_void_v<R> && std::invocable<std::decay_t<C>&>) ||
                       std::invocable<std::decay_t<C>&, std::add_lvalue_reference_t<R>>;

// A job gets its element as an rvalue, or as an lvalue if f accepts only that.
template <class F, class X>
concept job_for = std::invocable < std::remove_reference_t<F>
&, X > || std::invocable<std::remove_reference_t<F>&, X&>;
template <class F, class X>
decltype(auto) call_job(F& f, X& x) {
  if constexpr (std::invocable<F&, X>) {
    return std::invoke(f, std::move(x));
  } else {
    return std::invoke(f, x);
  }
}
template <class F, class X>
using job_result = std::decay_t<decltype(call_job(std::declval<std::remove_reference_t<F>&>(), std::declval<X&>()))>;

// Keeps a range for later: moves an rvalue in, refers to an lvalue.
template <class Range>
class held_range {
 public:
  explicit held_range(Range&& r) : range_(std::move(r)) {}
  Range& range() noexcept { return range_; }

 private:
  Range range_;
};
template <class Range>
class held_range<Range&> {
 public:
  explicit held_range(Range& r) noexcept : range_(&r) {}
  Range& range() const noexcept { return *range_; }

 private:
  Range* range_;
};

// Spawns f as a job. Returns the slot, if there is one, when the job ends.
template <class F>
auto start_in_pool(pool_state& pool, pool_slot slot, const spawn_options& options, F&& f, source_location where,
                   const void* owner) {
  auto job = weft::spawn(options, std::forward<F>(f), where);
  pool.add(job, slot.hand_over(), owner);
  return job;
}

// Shared by the coroutine that starts the jobs, the jobs, and the reader of the results.
template <class R>
class pool_feed : public std::enable_shared_from_this<pool_feed<R>> {
 public:
  using value_type = std::conditional_t<std::is_void_v<R>, std::monostate, R>;

  pool_feed(std::shared_ptr<pool_state> pool, bool ordered, std::size_t max_waiting)
      : pool_(std::move(pool)), ordered_(ordered), limited_(max_waiting != unbounded) {
    if (max_waiting == 0) throw std::invalid_argument("imap: no job could ever start if none may wait");
    if (limited_) room_.release(static_cast<std::ptrdiff_t>(max_waiting));
  }

  template <class Range, class F>
  void start(held_range<Range> data, F&& f, source_location where) {
    feeder_ = weft::spawn(
        spawn_options{.name = "imap"},
        [mine = ticket(this->shared_from_this(), 0, false), data = std::move(data),
         f = std::make_shared<std::decay_t<F>>(std::forward<F>(f)), where]() mutable {
          pool_feed& feed = mine.feed();
          std::size_t index = 0;
          for (auto&& x : data.range()) {
            if (feed.limited_) feed.room_.acquire();
            feed.start_job(index++, f, std::ranges::range_value_t<Range>(std::forward<decltype(x)>(x)), where);
          }
        },
        where);
  }

  std::optional<value_type> next() {
    std::optional<outcome> o = next_outcome();
    if (!o) {
      feeder_.join();  // an error of the range itself comes last
      if (feeder_.status() == task_status::failed && !std::exchange(feed_error_told_, true)) feeder_.get();
      return std::nullopt;
    }
    if (limited_) room_.release();
    if (o->error != nullptr) std::rethrow_exception(o->error);
    return std::optional<value_type>(std::in_place, std::move(*o->value));
  }

  void stop() noexcept {
    pool_state::kill_quietly(std::vector<task<void>>{feeder_});
    pool_->kill_quietly(this);
  }

 private:
  struct outcome {
    std::size_t index;
    std::optional<value_type> value;
    std::exception_ptr error;
  };

  // Owned by the feeder and by each job. A ticket that is destroyed without an outcome means that its job was
  // cancelled; the last ticket closes the feed.
  class ticket {
   public:
    // owes: this ticket must report an outcome.
    ticket(std::shared_ptr<pool_feed> feed, std::size_t index, bool owes)
        : feed_(std::move(feed)), index_(index), owes_(owes) {
      ++feed_->open_;
    }
    ticket(ticket&& other) noexcept : feed_(std::move(other.feed_)), index_(other.index_), owes_(other.owes_) {}
    ~ticket() {
      if (feed_ == nullptr) return;
      if (owes_) feed_->results_.try_send(outcome{index_, {}, std::make_exception_ptr(task_cancelled())});
      if (--feed_->open_ == 0) feed_->results_.close();
    }
    pool_feed& feed() const noexcept { return *feed_; }
    void say(std::optional<value_type> value, std::exception_ptr error) {
      owes_ = false;
      feed_->results_.try_send(outcome{index_, std::move(value), std::move(error)});
    }

   private:
    std::shared_ptr<pool_feed> feed_;
    std::size_t index_;
    bool owes_;
  };

  template <class F, class X>
  void start_job(std::size_t index, const std::shared_ptr<F>& f, X x, const source_location& where) {
    pool_slot slot(*pool_);
    const auto job = start_in_pool(
        *pool_, std::move(slot), {},
        [mine = ticket(this->shared_from_this(), index, true), f, x = std::move(x)]() mutable {
          try {
            if constexpr (std::is_void_v<R>) {
              call_job(*f, x);
              mine.say(value_type(), nullptr);
            } else {
              mine.say(std::optional<value_type>(std::in_place, call_job(*f, x)), nullptr);
            }
          } catch (const cancelled&) {
            throw;
          } catch (...) {
            mine.say(std::nullopt, std::current_exception());
            throw;
          }
        },
        where, this);
    access::state(job)->mark_read();  // next() throws its error
  }

  std::optional<outcome> next_outcome() {
    for (;;) {
      if (const auto found = early_.find(next_index_); ordered_ && found != early_.end()) {
        std::optional<outcome> o(std::move(found->second));
        early_.erase(found);
        ++next_index_;
        return o;
      }
      std::optional<outcome> o = results_.receive();
      if (!o || !ordered_) return o;
      early_.emplace(o->index, std::move(*o));
    }
  }

  const std::shared_ptr<pool_state> pool_;
  const bool ordered_;
  const bool limited_;
  semaphore room_{0};  // for jobs with unread results
  channel<outcome> results_{unbounded};
  std::atomic<std::size_t> open_{0};  // number of tickets
  task<void> feeder_;
  // Used by the reader of the results.
  bool feed_error_told_ = false;
  std::map<std::size_t, outcome> early_;
  std::size_t next_index_ = 0;
};

}  // namespace detail

// An input range; move-only. One coroutine at a time may read from it. The destructor cancels the jobs that have not
// ended and waits for them.
template <class R>
class pool_results {
 public:
  // std::monostate for jobs without a result.
  using value_type = typename detail::pool_feed<R>::value_type;

  pool_results(pool_results&& other) noexcept = default;
  pool_results& operator=(pool_results&& other) noexcept {
    pool_results gone(std::move(other));
    std::swap(feed_, gone.feed_);
    return *this;
  }
  ~pool_results() {
    if (feed_ != nullptr) feed_->stop();
  }

  // Suspends until there is a result; empty: there are no more. Throws the error of a failed job, task_cancelled for a
  // cancelled one; the next call continues with the next job.
  std::optional<value_type> next() { return feed_ != nullptr ? feed_->next() : std::nullopt; }

  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = pool_results::value_type;
    using difference_type = std::ptrdiff_t;

    iterator() = default;
    explicit iterator(pool_results& from) : from_(&from) { ++*this; }
    value_type& operator*() const noexcept { return *current_; }
    value_type* operator->() const noexcept { return &*current_; }
    // After an error the iterator has no value and can be incremented again.
    iterator& operator++() {
      current_.reset();
      if (std::optional<value_type> next = from_->next()) {
        current_.emplace(std::move(*next));
      } else {
        from_ = nullptr;
      }
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& i, std::default_sentinel_t) noexcept { return i.from_ == nullptr; }

   private:
    pool_results* from_ = nullptr;
    mutable std::optional<value_type> current_;
  };
  iterator begin() { return iterator(*this); }
  std::default_sentinel_t end() const noexcept { return {}; }

 private:
  friend class pool;
  explicit pool_results(std::shared_ptr<detail::pool_feed<R>> feed) : feed_(std::move(feed)) {}

  std::shared_ptr<detail::pool_feed<R>> feed_;
};

}  // namespace weft
