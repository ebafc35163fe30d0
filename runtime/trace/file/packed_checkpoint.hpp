// Encodes and decodes a checkpoint in few bytes. A coroutine's row is mostly as the previous row leads to expect. A
// coroutine that has waited since an earlier checkpoint, the *base*, needs no row at all. docs/trace-format.md
// describes the code ("Packed checkpoints"); scheduler_state knows what the rows mean.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "trace/words/varint.hpp"

namespace weft::diary {

// Bits of checkpoint_part's first argument.
inline constexpr std::uint64_t checkpoint_part_first = 1;
inline constexpr std::uint64_t checkpoint_part_last = 2;

// The contents of checkpoint_coroutine and checkpoint_wait for one coroutine, with times in ticks.
struct checkpoint_row {
  std::uint64_t slot = 0, id = 0, parent = 0, name = 0, site = 0, status_and_reason = 0;
  // Only for a blocked coroutine. Ready entries say since when a coroutine is ready
  std::uint64_t object = 0, owner = 0, fd_plus_1 = 0, remaining_ns_plus_1 = 0;
  std::uint64_t for_ticks = 0, changes_ago = 0;

  bool is_blocked() const { return (status_and_reason & 15) == 3; }
};

// Predicts the next row: a coroutine mostly continues where the last one of the same spawn site did.
class row_expectation {
 public:
  static constexpr std::size_t field_count = 11;
  using fields = std::array<std::uint64_t, field_count>;

  // In the order of their bits. Fields that differ most often come first, so that most rows start with one byte.
  enum field : unsigned { site, slot, changes_ago, fd, remaining, object, id, name, status, parent, owner };
  // Only blocked coroutines have these fields.
  static constexpr unsigned wait_fields = 1u << changes_ago | 1u << fd | 1u << remaining | 1u << object | 1u << owner;

  static fields fields_of(const checkpoint_row& r) {
    return {r.site,   r.slot, r.changes_ago, r.fd_plus_1,         r.remaining_ns_plus_1,
            r.object, r.id,   r.name,        r.status_and_reason, r.parent,
            r.owner};
  }
  static checkpoint_row row_of(const fields& f, std::uint64_t for_ticks) {
    return {f[slot],   f[id],    f[parent], f[name],      f[site],   f[status],
            f[object], f[owner], f[fd],     f[remaining], for_ticks, f[changes_ago]};
  }

  std::uint64_t last_site() const { return last_site_; }
  fields next(std::uint64_t of_site) const {
    const group& g = group_of(of_site);
    fields f = fields_of(g.last);
    f[site] = of_site;
    f[slot] = last_slot_ + 1;
    f[id] = last_id_ + 1;
    --f[changes_ago];
    if (f[fd] != 0) ++f[fd];
    f[object] += g.object_step;
    f[name] += g.name_step;
    return f;
  }
  std::uint64_t last_for_ticks(std::uint64_t of_site) const { return group_of(of_site).last.for_ticks; }
  // take() of a ready coroutine that is exactly as expected; else returns false and changes nothing.
  bool take_expected_ready(const checkpoint_row& r) {
    group& g = groups_[r.site % groups_.size()];
    if (r.slot != last_slot_ + 1 || r.id != last_id_ + 1 || r.site != last_site_ ||
        r.name != g.last.name + g.name_step || r.parent != g.last.parent ||
        r.status_and_reason != g.last.status_and_reason || (r.status_and_reason & 15) != 1) {
      return false;
    }
    last_slot_ = r.slot;
    last_id_ = r.id;
    g.last.name = r.name;
    return true;
  }
  void take(const checkpoint_row& r) {
    last_slot_ = r.slot;
    last_id_ = r.id;
    last_site_ = r.site;
    group& g = groups_[r.site % groups_.size()];
    g.name_step = r.name - g.last.name;
    const checkpoint_row before = std::exchange(g.last, r);
    if (r.is_blocked()) {
      g.object_step = r.object - before.object;
      return;
    }
    g.last.object = before.object;
    g.last.owner = before.owner;
    g.last.fd_plus_1 = before.fd_plus_1;
    g.last.remaining_ns_plus_1 = before.remaining_ns_plus_1;
    g.last.for_ticks = before.for_ticks;
    g.last.changes_ago = before.changes_ago;
  }

