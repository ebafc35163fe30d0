// Reads a trace: a file mapped read-only, or bytes in memory. Decodes on demand, merges the threads into one order, and
// can follow a file that is still being written. Checks every length; a damaged place ends its chunk and is reported,
// and never crashes the reader. Knows events, not their meaning: see scheduler_state.hpp and history.hpp.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "trace/file/event_walk.hpp"
#include "trace/words/diary_event.hpp"
#include "trace/words/format.hpp"

namespace weft::diary {

// Facts from the header and the chunks.
struct file_info {
  std::string path;
  std::string program;  // sanitised
  std::string arch;
  std::string clock;
  std::uint32_t pid = 0;
  std::uint16_t major = 0, minor = 0;
  std::int64_t start_real_ns = 0;  // wall clock at time 0, since 1970
  bool complete = false;           // the recorder stopped properly
  bool order_only = false;
  bool ring = false;      // old chunks were dropped
  bool shuffled = false;  // the scheduler chose coroutines at random
  std::uint64_t file_bytes = 0;
  std::uint64_t chunks = 0;
  std::uint64_t events = 0;
  std::uint64_t event_bytes = 0;  // committed bytes of all chunks
  std::uint64_t lost = 0;         // recorded as dropped, or with missing ordinals
  // Recorded times since time 0: of event 0 and of the latest event. Event 0 may be long after time 0 (in a ring, or if
  // recording started late) or before it (in a merged file). The duration is the difference.
  std::int64_t first_ns = 0, last_ns = 0;
  std::int64_t duration_ns = 0;
  std::uint32_t threads = 0;
  bool truncated = false;  // not complete (still running or died), or bytes are missing
  // The file lacks bytes that it once had: it was cut, or copied in part. A process that dies while recording does not
  // leave such a file.
  bool cut = false;
  std::uint64_t missing_bytes = 0;  // of a cut file, at least so many
  std::vector<std::string>
      damage;  // one line for each place that could not be decoded, with its byte offset; at most 100
};

class reader {
 public:
  // What the reader trusts without decoding. `nothing`, the default: decode every event once, so that all damage is
  // known and every number is right. `sealed_chunks`: trust the event counts of sealed chunks. A large file of one
  // thread then opens at once, and damage shows as walks that end early.
  enum class trust : std::uint8_t { nothing, sealed_chunks };

  // Throws file_error if the file is missing, unreadable, empty, not a trace, or of a newer major version.
  static reader open(const std::string& path, trust t = trust::nothing);
  // The same for bytes in memory; `name` stands for the path in messages.
  static reader from_bytes(std::vector<std::uint8_t> bytes, std::string name, trust t = trust::nothing);

  reader(reader&&) noexcept;
  reader& operator=(reader&&) noexcept;
  ~reader();

  const file_info& info() const;
  // The header as it is in the file: a field may have any value.
  const file_header& header() const;
  std::uint64_t event_count() const { return info().events; }

  // All functions below that read events throw file_error if the file is cut meanwhile.
  // Calls f for the events [begin, end) in order, until f returns false. The start costs O(distance to the nearest
  // index point).
  void for_each(std::uint64_t begin, std::uint64_t end, const std::function<bool(const event&)>& f) const;
  // The same as an object for the caller to advance, and faster: its events are number `begin` and all later ones. Must
  // not outlive the reader, nor be used after refresh().
  event_walk walk(std::uint64_t begin) const;
  // Calls f for one thread's events with ordinals [begin, end). Their `n` counts up from `n`.
  void for_each_of_thread(std::uint32_t thread, std::uint64_t begin, std::uint64_t end, std::uint64_t n,
                          const std::function<void(const event&)>& f) const;
  // A place from which a thread's events can be understood without earlier ones: its first event, or a checkpoint.
  struct beginning {
    std::uint32_t thread = 0;
    std::uint64_t ordinal = 0;  // of the first event to read
    std::uint64_t n = 0;        // its number in the whole trace
    std::uint64_t end = 0;      // ordinal of this thread's first event that is not before `count`
    // The base, if the checkpoint at `ordinal` contains only changes: the thread's events [base_ordinal, base_end), the
    // first with number base_n. Empty: the checkpoint is complete.
    std::uint64_t base_ordinal = 0, base_end = 0, base_n = 0;
  };
  // For each thread with events before event number `count`: the last such place that is followed by at least
  // `distance` events of that thread before `count`. O(log events), and decoding one chunk for each thread.
  std::vector<beginning> beginnings(std::uint64_t count, std::uint64_t distance) const;
  // Event number n; n must be below event_count().
  event at(std::uint64_t n) const;
  // The last event that, like all before it, is not later than t_ns; 0 if there is none.
  std::uint64_t find_time(std::int64_t t_ns) const;

  // Name of an event type, also if only the file's schema table knows it ("?17" if neither does).
  std::string type_name(event_type type) const;
  // Number of arguments by the file's own table, for events that this build does not know.
  unsigned arg_count(event_type type) const;

  // True if such events have a text, by the file's own schema table, or else by this build.
  bool has_text(event_type type) const;

  // Reads events that were written since; true if there are more. Known events keep their numbers; their texts become
  // invalid. With several threads the newest events may appear one refresh late, so that they can be ordered; a
  // complete file keeps none back. An event that still appears behind later ones gets a number behind them. Throws
  // file_error if the file was cut.
  bool refresh();

 private:
  struct impl;
  explicit reader(std::unique_ptr<impl> p);
  std::unique_ptr<impl> impl_;
};

}  // namespace weft::diary
