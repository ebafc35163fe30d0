// A small schedule, written event by event so that every number in the expectations can be counted by hand.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "support/memory_chunks.hpp"
#include "trace/words/states.hpp"

namespace weft::tests {

// Writes events at given nanoseconds and returns the file.
class trace_builder {
 public:
  explicit trace_builder(bool complete = true)
      : chunks_(std::make_unique<memory_chunks>([complete](diary::file_header& h) {
          std::strcpy(h.program, "sample");
          h.pid = 4711;
          h.complete = complete ? 1 : 0;
        })),
        writer_(std::make_unique<diary::chunk_writer>(*chunks_, 0)) {}

  trace_builder& at(std::uint64_t ns) {
    now_ns_ = ns;
    return *this;
  }
  trace_builder& event(diary::event_type type, std::initializer_list<std::uint64_t> args = {}) {
    writer_->append(type, now_ns_, std::data(args), static_cast<unsigned>(args.size()));
    return *this;
  }
  trace_builder& text(diary::event_type type, std::initializer_list<std::uint64_t> args, std::string_view text) {
    writer_->append_text(type, now_ns_, std::data(args), static_cast<unsigned>(args.size()), text);
    return *this;
  }
  trace_builder& raw(diary::event_type type, const std::vector<std::uint64_t>& args) {
    writer_->append(type, now_ns_, args.data(), static_cast<unsigned>(args.size()));
    return *this;
  }
  trace_builder& raw_text(diary::event_type type, const std::vector<std::uint64_t>& args, std::string_view text) {
    writer_->append_text(type, now_ns_, args.data(), static_cast<unsigned>(args.size()), text);
    return *this;
  }
  std::string bytes() {
    chunks_->header().chunk_count = chunks_->chunk_count();
    const std::vector<std::uint8_t> raw = chunks_->file_bytes();
    return {raw.begin(), raw.end()};
  }

 private:
  std::unique_ptr<memory_chunks> chunks_;
  std::unique_ptr<diary::chunk_writer> writer_;
  std::uint64_t now_ns_ = 0;
};

// One thread. main (#1) spawns 工人 (#2), holder (#3) and reader (#4) and sleeps. holder locks the mutex “till” and
// sleeps, reader waits for fd 7, 工人 waits for the mutex. holder hands the mutex over and ends, 工人 ends, reader
// fails, main ends. 41 events, #0 to #40, the last one at 51500 ns.
inline trace_builder sample_schedule(bool complete = true) {
  using t = diary::event_type;
  const auto number = [](auto value) { return static_cast<std::uint64_t>(value); };
  const std::uint64_t mutex = number(diary::wait_reason::mutex), readable = number(diary::wait_reason::fd_readable);
  const std::uint64_t granted = number(diary::wake_cause::granted), done = number(diary::coroutine_status::done);
  const std::uint64_t failed = number(diary::coroutine_status::failed);
  trace_builder b(complete);
  b.at(0).text(t::thread_start, {77}, "main thread");                           // #0
  b.text(t::string, {1}, "main").text(t::string, {2}, "工人");                  // #1 #2
  b.text(t::string, {3}, "holder").text(t::string, {4}, "reader");              // #3 #4
  b.text(t::string, {5}, "shop.cpp").text(t::string, {6}, "serve");             // #5 #6
  b.event(t::site, {1, 5, 42, 6});                                              // #7
  b.text(t::object, {1, number(diary::object_kind::mutex)}, "till");            // #8
  b.event(t::spawn, {1, 1, 0, 1, 0});                                           // #9
  b.at(100).event(t::enter, {1});                                               // #10 main
  b.at(200).event(t::spawn, {2, 2, 1, 2, 1});                                   // #11
  b.at(300).event(t::spawn, {3, 3, 1, 3, 1}).event(t::spawn, {4, 4, 1, 4, 1});  // #12 #13
  b.at(1300).event(t::sleep, {2, 50000});                                       // #14 工人
  b.at(1400).event(t::yield, {3});                                              // #15 holder
  b.at(1500).event(t::lock_acquired, {1});                                      // #16
  b.at(1600).event(t::sleep, {4, 3000});                                        // #17 reader
  b.at(1700).event(t::block_fd, {2, readable, 7});                              // #18 工人
  b.at(1900).event(t::block, {0, mutex, 1, 3}).event(t::poll_begin, {2701});    // #19 #20 nobody
  b.at(4700).event(t::poll_end, {0}).event(t::wake_timer, {3, granted, 100});   // #21 #22
  b.at(4800).event(t::enter, {3});                                              // #23 holder
  b.at(5000).event(t::lock_handed, {1, 2}).event(t::wake, {2, granted, 1});     // #24 #25
  b.at(5800).event(t::finish, {2, done});                                       // #26 工人
  b.at(5900).event(t::lock_released, {1});                                      // #27
  b.at(6000).event(t::finish, {0, done}).event(t::poll_begin, {45301});         // #28 #29 nobody
  b.at(9000).event(t::poll_end, {1}).event(t::wake_fd, {4, 7, 1});              // #30 #31
  b.at(9100).event(t::enter, {4});                                              // #32 reader
  b.at(9200).text(t::error, {}, "std::runtime_error: no more rows");            // #33
  b.at(9300).event(t::finish, {0, failed}).event(t::poll_begin, {42001});       // #34 #35 nobody
  b.at(51300).event(t::poll_end, {0}).event(t::wake_timer, {1, granted, 0});    // #36 #37
  b.at(51400).event(t::enter, {1});                                             // #38 main
  b.at(51500).event(t::finish, {0, done}).event(t::thread_stop);                // #39 #40
  return b;
}

// The event after which all coroutines wait: main and holder for timers, reader for fd 7, 工人 for the mutex.
inline constexpr const char* all_wait = "#20";

}  // namespace weft::tests
