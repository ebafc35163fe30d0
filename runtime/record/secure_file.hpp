// Creating files that only their user may read, and finding room for them.
#pragma once

#include <cstddef>
#include <string>

namespace weft::record {

// Creates `path` (mode 0600, follows no link) and opens it. A trace of this user, or an empty file, that stands there
// is replaced; anything else is an error. Throws std::system_error naming the path.
int create_trace_file(const std::string& path);

// Reserves disk space for [from, to), so that no store into a mapping of it can fail for want of room (SIGBUS), and
// makes the file that long. 0 or an errno value; never raises SIGXFSZ.
int reserve_bytes(int fd, std::size_t from, std::size_t to) noexcept;

// write(2) to the end of `size` bytes. 0 or an errno value.
int write_all(int fd, const void* data, std::size_t size) noexcept;

}  // namespace weft::record
