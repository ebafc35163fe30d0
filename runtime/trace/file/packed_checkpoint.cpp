#include "trace/file/packed_checkpoint.hpp"

namespace weft::diary {

void checkpoint_packer::begin(std::uint64_t ticks_per_second, std::uint64_t ready_count) {
  put(ticks_per_second);
  put(ready_count);
}

void checkpoint_packer::ready(std::uint64_t slot, std::uint64_t for_ticks) {
  const bool is_next = slot == last_ready_slot_ + 1;
  const std::uint64_t sooner = zigzag(static_cast<std::int64_t>(last_ready_for_ - for_ticks));
  put(sooner << 1 | static_cast<std::uint64_t>(!is_next));
  if (!is_next) put_difference(slot, last_ready_slot_ + 1);
  last_ready_slot_ = slot;
  last_ready_for_ = for_ticks;
}

void checkpoint_packer::row(const checkpoint_row& r) {
  if (expected_.take_expected_ready(r)) {
    ++row_run_;
    return;
  }
  using expectation = row_expectation;
  const expectation::fields told = expectation::fields_of(r), expected = expected_.next(r.site);
  unsigned differ = static_cast<unsigned>(r.site != expected_.last_site());
  for (std::size_t i = 1; i < told.size(); ++i) differ |= static_cast<unsigned>(told[i] != expected[i]) << i;
  if (!r.is_blocked()) {
    differ &= ~expectation::wait_fields;
  } else if (r.object == 0) {
    differ &= ~(1u << expectation::changes_ago);  // only orders the waiters of an object
  }
  end_row_run();
  put(std::uint64_t{differ} << 2 | op_row);
  if ((differ & 1) != 0) put_difference(r.site, expected_.last_site());
  for (std::size_t i = 1; i < told.size(); ++i) {
    if ((differ >> i & 1) != 0) put_difference(told[i], expected[i]);
  }
  checkpoint_row known = r;
  if (r.is_blocked()) {
    put_difference(r.for_ticks, expected_.last_for_ticks(r.site));
    if (r.object == 0) known.changes_ago = expected[expectation::changes_ago];
  }
  expected_.take(known);
}

// The rest of the base needs no drop.
void checkpoint_packer::end_rows() {
  end_row_run();
  if (base_op_ == op_drop) base_run_ = 0;
  end_base_run();
}

void checkpoint_packer::note(std::uint64_t object, std::uint64_t owner, std::uint64_t depth, bool set) {
  const std::uint64_t step = zigzag(static_cast<std::int64_t>(object - last_object_));
  put(step << 3 | static_cast<std::uint64_t>(set) << 2 | static_cast<std::uint64_t>(depth != 0) << 1 |
      static_cast<std::uint64_t>(owner != 0));
  if (owner != 0) put(owner);
  if (depth != 0) put(depth);
  last_object_ = object;
}

std::string_view checkpoint_packer::take() {
  end_row_run();
  end_base_run();
  const std::size_t size = size_;
  size_ = 0;
  return {reinterpret_cast<const char*>(bytes_.data()), size};
}

}  // namespace weft::diary
