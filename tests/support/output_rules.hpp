// Rules for everything that the command writes, for any trace: each function returns the first broken rule in words, or
// "". Used by tests and fuzzers. Shares no code with the writers of these formats, except the decoding of UTF-8.
#pragma once

#include <cctype>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/perfetto_reader.hpp"
#include "trace/words/utf8.hpp"

namespace weft::tests {

// Well-formed UTF-8 without control characters.
inline std::string broken_text(std::string_view text) {
  for (std::string_view rest = text; !rest.empty();) {
    const diary::utf8_step step = diary::next_code_point(rest);
    const std::string at = " at byte " + std::to_string(text.size() - rest.size());
    if (!step.valid) return "no UTF-8" + at;
    if (step.code_point != '\n' && diary::is_control(step.code_point)) return "a control character" + at;
    rest.remove_prefix(step.length);
  }
  return "";
}

inline std::string broken_json(std::string_view text) {
  if (const std::string broken = broken_text(text); !broken.empty()) return broken;
  return nlohmann::json::accept(text) ? "" : "no JSON";
}

inline std::string broken_json_lines(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (const std::string broken = broken_json(line); !broken.empty()) return broken + " in " + std::string(line);
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return "";
}

// XML 1.0: allowed characters, one root, matching tags, quoted attributes without duplicates, the five entities. No
// DTD, comments or CDATA: our output has none.
inline std::string broken_xml(std::string_view text) {
  const auto is_char = [](char32_t c) {
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0xd7ff) || (c >= 0xe000 && c <= 0xfffd) ||
           (c >= 0x10000 && c <= 0x10ffff);
  };
  for (std::string_view rest = text; !rest.empty();) {
    const diary::utf8_step step = diary::next_code_point(rest);
    if (!step.valid || !is_char(step.code_point)) {
      return "no character of XML at byte " + std::to_string(text.size() - rest.size());
    }
    rest.remove_prefix(step.length);
  }
  const auto broken_characters = [](std::string_view words) {
    for (std::size_t i = words.find('&'); i != words.npos; i = words.find('&', i + 1)) {
      const std::string_view entity = words.substr(i, words.substr(i).find(';') + 1);
      if (entity != "&amp;" && entity != "&lt;" && entity != "&gt;" && entity != "&quot;" && entity != "&apos;") {
        return true;
      }
    }
    return words.find("]]>") != words.npos;
  };
  std::vector<std::string> open;
  bool has_root = false;
  if (text.starts_with("<?xml ")) text.remove_prefix(std::min(text.size(), text.find("?>") + 2));
  while (!text.empty()) {
    const std::string_view words = text.substr(0, text.find('<'));
    text.remove_prefix(words.size());
    if (broken_characters(words)) return "a bare & or ]]> in " + std::string(words);
    if (open.empty() && words.find_first_not_of(" \n\t\r") != words.npos) return "text outside of the root";
    if (text.empty()) break;
    const std::size_t end = text.find('>');
    if (end == text.npos) return "a tag that does not end";
    std::string_view tag = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    if (tag.starts_with("/")) {
      if (open.empty() || open.back() != tag.substr(1)) return "an end without its beginning: " + std::string(tag);
      open.pop_back();
      continue;
    }
    const bool is_empty = tag.ends_with("/");
    if (is_empty) tag.remove_suffix(1);
    const std::string name(tag.substr(0, tag.find(' ')));
    if (open.empty() && std::exchange(has_root, true)) return "a second root";
    tag.remove_prefix(name.size());
    std::set<std::string> attributes;
    while (!tag.empty()) {
      const std::size_t equals = tag.find("=\"");
      const std::size_t closing = equals == tag.npos ? tag.npos : tag.find('"', equals + 2);
      if (tag[0] != ' ' || closing == tag.npos) return "an attribute without quotes in <" + name;
      const std::string attribute(tag.substr(1, equals - 1));
      if (attribute.empty() || attribute.find(' ') != attribute.npos || !attributes.insert(attribute).second ||
          broken_characters(tag.substr(equals + 2, closing - equals - 2))) {
        return "the attribute " + attribute + " of <" + name;
      }
      tag.remove_prefix(closing + 1);
    }
    if (!is_empty) open.push_back(name);
  }
  return !has_root ? "no root" : open.empty() ? "" : "no end of <" + open.back();
}

// RFC 4180 with the same number of cells in each row; text, and no cell that a spreadsheet would read as a formula.
inline std::string broken_csv(std::string_view text) {
  if (const std::string broken = broken_text(text); !broken.empty()) return broken;
  std::size_t cells = 0, expected = 0;
  while (!text.empty()) {
    const bool is_quoted = text[0] == '"';
    std::string cell;
    if (is_quoted) {
      std::size_t i = 1;
      for (;; ++i) {
        if (i >= text.size()) return "a quoted cell that does not end";
        if (text[i] == '"' && !text.substr(i + 1).starts_with("\"")) break;
        if (text[i] == '"') ++i;
        cell += text[i];
      }
      text.remove_prefix(i + 1);
    } else {
      cell = text.substr(0, text.find_first_of(",\n"));
      if (cell.find('"') != cell.npos) return "a quote in a cell without quotes: " + cell;
      text.remove_prefix(cell.size());
    }
    const std::size_t first = cell.find_first_not_of(' ');
    const char begin = first == cell.npos ? 'x' : cell[first];
    const bool is_number = begin == '-' && first == 0 && cell.find_first_not_of("0123456789", 1) == cell.npos;
    if (std::string_view("=+-@\t\r").find(begin) != std::string_view::npos && !(is_number && cell.size() > 1)) {
      return "a formula: " + cell;
    }
    ++cells;
    if (text.empty() || (text[0] != ',' && text[0] != '\n')) return "something behind a cell: " + cell;
    if (text[0] == '\n') {
      if (expected != 0 && cells != expected) return "a row of another length";
      expected = cells;
      cells = 0;
    }
    text.remove_prefix(1);
  }
  return cells == 0 ? "" : "the last row does not end";
}

