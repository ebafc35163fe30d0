// The options of one subcommand: the subcommand declares them, parse() fills them in from a command line. Only
// arguments.cpp includes the library behind this (CLI11): its headers cost seconds of compile time in every file.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class Option;
}

namespace weft::viz::cli {

class arguments {
 public:
  arguments(std::string_view command, std::string_view summary);
  ~arguments();
  arguments(const arguments&) = delete;
  arguments& operator=(const arguments&) = delete;

  // An option that was added, to refine it.
  class option {
   public:
    explicit option(CLI::Option& o) : option_(o) {}
    const option& required() const;
    const option& value_name(const char* name) const;  // the name of its value in help
    const option& one_of(std::initializer_list<const char*> words) const;
    const option& between(double low, double high) const;

   private:
    CLI::Option& option_;
  };

  // `names` is "FILE" for a positional argument, "--at" or "-o,--output" for an option. parse() writes the value if the
  // command line gives one; the variable must live until then.
  option add(const char* names, std::string& value, const std::string& about);
  option add(const char* names, std::vector<std::string>& values, const std::string& about);  // any number of values
  option add(const char* names, std::optional<std::uint64_t>& value, const std::string& about);
  option add(const char* names, std::optional<double>& value, const std::string& about);
  void flag(const char* names, bool& value, const std::string& about);
  // Adds a paragraph below the options in help.
  void footer(std::string_view text);
  // After the options comes a program with its own arguments, which are not parsed.
  void ends_with_program(std::vector<std::string>& program);

  enum class outcome { parsed, help_wanted, version_wanted, wrong };
  struct result {
    outcome what;
    std::string text;  // the help, or the error in half a line
  };
  result parse(const std::vector<std::string>& words);

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace weft::viz::cli
