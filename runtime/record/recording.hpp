// The process's recording: the file, the names known in it, and its threads.
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
  // Creates the file, or the ring, and fills in its header. Throws std::system_error.
  explicit recording(const trace::options& o);
  ~recording();  // the file is complete
  recording(const recording&) = delete;
  recording& operator=(const recording&) = delete;

  chunk_store& store() noexcept { return *store_; }
  // As it was asked for, but with the path that is recorded into.
  const trace::options& asked() const noexcept { return asked_; }
  name_table& names() noexcept { return names_; }
  const tick_clock& ticks() const noexcept { return ticks_; }
  // Of the time in the file. Not asked of the file's header: somebody may cut that away.
  std::uint64_t ticks_per_second() const noexcept { return ticks_per_second_; }

  // The recorder of the calling thread, made at the first call, or, when there are many, one that a thread which has
  // ended leaves: its number and what is free of its chunk go on. Threads beyond diary::max_threads that live at once
  // are recorded as lost. `virtual_clock` is null for a scheduler on the
  // machine's time; if the first thread's is not null, the whole recording is in its time.
  thread_recorder& this_thread(core::clock* virtual_clock);
  void this_thread_has_ended() noexcept;
  // Says in the file that the ready queue is shuffled.
  void mark_shuffled() noexcept { store_->header().flags |= diary::header_flag_shuffled; }

 private:
  trace::options asked_;
  std::unique_ptr<chunk_store> store_;
  name_table names_;
  tick_clock ticks_;
  std::uint64_t ticks_per_second_ = 1;
  std::mutex lock_;
  // So many threads each have a number of their own, as long as the recording: a reader sees one as one.
  static constexpr std::uint32_t threads_of_their_own = 64;
  std::map<std::uint64_t, std::unique_ptr<thread_recorder>> threads_;  // by the system's thread number
  std::vector<std::unique_ptr<thread_recorder>> ended_;                // of threads that have ended
  std::uint32_t count_ = 0;                                            // of both
};

// The system's number of the calling thread, and its name there.
std::uint64_t this_thread_number() noexcept;
std::array<char, 64> this_thread_name() noexcept;

}  // namespace weft::record
