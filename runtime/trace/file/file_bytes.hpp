// The bytes of a file, for reading: a copy of a small file, a shared read-only mapping of a large one, or bytes that
// were in memory anyway. Follows a growing file. Does not know the meaning of the bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace weft::diary {

// The first byte at or behind `offset`, in a file of `size` bytes, that was ever written, as far as the system knows;
// `size` if there is none.
std::uint64_t next_written(int fd, std::uint64_t offset, std::uint64_t size);

// If another process cuts a mapped file, reads of the lost bytes fault. So small files are copied, and a mapping_guard
// maps zeroes over the lost pages of a mapped file. Call require_whole() after reading a stretch and before using it.
class file_bytes {
 public:
  // Throws file_error if the file cannot be opened or read, or is a directory. Reads a pipe or device to its end, but
  // stops after the first bytes if they are not those of a trace: the input may have no end.
  static file_bytes open(const std::string& path);
  static file_bytes from_memory(std::vector<std::uint8_t> bytes);

  file_bytes(file_bytes&& other) noexcept;
  file_bytes& operator=(file_bytes&& other) noexcept;
  ~file_bytes();

  const std::uint8_t* data() const { return data_; }
  std::uint64_t size() const { return size_; }

  // Reads the file's size again. Data and size may both change; pointers into the old data become invalid. False if the
  // bytes are in memory and cannot change. If the file is now shorter than `needed_bytes`, throws file_error and keeps
  // the old data.
  bool refresh(std::uint64_t needed_bytes);

  // Checks that all reads of the first `needed_bytes` returned the file's bytes. Throws file_error if the file was cut
  // below that size, or if any lost page of the mapping was found. Costs one query of the file's size; nothing for
  // bytes in memory. Any thread.
  void require_whole(std::uint64_t needed_bytes) const {
    if (mapping_ != nullptr) require_whole_mapping(needed_bytes);
  }

  // Lost bytes of the mapping were found: later reads may return zeroes instead of the file's bytes. Any thread.
  bool was_cut() const noexcept;

  // Removes these bytes, which are not needed for now, from this process's memory if the file is mapped. Any thread.
  void forget(std::uint64_t offset, std::size_t size) const noexcept;

  // See above; all bytes in memory count as written.
  std::uint64_t next_written(std::uint64_t offset) const {
    return fd_ < 0 ? offset : diary::next_written(fd_, offset, size_);
  }

  // Copies [offset, offset + size) without using the mapping; false if the file is shorter.
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
