// Sentences of the events that change neither a queue nor the thread's runner: the poller, sockets, the program's own
// notes, and what the recorder writes for its readers.
#include <algorithm>
#include <bit>
#include <cstdio>

#include "analysis/sentence_writer.hpp"
#include "trace/words/varint.hpp"

namespace weft::viz {
namespace {

std::string real_text(std::uint64_t bits) {
  char text[40];
  std::snprintf(text, sizeof text, "%g", std::bit_cast<double>(bits));
  return text;
}

std::string quoted(std::string_view raw) { return raw.empty() ? "" : " “" + diary::sanitised(raw) + "”"; }

std::string kibibytes(std::uint64_t bytes) { return std::to_string((bytes + 1023) / 1024) + " KiB"; }

}  // namespace

bool sentence_writer::tell_note() {
  const std::string fd = "fd " + std::to_string(e_.args[0]);
  switch (e_.type) {
    case event_type::error:
      say("error: ").actor().say(" is about to fail with" + quoted(e_.text));
      return true;
    case event_type::time_limit:
      say("limit: the next wait of ").actor().say(" ends after " + delay_text(e_.args[0]) + " at the latest");
      return true;
    case event_type::poll_begin:
      say("poll: the scheduler ");
      say(e_.args[0] == 0   ? "waits until something happens outside"
          : e_.args[0] == 1 ? "looks whether something happened outside, and does not wait"
                            : "waits for what happens outside, for " + delay_text(e_.args[0] - 1) + " at most");
      return true;
    case event_type::poll_end:
      say("poll: " + (e_.args[0] == 0 ? std::string("no fd is") : std::to_string(e_.args[0]) + " fds are") + " ready");
      return true;
    case event_type::fd_ready:
      say("poll: " + fd + " is " + fd_text(e_.args[1]) + ", but nobody waits for that");
      return true;
    case event_type::cancel_delivered:
      say("cancel: it arrives, the wait of ").actor().say(" throws now");
      return true;
    case event_type::scope_expired:
      say("timeout: a timeout_scope of ").in_slot(e_.args[0]).say(" ran out");
      if (e_.args[1] != 0) say(", " + std::to_string(e_.args[1]) + " more are open inside of it");
      return true;
    case event_type::select_interrupted:
      say("select: ").actor().say(" is interrupted before it looks at its cases");
      return true;
    case event_type::point_passed:
      say("sleep: the moment that ").actor().say(" would wait for has come already");
      return true;
    case event_type::socket_listening:
      say("socket: " + fd + " listens at" + quoted(e_.text));
      return true;
    case event_type::socket_accepted:
      say("socket: " + fd + " is a new connection from" + quoted(e_.text));
      return true;
    case event_type::socket_connected:
      say("socket: " + fd + " is connected to" + quoted(e_.text));
      return true;
    case event_type::socket_closed:
      say("socket: " + fd + " is closed");
      return true;
    case event_type::accept_backoff:
      say("socket: accept on " + fd + " failed with errno " + std::to_string(e_.args[1]) + ", the next try comes in " +
          delay_text(e_.args[2]));
      return true;
    case event_type::input_at_once:
      say("read: " + fd + " had something already, no wait");
      return true;
    case event_type::offload_begin:
      say("offload: job " + std::to_string(e_.args[0]) + " begins");
      return true;
    case event_type::offload_end:
      say("offload: job " + std::to_string(e_.args[0]) + " has ended");
      return true;
    case event_type::libc_call:
      say("libc:" + quoted(e_.text));
      if (e_.args[0] != 0) say(" on fd " + std::to_string(e_.args[0] - 1));
      say(" gave " + std::to_string(diary::unzigzag(e_.args[1])));
      if (e_.args[2] != 0) say(" (errno " + std::to_string(e_.args[2]) + ")");
      return true;
    case event_type::zone_begin:
      say("zone: ").actor().say(" enters " + string_of(e_.args[0]));
      return true;
    case event_type::zone_end:
      say("zone: ").actor().say(" leaves the zone that it entered last");
      return true;
    case event_type::mark:
      say("mark:" + quoted(e_.text));
      return true;
    case event_type::counter:
      say("counter: " + string_of(e_.args[0]) + " is " + real_text(e_.args[1]));
      return true;
    case event_type::rename:
      say("rename: ").in_slot(e_.args[0]).say(" is now called " + string_of(e_.args[1]));
      return true;
    default:
      return false;
  }
}

bool sentence_writer::tell_bookkeeping() {
  const std::string number = std::to_string(e_.args[0]);
  switch (e_.type) {
    case event_type::thread_start:
      say("thread: thread " + std::to_string(e_.thread) + quoted(e_.text) + " starts to record");
      return true;
    case event_type::thread_stop:
      say("thread: the scheduler of thread " + std::to_string(e_.thread) + " ends");
      return true;
    case event_type::loss:
      say("loss: " + number + " events of this thread are missing here, so what follows may not fit what was before");
      return true;
    case event_type::string:
      say("note: from here, text " + number + " is" + quoted(e_.text));
      return true;
    case event_type::site: {
      const std::string& file = trace_.string(e_.args[1]);
      say("note: from here, place " + number + " is " + (file.empty() ? "without a file" : file) + ":" +
          std::to_string(e_.args[2]));
      return true;
    }
    case event_type::object:
      say("note: from here, the diary knows ").object(e_.args[0]);
      return true;
    case event_type::generation:
      say("note: part " + number + " of the ring begins, older events may be gone");
      return true;
    case event_type::shuffle_seed:
      say("note: the next one is chosen at random, seed " + number);
      return true;
    case event_type::process:
      say("note: this thread is of process " + number + quoted(e_.text));
      return true;
    case event_type::stack_mark:
      say("stack: ").in_slot(e_.args[0]).say(" has used " + kibibytes(e_.args[1]) + " of " + kibibytes(e_.args[2]));
      say(" at most");
      return true;
    case event_type::checkpoint_begin:
    case event_type::checkpoint_coroutine:
    case event_type::checkpoint_wait:
    case event_type::checkpoint_ready:
    case event_type::checkpoint_owner:
    case event_type::checkpoint_end:
    case event_type::checkpoint_object:
    case event_type::checkpoint_part:
      say("checkpoint: the recorder writes down how everything stands, nothing changes");
      return true;
    default:
      return false;
  }
}

}  // namespace weft::viz
