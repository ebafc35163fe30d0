#include "cli/trace_input.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <istream>
#include <ostream>
#include <utility>
#include <vector>

#include "cli/output/progress.hpp"
#include "cli/output/table.hpp"
#include "trace/words/format.hpp"

namespace weft::viz::cli {
namespace {

diary::reader open_reader(const std::string& file, console& io) {
  if (file != "-") return diary::reader::open(file);
  return diary::reader::from_bytes(read_standard_input(io), shown_path(file));
}

void warn_about_gaps(const diary::file_info& info, console& io) {
  for (const std::string& warning : warnings_about(info)) {
    io.err << fmt::format("weft: {}: warning: {}\n", diary::sanitised(info.path), warning);
  }
}

diary::history open_checked(const std::string& file, diary::history::effort effort, console& io) {
  diary::reader r = open_reader(file, io);
  warn_about_gaps(r.info(), io);
  const progress shown("reading " + shown_path(file), io);
  return diary::history(std::move(r), effort);
}

}  // namespace

std::vector<std::string> warnings_about(const diary::file_info& info) {
  std::vector<std::string> warnings;
  if (info.cut) {
    warnings.push_back(fmt::format("the file is cut: of {} bytes at least {} are missing: {} events could be read",
                                   info.file_bytes + info.missing_bytes, info.missing_bytes, info.events));
  } else if (info.truncated) {
    warnings.push_back(fmt::format(
        "the recording did not end properly (the program still runs, or died): {} events could be read", info.events));
  }
  // Only merged traces have times before the recording began, and only some minutes; no recording lasts ten years. In a
  // trace without times an old recorder let its threads start at 0 of the machine's clock, which is earlier than the
  // recording by the machine's uptime.
  constexpr std::int64_t second_ns = 1'000'000'000, hour_ns = 3600 * second_ns;
  const std::int64_t earliest_ns = info.order_only ? -second_ns : -24 * hour_ns;
  if (info.first_ns < earliest_ns || info.last_ns > 10 * 365 * 24 * hour_ns) {
    warnings.push_back(fmt::format("times out of range: from {} to {}: durations mean nothing",
                                   exact_time(info.first_ns), exact_time(info.last_ns)));
  }
  if (info.lost > 0) warnings.push_back(fmt::format("{} events were lost by the recorder", info.lost));
  if (const std::size_t places = damaged_places(info); places > 0) {
    warnings.push_back(fmt::format("{} damaged places were left out: weft validate lists them", places));
  }
  return warnings;
}

std::vector<std::uint8_t> read_standard_input(console& io) {
  std::vector<std::uint8_t> bytes;
  std::size_t used = 0;
  while (io.in) {
    // Read the first bytes first: input that is no trace may have no end.
    bytes.resize(used + (used == 0 ? diary::file_magic.size() : diary::chunk_bytes + used / 2));
    io.in.read(reinterpret_cast<char*>(bytes.data()) + used, static_cast<std::streamsize>(bytes.size() - used));
    used += static_cast<std::size_t>(io.in.gcount());
    if (std::memcmp(bytes.data(), diary::file_magic.data(), std::min(used, diary::file_magic.size())) != 0) {
      throw diary::file_error(shown_path("-"), 0, "not a weft trace");
    }
  }
  bytes.resize(used);
  return bytes;
}

std::size_t damaged_places(const diary::file_info& info) {
  // The reader has one list for both; the words of an entry distinguish them.
  return static_cast<std::size_t>(std::count_if(info.damage.begin(), info.damage.end(), [](const std::string& place) {
    return place.find(": the file ends inside this chunk") == std::string::npos &&
           place.find(": the file is cut") == std::string::npos;
  }));
}

std::string shown_path(const std::string& file) { return file == "-" ? "standard input" : file; }

diary::history open_trace(const std::string& file, console& io) {
  return open_checked(file, diary::history::effort::everything, io);
}

diary::history open_trace_for_names(const std::string& file, console& io) {
  return open_checked(file, diary::history::effort::on_demand, io);
}

diary::history open_trace_to_tell(const std::string& file, console& io) {
  return open_checked(file, diary::history::effort::told, io);
}

diary::history open_trace_for_states(const std::string& file, console& io) {
  using diary::history;
  if (file != "-") {
    history quick(diary::reader::open(file, diary::reader::trust::sealed_chunks), history::effort::on_demand);
    if (quick.is_whole()) {
      warn_about_gaps(quick.source().info(), io);
      return quick;
    }
  }
  return open_trace_for_names(file, io);
}

}  // namespace weft::viz::cli
