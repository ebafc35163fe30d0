// The process's recording: the file, the names known in it, and its threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "record/ticks.hpp"
#include "record/trace_file.hpp"
#include "trace/chunk_writer.hpp"
#include "weft/trace.hpp"

namespace weft::core {
class clock;
}

namespace weft::record {

class thread_recorder;

// Numbers for names, sites and objects, the same in all threads of one recording. Any thread.
class name_table {
 public:
  struct number {
    std::uint64_t id;
    bool is_new;  // the caller records the definition
  };
  number string(std::string_view text);
  number site(std::string_view file, std::uint32_t line, std::string_view function);
  bool is_new_object(std::uint64_t object_id);

 private:
  number intern(std::unordered_map<std::string, std::uint64_t>& table, std::string key);

  std::mutex lock_;
  std::unordered_map<std::string, std::uint64_t> strings_;
  std::unordered_map<std::string, std::uint64_t> sites_;
  std::vector<bool> objects_;  // by id
};

class recording {
 public:
  // Creates the file and fills in its header. Throws std::system_error.
  explicit recording(const trace::options& o);
  ~recording();  // the file is complete
  recording(const recording&) = delete;
  recording& operator=(const recording&) = delete;

  trace_file& file() noexcept { return file_; }
  name_table& names() noexcept { return names_; }
  const tick_clock& ticks() const noexcept { return ticks_; }

  // The recorder of the calling thread, made at the first call. `virtual_clock` is null for a scheduler on the
  // machine's time; if the first thread's is not null, the whole recording is in its time.
  thread_recorder& this_thread(core::clock* virtual_clock);
  // Says in the file that the ready queue is shuffled.
  void mark_shuffled() noexcept { file_.header().flags |= diary::header_flag_shuffled; }

 private:
  trace_file file_;
  name_table names_;
  tick_clock ticks_;
  std::mutex lock_;
  std::map<std::uint64_t, std::unique_ptr<thread_recorder>> threads_;  // by the system's thread number
};

// The system's number of the calling thread.
std::uint64_t this_thread_number() noexcept;

}  // namespace weft::record
