// The switches of generators. A generator and its consumer are like callee and caller: resume() switches in, yield() or
// the end switches back to exactly that consumer. The only shared state is the chain of generators that consume each
// other. The chain belongs to the strand (the line of execution of a coroutine or thread) in which the generators run.
#include "core/context.hpp"
#include "core/unhandled.hpp"
#include "strand/generator_machine.hpp"

namespace weft::detail {
namespace {

[[noreturn]] void refuse_other_thread(const home_thread& home) {
  throw std::logic_error(home.ended() ? "generator was started on a different thread, which has exited"
                                      : "generator was started on a different thread");
}

[[noreturn]] void refuse_running() { throw std::logic_error("generator already executing"); }

}  // namespace

// Make the home thread before the generator, so that a thread_local generator is destroyed before it.
generator_base::generator_base() { home_thread::of_this_thread(); }

generator_base::~generator_base() = default;

void generator_base::expect_started() const {
  if (status_ == generator_status::created) {
    throw std::logic_error("can't send non-None value to a just-started generator");
  }
}

home_thread& generator_base::home_to_enter() const {
  home_thread& home = home_thread::of_this_thread();
  home.take_care_of_orphans();
  if (machine_ != nullptr && &machine_->home != &home) refuse_other_thread(machine_->home);
  if (status_ == generator_status::running) refuse_running();
  return home;
}

void generator_base::enter(void* sent) {
  home_thread& home = home_to_enter();
  if (status_ == generator_status::closed) return;
  strand& here = home.running_strand();
  if (status_ == generator_status::created) start(home);
  below_ = here.innermost;
  here.innermost = top_;
  mark_inner(false);
  status_ = generator_status::running;
  transfer_ = sent;
  ++references_;
  home.switch_to(machine_->consumer, machine_->inside);
}

void generator_base::enter_with(std::exception_ptr error) {
  home_thread& home = home_to_enter();
  if (status_ != generator_status::suspended) {
    finish();
    std::rethrow_exception(std::move(error));
  }
  home.running_strand();  // may throw; must do so before error_ is set
  error_ = std::move(error);
  enter(nullptr);
}

// The generator has ended, in this step or before.
void* generator_base::ended() {
  if (status_ == generator_status::running) {
    const bool nobody_listens = dropped_ && left_by_exit_;  // its owner was destroyed meanwhile
    std::exception_ptr thrown = take_end();
    if (thrown != nullptr && !nobody_listens) std::rethrow_exception(std::move(thrown));
  }
  return nullptr;
}

// The generator has left its stack for good. Returns the error that ended it; *this may be destroyed by the call.
std::exception_ptr generator_base::take_end() noexcept {
  free_stack();
  std::exception_ptr thrown = std::exchange(error_, nullptr);
  release();
  return thrown;
}

void generator_base::free_stack() noexcept {
  home_thread::give_stack(machine_->memory);
  machine_->inside.annotation.destroy();
  delete std::exchange(machine_, nullptr);
  status_ = generator_status::closed;
}

void generator_base::start(home_thread& home) {
  auto made = std::make_unique<generator_machine>(*this, home);
  made->memory = home.take_stack();
  made->inside.sp = core::make_context(made->memory.top, &entry, this);
  made->inside.annotation.create(made->memory.base, made->memory.size);
  machine_ = made.release();
}

void generator_base::entry(void* self) {
  auto& me = *static_cast<generator_base*>(self);
  home_thread& home = me.machine_->home;
  home.arrive();
  me.run_to_end();
  home.running_strand().innermost = me.below_;
  home.switch_to(me.machine_->inside, me.machine_->consumer, core::last_switch::yes);
  __builtin_unreachable();
}

void generator_base::run_to_end() noexcept {
  try {
    call();
    returned_ = true;
  } catch (const generator_exit&) {
    left_by_exit_ = true;
    error_ = std::current_exception();
  } catch (...) {
    error_ = std::current_exception();
  }
  transfer_ = nullptr;
  destroy_function();
}

void generator_base::leave(void* value) {
  home_thread& home = home_thread::of_this_thread();
  if (status_ != generator_status::running || &machine_->home != &home) {
    throw std::logic_error("yield of a generator that is not running");
  }
  strand& here = home.running_strand();
  const generator_base* nested = here.innermost;
  while (nested != nullptr && nested != this) nested = nested->below_;
  if (nested == nullptr) throw std::logic_error("yield of a generator that is running elsewhere");
  if (dropped_) throw generator_exit();

  top_ = std::exchange(here.innermost, below_);
  mark_inner(true);
  status_ = generator_status::suspended;
  transfer_ = value;
  home.switch_to(machine_->inside, machine_->consumer);
}

// Marks the generators on whose stacks this one was suspended: they are suspended and resumed with it.
void generator_base::mark_inner(bool suspended) noexcept {
  for (generator_base* g = top_; g != this; g = g->below_) g->suspended_with_consumer_ = suspended;
}

void generator_base::throw_error() { std::rethrow_exception(std::exchange(error_, nullptr)); }

void generator_base::close() {
  if (status_ == generator_status::suspended) {
    enter_with(std::make_exception_ptr(generator_exit()));
    if (status_ == generator_status::suspended) {
      --references_;
      transfer_ = nullptr;
      throw std::runtime_error("generator ignored GeneratorExit");
    }
    const bool by_exit = left_by_exit_;
    std::exception_ptr thrown = take_end();
    if (thrown != nullptr && !by_exit) std::rethrow_exception(std::move(thrown));
  } else if (status_ == generator_status::running) {
    refuse_running();
  } else {
    finish();
  }
}

// Ends a generator that was never entered; changes nothing if it has ended.
void generator_base::finish() noexcept {
  if (status_ == generator_status::created) destroy_function();
  status_ = generator_status::closed;
}

void generator_base::drop() noexcept {
  if (machine_ == nullptr) {
    finish();
    release();
  } else if (&machine_->home == home_thread::of_this_thread_if_any()) {
    unwind();
  } else if (!machine_->home.adopt(*machine_)) {
    abandon();
  }
}

void generator_base::unwind() noexcept {
  if (status_ == generator_status::running) {
    dropped_ = true;
    release();
    return;
  }
  try {
    close();
  } catch (...) {
    report_unhandled(std::current_exception(), "a generator that was destroyed");
  }
  if (status_ == generator_status::suspended) {
    abandon();
  } else {
    release();
  }
}

void generator_base::abandon() noexcept {
  free_stack();
  destroy_function();
  release();
}

void generator_base::release() noexcept {
  if (--references_ == 0) delete this;
}

void generator_machine::unwind() noexcept { owner.unwind(); }
void generator_machine::abandon() noexcept { owner.abandon(); }

}  // namespace weft::detail
