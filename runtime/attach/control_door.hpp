// The socket at which viewers of this user come to a running program: $XDG_RUNTIME_DIR/weft/PID.control.
#pragma once

#include <string>

namespace weft::record {

// Opens it, mode 0600, and sets `path`. -1 if it is not to be (WEFT_TRACE=off or WEFT_CONTROL=off, a program with
// somebody else's rights) or cannot be: then the program is left alone, and nobody is told.
int open_door(std::string& path) noexcept;

// The next one who stands there and is this user, as a socket that does not block and is closed by exec; -1: nobody.
int let_in(int door) noexcept;

// Sends all or nothing, never waits and never raises SIGPIPE.
bool send_whole(int fd, const void* bytes, std::size_t size) noexcept;

}  // namespace weft::record
