// Shared by the rows of the trace report: measuring, reporting, and the recorded programs.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>

#include "trace/file/reader.hpp"

namespace weft::bench {

// The folder for temporary files.
extern std::string folder;

// A printf format and its values.
template <class... Values>
std::string text(const char* format, Values... values) {
  char line[256];
  std::snprintf(line, sizeof line, format, values...);
  return line;
}

// Prints one row: the figure, the demand on it ("": none), and whether the demand is met.
void report(const char* name, const std::string& figure, const char* demand, bool good);

double seconds_of(const std::function<void()>& f);
// The processor time of this thread alone: on a busy machine the only fair measure of work.
double cpu_seconds_of(const std::function<void()>& f);

// A trace file that the destructor removes.
struct trace_file {
  explicit trace_file(const char* name);
  ~trace_file();
  std::string path;
};

void record_into(const std::string& path, const std::function<void()>& program, bool order_only = false,
                 std::size_t ring_bytes = 0);
double bytes_an_event(const std::string& path);

// Two coroutines that yield to each other, `switches` times together.
void yield_between_two(std::uint64_t switches);

// The rows about reading, in trace_reading.cpp.
void large(std::uint64_t events);
void mixed();
void threads();
void checkpoints();

}  // namespace weft::bench
