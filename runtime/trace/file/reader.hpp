// Reads a trace: a file mapped read-only, or bytes in memory. Decodes on demand, merges the threads into one order, and
// can follow a file that is still being written. Every length is checked; a damaged place ends that chunk and is
// reported, never a crash. It knows events, not what they mean: see scheduler_state.hpp and history.hpp.
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

// What the header and the chunks say.
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
  bool shuffled = false;  // the scheduler chose whom to run at random
  std::uint64_t file_bytes = 0;
  std::uint64_t chunks = 0;
  std::uint64_t events = 0;
  std::uint64_t event_bytes = 0;  // committed bytes of all chunks
  std::uint64_t lost = 0;         // events that were recorded as dropped, or whose ordinals are missing
  // Times as recorded, since time 0: that of event 0, which a ring or a recording that began late has long after 0 (or,
  // of merged files, before it), and the latest. The duration is what lies between them.
  std::int64_t first_ns = 0, last_ns = 0;
  std::int64_t duration_ns = 0;
  std::uint32_t threads = 0;
  bool truncated = false;  // not complete (still running or died), or bytes are missing
  // Bytes that were there once are not in the file: somebody has cut it, or copied a part. Who dies while recording
  // does not leave such a file.
  bool cut = false;
  std::uint64_t missing_bytes = 0;  // of a cut file, at least
  std::vector<std::string>
      damage;  // one line for each place that could not be decoded, with its byte offset; at most 100
};

class reader {
 public:
  // What a reader believes without having decoded it. The default looks at every event once, so that all damage is
  // known and every number is true. `sealed_chunks` believes chunks that say how many events they hold: a large file of
  // one thread opens at once, and damage shows as walks that end early.
  enum class trust : std::uint8_t { nothing, sealed_chunks };

  // Throws file_error if the file is missing, unreadable, empty, not a trace, or of a newer major version.
  static reader open(const std::string& path, trust t = trust::nothing);
  // The same for bytes in memory; `name` stands for the path in messages.
  static reader from_bytes(std::vector<std::uint8_t> bytes, std::string name, trust t = trust::nothing);

  reader(reader&&) noexcept;
  reader& operator=(reader&&) noexcept;
  ~reader();

  const file_info& info() const;
  // The file's header as it stands there; only its numbers may be trusted to be numbers.
  const file_header& header() const;
  std::uint64_t event_count() const { return info().events; }

  // Everything below that reads events throws file_error if the file is cut meanwhile.
  // Calls f for the events [begin, end) in order, until f returns false. O(distance to the nearest index point) to
  // start.
  void for_each(std::uint64_t begin, std::uint64_t end, const std::function<bool(const event&)>& f) const;
  // The same to be driven by the caller, and faster: the next event it gives is number `begin`, and so on to the last.
  // Must not outlive the reader, nor be used after a refresh.
  event_walk walk(std::uint64_t begin) const;
  // One thread's events with ordinals [begin, end), by themselves. Their `n` counts from `n`.
  void for_each_of_thread(std::uint32_t thread, std::uint64_t begin, std::uint64_t end, std::uint64_t n,
                          const std::function<void(const event&)>& f) const;
  // Where a thread's events can be understood without those before: at its first event, or at a checkpoint.
  struct beginning {
    std::uint32_t thread = 0;
    std::uint64_t ordinal = 0;  // of the first event to read
    std::uint64_t n = 0;        // its number in the whole trace
    std::uint64_t end = 0;      // ordinal of the first event of this thread that is not before `count`
    // The checkpoint that the one at `ordinal` tells only the changes of: the events [base_ordinal, base_end) of the
    // thread, the first of them number base_n. Empty: it tells everything.
    std::uint64_t base_ordinal = 0, base_end = 0, base_n = 0;
  };
  // For each thread with events before event number `count` the last such place that is followed by at least `distance`
  // events of that thread before `count`. O(log events), and a chunk to decode for each thread.
  std::vector<beginning> beginnings(std::uint64_t count, std::uint64_t distance) const;
  // The event n; n must be below event_count().
  event at(std::uint64_t n) const;
  // The last event that is, with all before it, not later than t_ns; 0 if there is none.
  std::uint64_t find_time(std::int64_t t_ns) const;

  // Name of an event type, also of one that only the file's schema table knows ("?17" if neither does).
  std::string type_name(event_type type) const;
  // Schema of an event by the file's own table (arg counts), for events this build does not know.
  unsigned arg_count(event_type type) const;

  // True if the file's own schema table (or else this build) says that such events carry a text.
  bool has_text(event_type type) const;

  // Looks for events that were written since; true if there are more. What was read before keeps its numbers; texts of
  // events read before are no longer valid. With several threads the newest events may come one refresh late, so that
  // they can be put in order; of a complete file none are held back. An event that even so turns up behind later ones
  // gets its number behind them. Throws file_error if the file was cut.
  bool refresh();

 private:
  struct impl;
  explicit reader(std::unique_ptr<impl> p);
  std::unique_ptr<impl> impl_;
};

}  // namespace weft::diary
