// The socket (the "door") at which viewers of this user reach a running program: $XDG_RUNTIME_DIR/weft/PID.control.
#pragma once

#include <string>

namespace weft::attach {

// Opens the socket with mode 0600 and sets `path`. Returns -1 if the socket is unwanted (WEFT_TRACE=off,
// WEFT_CONTROL=off, a program that runs with another user's rights) or cannot be opened. A failure is not reported; the
// program runs on.
int open_door(std::string& path) noexcept;

// Accepts the next waiting client of this user. The returned socket does not block and is closed by exec. -1: no
// client.
int let_in(int door) noexcept;

// Sends all bytes or returns false. Never waits, never raises SIGPIPE.
bool send_whole(int fd, const void* bytes, std::size_t size) noexcept;

}  // namespace weft::attach
