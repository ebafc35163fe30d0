// Listeners, datagrams and named pipes of random programs: several coroutines wait for one; it is closed, destroyed and
// assigned to meanwhile. There are also temporary errors: a datagram without a receiver, a pipe whose writers leave and
// return. After such an error the next wait must suspend; a wait that spins hangs the program, and the time of the seed
// runs out.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <deque>
#include <filesystem>
#include <string>
#include <utility>

#include "property/closable_slot.hpp"
#include "property/random_streams.hpp"
#include "weft/tcp.hpp"
#include "weft/timeout.hpp"
#include "weft/udp.hpp"
#include "weft/unix_socket.hpp"

namespace weft::tests {

class random_endpoints {
 public:
  random_endpoints(random_context& c, random_streams& streams) : c_(c), streams_(streams) {}
  random_endpoints(const random_endpoints&) = delete;
  random_endpoints& operator=(const random_endpoints&) = delete;
  ~random_endpoints() {
    if (writer_ >= 0) ::close(writer_);
    if (!fifo_path_.empty()) ::unlink(fifo_path_.c_str());
  }

  void op() {
    switch (c_.d.below(6)) {
      case 0:
      case 1:
        fifo();
        break;
      case 2:
      case 3:
        datagrams(udp_[c_.d.below(2)]);
        break;
      case 4:
        local_listener();
        break;
      default:
        tcp();
    }
  }

 private:
  // A name that no other program of this machine uses.
  static std::string unique(const char* what) {
    static unsigned count = 0;
    return "weft-property-" + std::to_string(::getpid()) + "-" + what + "-" + std::to_string(++count);
  }

