// The diary: records the scheduler's events into a trace file, with the program's own marks.
//
// Without any code: WEFT_TRACE=FILE ./program records from the first weft::run() on. The file is complete after every
// event, even if the process is killed. `weft view FILE` shows it. WEFT_TRACE_RING=16M keeps only the last 16 MiB;
// WEFT_TRACE_ORDER_ONLY=1 leaves out most times.
//
// The reverse: WEFT_REPLAY=FILE ./program (or run_options::replay) runs the program again in the order recorded in
// FILE: which coroutine runs next, which timer fires first, when an fd is ready, where other threads acted. Time does
// not count: sleeps cost none (with WEFT_REPLAY_PACE=recorded they last as long as recorded, for a program that reads
// the clock itself). Input from outside the program is waited for, or delayed until its turn. If the program's steps
// differ from the recording, the first different event is reported: one line on stderr, replay_divergence thrown into
// main's wait and by run(); then the program goes on freely. With WEFT_REPLAY the process ends with exit status 1
// instead; with 3, before main starts, if FILE cannot be followed (run_options: replay_error). A replay compares the
// same events as `weft diff`: spawns, switches, wakes. Where a recording just ends (kill -9), the program goes on
// freely, with a message. One scheduler thread, from its start; several runs one after the other follow the file's runs
// (run_options: the first). With both variables set, WEFT_TRACE records the replay. See docs/debugging.md.
//
// Without any preparation: `weft live PID` attaches to a running program, records it from then on, shows it, and may
// pause and step it (docs/live.md). For this each process has a socket in $XDG_RUNTIME_DIR/weft from its first
// weft::run() on, which only its own user can reach. WEFT_TRACE=off forbids attaching and the recording by environment,
// WEFT_CONTROL=off only attaching. The program does not see a recording from outside: its own start() replaces that
// recording, and stop() and active() ignore it.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace weft::trace {

struct options {
  std::string path;  // the trace file, mode 0600. Replaces a trace of this user whose writer is gone or is
                     // this program; if another living process wrote it, records into PATH.PID and says so
  // Not 0: keeps only the last so many bytes (rounded up to 64 KiB, at least 512 KiB), in the file at `path`, which
  // does not grow further, or in memory for snapshot() if `path` is empty.
  std::size_t ring_bytes = 0;
  bool order_only =
      false;  // no time stamps on switches, only at polls and every 64th: cheaper, durations are approximate
};

// Starts to record all schedulers of the process; for a running scheduler the recording starts with its present state.
// Throws std::logic_error while a recording is on, std::system_error if the file cannot be created,
// std::invalid_argument for an empty path without a ring.
void start(const options& o);
// Ends the recording that start() or the environment started: completes and closes the file. Does nothing if none is
// on. Call it from a coroutine, or while no other thread runs a scheduler.
void stop();
// Writes everything recorded so far, or the ring's content, as a complete trace to `path` (created as by start()), and
// goes on recording. Any thread; other threads are not delayed. Throws std::logic_error if no recording is on,
// std::invalid_argument if `path` is the recording's own file, std::system_error if the file cannot be written.
void snapshot(const std::string& path);
// True while a recording is on that start() or the environment started.
bool active() noexcept;

// Writes a remark at this point in time. Does nothing outside of a scheduler's thread or without a recording; the same
// for all below.
void mark(std::string_view text);
// Writes a value that the viewer draws as a line.
void counter(std::string_view name, double value);

// A named stretch of the running coroutine's work, from construction to destruction. Nests within the coroutine.
class zone {
 public:
  explicit zone(std::string_view name);
  ~zone();
  zone(const zone&) = delete;
  zone& operator=(const zone&) = delete;
};

}  // namespace weft::trace