 private:
  struct group {
    checkpoint_row last;
    std::uint64_t name_step = 0, object_step = 0;
  };
  const group& group_of(std::uint64_t of_site) const { return groups_[of_site % groups_.size()]; }

  std::array<group, 16> groups_;
  std::uint64_t last_slot_ = 0, last_id_ = 0, last_site_ = 0;
};

// Writes the code into a buffer that its owner empties. Order of calls: begin, ready..., (row | keep | drop)...,
// end_rows, note... The buffer must have room before each call.
class checkpoint_packer {
 public:
  static constexpr std::size_t capacity = 4096;
  static constexpr std::size_t longest = 14 * max_varint_bytes;  // of one call

  void begin(std::uint64_t ticks_per_second, std::uint64_t ready_count);
  void ready(std::uint64_t slot, std::uint64_t for_ticks);
  void row(const checkpoint_row& r);
  void keep() { go_on_in_base(op_keep); }  // the base's next coroutine still waits
  void drop() { go_on_in_base(op_drop); }  // the base's next coroutine has ended, or has a row of its own
  void end_rows();
  void note(std::uint64_t object, std::uint64_t owner, std::uint64_t depth, bool set);

  bool has_room() const { return size_ + longest + 2 * max_varint_bytes <= capacity; }
  // Returns the code so far; the buffer is empty afterwards.
  std::string_view take();

  static constexpr std::uint64_t op_run = 0, op_row = 1, op_keep = 2, op_drop = 3;

 private:
  void go_on_in_base(std::uint64_t op) {
    if (op != base_op_) end_base_run();
    base_op_ = op;
    ++base_run_;
  }
  void end_base_run() { end_run(base_run_, base_op_); }
  void end_row_run() { end_run(row_run_, op_run); }
  void end_run(std::uint64_t& length, std::uint64_t op) {
    if (length != 0) put(length << 2 | op);
    length = 0;
  }
  void put(std::uint64_t value) { size_ = static_cast<std::size_t>(put_varint(&bytes_[size_], value) - bytes_.data()); }
  void put_difference(std::uint64_t value, std::uint64_t expected) {
    put(zigzag(static_cast<std::int64_t>(value - expected)));
  }

  std::array<std::uint8_t, capacity> bytes_;
  std::size_t size_ = 0;
  // Runs that are not written yet. The run of rows and the run through the base are independent.
  std::uint64_t row_run_ = 0, base_run_ = 0, base_op_ = 0;
  row_expectation expected_;
  std::uint64_t last_ready_slot_ = 0, last_ready_for_ = 0, last_object_ = 0;
};

// Decodes the code, part by part. Handler: ready(slot, for_ticks), row(const checkpoint_row&), keep(n), drop(n),
// note(object, owner, depth, set). Memory and calls are proportional to the bytes read.
class checkpoint_unpacker {
 public:
  checkpoint_unpacker() = default;
  explicit checkpoint_unpacker(std::uint64_t count) : rows_left_(count) {}

  std::uint64_t ticks_per_second() const { return ticks_per_second_; }

  // Starts the next part. False if the bytes are no such code; read() returns the same, and passes the contents to the
  // handler.
  bool begin_part(std::string_view bytes) {
    in_ = reinterpret_cast<const std::uint8_t*>(bytes.data());
    end_ = in_ + bytes.size();
    if (has_begun_ || in_ == end_) return true;
    has_begun_ = true;
    return take(ticks_per_second_) && take(ready_left_);
  }
  template <class Handler>
  bool read(Handler&& h) {
    while (in_ != end_) {
      const bool good = ready_left_ != 0 ? read_ready(h) : rows_left_ != 0 ? read_rows(h) : read_note(h);
      if (!good) return false;
    }
    return true;
  }

