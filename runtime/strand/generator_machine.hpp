// The data of a started generator until its end: its stack, and the two contexts between which it switches.
#pragma once

#include "strand/home_thread.hpp"
#include "weft/generator.hpp"

namespace weft::detail {

struct generator_machine final : orphan {
  generator_machine(generator_base& of, home_thread& on) : owner(of), home(on) { home.add_reference(); }
  ~generator_machine() { home.release(); }
  generator_machine(const generator_machine&) = delete;
  generator_machine& operator=(const generator_machine&) = delete;

  void unwind() noexcept override;
  void abandon() noexcept override;

  generator_base& owner;
  home_thread& home;
  core::stack memory;
  suspended_context inside;    // where the generator goes on
  suspended_context consumer;  // the context that resumed it, while it runs
};

}  // namespace weft::detail
