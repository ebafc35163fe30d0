// Switches between greenlets, and their ends. Delivery comes first: hand_over() finds the receiving greenlet and gives
// the value or error to it before anything else changes, so every error is thrown without a switch.
#include "strand/greenlet_base.hpp"

#include <string>

#include "core/context.hpp"
#include "core/sanitizer.hpp"
#include "core/unhandled.hpp"
#include "trace/words/schema.hpp"

namespace weft::detail {
namespace {

std::atomic<std::uint64_t> last_id{0};

std::uint64_t next_id() noexcept { return last_id.fetch_add(1, std::memory_order_relaxed) + 1; }

[[noreturn]] void refuse_without_function() { throw std::logic_error("the greenlet has no function"); }

bool is_greenlet_exit(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const greenlet_exit&) {
    return true;
  } catch (...) {
    return false;
  }
}

// Keeps a greenlet's memory while code of the program may run.
class reference {
 public:
  explicit reference(greenlet_base& to) noexcept : to_(to) { to_.add_reference(); }
  ~reference() { to_.release(); }
  reference(const reference&) = delete;
  reference& operator=(const reference&) = delete;

 private:
  greenlet_base& to_;
};

}  // namespace

// ---- life

greenlet_base::greenlet_base(std::unique_ptr<greenlet_body> body, const greenlet_type& type)
    : type_(&type),
      awaits_(&type),
      receiving_(body->argument()),
      home_(home_thread::of_this_thread()),
      coroutine_id_(home_.running_strand().coroutine_id),
      id_(next_id()),
      body_(std::move(body)) {
  greenlet_base& creator = current(home_);
  home_.add_reference();
  root_ = home_.running_strand().root;
  root_->add_reference();
  link_parent(&creator);
}

greenlet_base::greenlet_base(home_thread& home, strand& of)
    : state_(greenlet_state::running),
      started_(true),
      type_(nullptr),
      awaits_(nullptr),
      receiving_(nullptr),
      root_(this),
      home_(home),
      coroutine_id_(of.coroutine_id),
      id_(next_id()) {
  home_.add_reference();
}

greenlet_base::~greenlet_base() {
  if (memory_.base != nullptr) {  // its start failed
    context_.annotation.destroy();
    home_thread::give_stack(memory_);
  }
  body_.reset();
  unlink(parent_);
  if (root_ != this) root_->release();
  home_.release();
}

greenlet_base& greenlet_base::current(home_thread& home) {
  strand& here = home.running_strand();
  if (here.current == nullptr) here.current = here.root = new greenlet_base(home, here);
  return *here.current;
}

void greenlet_base::add_handle() noexcept {
  if (handles_.fetch_add(1, std::memory_order_relaxed) == 0) add_reference();
}

