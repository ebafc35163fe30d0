// Three kinds of coroutines: serve_forever() waits for the end, its child, the acceptor, accepts, and each connection
// has its own coroutine. Any thread may call shutdown(), so it never touches the listener while the acceptor lives: it
// cancels the acceptor, which closes the listener on its own thread.
#include "weft/tcp_server.hpp"

#include <algorithm>
#include <cerrno>
#include <list>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "trace/words/states.hpp"
#include "weft/detail/core/deadline.hpp"
#include "weft/detail/core/fd_wait.hpp"
#include "weft/errors.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

constexpr std::chrono::nanoseconds first_backoff = std::chrono::milliseconds(10);
constexpr std::chrono::nanoseconds longest_backoff = std::chrono::seconds(1);

// The kernel has no fd or no memory at present: only a later attempt can help.
bool is_shortage(int error) { return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM; }

// The client has closed the connection in the middle, which is normal.
bool is_lost_client(const std::exception& e) {
  const auto* const failure = dynamic_cast<const std::system_error*>(&e);
  return failure != nullptr && failure->code().category() == std::generic_category() &&
         (failure->code().value() == ECONNRESET || failure->code().value() == EPIPE);
}

}  // namespace

struct tcp_server::state : std::enable_shared_from_this<tcp_server::state> {
  state(handler_function h, const endpoint& e, const options& o, const source_location& s)
      : handler(std::move(h)),
        limits(o),
        site(s),
        listener(tcp_listener::bind(e.host, e.port, o.backlog)),
        where(listener.local_endpoint()),
        server(diary::object_kind::server, to_string(where)) {}

  const handler_function handler;
  const options limits;
  const source_location site;  // where the program constructed the server
  tcp_listener listener;       // used by the acceptor; by others only without an acceptor
  const endpoint where;

  mutable detail::object server;  // its lock guards all below
  std::list<task<void>> open;     // the connections
  task<void> acceptor;            // empty: serve_forever() does not run
  bool stopping = false;          // shutdown() was called
  bool shut_down = false;         // shutdown() has finished
  detail::wait_list waiting;      // for any change of these; each waiter checks again

  // Call with server.lock.
  void wake_all() noexcept {
    while (detail::waiter* w = waiting.pop_front()) detail::wake(server, *w);
  }
  // Suspends until the next change; false: the time limit has passed. Call with server.lock; it is locked again on
  // return, but not on an exception.
  bool wait_for_change(diary::wait_reason reason, detail::time_limit limit) {
    if (limit.is_zero()) return false;
    detail::waiter me;
    waiting.push_back(me);
    const bool changed = detail::wait_in_line(server, me, reason, limit);
    server.lock.lock();
    return changed;
  }

  void accept_connections();
  std::optional<tcp_stream> accept_one(std::chrono::nanoseconds& backoff);
  void back_off(int error, std::chrono::nanoseconds& backoff);
  void start_connection(tcp_stream stream);
  void serve(tcp_stream stream);
  void connection_ended(std::list<task<void>>::iterator connection);
  void wait_for_connections(std::size_t but, const detail::deadline& end);
};

// ---- the acceptor ----

void tcp_server::state::accept_connections() {
  const struct closer {
    tcp_listener& listener;
    ~closer() { listener.close(); }
  } at_end{listener};
  std::chrono::nanoseconds backoff{};
  for (;;) {
    server.lock.lock();
    while (open.size() >= limits.max_connections) {
      (void)wait_for_change(diary::wait_reason::connection_limit, detail::forever);
    }
    server.lock.unlock();
    auto stream = accept_one(backoff);
    if (!stream) continue;
    try {
      start_connection(std::move(*stream));
      backoff = {};
    } catch (const std::bad_alloc&) {
      back_off(ENOMEM, backoff);  // the connection is closed: its peer may connect again
    }
  }
}

std::optional<tcp_stream> tcp_server::state::accept_one(std::chrono::nanoseconds& backoff) {
  int shortage = 0;
  try {
    return listener.accept();
  } catch (const std::system_error& e) {
    shortage = e.code().value();
    if (!is_shortage(shortage)) throw;
  }
  back_off(shortage, backoff);
  return std::nullopt;
}

void tcp_server::state::back_off(int error, std::chrono::nanoseconds& backoff) {
  backoff = std::clamp(backoff * 2, first_backoff, longest_backoff);
  detail::record_accept_backoff(listener.native_handle(), error, backoff.count());
  server.lock.lock();
  // The end of a connection frees an fd and ends the wait early.
  (void)wait_for_change(diary::wait_reason::accept_backoff, backoff.count());
  server.lock.unlock();
}

