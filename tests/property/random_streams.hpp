// Streams, pipes and raw fds of random programs: several coroutines read and write one; it is closed, destroyed, moved,
// assigned to, released and shut down while coroutines wait for it. Every byte of a connection is the connection's
// number, so a reader notices at once if it got another connection's bytes.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <string>
#include <utility>

#include "property/closable_slot.hpp"
#include "weft/unix_socket.hpp"

namespace weft::tests {

class random_streams {
 public:
  explicit random_streams(random_context& c) : c_(c) {}
  random_streams(const random_streams&) = delete;
  random_streams& operator=(const random_streams&) = delete;
  ~random_streams() {
    for (raw_end& r : raw_) {
      if (r.fd >= 0) ::close(r.fd);
    }
  }

  void op() {
    switch (c_.d.below(8)) {
      case 0:
      case 1:
      case 2:
        stream(c_.d.below(4));
        break;
      case 3:
        pipe();
        break;
      case 4:
        at_home();
        break;
      default:
        raw(c_.d.below(4));
    }
  }

  // Returns the number of a new connection: not that of the delimiter, and not 0, which means nothing.
  unsigned new_number() { return 11 + ++connections_ % 240; }
  // For connections of listeners. An open slot is closed by this.
  closable_slot<unix_stream>& some_stream() { return streams_[c_.d.below(4)]; }

 private:
  struct raw_end : closable {
    int fd = -1;
  };

  std::string payload(unsigned number) {
    const std::size_t size = c_.d.chance(6) ? 300'000 : 1 + c_.d.below(40);
    std::string text(size, static_cast<char>(number));
    if (c_.d.chance(30)) text.back() = '\n';
    return text;
  }
  void expect_own(std::string_view text, unsigned number) {
    const bool own = std::all_of(text.begin(), text.end(),
                                 [&](char b) { return b == '\n' || static_cast<unsigned char>(b) == number; });
    c_.expect(own, "a reader got bytes of another connection");
  }
  bool taken(const std::optional<std::string>& text, unsigned number) {
    if (text) expect_own(*text, number);
    return text.has_value();
  }

  // ---- streams and pipes
  template <class Slot>
  void read(Slot& s) {
    dice& d = c_.d;
    const bool open = s.handle->is_open();
    const unsigned number = s.number;
    auto& h = *s.handle;
    const unsigned how = d.below(8);
    const std::size_t n = d.chance(10) ? 400'000 : 1 + d.below(60);
    const auto time = d.longer_time();
    const auto point = c_.some_point();
    judged(c_, s, open, [&] {
      switch (how) {
        case 0:
          return without_limit(c_, [&] { taken(h.read_some(n), number); });
        case 1:
          return taken(h.read_some_until(n, point), number);
        case 2:
          return taken(h.read_exactly_for(n, time), number);
        case 3:
          return without_limit(c_, [&] { taken(h.read_exactly(n), number); });
        case 4:
          return taken(h.read_until_for("\n", time, 1'000'000), number);
        case 5:
          return taken(h.read_all_until(point), number);
        default:
          return taken(h.read_some_for(n, time), number);
      }
    });
  }
  template <class Slot>
  void write(Slot& s) {
    const bool open = s.handle->is_open();
    auto& h = *s.handle;
    const std::string text = payload(s.number);
    const unsigned how = c_.d.below(6);
    const auto time = c_.d.longer_time();
    const auto point = c_.some_point();
    judged(c_, s, open, [&] {
      switch (how) {
        case 0:
          return without_limit(c_, [&] { h.write_all(text); });
        case 1:
          return h.write_all_until(text, point);
        case 2:
          return h.write_some_for(text, time).has_value();
        case 3:
          return without_limit(c_, [&] { h.write_some(text); });
        default:
          return h.write_all_for(text, time);
      }
    });
  }
  template <class Slot>
  void end(Slot& s) {
    if (!s.closable_now(c_)) return;
    switch (c_.d.below(4)) {
      case 0:
        s.close();
        break;
      case 1:
        s.destroy();
        break;
      case 2: {
        ++s.epoch;
        const auto away = std::move(*s.handle);
        if (c_.d.chance(50)) weft::yield();  // nobody waits for the other handle
        break;
      }
      default: {
        ++s.epoch;
        if (const int fd = s.handle->release(); fd >= 0) ::close(fd);
      }
    }
  }

