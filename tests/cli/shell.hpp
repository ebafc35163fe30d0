// Runs shell commands, for tests that need real processes.
#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "run_weft.hpp"

namespace weft::tests {

// Returns the exit status and output (both streams) of a bash script; $WEFT is the command's binary.
inline outcome shell(const std::string& script) {
  ::setenv("WEFT", WEFT_COMMAND, 1);
  const test_folder folder;
  const std::string file = folder.with("script.sh", script);
  std::FILE* const pipe = ::popen(("bash " + file + " 2>&1").c_str(), "r");
  outcome result;
  if (!pipe) return result;
  std::array<char, 4096> piece;
  while (const std::size_t n = std::fread(piece.data(), 1, piece.size(), pipe)) result.out.append(piece.data(), n);
  const int raw = ::pclose(pipe);
  result.status = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
  return result;
}

}  // namespace weft::tests
