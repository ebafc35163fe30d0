// The diary: recording what the scheduler does into a trace file, and the program's own marks in it.
//
// Without a line of code: WEFT_TRACE=FILE ./program records from the first weft::run() on. The file is complete after
// every event, also if the process is killed. `weft view FILE` shows it. WEFT_TRACE_RING=16M keeps only the last 16
// MiB; WEFT_TRACE_ORDER_ONLY=1 leaves out most times.
//
// The other way round: WEFT_REPLAY=FILE ./program (or run_options::replay) runs the program again in the order that
// FILE recorded: who runs next, which timer fires first, which fd is ready when, what other threads did where. Time
// does not matter, sleeps take none (with WEFT_REPLAY_PACE=recorded as long as they took, for a program that reads the
// clock itself). What comes from outside of the program is waited for, or held back until it is its
// turn. A program that does something else than was recorded is told at which event: one line on stderr,
// replay_divergence thrown into main's wait and by run(), and the rest goes on freely. By WEFT_REPLAY the process then
// ends with exit status 1 instead; with 3, before main begins, if FILE cannot be followed (run_options: replay_error).
// Compared is what `weft diff` compares: spawns, switches, wakes. Where a recording just ends (kill -9), the program
// goes on freely, and that is said. One scheduler thread, from its start; several runs one after the other follow the
// file's runs (run_options: the first). Both at once, WEFT_TRACE records the replay. See docs/debugging.md.
//
// Without even that: `weft live PID` attaches to a program that runs, records it from now on and shows it, and may
// pause it and let it step (docs/live.md). For this each process has a socket in $XDG_RUNTIME_DIR/weft from its first
// weft::run() on, which only its own user can reach. WEFT_TRACE=off forbids attaching and the recording by environment,
// WEFT_CONTROL=off only attaching. The program is not told of a recording from outside: its own start() replaces that
// one, stop() and active() know nothing of it.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace weft::trace {

struct options {
  std::string path;  // the trace file, mode 0600. A trace of ours whose writer is gone, or is this program,
                     // is replaced; if another that lives wrote it, PATH.PID is recorded into: a line says so
  // Not 0: only the last so many bytes are kept (rounded up to 64 KiB, at least 512 KiB), in the file at `path`, which
  // never grows beyond them, or, if `path` is empty, in memory only, for snapshot().
  std::size_t ring_bytes = 0;
  bool order_only =
      false;  // no time stamps on switches, only at polls and every 64th: cheaper, durations are approximate
};

// Starts to record all schedulers of the process; those that run already begin with their present state. Throws
// std::logic_error while a recording is on, std::system_error if the file cannot be created, std::invalid_argument for
// an empty path without a ring.
void start(const options& o);
// Ends the recording that start() or the environment began: the file is complete and closed. Nothing if none is on.
// Call it from a coroutine, or while no other thread runs a scheduler.
void stop();
// Writes what was recorded so far, or what the ring still holds, as a complete trace to `path` (created as start()
// does), and goes on recording. From any thread; others are not held up. Throws std::logic_error if nothing is
// recorded, std::invalid_argument if `path` is the file that is recorded into, std::system_error if it cannot be
// written.
void snapshot(const std::string& path);
// True while a recording that start() or the environment began is on.
bool active() noexcept;

// A remark at this point in time. Nothing outside of a scheduler's thread or without a recording; so all below.
void mark(std::string_view text);
// The value of something that the viewer draws as a line.
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