  void stream(unsigned i) {
    closable_slot<unix_stream>& s = streams_[i];
    const unsigned what = c_.d.below(16);
    if (what < 7) {
      read(s);
    } else if (what < 10) {
      write(s);
    } else if (what < 12) {
      end(s);
    } else if (what == 12) {
      if (s.handle->is_open()) judged(c_, s, true, [&] { return s.handle->shutdown(), true; });
    } else {
      closable_slot<unix_stream>& other = streams_[i ^ 1u];
      if (!s.closable_now(c_) || !other.closable_now(c_)) return;
      auto [a, b] = unix_stream::pair();
      const unsigned number = new_number();
      s.become(std::move(a), number);
      if (c_.d.chance(80)) other.become(std::move(b), number);
    }
  }
  void pipe() {
    const unsigned what = c_.d.below(16);
    if (what < 6) {
      read(reader_);
    } else if (what < 10) {
      write(writer_);
    } else if (what < 12) {
      end(reader_);
    } else if (what == 12) {
      end(writer_);
    } else {
      if (!reader_.closable_now(c_) || !writer_.closable_now(c_)) return;
      auto [in, out] = make_pipe();
      const unsigned number = new_number();
      reader_.become(std::move(in), number);
      if (c_.d.chance(80)) writer_.become(std::move(out), number);
    }
  }
  // Both ends are on the coroutine's own stack: unwinding destroys them.
  void at_home() {
    const unsigned number = new_number();
    auto [in, out] = make_pipe();
    if (c_.d.chance(60)) out.write_all(payload(number).substr(0, 100));
    taken(in.read_some_for(10, c_.d.longer_time()), number);
  }

  // ---- raw fds
  void raw(unsigned i) {
    raw_end& r = raw_[i];
    const unsigned what = c_.d.below(16);
    if (r.fd < 0 || what >= 14) {
      renew_raw(i);
    } else if (what < 8) {
      wait_raw(r, true);
    } else if (what < 10) {
      wait_raw(r, false);
    } else if (what < 12) {
      const std::string text(1 + c_.d.below(20), static_cast<char>(r.number));
      static_cast<void>(::send(r.fd, text.data(), text.size(), MSG_NOSIGNAL));
    } else if (r.closable_now(c_)) {
      close_raw(r);
      // The number is free, and likely to be reused next.
      if (c_.d.chance(50)) renew_raw(c_.d.below(4));
    }
  }
  void close_raw(raw_end& r) {
    if (r.fd < 0) return;
    ++r.epoch;
    weft::close(std::exchange(r.fd, -1));
  }
  void renew_raw(unsigned i) {
    std::array<int, 2> both{};
    if (!raw_[i].closable_now(c_) || !raw_[i ^ 1u].closable_now(c_)) return;
    close_raw(raw_[i]);
    close_raw(raw_[i ^ 1u]);
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, both.data()) != 0) return;
    const unsigned number = new_number();
    for (unsigned k = 0; k < 2; ++k) {
      ::fcntl(both[k], F_SETFD, FD_CLOEXEC);
      ::fcntl(both[k], F_SETFL, O_NONBLOCK);
      raw_[i ^ k].fd = both[k];
      raw_[i ^ k].number = number;
    }
  }
  void wait_raw(raw_end& r, bool to_read) {
    const int fd = r.fd;
    const unsigned number = r.number;
    const unsigned how = c_.d.below(6);
    const auto time = c_.d.longer_time();
    const auto point = c_.some_point();
    judged(c_, r, true, [&] {
      bool got = true;
      if (how == 0) {
        got = without_limit(c_, [&] { to_read ? wait_readable(fd) : wait_writable(fd); });
      } else if (how == 1) {
        got = to_read ? wait_readable_until(fd, point) : wait_writable_until(fd, point);
      } else {
        got = to_read ? wait_readable_for(fd, time) : wait_writable_for(fd, time);
      }
      // What a program does that trusts the wait: the number must still belong to the same connection.
      std::array<char, 64> bytes;
      const ssize_t count = got && to_read ? ::read(fd, bytes.data(), 1 + how * 10) : 0;
      if (count > 0) expect_own({bytes.data(), static_cast<std::size_t>(count)}, number);
      return got;
    });
  }

  random_context& c_;
  unsigned connections_ = 0;
  std::array<closable_slot<unix_stream>, 4> streams_;
  closable_slot<pipe_reader> reader_;
  closable_slot<pipe_writer> writer_;
  std::array<raw_end, 4> raw_;
};

}  // namespace weft::tests
