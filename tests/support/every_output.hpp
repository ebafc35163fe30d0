// Every output of the command for a trace, and the rules of each: for tests and fuzzers.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "support/output_rules.hpp"

namespace weft::tests {

struct question {
  std::vector<std::string> words;             // "-" is the trace on standard input, "OTHER" another trace in a file
  std::string (*broken)(const std::string&);  // returns the first rule that an output breaks, or ""
};

inline const std::vector<question>& all_questions() {
  constexpr auto any = [](const std::string&) { return std::string(); };
  constexpr auto text = [](const std::string& out) { return broken_text(out); };
  // Unreadable input produces no output at all.
  constexpr auto json = [](const std::string& out) {
    return out.empty() ? std::string() : broken_json(std::string_view(out).substr(0, out.size() - 1));
  };
  constexpr auto json_lines = [](const std::string& out) { return broken_json_lines(out); };
  constexpr auto xml = [](const std::string& out) { return out.empty() ? std::string() : broken_xml(out); };
  constexpr auto csv = [](const std::string& out) { return broken_csv(out); };
  constexpr auto perfetto = [](const std::string& out) { return out.empty() ? std::string() : broken_perfetto(out); };
  constexpr auto chrome = [](const std::string& out) { return out.empty() ? std::string() : broken_chrome(out); };
  static const std::vector<question> all{
      {{"info", "-"}, text},
      {{"info", "-", "--json"}, json},
      {{"validate", "-"}, text},
      {{"validate", "-", "--json"}, json},
      {{"dump", "-"}, text},
      {{"dump", "-", "--from", "1us", "--to", "3600s", "--coroutine", "2"}, text},
      {{"dump", "-", "--json"}, json_lines},
      {{"stat", "-"}, text},
      {{"stat", "-", "--json"}, json},
      {{"stat", "-", "--by", "site"}, text},
      {{"stat", "-", "--by", "site", "--json"}, json},
      {{"stat", "-", "--by", "reason"}, text},
      {{"stat", "-", "--by", "reason", "--json"}, json},
      {{"state", "-"}, text},
      {{"state", "-", "--json"}, json},
      {{"state", "-", "--at", "#9"}, text},
      {{"state", "-", "--at", "1us", "--json"}, json},
      {{"tree", "-"}, text},
      {{"tree", "-", "--live"}, text},
      {{"tree", "-", "--json"}, json},
      {{"why", "-", "1"}, text},
      {{"why", "-", "2", "--json"}, json},
      {{"why", "-", "3", "--at", "#12"}, text},
      {{"why", "-", "worker"}, text},
      {{"check", "-", "--p99-delay", "1us", "--max-run", "1us"}, text},
      {{"check", "-", "--format", "json"}, json},
      {{"check", "-", "--format", "junit"}, xml},
      {{"diff", "-", "OTHER"}, text},
      {{"diff", "OTHER", "-", "--json"}, json},
      {{"export", "-", "--to", "perfetto", "-o", "-"}, perfetto},
      {{"export", "-", "--to", "perfetto", "--all", "-o", "-"}, perfetto},
      {{"export", "-", "--to", "chrome", "-o", "-"}, chrome},
      {{"export", "-", "--to", "chrome", "--all", "-o", "-"}, chrome},
      {{"export", "-", "--to", "csv", "-o", "-"}, csv},
      {{"load", "-", "-o", "-"}, any},
  };
  return all;
}

// Returns what is wrong with the answer to a question about these bytes, or "". `other`: a correct trace in a file.
inline std::string broken_answer(const question& q, const std::string& trace, const std::string& other) {
  std::vector<std::string> words = q.words;
  for (std::string& word : words) {
    if (word == "OTHER") word = other;
  }
  std::istringstream in(trace);
  std::ostringstream out, err;
  viz::cli::console io{in, out, err};
  const int status = viz::cli::run(words, io);
  std::string line = "weft";
  for (const std::string& word : q.words) line += " " + word;
  const auto wrong = [&](const std::string& what) { return line + ": " + what; };
  if (status < 0 || status > viz::cli::unreadable_input) return wrong("status " + std::to_string(status));
  if (err.str().find("out of memory") != std::string::npos) return wrong(err.str());
  if (const std::string broken = broken_text(err.str()); !broken.empty()) return wrong(broken + " on stderr");
  if (out.str().size() > 4'000'000 + 1024 * trace.size()) return wrong(std::to_string(out.str().size()) + " bytes");
  const std::string broken = q.broken(out.str());
  return broken.empty() ? "" : wrong(broken);
}

}  // namespace weft::tests