 private:
  bool take(std::uint64_t& value) {
    in_ = get_varint(in_, end_, value);
    return in_ != nullptr;
  }
  bool take_difference(std::uint64_t& value) {  // from the value it contains
    std::uint64_t difference = 0;
    if (!take(difference)) return false;
    value += static_cast<std::uint64_t>(unzigzag(difference));
    return true;
  }

  template <class Handler>
  bool read_ready(Handler&& h) {
    std::uint64_t head = 0;
    if (!take(head)) return false;
    last_ready_for_ -= static_cast<std::uint64_t>(unzigzag(head >> 1));
    ++last_ready_slot_;
    if ((head & 1) != 0 && !take_difference(last_ready_slot_)) return false;
    --ready_left_;
    ++unseen_ready_;
    h.ready(last_ready_slot_, last_ready_for_);
    return true;
  }

  template <class Handler>
  bool read_rows(Handler&& h) {
    std::uint64_t head = 0;
    if (!take(head)) return false;
    const std::uint64_t n = head >> 2;
    switch (head & 3) {
      case checkpoint_packer::op_keep:
        if (n > rows_left_) return false;
        rows_left_ -= n;
        h.keep(n);
        return true;
      case checkpoint_packer::op_drop:
        h.drop(n);
        return true;
      case checkpoint_packer::op_row: {
        std::uint64_t site = expected_.last_site();
        if ((n & 1) != 0 && !take_difference(site)) return false;
        row_expectation::fields f = expected_.next(site);
        for (std::size_t i = 1; i < f.size(); ++i) {
          if ((n >> i & 1) != 0 && !take_difference(f[i])) return false;
        }
        checkpoint_row r = row_expectation::row_of(f, expected_.last_for_ticks(site));
        if (r.is_blocked() && !take_difference(r.for_ticks)) return false;
        return tell(r, h);
      }
      default:
        // More rows than ready entries are impossible: each ready coroutine has an entry of at least one byte.
        if (n > unseen_ready_ || n > rows_left_) return false;
        for (std::uint64_t i = 0; i < n; ++i) {
          const checkpoint_row r = row_expectation::row_of(expected_.next(expected_.last_site()), 0);
          if ((r.status_and_reason & 15) != 1 || !tell(r, h)) return false;
        }
        return true;
    }
  }
  template <class Handler>
  bool tell(checkpoint_row r, Handler&& h) {
    --rows_left_;
    if ((r.status_and_reason & 15) == 1 && unseen_ready_ != 0) --unseen_ready_;
    expected_.take(r);
    if (!r.is_blocked()) r.object = r.owner = r.fd_plus_1 = r.remaining_ns_plus_1 = r.for_ticks = r.changes_ago = 0;
    h.row(r);
    return true;
  }

  template <class Handler>
  bool read_note(Handler&& h) {
    std::uint64_t head = 0, owner = 0, depth = 0;
    if (!take(head)) return false;
    if ((head & 1) != 0 && !take(owner)) return false;
    if ((head & 2) != 0 && !take(depth)) return false;
    last_object_ += static_cast<std::uint64_t>(unzigzag(head >> 3));
    h.note(last_object_, owner, depth, (head & 4) != 0);
    return true;
  }

  const std::uint8_t* in_ = nullptr;
  const std::uint8_t* end_ = nullptr;
  bool has_begun_ = false;
  std::uint64_t ticks_per_second_ = 0;
  std::uint64_t rows_left_ = 0, ready_left_ = 0;
  std::uint64_t unseen_ready_ = 0;  // in the ready queue, still without a row
  row_expectation expected_;
  std::uint64_t last_ready_slot_ = 0, last_ready_for_ = 0, last_object_ = 0;
};

}  // namespace weft::diary
