// A viewer's end of a running program's control socket. When it is closed, a paused program is resumed, and a recording
// that was made only for this viewer ends.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

#include "trace/words/control_message.hpp"

namespace weft::viz {

// The program does not exist, has ended, does not answer or refuses. what() is half a line.
class control_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// $XDG_RUNTIME_DIR/weft, or weft-UID under $TMPDIR or /tmp: running programs have their files here.
std::string runtime_folder();
// FOLDER/PID.control
std::string control_path(const std::string& folder, pid_t pid);

class control_client {
 public:
  using milliseconds = std::chrono::milliseconds;

  // Throws control_error if nobody listens at the socket, or if another user does.
  explicit control_client(const std::string& socket_path);
  control_client(control_client&& other) noexcept;
  control_client& operator=(control_client&&) = delete;
  ~control_client();

  // Sends a request and returns at once; the next answer with this number belongs to it. Throws control_error if the
  // program has gone.
  std::uint64_t send(diary::control_request r);
  // Waits for the next answer, at most for `patience`. Nothing: no answer has come. Throws control_error if the program
  // has gone or uses another protocol.
  std::optional<diary::control_reply> receive(milliseconds patience);

  // Sends a request and waits for the answer. A program cannot answer while a coroutine runs without giving up the
  // thread. Throws control_error also if the program refuses or does not answer in time.
  diary::control_reply ask(diary::control_request r, milliseconds patience = milliseconds(5000));
  // After pause, step or step_to: asks until the program is paused. Returns false if that takes longer than `patience`.
  bool wait_until_it_stands(milliseconds patience, diary::control_reply& last);

 private:
  int fd_ = -1;
  std::uint64_t sent_ = 0;
  std::size_t received_ = 0;
  diary::control_bytes message_{};
};

}  // namespace weft::viz