void tcp_server::state::start_connection(tcp_stream stream) {
  const std::string name = "conn " + stream.name();
  task<void> connection =
      spawn({.name = name, .where = site},
            [self = shared_from_this(), s = std::move(stream)]() mutable { self->serve(std::move(s)); });
  std::list<task<void>> entry{connection};
  const auto place = entry.begin();
  {
    const std::lock_guard guard(server.lock);
    open.splice(open.end(), entry);
  }
  connection.on_done([self = shared_from_this(), place] { self->connection_ended(place); });
}

// Runs in the connection's coroutine.
void tcp_server::state::serve(tcp_stream stream) {
  const std::string peer = stream.name();
  try {
    handler(std::move(stream));
  } catch (const std::exception& e) {
    if (limits.on_error) {
      limits.on_error(std::current_exception(), peer);
    } else if (!is_lost_client(e)) {
      throw;
    }
  } catch (const cancelled&) {
    throw;
  } catch (...) {
    if (!limits.on_error) throw;
    limits.on_error(std::current_exception(), peer);
  }
}

void tcp_server::state::connection_ended(std::list<task<void>>::iterator connection) {
  std::list<task<void>> ended;  // destroyed after the unlock: that reports an error which was never read
  const std::lock_guard guard(server.lock);
  ended.splice(ended.end(), open, connection);
  wake_all();
}

// ---- the others ----

// Call with server.lock; it is locked again on return.
void tcp_server::state::wait_for_connections(std::size_t but, const detail::deadline& end) {
  while (open.size() > but) {
    if (!wait_for_change(diary::wait_reason::server_drain, end.left())) return;
  }
}

tcp_server::tcp_server(handler_function handler, const endpoint& where, const options& o, const source_location& site)
    : state_(std::make_shared<state>(std::move(handler), where, o, site)) {}

tcp_server::~tcp_server() {
  task<void> acceptor;
  {
    const std::lock_guard guard(state_->server.lock);
    state_->stopping = state_->shut_down = true;
    acceptor = state_->acceptor;
    state_->wake_all();
  }
  if (acceptor) {
    acceptor.cancel();
  } else {
    state_->listener.close();
  }
}

const endpoint& tcp_server::local_endpoint() const noexcept { return state_->where; }

std::size_t tcp_server::connections() const noexcept {
  const std::lock_guard guard(state_->server.lock);
  return state_->open.size();
}

void tcp_server::serve_forever() {
  const auto s = state_;  // it may outlive the server
  {
    const std::lock_guard guard(s->server.lock);
    if (s->stopping) return;
    if (s->acceptor)
      throw std::logic_error("serve_forever: the server at " + to_string(s->where) + " is serving already");
  }
  const std::string name = "accept " + to_string(s->where);
  const task<void> acceptor = spawn({.name = name, .where = s->site}, [s] { s->accept_connections(); });
  bool too_late = false;
  {
    const std::lock_guard guard(s->server.lock);
    s->acceptor = acceptor;
    too_late = s->stopping;
  }
  if (too_late) acceptor.cancel();  // shutdown() ran on another thread before and saw no acceptor
  try {
    acceptor.join();
  } catch (...) {
    acceptor.cancel();
    const cancel_shield shield;
    acceptor.join();
    s->listener.close();  // in case the acceptor never started
    throw;
  }
  s->listener.close();
  if (acceptor.status() == task_status::failed) acceptor.get();
  s->server.lock.lock();
  while (!s->shut_down) (void)s->wait_for_change(diary::wait_reason::server_drain, detail::forever);
  s->server.lock.unlock();
}

void tcp_server::shutdown_ns(std::int64_t drain_ns) {
  const auto s = state_;
  const detail::deadline end(drain_ns);
  task<void> acceptor;
  {
    const std::lock_guard guard(s->server.lock);
    s->stopping = true;
    acceptor = s->acceptor;
  }
  // However the waits below end, serve_forever() has nothing more to wait for.
  const struct ender {
    state& s;
    ~ender() {
      const std::lock_guard guard(s.server.lock);
      s.shut_down = true;
      s.wake_all();
    }
  } at_end{*s};
  if (acceptor) {
    acceptor.cancel();
    acceptor.join();
  } else {
    s->listener.close();
  }

  const std::uint64_t me = detail::current_id();
  const auto is_me = [&](const task<void>& t) { return t.id() == me; };
  s->server.lock.lock();
  const std::size_t but = me != 0 && std::any_of(s->open.begin(), s->open.end(), is_me) ? 1 : 0;
  s->wait_for_connections(but, end);
  std::vector<task<void>> left(s->open.begin(), s->open.end());
  s->server.lock.unlock();

  std::erase_if(left, is_me);
  for (const task<void>& t : left) t.cancel();
  left.clear();
  s->server.lock.lock();
  s->wait_for_connections(but, detail::deadline(detail::forever));
  s->server.lock.unlock();
}

}  // namespace weft
