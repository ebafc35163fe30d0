// What the rows of the trace report share: how they are measured and told, and the programs that are recorded.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>

#include "trace/file/reader.hpp"

namespace weft::bench {

// Where files lie that are gone at the end.
extern std::string folder;

// A printf format and its values.
template <class... Values>
std::string text(const char* format, Values... values) {
  char line[256];
  std::snprintf(line, sizeof line, format, values...);
  return line;
}

// One row: what was measured, what is demanded of it ("": nothing), and whether it is kept.
void report(const char* name, const std::string& figure, const char* demand, bool good);

double seconds_of(const std::function<void()>& f);
// The processor time of this thread alone: on a machine that is busy with other things the only fair measure of work.
double cpu_seconds_of(const std::function<void()>& f);

// A trace that is gone at the end.
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
