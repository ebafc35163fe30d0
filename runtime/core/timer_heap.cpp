#include "core/timer_heap.hpp"

#include <cassert>
#include <utility>

namespace weft::core {

namespace {
constexpr std::size_t arity = 4;
}

void timer_heap::add(timer& t, std::int64_t deadline_ns) {
  entries_.emplace_back();  // may throw; nothing has happened yet
  try {
    t.ticket = take_ticket(t);
  } catch (...) {
    entries_.pop_back();
    throw;
  }
  t.deadline_ns = deadline_ns;
  sift_up(entries_.size() - 1, {deadline_ns, next_sequence_++, t.ticket});
}

std::uint32_t timer_heap::take_ticket(timer& t) {
  const std::uint32_t number = free_ticket_;
  if (number == none) {
    tickets_.push_back({&t, 0});
    return static_cast<std::uint32_t>(tickets_.size() - 1);
  }
  free_ticket_ = tickets_[number].place;
  tickets_[number].owner = &t;
  return number;
}

void timer_heap::remove(timer& t) noexcept {
  const std::uint32_t number = std::exchange(t.ticket, timer::not_armed);
  assert(number < tickets_.size() && tickets_[number].owner == &t);
  const std::size_t hole = std::exchange(tickets_[number].place, free_ticket_);
  free_ticket_ = number;
  const entry last = entries_.back();
  entries_.pop_back();
  if (hole == entries_.size()) return;
  // The last entry fills the hole and may belong above or below it.
  if (hole > 0 && last.before(entries_[(hole - 1) / arity])) {
    sift_up(hole, last);
  } else {
    sift_down(hole, last);
  }
}

timer* timer_heap::pop_due(std::int64_t now_ns) noexcept {
  if (entries_.empty() || entries_.front().deadline_ns > now_ns) return nullptr;
  timer* first = tickets_[entries_.front().ticket].owner;
  remove(*first);
  return first;
}

void timer_heap::sift_up(std::size_t index, const entry& e) noexcept {
  while (index > 0) {
    const std::size_t parent = (index - 1) / arity;
    if (!e.before(entries_[parent])) break;
    place(index, entries_[parent]);
    index = parent;
  }
  place(index, e);
}

void timer_heap::sift_down(std::size_t index, const entry& e) noexcept {
  for (;;) {
    const std::size_t first_child = index * arity + 1;
    if (first_child >= entries_.size()) break;
    const std::size_t end = first_child + arity < entries_.size() ? first_child + arity : entries_.size();
    std::size_t least = first_child;
    for (std::size_t child = first_child + 1; child < end; ++child) {
      if (entries_[child].before(entries_[least])) least = child;
    }
    if (!entries_[least].before(e)) break;
    place(index, entries_[least]);
    index = least;
  }
  place(index, e);
}

}  // namespace weft::core
