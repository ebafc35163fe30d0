#include "cli/coroutine_name.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "cli/command.hpp"
#include "cli/moment.hpp"

namespace weft::viz::cli {
namespace {

// Returns the number in `text`, with or without a leading #; nothing if it is not a number.
std::optional<std::uint64_t> id_in(std::string_view text) {
  if (text.starts_with('#')) text.remove_prefix(1);
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(id) : std::nullopt;
}

std::uint64_t find(const diary::history& trace, const moment* m, const std::string& wanted, std::string_view command) {
  if (const auto id = id_in(wanted); id && trace.find_coroutine(*id)) return *id;
  std::vector<std::uint64_t> named, alive;
  for (const diary::coroutine_record& c : trace.lives()) {
    if (!wanted.empty() && trace.string(c.name) == wanted) named.push_back(c.id);
  }
  if (m) {
    for (const coroutine_at& c : m->coroutines()) {
      if (c.state && m->name(c) == wanted) alive.push_back(c.record->id);
    }
  }
  if (alive.size() == 1) return alive.front();
  if (named.size() == 1) return named.front();
  const std::vector<std::uint64_t>& several = alive.empty() ? named : alive;
  constexpr std::size_t most_listed = 100;
  if (!several.empty()) {
    std::string ids;
    for (std::size_t i = 0; i < std::min(several.size(), most_listed); ++i) ids += fmt::format(" #{}", several[i]);
    throw usage_error(fmt::format("{}: {}: {} coroutines have this name: write the number of one of{}{}", command,
                                  wanted, several.size(), ids, several.size() > most_listed ? " ..." : ""));
  }
  std::vector<std::string> names;
  for (const diary::coroutine_record& c : trace.lives()) names.push_back(trace.coroutine_label(c.id));
  const std::string close = closest_name(wanted, std::vector<std::string_view>(names.begin(), names.end()));
  throw usage_error(fmt::format("{}: {}: no such coroutine: {}", command, wanted,
                                close.empty() ? "weft tree lists them" : "did you mean " + close + "?"));
}

}  // namespace

std::uint64_t coroutine_named(const diary::history& trace, const std::string& wanted, std::string_view command) {
  return find(trace, nullptr, wanted, command);
}

std::uint64_t coroutine_named(const moment& m, const std::string& wanted, std::string_view command) {
  return find(m.trace(), &m, wanted, command);
}

}  // namespace weft::viz::cli