  // ---- a named pipe
  void fifo() {
    if (!c_.ingredients.passing) return;
    if (fifo_path_.empty()) {
      fifo_path_ = (std::filesystem::temp_directory_path() / unique("fifo")).string();
      ::mkfifo(fifo_path_.c_str(), 0600);
    }
    const unsigned what = c_.d.below(12);
    if (!reader_.handle->is_open() || what == 0) {
      if (!reader_.closable_now(c_)) return;
      // Opened by hand: open(2) of a named pipe waits for the other end unless it is non-blocking.
      reader_.become(pipe_reader(::open(fifo_path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)), 0);
    } else if (what < 5) {
      const auto time = c_.d.longer_time();
      judged(c_, reader_, true, [&] {
        if (what == 1) return without_limit(c_, [&] { reader_.handle->read_some(8); });
        return reader_.handle->read_some_for(8, time).has_value();
      });
    } else if (what < 7) {
      if (writer_ < 0) writer_ = ::open(fifo_path_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    } else if (what < 9) {
      if (writer_ >= 0) ::close(std::exchange(writer_, -1));
    } else if (what < 11) {
      if (writer_ >= 0) static_cast<void>(!::write(writer_, "text", 4));
    } else if (reader_.closable_now(c_)) {
      c_.d.chance(50) ? reader_.close() : reader_.destroy();
    }
  }

  // ---- datagrams
  void datagrams(closable_slot<udp_socket>& s) {
    const unsigned what = c_.d.below(12);
    const bool open = s.handle->is_open();
    if (!open || what == 0) {
      if (!s.closable_now(c_)) return;
      s.become(new_udp(), 0);
    } else if (what < 6) {
      const auto time = c_.d.longer_time();
      const auto point = c_.some_point();
      judged(c_, s, open, [&] {
        if (what == 1) return without_limit(c_, [&] { s.handle->receive(); });
        if (what == 2) return s.handle->receive_until(point).has_value();
        return s.handle->receive_for(time).has_value();
      });
    } else if (what < 9) {
      const auto time = c_.d.longer_time();
      // Sends to a closed port: the next receive or send gets the error.
      judged(c_, s, open, [&] { return s.handle->send_for("are you there?", time); });
    } else if (what < 11) {
      closable_slot<udp_socket>& to = udp_[c_.d.below(2)];
      if (!to.handle->is_open()) return;
      const endpoint there = to.handle->local_endpoint();
      judged(c_, s, open, [&] { return s.handle->send_to("hello", there), true; });
    } else if (s.closable_now(c_)) {
      c_.d.chance(50) ? s.close() : s.destroy();
    }
  }
  udp_socket new_udp() {
    udp_socket bound = udp_socket::bind("127.0.0.1", 0);
    if (!c_.ingredients.passing || c_.d.chance(30)) return bound;
    const std::uint16_t port = bound.local_endpoint().port;
    bound.close();
    return udp_socket::connect("127.0.0.1", port);  // nobody is there
  }

  // ---- listeners
  void local_listener() {
    const unsigned what = c_.d.below(12);
    if (!listener_.handle->is_open() || what == 0) {
      if (!listener_.closable_now(c_)) return;
      // Only on Linux: a name that is no file.
      const std::string name = '\0' + unique("listener");
      listener_.become(unix_listener::bind(name, c_.d.chance(50) ? 1 : 1024), 0);
      connected_.clear();
    } else if (what < 5) {
      accept(what);
    } else if (what < 10) {
      const std::uint64_t epoch = listener_.epoch;
      closable_slot<unix_stream>& mine = streams_.some_stream();
      try {
        timeout_scope limit(std::chrono::milliseconds(3));  // the listener's queue may stay full
        unix_stream s = unix_stream::connect(std::string(listener_.handle->path()));
        const unsigned number = streams_.new_number();
        if (listener_.epoch == epoch) connected_.push_back(number);
        if (mine.closable_now(c_)) mine.become(std::move(s), number);
      } catch (const std::system_error& e) {
        c_.expect(e.code().value() == ECONNREFUSED && listener_.epoch != epoch, "a listener refused a connection");
      }
    } else if (listener_.closable_now(c_)) {
      c_.d.chance(50) ? listener_.close() : listener_.destroy();
      connected_.clear();
    }
  }
  void accept(unsigned how) {
    const auto time = c_.d.longer_time();
    const auto point = c_.some_point();
    judged(c_, listener_, true, [&] {
      std::optional<unix_stream> s;
      if (how == 1) {
        without_limit(c_, [&] { s = listener_.handle->accept(); });
      } else if (how == 2) {
        s = listener_.handle->accept_until(point);
      } else {
        s = listener_.handle->accept_for(time);
      }
      if (!s || connected_.empty()) return s.has_value();
      const unsigned number = connected_.front();
      connected_.pop_front();
      closable_slot<unix_stream>& place = streams_.some_stream();
      if (place.closable_now(c_)) place.become(std::move(*s), number);
      return true;
    });
  }

  // Nobody connects: a TCP connection takes real time, and occupies ports for a while afterwards.
  void tcp() {
    const unsigned what = c_.d.below(8);
    if (!tcp_.handle->is_open() || what == 0) {
      if (!tcp_.closable_now(c_)) return;
      tcp_.become(tcp_listener::bind("127.0.0.1", 0), 0);
    } else if (what < 6) {
      const auto time = c_.d.longer_time();
      judged(c_, tcp_, true, [&] {
        if (what == 1) return without_limit(c_, [&] { tcp_.handle->accept(); });
        return tcp_.handle->accept_for(time).has_value();
      });
    } else if (tcp_.closable_now(c_)) {
      c_.d.chance(50) ? tcp_.close() : tcp_.destroy();
    }
  }

  random_context& c_;
  random_streams& streams_;
  std::string fifo_path_;
  int writer_ = -1;
  closable_slot<pipe_reader> reader_;
  closable_slot<udp_socket> udp_[2];
  closable_slot<unix_listener> listener_;
  std::deque<unsigned> connected_;  // numbers of connections that have not been accepted yet, oldest first
  closable_slot<tcp_listener> tcp_;
};

}  // namespace weft::tests
