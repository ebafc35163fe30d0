// Finds two coroutines that wait for the same fd in the same direction: chance decides which one gets the next input.
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "analysis/detector.hpp"

namespace weft::viz {
namespace {

class two_waiters : public detector {
 public:
  explicit two_waiters(const investigation& about) : about_(about) {}

  bool wants_before(diary::event_type type) const override { return type == diary::event_type::block_fd; }
  bool wants_after(diary::event_type type) const override { return type == diary::event_type::block_fd; }

  void before(const diary::event& e, const diary::scheduler_state& state) override {
    const diary::coroutine_state* const c =
        e.type == diary::event_type::block_fd ? running_on(state, e.thread) : nullptr;
    blocks_ = c ? c->slot : 0;
  }

  void after(const diary::event& e, const diary::scheduler_state& state) override {
    const diary::coroutine_state* const c = blocks_ != 0 ? state.by_slot(blocks_) : nullptr;
    if (!c) return;
    // Each process has its own descriptors.
    const auto key = std::tuple(state.threads()[c->thread].pid, c->fd, c->reason);
    const auto [known, is_new] = last_waiter_.try_emplace(key, c->slot);
    const diary::coroutine_state* const other = state.by_slot(known->second);
    known->second = c->slot;
    if (is_new || !other || other == c || other->status != diary::coroutine_status::blocked || other->fd != c->fd ||
        other->reason != c->reason) {
      return;
    }
    if (!about_.gaps.is_whole(other->thread, other->since_event, e.n)) return;
    if (!found_.insert(key).second) return;  // the first of each is reported
    finding f;
    f.kind = finding_kind::two_waiters;
    f.coroutine = c->id;
    f.others = {other->id};
    f.evidence = e.n;
    f.when = {e.t_ns, e.t_ns};
    const bool writes = c->reason == diary::wait_reason::fd_writable;
    f.title = about_.name(other->id) + " and " + about_.name(c->id) + " wait for the same fd " + std::to_string(c->fd);
    f.detail = std::string("Both until it is ") + (writes ? "writable" : "readable") +
               ". Which of them gets what comes is chance.";
    f.site = about_.site_or_name(c->site, c->id);
    about_.report(std::move(f), e.thread);
  }

 private:
  using wait = std::tuple<std::uint64_t, int, diary::wait_reason>;  // pid, fd, reason

  const investigation& about_;
  std::uint64_t blocks_ = 0;                   // the slot that the present event blocks
  std::map<wait, std::uint64_t> last_waiter_;  // slot
  std::set<wait> found_;
};

}  // namespace

std::unique_ptr<detector> make_two_waiters(const investigation& about) { return std::make_unique<two_waiters>(about); }

}  // namespace weft::viz
