#include "cli/input.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <istream>
#include <iterator>
#include <ostream>
#include <utility>
#include <vector>

#include "cli/progress.hpp"
#include "cli/table.hpp"

namespace weft::viz::cli {
namespace {

diary::reader open_reader(const std::string& file, console& io) {
  if (file != "-") return diary::reader::open(file);
  std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(io.in), std::istreambuf_iterator<char>()};
  return diary::reader::from_bytes(std::move(bytes), shown_path(file));
}

void warn_about_gaps(const diary::file_info& info, console& io) {
  const std::string path = diary::sanitised(info.path);
  if (info.truncated) {
    io.err << fmt::format(
        "weft: {}: warning: the recording did not end properly (the program still runs, or died): {} events could be "
        "read\n",
        path, info.events);
  }
  // Before the recording began only merged traces have times, and those by minutes; nothing runs for ten years.
  constexpr std::int64_t hour_ns = 3'600'000'000'000;
  if (info.first_ns < -24 * hour_ns || info.last_ns > 10 * 365 * 24 * hour_ns) {
    io.err << fmt::format("weft: {}: warning: times out of range: from {} to {}: durations mean nothing\n", path,
                          exact_time(info.first_ns), exact_time(info.last_ns));
  }
  if (info.lost > 0) io.err << fmt::format("weft: {}: warning: {} events were lost by the recorder\n", path, info.lost);
  if (damaged_places(info) > 0) {
    io.err << fmt::format("weft: {}: warning: {} damaged places were left out: weft validate lists them\n", path,
                          damaged_places(info));
  }
}

diary::history open_checked(const std::string& file, diary::history::effort effort, console& io) {
  diary::reader r = open_reader(file, io);
  warn_about_gaps(r.info(), io);
  const progress shown("reading " + shown_path(file), io);
  return diary::history(std::move(r), effort);
}

}  // namespace

std::size_t damaged_places(const diary::file_info& info) {
  // The reader has one list for both and tells them apart by words.
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
