// A TCP server with one coroutine per connection: Python's socketserver, gevent's StreamServer.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
#include <memory>
#include <string_view>
#include <utility>

#include "weft/detail/core/refusal.hpp"
#include "weft/detail/core/suspension.hpp"
#include "weft/endpoint.hpp"
#include "weft/source_location.hpp"
#include "weft/tcp.hpp"

namespace weft {

struct tcp_server_options {
  std::size_t max_connections =
      std::numeric_limits<std::size_t>::max();  // at once; further ones wait in the kernel's queue
  int backlog = 1024;                           // length of the kernel's queue
  // Called instead of the unhandled handler with a handler's error and the peer, "127.0.0.1:40112", in the connection's
  // coroutine; the stream is closed by then. An error that on_error throws is reported as unhandled.
  std::function<void(std::exception_ptr, std::string_view peer)> on_error = {};
};

// Any thread may call any member; serve_forever() needs a coroutine.
class tcp_server {
 public:
  using options = tcp_server_options;

  // Binds and listens at once: throws std::system_error ("bind 127.0.0.1:7001: Address already in use"). Suspends only
  // to resolve a name. For each connection handler(tcp_stream) is called in a separate coroutine, and owns the stream.
  // The coroutine's name is "conn " and the peer ("conn 127.0.0.1:40112"), its spawn site is `site`. options::on_error
  // gets the handler's errors; without it, they are reported like any unread error of a task (see
  // set_unhandled_handler), except ECONNRESET and EPIPE: a client that closes its connection is no error. The server
  // goes on.
  template <class Handler>
  requires std::invocable<Handler&, tcp_stream> tcp_server(const endpoint& where, Handler handler, options o = {},
                                                           source_location site = source_location::current())
      : tcp_server(wrap(std::make_shared<Handler>(std::move(handler))), where, o, site) {}
  // Refuses unsuitable handlers.
  template <class Handler>
  requires(!std::invocable<Handler&, tcp_stream>)
      WEFT_REFUSED("the handler must take a weft::tcp_stream by value, which it owns",
                   tcp_server(const endpoint& where, Handler handler, options o = {},
                              detail::the_handler_must_take_a_tcp_stream_by_value = {}));
  // Stops accepting. Open connections go on.
  ~tcp_server();
  tcp_server(const tcp_server&) = delete;
  tcp_server& operator=(const tcp_server&) = delete;

  // The address it listens at, with the chosen port if 0 was given. Valid after shutdown() too.
  const endpoint& local_endpoint() const noexcept;
  // Number of open connections.
  std::size_t connections() const noexcept;

  // Suspends until shutdown() has finished; returns at once after a shutdown(). If the kernel is out of fds or memory,
  // waits 10 ms, then twice as long each time up to 1 s, and tries again; the diary shows it. If cancelled, stops
  // accepting and leaves the connections open. Throws std::system_error if the listening socket fails.
  void serve_forever();

  // Stops accepting, waits up to d for the connections to end, then cancels the remaining ones: suspends until no
  // connection is open. If the caller is a connection of this server, does not wait for that one. Without d: 1 s.
  template <class Rep, class Period>
  void shutdown(std::chrono::duration<Rep, Period> d) {
    shutdown_ns(detail::nanoseconds_of(d));
  }
  void shutdown() { shutdown(std::chrono::seconds(1)); }

 private:
  using handler_function = std::function<void(tcp_stream)>;
  struct state;

  template <class Handler>
  static handler_function wrap(std::shared_ptr<Handler> handler) {
    return [handler = std::move(handler)](tcp_stream stream) { (*handler)(std::move(stream)); };
  }
  tcp_server(handler_function handler, const endpoint& where, const options& o, const source_location& site);
  void shutdown_ns(std::int64_t drain_ns);

  std::shared_ptr<state> state_;
};

}  // namespace weft
