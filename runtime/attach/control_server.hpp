// Answers viewers that have come to the program's door. One for the process; its thread exists only while somebody is
// connected.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>

#include "attach/hold.hpp"
#include "core/own_descriptor.hpp"
#include "trace/words/control_message.hpp"

namespace weft::record {

class control_server {
 public:
  static control_server& of_process();

  // Opens the door, the first time. Its fd, -1: there is none, or the program has closed it.
  int open();
  // Takes the door away: the process ends.
  void close_door() noexcept;
  // Everybody who stands at the door. Never waits. False: somebody may still stand there (no fd left for him).
  bool let_in_all() noexcept;

  hold& hold_of_process() noexcept { return hold_; }

 private:
  static constexpr std::size_t most_clients = 8;
  struct client {
    core::own_descriptor fd;  // none: a free place. Set with the lock; the rest is the server's thread's
    std::size_t received = 0;
    diary::control_bytes message{};
    bool records = false;  // it asked for the recording
    bool holds = false;    // it asked the program to stand or step
  };

  control_server() = default;
  static void prepare_process_once();
  // In a forked child: the door and everybody at it are the parent's.
  static void abandon_in_child() noexcept;
  int door() noexcept;
  bool take(int fd) noexcept;
  bool have_wake_pipe() noexcept;
  bool start_thread() noexcept;
  void serve() noexcept;
  void wake() noexcept;
  void read_from(client& c) noexcept;
  diary::control_reply answer(client& c, const diary::control_request& r);
  void start(client& c, const diary::control_request& r);
  void stop(diary::control_reply& out);
  void drop(client& c) noexcept;

  hold hold_;
  std::mutex lock_;
  core::own_descriptor door_;
  std::string path_;
  bool tried_ = false;
  bool serving_ = false;  // the thread is there
  std::array<core::own_descriptor, 2> wake_pipe_;
  std::array<client, most_clients> clients_;
};

}  // namespace weft::record
