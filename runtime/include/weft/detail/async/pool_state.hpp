// What a pool and its jobs share: who has a slot, who waits for one, which jobs there are. Not for programs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/detail/core/suspension.hpp"
#include "weft/task.hpp"

namespace weft::detail {

class pool_state : public std::enable_shared_from_this<pool_state> {
 public:
  pool_state(std::size_t slots, std::string_view name);
  pool_state(const pool_state&) = delete;
  pool_state& operator=(const pool_state&) = delete;

  // A slot: FIFO with direct hand-over. enter() suspends while there is none.
  void enter();
  bool try_enter() noexcept;
  void leave() noexcept;
  // For a job that was added without a slot: enter(), and the slot goes back at its end.
  void enter_as_job();

  // A task that counts until it has ended; its slot, if it has one, is given back then, before its own callbacks and
  // joiners. On the thread that spawned it, right after that. owner: for whom it runs, null: for nobody in particular.
  void add(const task<void>& job, bool has_slot, const void* owner = nullptr);

  // Suspends until there are no jobs. False: not in time. Throws deadlock_error if one of them asks.
  bool join(time_limit limit);
  // Cancels the jobs of this owner (null: all) and waits until they have ended; the running one last.
  void kill(const void* owner = nullptr);
  // The same for destructors: never throws, is not cancelled.
  void kill_quietly(const void* owner = nullptr) noexcept;
  static void kill_quietly(const std::vector<task<void>>& jobs) noexcept;
  // The pool is gone: nobody gets a slot any more.
  void close() noexcept;
  // The running coroutine is one of the jobs.
  bool runs_this() const;

  std::size_t slots() const noexcept { return slots_; }
  std::size_t taken() const;

 private:
  struct job {
    task<void> handle;
    const void* owner = nullptr;
    bool has_slot = false;
  };

  void end(std::uint64_t id) noexcept;
  void give_slot_back() noexcept;  // before: object_.lock is held
  std::vector<task<void>> jobs_of(const void* owner) const;

  object object_;
  wait_list enterers_;
  wait_list joiners_;
  const std::size_t slots_;
  // All guarded by object_.lock.
  std::size_t taken_ = 0;
  bool closed_ = false;
  std::map<std::uint64_t, job> jobs_;  // by id, so in spawn order
};

// A slot until it is handed over to a job.
class pool_slot {
 public:
  pool_slot() noexcept = default;  // none
  // Suspends until there is one.
  explicit pool_slot(pool_state& pool) {
    pool.enter();
    pool_ = &pool;
  }
  // None if there is none now.
  static pool_slot attempt(pool_state& pool) noexcept {
    pool_slot s;
    if (pool.try_enter()) s.pool_ = &pool;
    return s;
  }
  pool_slot(pool_slot&& other) noexcept : pool_(std::exchange(other.pool_, nullptr)) {}
  pool_slot& operator=(pool_slot&&) = delete;
  ~pool_slot() {
    if (pool_ != nullptr) pool_->leave();
  }
  explicit operator bool() const noexcept { return pool_ != nullptr; }
  // True: there was one, and whoever asks gives it back.
  bool hand_over() noexcept { return std::exchange(pool_, nullptr) != nullptr; }

 private:
  pool_state* pool_ = nullptr;
};

// Jobs that somebody owns: they do not outlive it.
class owned_jobs {
 public:
  explicit owned_jobs(std::shared_ptr<pool_state> pool) noexcept : pool_(std::move(pool)) {}
  owned_jobs(const owned_jobs&) = delete;
  owned_jobs& operator=(const owned_jobs&) = delete;
  ~owned_jobs() { pool_->kill_quietly(this); }
  const void* owner() const noexcept { return this; }

 private:
  std::shared_ptr<pool_state> pool_;
};

}  // namespace weft::detail
