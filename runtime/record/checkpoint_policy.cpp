#include "record/checkpoint_policy.hpp"

#include <algorithm>

#include "trace/words/format.hpp"

namespace weft::record {

bool checkpoint_policy::is_due(const progress& now, std::uint64_t live) noexcept {
  constexpr std::uint64_t most_events = 65536 - 1024, share = 20;  // the scheduler asks at every 64th switch
  const std::uint64_t ticks = now.ticks - end_ticks_;
  if (ticks < rest_ticks_) return false;
  if (wants_generation(now, live)) return true;
  if (now.ordinal - end_ordinal_ < most_events && ticks < now.ticks_per_second) return false;
  // The next checkpoints wait until a checkpoint that was larger than expected is within the share. An open chunk
  // counts as written.
  is_asked_for_ =
      share * (spent_bytes_ + bytes_of_next(now, live)) <= now.bytes - other_bytes_ + diary::chunk_payload_bytes;
  return is_asked_for_;
}

// A checkpoint is plain where a reader that has read everything may need it: such a reader need not know other forms.
checkpoint_policy::form checkpoint_policy::form_of_next(const progress& now, std::uint64_t live) noexcept {
  if (now.lost != lost_then_) past_is_told_ = false;
  if (!past_is_told_ || wants_generation(now, live)) return form::plain;
  if (base_events_ == 0 || all_changes_bytes_ >= base_bytes_) return form::packed;
  return form::packed_changes;
}

std::uint64_t checkpoint_policy::bytes_of_next(const progress& now, std::uint64_t live) noexcept {
  switch (form_of_next(now, live)) {
    case form::plain:
      return bytes_of_plain(live);
    case form::packed:
      return 32 + live * bytes_a_packed_;
    default:
      return 32 + changes_bytes_;
  }
}

// Either this generation has its share and is larger than its own checkpoint, or there is no room because all other
// generations are in use: then only freeing this thread's own generation helps. False while more coroutines live than
// the ring can store: no generation would be readable.
bool checkpoint_policy::wants_generation(const progress& now, std::uint64_t live) const noexcept {
  constexpr std::uint64_t shares = 4;  // of a ring
  const std::uint64_t share = now.generation_bytes;
  const std::uint64_t least = bytes_of_plain(live);
  if (share == 0 || least > shares * share) return false;
  return now.bytes - generation_began_bytes_ >= std::max(share, 2 * least) || now.lost_before_next > 0;
}

void checkpoint_policy::begin(const progress& before) noexcept {
  begin_ordinal_ = before.ordinal;
  begin_ticks_ = before.ticks;
  begin_bytes_ = before.bytes;
  begin_lost_ = before.lost;
}

void checkpoint_policy::end(form f, std::uint64_t count, const progress& after) noexcept {
  rest(count, after);
  const std::uint64_t bytes = after.bytes - begin_bytes_;
  (is_asked_for_ || f != form::plain ? spent_bytes_ : other_bytes_) += bytes;
  is_asked_for_ = false;
  switch (f) {
    case form::plain:
      end_plain(count, after);
      break;
    case form::packed:
      bytes_a_packed_ = bytes / std::max<std::uint64_t>(count, 1) + 1;
      base_events_ = after.lost == begin_lost_ ? after.ordinal - begin_ordinal_ : 0;
      base_ordinal_ = begin_ordinal_;
      base_bytes_ = bytes;
      changes_bytes_ = all_changes_bytes_ = 0;
      break;
    case form::packed_changes:
      changes_bytes_ = bytes;
      all_changes_bytes_ += bytes;
      break;
  }
}

void checkpoint_policy::end_plain(std::uint64_t count, const progress& after) noexcept {
  const std::uint64_t bytes = after.bytes - begin_bytes_;
  base_events_ = 0;
  if (after.lost_before_next > 0) return;  // the checkpoint did not fit: its size is not known
  if (count != 0) bytes_a_coroutine_ = bytes / count + 1;
  past_is_told_ = true;
  lost_then_ = after.lost;
  base_ordinal_ = begin_ordinal_;
  base_events_ = after.ordinal - begin_ordinal_;
  base_bytes_ = bytes;
  all_changes_bytes_ = 0;
}

// Rest four times as long as the checkpoint lasted, but no longer than for its usual time: the thread may have been
// preempted meanwhile. For few coroutines the rest must not delay the next checkpoint beyond 65536 switches, which last
// 1 ms or more.
void checkpoint_policy::rest(std::uint64_t count, const progress& after) noexcept {
  end_ordinal_ = after.ordinal;
  end_ticks_ = after.ticks;
  constexpr std::uint64_t rest = 4, few = 16384, most_rest_ns_of_few = 100, most_rest_ns = 250;
  const std::uint64_t ns_a_coroutine = count <= few ? most_rest_ns_of_few : most_rest_ns;
  rest_ticks_ = std::min(rest * (after.ticks - begin_ticks_),
                         count * ns_a_coroutine * (after.ticks_per_second / 1'000'000) / 1'000);
}

void checkpoint_policy::begin_generation(std::uint64_t bytes) noexcept {
  generation_began_bytes_ = bytes;
  past_is_told_ = false;
  base_events_ = 0;
}

}  // namespace weft::record
