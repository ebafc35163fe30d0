// Runs the command in this process with strings as streams, and makes a folder for its files.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/output/private_folder.hpp"

namespace weft::tests {

struct outcome {
  int status = -1;
  std::string out, err;

  nlohmann::json json() const { return nlohmann::json::parse(out); }
};

inline outcome run_weft(const std::vector<std::string>& arguments, const std::string& input = "") {
  std::istringstream in(input);
  std::ostringstream out, err;
  viz::cli::console io{in, out, err};
  const int status = viz::cli::run(arguments, io);
  return {status, out.str(), err.str()};
}

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

inline std::size_t line_count(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

// Sets the variable while it lives.
class environment_variable {
 public:
  environment_variable(const char* name, const std::string& value) : name_(name) {
    if (const char* const old = std::getenv(name)) old_ = old;
    ::setenv(name, value.c_str(), 1);
  }
  ~environment_variable() {
    if (old_) {
      ::setenv(name_, old_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }
  environment_variable(const environment_variable&) = delete;
  environment_variable& operator=(const environment_variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

// A folder for a test's files, removed by the destructor.
class test_folder {
 public:
  std::string path(const std::string& name) const { return folder_.file(name); }
  // Writes a file with these bytes; returns its path.
  std::string with(const std::string& name, const std::string& bytes) const {
    write_file(path(name), bytes);
    return path(name);
  }

 private:
  viz::cli::private_folder folder_;
};

}  // namespace weft::tests
