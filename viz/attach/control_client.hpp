// A viewer's end of a running program's control socket. When it goes, the program goes on by itself, and what was
// recorded for it alone is recorded no more.
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

// The program is not there, has gone, does not answer or says no. what() is half a line.
class control_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// $XDG_RUNTIME_DIR/weft, or weft-UID under $TMPDIR or /tmp: where running programs announce themselves.
std::string runtime_folder();
// FOLDER/PID.control
std::string control_path(const std::string& folder, pid_t pid);

class control_client {
 public:
  using milliseconds = std::chrono::milliseconds;

  // Throws control_error if nobody listens at the socket, or somebody else than this user.
  explicit control_client(const std::string& socket_path);
  control_client(control_client&& other) noexcept;
  control_client& operator=(control_client&&) = delete;
  ~control_client();

  // Sends a request and returns at once; its answer is the next that has this number. Throws control_error if the
  // program has gone.
  std::uint64_t send(diary::control_request r);
  // The next answer, waited for so long. Nothing: none has come. Throws control_error if the program has gone or speaks
  // another language.
  std::optional<diary::control_reply> receive(milliseconds patience);

  // Sends and waits for the answer. A program that has a coroutine hold its thread cannot answer before that lets it
  // go. Throws control_error also if the program says no or does not answer in time.
  diary::control_reply ask(diary::control_request r, milliseconds patience = milliseconds(5000));
  // After pause, step or step_to: asks until the program stands. False: it did not in that time.
  bool wait_until_it_stands(milliseconds patience, diary::control_reply& last);

 private:
  int fd_ = -1;
  std::uint64_t sent_ = 0;
  std::size_t received_ = 0;
  diary::control_bytes message_{};
};

}  // namespace weft::viz