void greenlet_base::drop_handle() noexcept {
  if (handles_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  unreachable();
  release();
}

void greenlet_base::release() noexcept {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

bool greenlet_base::owns(const void* address) const noexcept {
  const auto* at = static_cast<const char*>(core::address_on_stack(address));
  return at >= stack_low_.load(std::memory_order_relaxed) && at < stack_high_.load(std::memory_order_relaxed);
}

void greenlet_base::link_parent(greenlet_base* parent) noexcept {
  parent->add_reference();
  parent->children_.fetch_add(1, std::memory_order_relaxed);
  parent_ = parent;
}

void greenlet_base::unlink(greenlet_base* parent) noexcept {
  if (parent == nullptr) return;
  parent->children_.fetch_sub(1, std::memory_order_acq_rel);
  if (parent->is_unreachable()) parent->unreachable();
  parent->release();
}

void greenlet_base::set_parent(greenlet_base* parent) {
  if (is_root()) throw std::logic_error("cannot set the parent of a root greenlet");
  if (parent != nullptr && parent->root_ != root_) {
    throw std::logic_error("a greenlet's parent cannot be on a different thread or in a different coroutine");
  }
  for (const greenlet_base* g = parent; g != nullptr; g = g->parent_) {
    if (g == this) throw std::logic_error("cyclic parent chain of greenlets");
  }
  greenlet_base* const before = std::exchange(parent_, nullptr);
  if (parent != nullptr) link_parent(parent);
  unlink(before);
}

// ---- switching

void greenlet_base::expect_same_strand(const home_thread& home, const strand& here) const {
  if (root_ == here.root || (unwinder_ != nullptr && unwinder_->root_ == here.root)) return;
  if (&home_ != &home) {
    throw std::logic_error(home_.ended() ? "cannot switch to a greenlet of a different thread, which has exited"
                                         : "cannot switch to a greenlet of a different thread");
  }
  const core::scheduler* s = core::scheduler::current();
  const bool exited = coroutine_id_ != 0 && (s == nullptr || s->find(coroutine_id_) == nullptr);
  throw std::logic_error(exited ? "cannot switch to a greenlet of a different coroutine, which has exited"
                                : "cannot switch to a greenlet of a different coroutine (as of a different thread)");
}

bool greenlet_base::accepts(const greenlet_type& type) const noexcept {
  if (receiving_ == nullptr) return true;
  return (is_root() || *type_->type == *type.type) && *awaits_->type == *type.type;
}

// Finds the greenlet that goes on, from `first` towards the root, and delivers the parcel to it. Throws if that is
// impossible; `at` is then the greenlet at which it failed. A greenlet that an error kills before its start is dead
// afterwards in any case.
greenlet_base& greenlet_base::hand_over(greenlet_base& first, greenlet_parcel& parcel, greenlet_base*& at) {
  at = &first;
  for (;;) {
    if (at->state() == greenlet_state::created && parcel.error != nullptr) at->die_unstarted();
    if (at->state() != greenlet_state::dead) break;
    if (parcel.error != nullptr && is_greenlet_exit(parcel.error)) {
      parcel.error = nullptr;
      parcel.value = nullptr;
    }
    greenlet_base* const next = at->unwinder_ != nullptr ? at->unwinder_ : at->parent_;
    if (next == nullptr) refuse_without_function();
    at = next;
  }
  if (parcel.error != nullptr) {
    at->error_ = std::move(parcel.error);
    return *at;
  }
  if (!at->accepts(*parcel.type))
    throw std::logic_error("a switch would carry a value into a greenlet of another type");
  if (at->state() == greenlet_state::created) at->prepare_start();
  if (at->receiving_ != nullptr) parcel.type->deliver(at->receiving_, parcel.value);
  return *at;
}

void greenlet_base::die_unstarted() noexcept {
  state_.store(greenlet_state::dead, std::memory_order_relaxed);
  body_.reset();
}

void greenlet_base::prepare_start() {
  if (memory_.base != nullptr) return;
  memory_ = home_.take_stack();
  context_.sp = core::make_context(memory_.top, &entry, this);
  context_.annotation.create(memory_.base, memory_.size);
  stack_low_.store(static_cast<const char*>(memory_.base), std::memory_order_relaxed);
  stack_high_.store(static_cast<const char*>(memory_.base) + memory_.size, std::memory_order_relaxed);
}

// Runs on this greenlet's own stack. Returns when another greenlet switches back, unless this one is dead.
[[gnu::always_inline]] inline void greenlet_base::leave_for(strand& here, greenlet_base& to, greenlet_state as) {
  innermost_ = here.innermost;
  here.innermost = std::exchange(to.innermost_, nullptr);
  here.left = this;
  here.current = &to;
  state_.store(as, std::memory_order_relaxed);
  if (to.state() == greenlet_state::created) to.add_reference();  // owned by its live stack
  to.state_.store(greenlet_state::running, std::memory_order_relaxed);
  home_.switch_to(context_, to.context_, as == greenlet_state::dead ? core::last_switch::yes : core::last_switch::no);
}

// hand_over() in its own frame: switch_here() can end in a tail call of its switch only if no address of its locals
// escapes.
[[gnu::noinline]] greenlet_base& greenlet_base::deliver_here(greenlet_parcel& parcel) {
  const reference keep(*this);  // a function that dies unstarted may own the last handle
  greenlet_base* at = nullptr;
  return hand_over(*this, parcel, at);
}

void greenlet_base::switch_here(greenlet_parcel& parcel, void* receiving) {
  home_thread& home = home_thread::of_this_thread();
  home.take_care_of_orphans();
  strand& here = home.running_strand();
  expect_same_strand(home, here);
  greenlet_base& me = *here.current;
  me.receiving_ = receiving;
  me.awaits_ = parcel.type;
  greenlet_base& to = deliver_here(parcel);
  if (&to == &me) {
    here.left = &me;
    return;
  }
  me.leave_for(here, to, greenlet_state::suspended);
}

// The second half of leave_for(), on the stack that goes on.
void greenlet_base::arrived(home_thread& home) {
  std::exception_ptr error = std::exchange(error_, nullptr);
  receiving_ = nullptr;
  greenlet_base* const left = std::exchange(home.running_strand().left, nullptr);
  const std::uint64_t left_id = left->id_;
  if (left->state() == greenlet_state::dead) {
    left->release_stack();
  } else if (left->is_unreachable()) {
    left->unreachable();
  }
  trace(home, error != nullptr ? greenlet_event::thrown : greenlet_event::switched, left_id);
  if (error != nullptr) std::rethrow_exception(std::move(error));
}

void greenlet_base::trace(home_thread& home, greenlet_event event, std::uint64_t from) const {
  if (core::scheduler* const s = core::scheduler::current(); s != nullptr && s->running() != nullptr) {
    s->diary().mark([&] {
      return "greenlet " + std::to_string(from) + " -> " + std::to_string(id_) +
             (event == greenlet_event::thrown ? " (thrown)" : "");
    });
  }
  if (home.tracer == nullptr || home.tracing) return;
  const std::shared_ptr<greenlet_tracer> tracer = home.tracer;
  home.tracing = true;
  try {
    (*tracer)(event, from, id_);
  } catch (...) {
    home.tracing = false;
    if (home.tracer == tracer) home.tracer = nullptr;
    throw;
  }
  home.tracing = false;
}

// ---- a greenlet's own stack

void greenlet_base::entry(void* self) {
  auto& me = *static_cast<greenlet_base*>(self);
  me.home_.arrive();
  greenlet_base& next = me.run_to_end();
  me.leave_for(me.home_.running_strand(), next, greenlet_state::dead);
  __builtin_unreachable();
}

greenlet_base& greenlet_base::run_to_end() noexcept {
  greenlet_parcel outcome;
  outcome.type = type_;
  try {
    arrived(home_);
    started_.store(true, std::memory_order_relaxed);
    body_->call();
    outcome.value = body_->result();
  } catch (const greenlet_exit&) {
    outcome.value = nullptr;
  } catch (...) {
    outcome.error = std::current_exception();
  }
  body_->destroy_function();
  state_.store(greenlet_state::dead, std::memory_order_relaxed);
  return heir(outcome);
}

// The greenlet that gets the result of this one. If a result cannot be delivered, the greenlet that should have got it
// gets an error instead; if there is no such greenlet (an empty parent), the root does.
greenlet_base& greenlet_base::heir(greenlet_parcel& parcel) noexcept {
  greenlet_base* first = this;
  for (;;) {
    greenlet_base* at = nullptr;
    try {
      return hand_over(*first, parcel, at);
    } catch (...) {
      parcel.error = std::current_exception();
    }
    first = at->state() == greenlet_state::dead ? home_.running_strand().root : at;
  }
}

// ---- the end without being asked

// True for a suspended greenlet to which no handle can switch and whose control no child can return.
bool greenlet_base::is_unreachable() const noexcept {
  return !is_root() && state() == greenlet_state::suspended && handles_.load(std::memory_order_acquire) == 0 &&
         children_.load(std::memory_order_acquire) == 0 && unwinds_ == 0 && unwinder_ == nullptr;
}

void greenlet_base::unreachable() noexcept {
  const greenlet_state now = state();
  // A greenlet that never ran is destroyed with its memory.
  if (is_root() || now == greenlet_state::created || now == greenlet_state::dead) return;
  if (&home_ == home_thread::of_this_thread_if_any()) {
    // A running greenlet is checked again when it is left.
    if (now == greenlet_state::suspended && unwinds_ == 0 && unwinder_ == nullptr) unwind_from_here();
  } else if (!in_orphans_line_.exchange(true)) {
    add_reference();
    if (!home_.adopt(*this)) abandon();
  }
}

// Called by the home thread for a greenlet that another thread has dropped.
void greenlet_base::unwind() noexcept {
  in_orphans_line_.store(false);
  if (handles_.load(std::memory_order_acquire) == 0) unreachable();
  release();
}

void greenlet_base::unwind_from_here() noexcept {
  const reference keep(*this);
  greenlet_base& me = current(home_);
  void* const receiving = std::exchange(me.receiving_, nullptr);
  const greenlet_type* const awaits = std::exchange(me.awaits_, type_);
  ++me.unwinds_;
  unwinder_ = &me;
  try {
    error_ = std::make_exception_ptr(greenlet_exit());
    me.leave_for(home_.running_strand(), *this, greenlet_state::suspended);
    me.arrived(me.home_);
  } catch (...) {
    report_unhandled(std::current_exception(), "a greenlet that nobody refers to");
  }
  unwinder_ = nullptr;
  --me.unwinds_;
  me.receiving_ = receiving;
  me.awaits_ = awaits;
  if (state() != greenlet_state::suspended || handles_.load(std::memory_order_acquire) != 0) return;
  report_unhandled(std::make_exception_ptr(std::runtime_error("greenlet ignored greenlet_exit")),
                   "a greenlet that nobody refers to");
  state_.store(greenlet_state::dead, std::memory_order_relaxed);
  release_stack();
}

void greenlet_base::abandon() noexcept {
  in_orphans_line_.store(false);
  if (state() == greenlet_state::suspended) {
    state_.store(greenlet_state::dead, std::memory_order_relaxed);
    release_stack();
  }
  release();
}

void greenlet_base::release_stack() noexcept {
  stack_high_.store(nullptr, std::memory_order_relaxed);
  stack_low_.store(nullptr, std::memory_order_relaxed);
  context_.annotation.destroy();
  home_thread::give_stack(std::exchange(memory_, core::stack()));
  body_.reset();
  release();
}

// ---- what the public header calls

greenlet_handle& greenlet_handle::operator=(const greenlet_handle& other) noexcept {
  if (greenlet_ != other.greenlet_) {
    const greenlet_handle before(std::move(*this));
    attach(other.greenlet_);
  }
  return *this;
}

greenlet_handle& greenlet_handle::operator=(greenlet_handle&& other) noexcept {
  if (this != &other) {
    const greenlet_handle before(std::move(*this));
    attach(other.greenlet_);
    other.detach();
  }
  return *this;
}

void greenlet_handle::attach(greenlet_base* of) noexcept {
  greenlet_ = of;
  owns_ = of != nullptr && !of->owns(this);
  if (owns_) of->add_handle();
}

void greenlet_handle::detach() noexcept {
  greenlet_base* const before = std::exchange(greenlet_, nullptr);
  if (std::exchange(owns_, false)) before->drop_handle();
}

greenlet_handle make_greenlet(std::unique_ptr<greenlet_body> body, const greenlet_type& type) {
  auto* const made = new greenlet_base(std::move(body), type);
  greenlet_handle handle(made);
  made->release();
  return handle;
}

greenlet_handle current_greenlet(const greenlet_type& type) {
  greenlet_base& running = greenlet_base::current(home_thread::of_this_thread());
  if (!running.is_root() && *running.type()->type != *type.type) {
    throw std::logic_error("the running greenlet is one of another type");
  }
  return greenlet_handle(&running);
}

void leave_greenlet(greenlet_base* to, greenlet_parcel& parcel, void* receiving) {
  if (to == nullptr) refuse_without_function();
  to->switch_here(parcel, receiving);
}

void arrive_in_greenlet() {
  home_thread& home = home_thread::of_this_thread();
  home.running_strand().current->arrived(home);
}

greenlet_handle parent_of(const greenlet_base* g) noexcept {
  return g != nullptr ? greenlet_handle(g->parent()) : greenlet_handle();
}

void set_parent_of(greenlet_base* g, greenlet_base* parent) {
  if (g == nullptr) refuse_without_function();
  g->set_parent(parent);
}

bool greenlet_started(const greenlet_base* g) noexcept { return g != nullptr && g->started(); }

bool greenlet_dead(const greenlet_base* g) noexcept { return g != nullptr && g->state() == greenlet_state::dead; }

std::uint64_t greenlet_id(const greenlet_base* g) noexcept { return g != nullptr ? g->id() : 0; }

}  // namespace weft::detail

namespace weft {

greenlet_tracer set_greenlet_tracer(greenlet_tracer tracer) {
  detail::home_thread& home = detail::home_thread::of_this_thread();
  auto next = tracer ? std::make_shared<greenlet_tracer>(std::move(tracer)) : nullptr;
  home.tracer.swap(next);
  return next != nullptr ? *next : greenlet_tracer();
}

}  // namespace weft
