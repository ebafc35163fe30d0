// Writes the diary as JSON, one object a line, for programs. No JSON library: runtime/trace depends on nothing.
#include <bit>
#include <cmath>
#include <ostream>

#include "trace/text/dump_selection.hpp"
#include "trace/text/text_argument.hpp"
#include "trace/text/text_quote.hpp"
#include "trace/text/trace_text.hpp"

namespace weft::diary {
namespace {

// Id of the coroutine that the event is about; none if that is the running coroutine.
std::optional<std::uint64_t> target_of(const history& h, const event& e) {
  switch (subject_of(e.type)) {
    case event_subject::newcomer:
      return e.args[1];
    case event_subject::slot:
      return h.id_of_slot(e.args[0], e.n);
    case event_subject::running:
      break;
  }
  return std::nullopt;
}

void append_key(std::string& line, std::string_view key) {
  line += ", \"";
  line += key;
  line += "\": ";
}

void append_argument(std::string& line, const history& h, const event& e, unsigned index) {
  const arg_kind kind = kind_of_argument(e.type, index);
  const std::string key = name_of_argument(e.type, index);
  const std::uint64_t value = e.args[index];
  append_key(line, key);
  switch (kind) {
    case arg_kind::string:
    case arg_kind::site:
      append_json(line, resolved(h, e, index));
      return;
    case arg_kind::status:
    case arg_kind::wait_reason:
    case arg_kind::wake_cause:
    case arg_kind::object_kind:
    case arg_kind::ready_bits: {
      std::string word;
      append_value(word, kind, value);
      append_json(line, word);
      return;
    }
    case arg_kind::real: {
      // JSON has no words for values that are not finite.
      std::isfinite(std::bit_cast<double>(value)) ? append_value(line, kind, value) : void(line += "null");
      return;
    }
    case arg_kind::slot:
      line += std::to_string(value);
      append_key(line, key + "_id");
      line += std::to_string(is_of_newcomer(e.type) && index == 0 ? e.args[1] : h.id_of_slot(value, e.n));
      return;
    case arg_kind::object:
      line += std::to_string(value);
      append_key(line, key + "_name");
      append_json(line, value != 0 ? h.object_label(value) : std::string());
      return;
    default:
      append_value(line, kind, value);
      return;
  }
}

void append_object(std::string& line, const history& h, const event& e, std::uint64_t running) {
  const std::uint64_t id = target_of(h, e).value_or(running);
  line += "{\"n\": " + std::to_string(e.n) + ", \"t_ns\": " + std::to_string(e.t_ns) +
          ", \"thread\": " + std::to_string(e.thread);
  append_key(line, "type");
  append_json(line, h.source().type_name(e.type));
  append_key(line, "coroutine");
  line += std::to_string(id);
  append_key(line, "name");
  const coroutine_record* record = h.find_coroutine(id);
  append_json(line, record != nullptr ? h.string(record->name) : std::string());
  const unsigned count = h.source().arg_count(e.type);
  for (unsigned i = 0; i < count; ++i) append_argument(line, h, e, i);
  if (h.source().has_text(e.type)) {
    append_key(line, "text");
    append_json(line, sanitised(e.text));
  }
  line += "}\n";
}

}  // namespace

void dump_json(const history& h, std::ostream& out, const dump_filter& filter) {
  dump_selection selection(h, filter, true);
  std::string lines;
  event e;
  while (out && selection.next(e)) {
    if (selection.is_selected(e)) append_object(lines, h, e, selection.running(e));
    selection.pass(e);
    if (lines.size() >= 65536) {
      out.write(lines.data(), static_cast<std::streamsize>(lines.size()));
      lines.clear();
    }
  }
  out.write(lines.data(), static_cast<std::streamsize>(lines.size()));
  out.flush();
}

}  // namespace weft::diary
