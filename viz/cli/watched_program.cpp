#include "cli/watched_program.hpp"

#include <filesystem>

#include "trace/file/reader.hpp"

namespace weft::viz::cli {

watched_program::watched_program(const char* command, const attach_options& options)
    : program_(command, options), trace_(program_.trace()) {
  const diary::file_info info = diary::reader::open(trace_).info();
  pid_ = info.pid;
  if (!info.ring) return;
  folder_.emplace();
  trace_ = folder_->file(std::filesystem::path(program_.trace()).filename().string());
  copy_.emplace(program_.trace(), trace_);
}

}  // namespace weft::viz::cli
