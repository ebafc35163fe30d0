// The mapped file that a recording goes to. Grows by whole windows, hands out chunks, and stays readable after every
// event: what is in the shared mapping survives the death of the process.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "trace/chunk_writer.hpp"
#include "trace/format.hpp"

namespace weft::record {

class trace_file : public diary::chunk_source {
 public:
  // Creates the file with mode 0600 and maps its header. A trace file of this user that stands there is replaced,
  // anything else is an error: std::system_error naming the path.
  explicit trace_file(const std::string& path);
  // Closes the file, complete or not.
  ~trace_file() override;
  trace_file(const trace_file&) = delete;
  trace_file& operator=(const trace_file&) = delete;

  diary::file_header& header() noexcept { return *header_; }
  std::uint8_t* next_chunk() noexcept override;
  // Marks the file as complete and cuts off what was reserved too much. Nobody writes any more.
  void complete() noexcept;
  const std::string& path() const noexcept { return path_; }

 private:
  struct window {
    std::uint8_t* memory;
    std::size_t bytes;
  };
  bool grow() noexcept;

  std::string path_;
  int fd_ = -1;
  diary::file_header* header_ = nullptr;
  std::mutex lock_;                 // guards what follows; taken once a chunk
  std::vector<window> windows_;     // mapped for as long as the file is open: writers hold pointers into them
  std::size_t file_bytes_ = 0;      // reserved so far
  std::size_t next_in_window_ = 0;  // offset in the last window
  std::uint64_t chunks_ = 0;
  bool full_ = false;  // said already that there is no more room
};

}  // namespace weft::record
