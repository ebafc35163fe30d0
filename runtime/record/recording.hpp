// The process's recording: its file, its names and its threads.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "record/chunk_store.hpp"
#include "record/name_table.hpp"
#include "record/ticks.hpp"
#include "trace/file/chunk_writer.hpp"
#include "weft/trace.hpp"

namespace weft::core {
class clock;
}

namespace weft::record {

class thread_recorder;

class recording {
 public:
  // Creates the file or the ring and fills in its header. Throws std::system_error.
  explicit recording(const trace::options& o);
  ~recording();  // completes the file
  recording(const recording&) = delete;
  recording& operator=(const recording&) = delete;

  chunk_store& store() noexcept { return *store_; }
  // The options as given, with the path that is really written to.
  const trace::options& asked() const noexcept { return asked_; }
  name_table& names() noexcept { return names_; }
  const tick_clock& ticks() const noexcept { return ticks_; }
  // Ticks of the recorded time per second. Kept outside the file's header, because another process may cut the header
  // away.
  std::uint64_t ticks_per_second() const noexcept { return ticks_per_second_; }

  // Returns the recorder of the calling thread. The first call makes it; with many threads it reuses the recorder of an
  // ended thread, with its number and the free rest of its chunk. Events of more than diary::max_threads live threads
  // count as lost. `virtual_clock` is null for a scheduler on the machine's time. If the first thread's clock is
  // virtual, the whole recording is in that time.
  thread_recorder& this_thread(core::clock* virtual_clock);
  void this_thread_has_ended() noexcept;
  // Sets the header flag for a shuffled ready queue.
  void mark_shuffled() noexcept { store_->header().flags |= diary::header_flag_shuffled; }

 private:
  trace::options asked_;
  std::unique_ptr<chunk_store> store_;
  name_table names_;
  tick_clock ticks_;
  std::uint64_t ticks_per_second_ = 1;
  std::mutex lock_;
  // The first so many threads keep their number for the whole recording, so a reader sees each of them as one thread.
  static constexpr std::uint32_t threads_of_their_own = 64;
  std::map<std::uint64_t, std::unique_ptr<thread_recorder>> threads_;  // by the system's thread number
  std::vector<std::unique_ptr<thread_recorder>> ended_;                // of ended threads
  std::uint32_t count_ = 0;                                            // of both
};

// The system's number and name of the calling thread.
std::uint64_t this_thread_number() noexcept;
std::array<char, 64> this_thread_name() noexcept;

}  // namespace weft::record
