// weft render: the main view as a picture, without a display.
#include <fmt/core.h>

#include <charconv>
#include <memory>
#include <optional>
#include <utility>

#include "cli/coroutine_name.hpp"
#include "cli/output/output_file.hpp"
#include "cli/output/private_folder.hpp"
#include "cli/picture_file.hpp"
#include "cli/position.hpp"
#include "cli/subcommands.hpp"
#include "cli/trace_input.hpp"
#include "cli/window.hpp"
#include "trace/state/history.hpp"

namespace weft::viz::cli {
namespace {

struct render_command_options {
  std::string file, out, from, to, at, theme, select;
  std::string size = "1600x1000";
};

constexpr int least_px = 64;
constexpr int most_px = 16384;

void parse_size_px(const std::string& text, picture_request& request) {
  const char* const end = text.data() + text.size();
  const auto width = std::from_chars(text.data(), end, request.width_px);
  const bool has_middle = width.ec == std::errc{} && width.ptr != end && *width.ptr == 'x';
  const auto height = std::from_chars(has_middle ? width.ptr + 1 : end, end, request.height_px);
  const auto in_range = [](int px) { return px >= least_px && px <= most_px; };
  if (!has_middle || height.ec != std::errc{} || height.ptr != end || !in_range(request.width_px) ||
      !in_range(request.height_px)) {
    throw usage_error(
        fmt::format("render: {}: not a size: write 1600x1000, each {} to {} pixels", text, least_px, most_px));
  }
}

picture_request make_request(const render_command_options& options) {
  picture_request request;
  parse_size_px(options.size, request);
  request.theme = options.theme;
  const bool known = is_standard_output(options.out) || options.out.ends_with(".png") || options.out.ends_with(".svg");
  if (!known) throw usage_error(fmt::format("render: {}: the picture's name must end in .png or .svg", options.out));
  return request;
}

int render_picture(const render_command_options& options, console& io) {
  picture_request request = make_request(options);
  const position where = parse_position(options.at.empty() ? "end" : options.at);
  const position from = parse_position(options.from.empty() ? "end" : options.from);
  const position to = parse_position(options.to.empty() ? "end" : options.to);
  std::optional<private_folder> folder;
  request.file = options.file;
  if (options.file == "-") {
    folder.emplace();
    request.file = folder->file("standard-input.weft");
    write_output(request.file, read_standard_input(io), io);
  }

  diary::reader trace = diary::reader::open(request.file, diary::reader::trust::sealed_chunks);
  if (!options.from.empty()) request.from_ns = time_of(trace, from);
  if (!options.to.empty()) request.to_ns = time_of(trace, to);
  if (request.from_ns && request.to_ns && *request.from_ns >= *request.to_ns) {
    throw usage_error("render: --from must be before --to");
  }
  if (where.time_ns || where.share || where.clock) {
    request.cursor_ns = time_of(trace, where);
  } else if (!options.at.empty()) {
    const std::uint64_t count = events_until(trace, where);
    if (count > 0) request.cursor_event = count - 1;
  }
  if (!options.select.empty()) {
    const diary::history names(std::move(trace), diary::history::effort::on_demand);
    request.select = fmt::format("#{}", coroutine_named(names, options.select, "render"));
  }
  write_picture(std::move(request), options.out, io);
  return good;
}

}  // namespace

void declare_render(arguments& parser, action& chosen) {
  const auto options = std::make_shared<render_command_options>();
  parser.add("FILE", options->file, "trace, or - for standard input").required();
  parser.add("-o,--output", options->out, "picture to write: .png or .svg; - for PNG on standard output")
      .value_name("OUT")
      .required();
  parser
      .add("--from", options->from,
           fmt::format("first time shown: {}; neither: the worst finding, else where most happens", place_help))
      .value_name("PLACE");
  parser.add("--to", options->to, "last time shown").value_name("PLACE");
  parser.add("--size", options->size, "width x height in pixels; default 1600x1000").value_name("WxH");
  parser.add("--theme", options->theme, "colours; default dark").value_name("THEME").one_of({"dark", "light"});
  parser.add("--at", options->at, fmt::format("where the cursor stands: {}", place_help)).value_name("PLACE");
  parser.add("--select", options->select, "the coroutine to select: its number (#7 or 7) or its name")
      .value_name("COROUTINE");
  chosen = [options](console& io) { return render_picture(*options, io); };
}

}  // namespace weft::viz::cli
