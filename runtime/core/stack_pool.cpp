// When stacks are reused, trimmed and released. The memory itself is stack.cpp's business.
#include "core/stack_pool.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/sanitizer.hpp"

namespace weft::core {
namespace {

constexpr std::size_t mib = 1024 * 1024;
constexpr std::size_t hot_bytes = 64 * mib;
constexpr std::size_t idle_bytes = 512 * mib;

// Arenas double from 4 MiB to 1 GiB of address space: a short-lived thread reserves little, a million stacks make some
// hundred mappings at worst (the kernel merges neighbours into far fewer).
constexpr std::size_t first_reserve_bytes = 4 * mib;
constexpr std::size_t largest_reserve_bytes = 1024 * mib;
constexpr std::size_t first_reserve_stacks = 16;
constexpr std::size_t largest_reserve_stacks = 4096;

// What give() trims at once when it has to.
constexpr std::size_t trim_batch = 64;

constexpr std::size_t fit(std::size_t bytes, std::size_t size, std::size_t at_most) noexcept {
  return std::clamp<std::size_t>(bytes / size, 1, at_most);
}

}  // namespace

stack_slot* stack_pool::idle_list::pop_oldest() noexcept {
  stack_slot* const slot = oldest;
  if (slot == nullptr) return nullptr;
  oldest = slot->younger;
  (oldest != nullptr ? oldest->older : youngest) = nullptr;
  --count;
  return slot;
}

stack_pool::size_class stack_pool::make_class(std::size_t size) noexcept {
  size_class made;
  made.next_reserve = fit(first_reserve_bytes, size, first_reserve_stacks);
  made.hot_limit = fit(hot_bytes, size, hot_stacks);
  made.idle_limit = fit(idle_bytes, size, idle_bound);
  return made;
}

stack_pool::stack_pool(std::size_t default_size, guard_kind guards)
    : default_size_(round_stack_size(default_size)), guards_(guards), default_class_(make_class(default_size_)) {}

stack_pool::~stack_pool() {
  release_all(default_class_);
  for (auto& [size, other] : others_) release_all(other);
}

void stack_pool::release_all(size_class& from) noexcept {
  for (idle_list* const list : {&from.warm, &from.cold}) {
    while (stack_slot* const slot = list->pop_youngest()) slot->arena->let_go(*slot);
  }
  if (from.cuts != nullptr) std::exchange(from.cuts, nullptr)->stop_cutting();
}

stack_slot& stack_pool::cut(size_class& from, std::size_t size) {
  stack_slot* fresh = from.cuts != nullptr ? from.cuts->cut() : nullptr;
  if (fresh == nullptr) {
    stack_arena* const arena = stack_arena::reserve(size, from.next_reserve, guards_);
    if (from.cuts != nullptr) from.cuts->stop_cutting();
    from.cuts = arena;
    from.next_reserve = fit(largest_reserve_bytes, size, std::min(from.next_reserve * 2, largest_reserve_stacks));
    fresh = arena->cut();
  }
  ++created_;
  if (!fresh->handle.guarded) ++unguarded_;
  return *fresh;
}

const stack& stack_pool::take(std::size_t size) {
  const std::size_t rounded = round_stack_size(size);
  if (size == 0 || rounded == default_size_) return take();
  size_class& from = others_.try_emplace(rounded, make_class(rounded)).first->second;
  if (stack_slot* const slot = take_warm(from)) return slot->handle;
  return take_cold(from, rounded);
}

const stack& stack_pool::take_cold(size_class& from, std::size_t size) {
  from.least_warm = 0;
  stack_slot* slot = from.cold.pop_youngest();
  if (slot == nullptr) {
    const int callers_errno = errno;  // a coroutine must not see the system calls of its scheduler
    slot = &cut(from, size);
    errno = callers_errno;
  }
  ++in_use_;
  return slot->handle;
}

void stack_pool::give(const stack& unused) noexcept {
  forget_stack_poison(unused.base, unused.size);
  --in_use_;
  stack_slot& slot = *unused.slot;
  size_class* to = &default_class_;
  if (unused.size != default_size_) {
    try {
      to = &others_.try_emplace(unused.size, make_class(unused.size)).first->second;
    } catch (...) {
      slot.arena->let_go(slot);
      return;
    }
  }
  to->warm.push(slot);
  if (to->warm.count > to->idle_limit && !aged_) trim_oldest(*to, std::min(trim_batch, to->warm.count - to->hot_limit));
}

// Stacks that ended in the order they were cut in, the usual case, are neighbours: one system call for a whole run.
void stack_pool::trim_oldest(size_class& from, std::size_t count) noexcept {
  const auto move_oldest = [&from, &count] {
    stack_slot* const slot = from.warm.pop_oldest();
    from.cold.push(*slot);
    slot->recorded_ends = 0;
    slot->recorded_pages = 0;
    --count;
    return slot;
  };
  while (count != 0) {
    stack_slot* lowest = move_oldest();
    stack_slot* highest = lowest;
    while (count != 0 && from.warm.oldest->arena == lowest->arena) {
      if (from.warm.oldest == lowest - 1) {
        lowest = move_oldest();
      } else if (from.warm.oldest == highest + 1) {
        highest = move_oldest();
      } else {
        break;
      }
    }
    discard_pages(*lowest, *highest);
  }
}

std::size_t stack_pool::trim(std::size_t at_most) noexcept {
  std::size_t trimmed = 0;
  const auto trim_class = [&](size_class& from) {
    if (from.warm.count <= from.hot_limit) return;
    const std::size_t count = std::min(at_most - trimmed, from.warm.count - from.hot_limit);
    trim_oldest(from, count);
    trimmed += count;
  };
  trim_class(default_class_);
  for (auto& [size, other] : others_) trim_class(other);
  return trimmed;
}

bool stack_pool::others_may_age() const noexcept {
  return std::any_of(others_.begin(), others_.end(),
                     [](const auto& other) { return other.second.warm.count > other.second.hot_limit; });
}

std::int64_t stack_pool::age(std::int64_t now_ns, std::size_t at_most) noexcept {
  constexpr std::int64_t period_ns = 1'000'000'000;
  const bool new_period = now_ns >= period_end_ns_;
  if (new_period) period_end_ns_ = now_ns + period_ns;
  bool more = false;
  const auto age_class = [&](size_class& of) {
    if (new_period) {
      of.excess = of.least_warm > of.hot_limit ? of.least_warm - of.hot_limit : 0;
      of.least_warm = of.warm.count;
    }
    const std::size_t spare = of.warm.count > of.hot_limit ? of.warm.count - of.hot_limit : 0;
    of.excess = std::min(of.excess, spare);
    const std::size_t count = std::min(of.excess, at_most);
    trim_oldest(of, count);
    at_most -= count;
    of.excess -= count;
    of.least_warm = std::min(of.least_warm, of.warm.count);
    more = more || of.excess > 0;
  };
  age_class(default_class_);
  for (auto& [size, other] : others_) age_class(other);
  if (more) return 0;
  return may_age() ? period_end_ns_ - now_ns : -1;
}

stack_pool_counts stack_pool::counts() const noexcept {
  stack_pool_counts counts;
  const auto add = [&](const size_class& idle) {
    counts.idle += idle.warm.count + idle.cold.count;
    counts.idle_trimmed += idle.cold.count;
  };
  add(default_class_);
  for (const auto& [size, other] : others_) add(other);
  counts.in_use = in_use_;
  counts.created = created_;
  counts.unguarded = unguarded_;
  return counts;
}

}  // namespace weft::core