// Rules of the packets that ui.perfetto.dev reads.
inline std::string broken_perfetto(const std::string& bytes) {
  try {
    const perfetto_trace t(bytes);
    if (!t.complaints.empty()) return t.complaints.front();
    if (t.sequence_flags.empty() || t.sequence_flags[0] != 3) return "the first packet does not clear the state";
    for (std::size_t i = 1; i < t.sequence_flags.size(); ++i) {
      if (t.sequence_flags[i] != 2) return "flags of packet " + std::to_string(i);
    }
    for (const auto& [uuid, track] : t.tracks) {
      for (const std::string* const name : {&track.name, &track.process, &track.thread}) {
        if (const std::string broken = broken_text(*name); !broken.empty()) return broken + " in a track's name";
      }
      const bool is_os_track = !track.process.empty() || !track.thread.empty() || track.pid != 0 || track.tid != 0;
      if (uuid != 1 && !is_os_track && track.merge_behavior != 2) return track.name + " may be merged with another";
    }
    std::map<std::uint64_t, int> depth;
    std::map<std::uint64_t, std::uint64_t> last_ns, flow_began_ns;
    std::set<std::uint64_t> flow_ended;
    for (const perfetto_event& e : t.events) {
      if (const std::string broken = broken_text(e.name); !broken.empty()) return broken + " in a slice's name";
      if (e.t_ns < last_ns[e.track]) return e.name + ": time goes back on its track";
      last_ns[e.track] = e.t_ns;
      if ((e.type == perfetto_event::begin || e.type == perfetto_event::instant) && e.name.empty()) return "no name";
      if (e.type == perfetto_event::begin) ++depth[e.track];
      if (e.type == perfetto_event::end && depth[e.track]-- <= 0) return "an end without a beginning";
      for (const std::uint64_t flow : e.flows) {
        if (!flow_began_ns.emplace(flow, e.t_ns).second) return "flow " + std::to_string(flow) + " begins twice";
      }
    }
    for (const perfetto_event& e : t.events) {
      for (const std::uint64_t flow : e.ending_flows) {
        const auto began = flow_began_ns.find(flow);
        if (e.type == perfetto_event::end) return "a flow that ends at an end";
        if (!flow_ended.insert(flow).second) return "flow " + std::to_string(flow) + " ends twice";
        if (began == flow_began_ns.end() || began->second > e.t_ns) return "a flow that never began";
      }
    }
    if (flow_ended.size() != flow_began_ns.size()) return "a flow that does not end";
    for (const auto& [track, open] : depth) {
      if (open != 0) return t.tracks.at(track).name + ": a slice stays open";
    }
    return "";
  } catch (const std::exception& e) {
    return e.what();
  }
}

// Rules of the JSON that chrome://tracing reads.
inline std::string broken_chrome(const std::string& text) {
  if (const std::string broken = broken_json(text); !broken.empty()) return broken;
  for (const char c : text) {
    if (c != '\n' && (c < ' ' || c > '~')) return "not ASCII";
  }
  const nlohmann::json document = nlohmann::json::parse(text);
  std::map<std::uint64_t, int> depth;
  std::map<std::uint64_t, double> last;
  std::map<std::uint64_t, std::string> flows;
  std::map<std::uint64_t, bool> has_slice;
  std::set<std::uint64_t> named, used;
  for (const nlohmann::json& e : document.at("traceEvents")) {
    const std::string phase = e.at("ph");
    const std::uint64_t tid = e.at("tid");
    if (phase != "E" && (!e.contains("name") || e.at("name").get<std::string>().empty())) return "no name: " + e.dump();
    if (phase == "M") {
      if (e.at("name") == "thread_name" && !named.insert(tid).second) return "named twice: " + std::to_string(tid);
      continue;
    }
    const double ts = e.at("ts");
    if (phase != "C") {
      used.insert(tid);
      if (ts < last[tid]) return "time goes back: " + e.dump();
      last[tid] = ts;
    }
    if (phase == "B") ++depth[tid];
    if (phase == "E" && depth[tid]-- <= 0) return "an end without a beginning: " + e.dump();
    has_slice[tid] = phase == "X" || (phase != "E" && has_slice[tid]);
    if (phase == "s" || phase == "f") {
      if (depth[tid] <= 0 && !has_slice[tid]) return "a flow outside of a slice: " + e.dump();
      flows[e.at("id")] += phase;
    }
    if (phase == "f" && e.at("bp") != "e") return "a flow that ends in another slice: " + e.dump();
    if (phase == "i" && e.at("s") != "t") return "an instant that is not of its lane: " + e.dump();
  }
  for (const auto& [tid, open] : depth) {
    if (open != 0) return "a span stays open in " + std::to_string(tid);
  }
  for (const auto& [id, phases] : flows) {
    if (phases != "sf") return "flow " + std::to_string(id) + " is " + phases;
  }
  for (const std::uint64_t tid : used) {
    if (named.count(tid) == 0) return std::to_string(tid) + " has no name";
  }
  return "";
}

}  // namespace weft::tests
