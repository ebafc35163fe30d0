// Chains of completions. A callback can end the next completion, and a value can own the last reference to another one.
// Plain recursion would need stack for each link, and a chain may have any length. So only a few links are nested. A
// deeper link is put off until its cause, one callback or one destructor, has returned; then it comes before everything
// that was put off earlier. So callbacks are called, waiters woken and values destroyed in the order of the plain
// recursion. One thing differs: what the causing callback does after it has ended the next completion comes earlier
// than it would.
#include <algorithm>
#include <new>
#include <vector>

#include "core/scheduler.hpp"
#include "weft/detail/async/completion.hpp"

namespace weft::detail {

namespace {

// How many links may be nested. A program with less nesting sees no difference.
constexpr unsigned most_nested = 8;

// The links that were put off; the next one is last.
class put_off {
 public:
  // Returns false if there is no memory.
  bool add(completion* c) noexcept {
    try {
      links_.push_back(c);
      return true;
    } catch (const std::bad_alloc&) {
      return false;
    }
  }
  bool empty() const noexcept { return links_.empty(); }
  completion* next() const noexcept { return links_.back(); }
  void pop() noexcept { links_.pop_back(); }
  // Calls f. The first link that f puts off comes next.
  template <class F>
  void cause(F&& f) noexcept {
    const std::size_t before = links_.size();
    f();
    std::reverse(links_.begin() + static_cast<std::ptrdiff_t>(before), links_.end());
  }

 private:
  std::vector<completion*> links_;
};

class one_deeper {
 public:
  explicit one_deeper(unsigned& depth) noexcept : depth_(depth) { ++depth_; }
  one_deeper(const one_deeper&) = delete;
  one_deeper& operator=(const one_deeper&) = delete;
  ~one_deeper() { --depth_; }

 private:
  unsigned& depth_;
};

// ---- callbacks: no callback waits, so the callbacks under way on one thread are nested

constinit thread_local unsigned callbacks_nested = 0;

// The innermost call that must not nest deeper. A callback on a plain thread may contain a whole run(), whose
// coroutines must not leave their ends to that thread: hence the owner.
struct calling {
  const void* const owner = current_owner();
  put_off links;
  calling* const outer;
};
constinit thread_local calling* innermost = nullptr;

// ---- destructors: a destructor may wait, so another coroutine of the thread may start one meanwhile

constinit thread_local unsigned destructors_nested = 0;  // of all coroutines of the thread together

// Allocated, not on the stack of the coroutine that destroys: that stack may be discarded while it waits.
struct destroying {
  const std::uint64_t who = current_id();
  put_off links;
  destroying* next = nullptr;
};
constinit thread_local destroying* all_destroying = nullptr;

}  // namespace

void completion::call_all() noexcept {
  if (callbacks_nested < most_nested) {
    const one_deeper now(callbacks_nested);
    while (call_next()) {
    }
    return;
  }
  if (innermost != nullptr && innermost->owner == current_owner() && innermost->links.add(this)) {
    retain(this);
    return;
  }
  calling here{.links = {}, .outer = innermost};
  innermost = &here;
  for (;;) {
    completion* const c = here.links.empty() ? this : here.links.next();
    bool called = false;
    here.links.cause([&] { called = c->call_next(); });
    if (called) continue;
    if (here.links.empty()) break;
    here.links.pop();
    here.links.cause([&] { release(c); });
  }
  innermost = here.outer;
}

void completion::destroy() noexcept {
  report_unread_error();
  delete this;
}

void completion::destroy_deep(completion* c) noexcept {
  if (destructors_nested < most_nested) {
    const one_deeper now(destructors_nested);
    c->destroy();
    return;
  }
  destroying* here = all_destroying;
  while (here != nullptr && here->who != current_id()) here = here->next;
  if (here != nullptr && here->links.add(c)) return;
  here = new (std::nothrow) destroying;
  if (here == nullptr) {
    c->destroy();
    return;
  }
  here->next = all_destroying;
  all_destroying = here;
  here->links.cause([&] { c->destroy(); });
  while (!here->links.empty()) {
    completion* const link = here->links.next();
    here->links.pop();
    here->links.cause([&] { link->destroy(); });
  }
  destroying** place = &all_destroying;
  while (*place != here) place = &(*place)->next;
  *place = here->next;
  delete here;
}

}  // namespace weft::detail
