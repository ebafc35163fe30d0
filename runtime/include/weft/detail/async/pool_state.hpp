// The state that a pool and its jobs share: the slots, the waiters for a slot, the jobs. Not for programs.
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

  // Slots are given in FIFO order, by direct hand-over. enter() suspends while there is no free slot.
  void enter();
  bool try_enter() noexcept;
  void leave() noexcept;
  // enter() for a job that was added without a slot; the slot is given back at the job's end.
  void enter_as_job();

  // Adds a task, which counts as a job until it has ended. Its slot, if it has one, is given back at its end, before
  // its own callbacks and joiners. Call on the thread that spawned the task, right after the spawn. owner: for whom the
  // job runs, or null.
  void add(const task<void>& job, bool has_slot, const void* owner = nullptr);

  // Suspends until there are no jobs. Returns false if the time ran out. Throws deadlock_error if the caller is a job.
  bool join(time_limit limit);
  // Cancels the jobs of this owner (null: all) and waits until they have ended; the running one comes last.
  void kill(const void* owner = nullptr);
  // The same for destructors: never throws, is shielded from cancellation.
  void kill_quietly(const void* owner = nullptr) noexcept;
  static void kill_quietly(const std::vector<task<void>>& jobs) noexcept;
  // The pool is destroyed: from now on nobody gets a slot.
  void close() noexcept;
  // True if the running coroutine is one of the jobs.
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
  // All below are guarded by object_.lock.
  std::size_t taken_ = 0;
  bool closed_ = false;
  std::map<std::uint64_t, job> jobs_;  // by id, which is the spawn order
};

// Owns a slot until a job gets it.
class pool_slot {
 public:
  pool_slot() noexcept = default;  // owns none
  // Suspends until a slot is free.
  explicit pool_slot(pool_state& pool) {
    pool.enter();
    pool_ = &pool;
  }
  // Owns no slot if none is free now.
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
  // Returns true if there was a slot; the caller must then give it back.
  bool hand_over() noexcept { return std::exchange(pool_, nullptr) != nullptr; }

 private:
  pool_state* pool_ = nullptr;
};

// The owner of jobs: its destructor ends them.
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
