#include "strand/home_thread.hpp"

#include <pthread.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/syscall.h>
#elif defined(__FreeBSD__)
#include <pthread_np.h>
#endif

#include <algorithm>
#include <cstddef>
#include <new>
#include <string>
#include <utility>

#include "core/overflow_report.hpp"
#include "strand/greenlet_base.hpp"
#include "weft/source_location.hpp"

namespace weft::detail {

constinit thread_local home_thread* home_thread::of_this_thread_ = nullptr;

// One per thread; its destructor runs when the thread ends.
struct home_thread_end {
  core::overflow_watch watch;  // generators and greenlets can overflow without a scheduler, too
  ~home_thread_end() {
    if (home_thread::of_this_thread_ != nullptr) home_thread::of_this_thread_->end();
  }
};

namespace {

bool is_main_thread() noexcept {
#if defined(__linux__)
  return ::getpid() == static_cast<pid_t>(::syscall(SYS_gettid));
#else
  return ::pthread_main_np() != 0;
#endif
}

// A coroutine that unwinds contexts which other threads have dropped: a destructor on such a stack may wait, which is
// impossible on the root.
class unwinding final : public core::body {
 public:
  diary::coroutine_status run(core::coroutine&) noexcept override {
    home_thread::of_this_thread().take_care_of_orphans();
    return diary::coroutine_status::done;
  }
  void ended() noexcept override { delete this; }
  void abandoned() noexcept override { delete this; }
  std::string name() const override { return "unwind dropped"; }
  const source_location& site() const noexcept override { return here_; }

 private:
  source_location here_ = source_location::current();
};

}  // namespace

strand::~strand() {
  if (root != nullptr) root->release();
}

bool strand::nothing_to_remember() const noexcept {
  return innermost == nullptr && (root == nullptr || root->only_its_strand_knows_it());
}

home_thread::home_thread() : registers_(core::registers_of_this_thread()) {}

home_thread::~home_thread() = default;

void home_thread::attach() {
  // The main thread's object lives to the end of the process: static objects are destroyed on that thread after its
  // thread_locals. On other threads, a call after the destructor of at_thread_end (from the destructor of another
  // thread_local) makes an object that is never ended, too.
  if (!is_main_thread()) {
    [[maybe_unused]] static thread_local home_thread_end at_thread_end;
  } else {
    // In static storage and never destroyed: the thread may overflow as long as the process lives.
    alignas(core::overflow_watch) static std::byte storage[sizeof(core::overflow_watch)];
    [[maybe_unused]] static const core::overflow_watch* const watch = new (storage) core::overflow_watch;
  }
  of_this_thread_ = new home_thread;
}

void home_thread::end() noexcept {
  of_this_thread_ = nullptr;
  orphan* left = nullptr;
  {
    const std::lock_guard guard(orphans_lock_);
    ended_.store(true, std::memory_order_release);
    left = std::exchange(orphans_, nullptr);
    last_orphan_ = &orphans_;
  }
  while (left != nullptr) std::exchange(left, left->next_)->abandon();
  last_used_ = &thread_strand_;
  strands_.clear();
  if (thread_strand_.root != nullptr) std::exchange(thread_strand_.root, nullptr)->release();
  thread_strand_.current = nullptr;
  release();
}

void home_thread::release() noexcept {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

core::stack home_thread::take_stack() {
  core::scheduler* s = core::scheduler::current();
  if (s == nullptr || s->running() == nullptr) return stacks_.take();
  const core::stack* const own = s->running()->memory;  // a co_task has none
  return stacks_.take(std::max(own != nullptr ? own->size : 0, s->stacks().default_size()));
}

void home_thread::give_stack(const core::stack& unused) noexcept {
  core::forget_stack_poison(unused.base, unused.size);
  if (of_this_thread_ != nullptr) {
    of_this_thread_->stacks_.give(unused);
  } else {
    core::stack_pool().give(unused);
  }
}

core::fiber_annotation& home_thread::annotation_of_running() noexcept {
  core::scheduler* s = core::scheduler::current();
  return s != nullptr && s->running() != nullptr ? s->annotation_of_running() : thread_annotation_;
}

strand& home_thread::find_strand(std::uint64_t id) {
  if (id == 0) return *(last_used_ = &thread_strand_);
  const auto found = strands_.find(id);
  if (found != strands_.end()) return *(last_used_ = found->second.get());

  if (strands_.size() >= forget_at_) {
    last_used_ = &thread_strand_;
    std::erase_if(strands_, [](const auto& entry) { return entry.second->nothing_to_remember(); });
    forget_at_ = 64 + 2 * strands_.size();
  }
  auto made = std::make_unique<strand>();
  made->coroutine_id = id;
  return *(last_used_ = strands_.emplace(id, std::move(made)).first->second.get());
}

void home_thread::remember_inbox(core::inbox& messages) {
  const std::lock_guard guard(orphans_lock_);
  inbox_ = &messages;
}

bool home_thread::adopt(orphan& o) noexcept {
  core::inbox* tell = nullptr;
  {
    const std::lock_guard guard(orphans_lock_);
    if (ended()) return false;
    o.next_ = nullptr;
    *last_orphan_ = &o;
    last_orphan_ = &o.next_;
    has_orphans_.store(true, std::memory_order_relaxed);
    tell = inbox_;
  }
  if (tell == nullptr) return true;

  // Without memory for the message the unwinding waits for the thread's next switch.
  try {
    core::inbox_message message;
    message.work = [this] {
      core::scheduler* s = core::scheduler::current();
      if (of_this_thread_ != this || s == nullptr) return;  // the inbox has another owner by now
      auto work = std::make_unique<unwinding>();
      s->spawn(*work, 0);
      work.release();
    };
    tell->post(std::move(message));
  } catch (...) {
  }
  return true;
}

void home_thread::unwind_orphans() {
  orphan* dropped = nullptr;
  {
    const std::lock_guard guard(orphans_lock_);
    dropped = std::exchange(orphans_, nullptr);
    last_orphan_ = &orphans_;
    has_orphans_.store(false, std::memory_order_relaxed);
  }
  while (dropped != nullptr) std::exchange(dropped, dropped->next_)->unwind();
}

}  // namespace weft::detail
