// A TCP server with a coroutine per connection: Python's socketserver, gevent's StreamServer.
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
      std::numeric_limits<std::size_t>::max();  // at once; the others wait in the kernel's queue
  int backlog = 1024;                           // length of the kernel's queue
  // Called instead of the unhandled handler with what a handler threw and the peer, "127.0.0.1:40112", in that
  // connection's coroutine, whose stream is closed by then. What it throws itself is reported as unhandled.
  std::function<void(std::exception_ptr, std::string_view peer)> on_error = {};
};

// Any of its members may be called from any thread; serve_forever() from a coroutine.
class tcp_server {
 public:
  using options = tcp_server_options;

  // Binds and listens at once: throws std::system_error ("bind 127.0.0.1:7001: Address already in use"). Suspends only
  // to look up a name. handler(tcp_stream) is called for each connection, and owns it, in a coroutine of its own: its
  // name is "conn " and the peer ("conn 127.0.0.1:40112"), its spawn site is `site`. What it throws goes to
  // options::on_error; without that it is reported as any task's error that nobody reads (see set_unhandled_handler),
  // but for ECONNRESET and EPIPE: clients that go away are none. The server goes on.
  template <class Handler>
  requires std::invocable<Handler&, tcp_stream> tcp_server(const endpoint& where, Handler handler, options o = {},
                                                           source_location site = source_location::current())
      : tcp_server(wrap(std::make_shared<Handler>(std::move(handler))), where, o, site) {}
  // What it does not take.
  template <class Handler>
  requires(!std::invocable<Handler&, tcp_stream>)
      WEFT_REFUSED("the handler must take a weft::tcp_stream by value, which it owns",
                   tcp_server(const endpoint& where, Handler handler, options o = {},
                              detail::the_handler_must_take_a_tcp_stream_by_value = {}));
  // Stops accepting. Connections under way go on.
  ~tcp_server();
  tcp_server(const tcp_server&) = delete;
  tcp_server& operator=(const tcp_server&) = delete;

  // Where it listens, with the port it got if 0 was asked for. Also after shutdown.
  const endpoint& local_endpoint() const noexcept;
  // How many connections are open.
  std::size_t connections() const noexcept;

  // Suspends the calling coroutine until shutdown() is through; after shutdown() it returns at once. When the kernel is
  // out of fds or memory it waits 10 ms, then twice as long each time up to 1 s, and tries again: the diary shows it.
  // Cancelled: it stops accepting and leaves the connections to themselves. Throws std::system_error if the listening
  // socket fails.
  void serve_forever();

  // Stops accepting, waits up to d for the connections to end, then cancels what is left and waits for that: suspends
  // until no connection is left. Called by a connection of this server it does not wait for that one. Without d: 1 s.
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
