// The bytes of a file, for reading: a copy if the file is small, a shared read-only mapping if it is large, or bytes
// that were in memory anyway. Follows a file that grows. Knows nothing of what the bytes mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace weft::diary {

// The first byte of a file of `size` bytes at or behind `offset` that has ever been written, as far as the system
// knows; `size` if none has.
std::uint64_t next_written(int fd, std::uint64_t offset, std::uint64_t size);

// A file that others cut while it is mapped faults where bytes are gone: small files are copied, and in a mapped one a
// mapping_guard puts zeroes there. So whoever has read a stretch asks require_whole() before believing it.
class file_bytes {
 public:
  // Throws file_error if the file cannot be opened or read, or is a directory. A pipe or device is read to its end, but
  // no further than its first bytes if it does not begin as a trace does: it may have no end.
  static file_bytes open(const std::string& path);
  static file_bytes from_memory(std::vector<std::uint8_t> bytes);

  file_bytes(file_bytes&& other) noexcept;
  file_bytes& operator=(file_bytes&& other) noexcept;
  ~file_bytes();

  const std::uint8_t* data() const { return data_; }
  std::uint64_t size() const { return size_; }

  // Looks at the file again: data and size may both change, pointers into the old data are invalid. False if the bytes
  // are in memory and nothing can change. Throws file_error, and keeps what it has, if the file is now shorter than
  // `needed_bytes`.
  bool refresh(std::uint64_t needed_bytes);

  // What was read from the first `needed_bytes` were the file's bytes. Throws file_error if the file was cut below
  // that, or anything in the mapping was found gone. A look at the file's size; nothing for bytes in memory. Any
  // thread.
  void require_whole(std::uint64_t needed_bytes) const {
    if (mapping_ != nullptr) require_whole_mapping(needed_bytes);
  }

  // Bytes of the mapping were found gone: nothing that is read any more is the file's. Any thread.
  bool was_cut() const noexcept;

  // These bytes are not needed for now: they leave this process's memory, if the file is mapped. Any thread.
  void forget(std::uint64_t offset, std::size_t size) const noexcept;

  // See above; bytes in memory all count as written.
  std::uint64_t next_written(std::uint64_t offset) const {
    return fd_ < 0 ? offset : diary::next_written(fd_, offset, size_);
  }

  // Copies [offset, offset + size) without touching the mapping; false if the file has less.
  bool copy_out(std::uint64_t offset, void* out, std::size_t size) const;

 private:
  struct guard;  // of the mapping

  file_bytes();
  void require_whole_mapping(std::uint64_t needed_bytes) const;
  void load();  // copies or maps `size_` bytes
  void release() noexcept;

  std::string path_;
  int fd_ = -1;  // of a regular file; -1: bytes in memory
  std::vector<std::uint8_t> copy_;
  void* mapping_ = nullptr;
  std::size_t mapped_bytes_ = 0;
  std::unique_ptr<guard> guard_;
  const std::uint8_t* data_ = nullptr;
  std::uint64_t size_ = 0;
};

}  // namespace weft::diary
