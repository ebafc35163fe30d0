#include <ostream>
#include <string>

#include "cli/export/exporters.hpp"
#include "cli/export/span_walk.hpp"

namespace weft::viz::cli {
namespace {

// RFC 4180. Text that a spreadsheet would read as a formula is prefixed with an apostrophe: the names may be hostile.
void append_cell(std::string& row, std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');  // some skip blanks
  const bool is_formula =
      first != text.npos && std::string_view("=+-@\t\r").find(text[first]) != std::string_view::npos;
  const bool needs_quotes = is_formula || text.find_first_of(",\"\r\n") != std::string_view::npos;
  if (!needs_quotes) {
    row += text;
    return;
  }
  row += '"';
  if (is_formula) row += '\'';
  for (const char c : text) {
    if (c == '"') row += '"';
    row += c;
  }
  row += '"';
}

class csv_sink : public span_sink {
 public:
  csv_sink(const diary::history& trace, std::ostream& out) : trace_(trace), out_(out) {
    rows_ = "id,name,spawn_site,thread,state,reason,object,owner_id,fd,begin_ns,end_ns,duration_ns,event,woken_by_id\n";
  }

  void state_begins(const diary::coroutine_state& c, std::uint64_t owner, std::int64_t t_ns) override {
    open_[c.slot] = {owner, t_ns};
  }

  void state_ends(const diary::coroutine_state& c, std::int64_t t_ns) override {
    const auto found = open_.find(c.slot);
    if (found == open_.end()) return;
    const auto [owner, begin_ns] = found->second;
    open_.erase(found);
    const bool blocked = c.status == diary::coroutine_status::blocked;
    cell(std::to_string(c.id));
    cell(trace_.coroutine_label(c.id));
    const diary::site_record* const site = trace_.site(c.site);
    cell(site ? site->file + ":" + std::to_string(site->line) : "");
    cell(std::to_string(c.thread));
    cell(diary::to_text(c.status));
    cell(blocked ? diary::to_text(c.reason) : "");
    cell(blocked && c.object != 0 ? trace_.object_label(c.object) : "");
    cell(owner != 0 ? std::to_string(owner) : "");
    cell(blocked && c.fd >= 0 ? std::to_string(c.fd) : "");
    number_cell(begin_ns);
    number_cell(t_ns);
    cell(std::to_string(t_ns - begin_ns));
    cell(std::to_string(c.since_event));
    cell(c.status == diary::coroutine_status::ready && c.woken_by != 0 ? std::to_string(c.woken_by) : "");
    rows_ += '\n';
    is_first_cell_ = true;
    if (rows_.size() >= 65536) flush();
  }

  void flush() {
    out_.write(rows_.data(), static_cast<std::streamsize>(rows_.size()));
    rows_.clear();
  }

 private:
  struct begun {
    std::uint64_t owner = 0;
    std::int64_t t_ns = 0;
  };

  // A time before 0 is a number, not a formula.
  void number_cell(std::int64_t number) {
    cell("");
    rows_ += std::to_string(number);
  }
  void cell(std::string_view text) {
    if (!is_first_cell_) rows_ += ',';
    is_first_cell_ = false;
    append_cell(rows_, text);
  }

  const diary::history& trace_;
  std::ostream& out_;
  std::string rows_;
  bool is_first_cell_ = true;
  std::unordered_map<std::uint64_t, begun> open_;  // by slot
};

}  // namespace

void export_csv(const diary::history& trace, std::ostream& out, const export_options& options) {
  csv_sink sink(trace, out);
  span_walk(trace, sink).run(options.go_on);
  sink.flush();
  out.flush();
}

}  // namespace weft::viz::cli
