// A program that the command starts: a recorded program or a demo. For Linux, macOS and the BSDs.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weft::viz::cli {

// Owns a child process; neither copied nor moved. Exit statuses are the shell's: 128 + N if signal N ended it.
class child_process {
 public:
  using environment = std::vector<std::pair<std::string, std::string>>;
  // What happens to signals that other processes send to this process while this object lives (INT, TERM, HUP, QUIT,
  // USR1, USR2). `ours`: they act as usual. `forwarded`: they go to the child; only one such child may exist at a time.
  // Signals of the terminal reach the child by themselves.
  enum class signals { ours, forwarded };

  // Starts `argv` (the program is searched in PATH), with these variables added to the environment. Throws
  // std::system_error if it cannot be started.
  child_process(std::vector<std::string> argv, const environment& extra, signals what);
  // Ends a child that still runs: SIGTERM, then SIGKILL after two seconds. Blocks until it is reaped.
  ~child_process();
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  pid_t pid() const { return pid_; }
  // The exit status if the child has ended.
  std::optional<int> poll();
  // Blocks until the child has ended.
  int wait();
  // Blocks until the child has ended or the time is over.
  std::optional<int> wait_for(std::chrono::milliseconds limit);

 private:
  class forwarding;

  std::unique_ptr<forwarding> forwarding_;  // null: signals are ours
  pid_t pid_ = -1;
  std::optional<int> status_;
};

// The path of this program's own file, to start it again. Throws std::runtime_error.
std::string own_program_path();

}  // namespace weft::viz::cli
