// Answers viewers that have connected to the program's door. One server per process; its thread exists only while a
// client is connected.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>

#include "attach/hold.hpp"
#include "core/own_descriptor.hpp"
#include "trace/words/control_message.hpp"

namespace weft::attach {

class control_server {
 public:
  static control_server& of_process();

  // Opens the door at the first call. Returns its fd; -1: there is no door, or the program has closed it.
  int open();
  // Removes the door's path, at the end of the process.
  void close_door() noexcept;
  // Accepts every waiting client. Never waits. False: a client may still be waiting because no fd was free.
  bool let_in_all() noexcept;

  hold& hold_of_process() noexcept { return hold_; }

 private:
  static constexpr std::size_t most_clients = 8;
  struct client {
    core::own_descriptor fd;  // not set: a free place. Written with the lock; all else belongs to the server's thread
    std::size_t received = 0;
    diary::control_bytes message{};
    bool records = false;  // this client asked for the recording
    bool holds = false;    // this client asked the program to pause or step
  };

  control_server() = default;
  static void prepare_process_once();
  // Runs in a forked child: the door and its clients belong to the parent.
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
  bool serving_ = false;  // the thread runs
  std::array<core::own_descriptor, 2> wake_pipe_;
  std::array<client, most_clients> clients_;
};

}  // namespace weft::attach
