#include "replay/step_words.hpp"

namespace weft::replay {

using diary::event;
using diary::event_type;

namespace {

// How the running coroutine stops.
std::string leaving(const event& e, const std::string& object) {
  switch (e.type) {
    case event_type::yield:
      return "yields";
    case event_type::sleep:
      return "sleeps";
    case event_type::finish:
      return "ends: " + std::string(to_text(static_cast<diary::coroutine_status>(e.args[1])));
    case event_type::block_fd:
      return "blocks: " + std::string(to_text(static_cast<diary::wait_reason>(e.args[1]))) + ", fd " +
             std::to_string(e.args[2]);
    default:
      return "blocks: " + std::string(to_text(static_cast<diary::wait_reason>(e.args[1]))) + object;
  }
}

std::string waker(event_type type, const std::string& who) {
  switch (type) {
    case event_type::wake_fd:
      return "the poller";
    case event_type::wake_timer:
      return "a timer";
    case event_type::wake_remote:
      return "another thread";
    default:
      return who;
  }
}

}  // namespace

std::string words(const recorded_order& order, const event& e, std::uint64_t runs, const std::string& whom,
                  const std::string& object) {
  const std::string who = order.coroutine(runs);
  if (is_wake(e.type)) {
    return waker(e.type, who) + " wakes " + order.coroutine(e.args[0]) +
           (e.type == event_type::wake_fd
                ? ", fd " + std::to_string(e.args[1])
                : " (" + std::string(to_text(static_cast<diary::wake_cause>(e.args[1]))) + ")");
  }
  switch (e.type) {
    case event_type::spawn:
      return who + " spawns " + whom;
    case event_type::spawn_after:
      return who + " spawns " + whom + " for later";
    case event_type::cancel:
      return "another thread cancels " + order.coroutine(e.args[0]);
    case event_type::poll_begin:
      return "the poller is asked";
    case event_type::poll_end:
      return "the poller has answered";
    case event_type::fd_ready:
      return "fd " + std::to_string(e.args[0]) + " is ready";
    case event_type::scope_expired:
      return "a timeout of " + order.coroutine(e.args[0]) + " runs out";
    case event_type::select_interrupted:
    case event_type::cancel_delivered:
      return "a cancellation or a timeout is thrown in " + who;
    case event_type::point_passed:
      return "the point in time that " + who + " was to wait for has come";
    case event_type::enter:
      return order.coroutine(e.args[0]) + " runs";
    default:
      return who + ' ' + leaving(e, object) + "; " + (e.args[0] == runs ? "it" : order.coroutine(e.args[0])) +
             (e.args[0] == runs ? " goes on" : " runs");
  }
}

}  // namespace weft::replay
