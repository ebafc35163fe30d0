// weft tree: which coroutine spawned which. Never recursive: a hostile trace may nest as deep as it has events.
#include <fmt/core.h>

#include <memory>
#include <ostream>

#include "cli/moment.hpp"
#include "cli/output/table.hpp"
#include "cli/position.hpp"
#include "cli/subcommands.hpp"
#include "cli/trace_input.hpp"

namespace weft::viz::cli {
namespace {

struct tree_options {
  std::string file;
  std::string at = "end";
  bool live_only = false;
  bool json = false;
};

// Deeper coroutines are printed at this depth, followed by their children, so that the output stays linear.
constexpr std::size_t deepest_indent = 40;

struct node {
  const coroutine_at* coroutine = nullptr;
  std::vector<std::size_t> children;
};

struct spawn_tree {
  std::vector<node> nodes;  // parallel to moment::coroutines
  std::vector<std::size_t> roots;
};

// A parent is always an earlier coroutine, so there are no cycles in any file.
spawn_tree build_tree(const moment& m) {
  spawn_tree tree;
  constexpr std::size_t not_there = SIZE_MAX;
  const auto& records = m.trace().lives();
  std::vector<std::size_t> node_of_record(records.size(), not_there);
  for (const coroutine_at& c : m.coroutines()) {
    const std::size_t index = tree.nodes.size();
    const diary::coroutine_record* parent = m.trace().find_coroutine(c.record->parent);
    const std::size_t parent_node =
        parent ? node_of_record[static_cast<std::size_t>(parent - records.data())] : not_there;
    tree.nodes.push_back({&c, {}});
    (parent_node == not_there ? tree.roots : tree.nodes[parent_node].children).push_back(index);
    node_of_record[static_cast<std::size_t>(c.record - records.data())] = index;
  }
  return tree;
}

// True for a coroutine that is alive or has a live descendant. Children come after their parents, so the loop goes
// bottom-up.
std::vector<bool> alive_below(const spawn_tree& tree) {
  std::vector<bool> alive(tree.nodes.size());
  for (std::size_t i = tree.nodes.size(); i-- > 0;) {
    alive[i] = tree.nodes[i].coroutine->state != nullptr;
    for (const std::size_t child : tree.nodes[i].children) alive[i] = alive[i] || alive[child];
  }
  return alive;
}

struct place {
  std::size_t index;
  std::size_t depth;
  bool is_last;
};

// Calls visit(place) for parents first, and for children in spawn order.
template <class F>
void walk(const spawn_tree& tree, const std::vector<bool>& shown, F&& visit) {
  std::vector<place> stack;
  const auto push = [&](const std::vector<std::size_t>& siblings, std::size_t depth) {
    bool is_last = true;
    for (std::size_t i = siblings.size(); i-- > 0;) {
      if (!shown[siblings[i]]) continue;
      stack.push_back({siblings[i], depth, is_last});
      is_last = false;
    }
  };
  push(tree.roots, 0);
  while (!stack.empty()) {
    const place p = stack.back();
    stack.pop_back();
    visit(p);
    push(tree.nodes[p.index].children, p.depth + 1);
  }
}

std::string state_text(const moment& m, const coroutine_at& c) {
  std::string text(diary::to_text(c.status));
  if (c.status == diary::coroutine_status::blocked) {
    text += fmt::format(": {}", diary::to_text(c.state->reason));
    if (const std::string what = m.wait_text(*c.state); !what.empty()) text += fmt::format(", {}", what);
  }
  if (c.status == diary::coroutine_status::failed && !c.record->error.empty()) text += ": " + c.record->error;
  return text;
}

void print_tree_text(const moment& m, const spawn_tree& tree, const std::vector<bool>& shown, console& io) {
  io.out << fmt::format("{} {}\n", diary::sanitised(m.trace().source().info().path), m.place_text());
  std::vector<bool> last_at_depth;
  walk(tree, shown, [&](const place& p) {
    const coroutine_at& c = *tree.nodes[p.index].coroutine;
    last_at_depth.resize(p.depth);
    std::string indent;
    for (std::size_t d = 1; d < std::min(p.depth, deepest_indent); ++d) indent += last_at_depth[d] ? "   " : "│  ";
    if (p.depth > 0) indent += p.is_last ? "└─ " : "├─ ";
    if (p.depth > deepest_indent) indent += fmt::format("(depth {}) ", p.depth);
    last_at_depth.push_back(p.is_last);
    const std::string name = m.name(c);
    const std::string id = name == fmt::format("#{}", c.record->id) ? "" : fmt::format(" (#{})", c.record->id);
    io.out << fmt::format("{}{}{}  {}\n", indent, name, id, state_text(m, c));
  });
}

void print_tree_json(const moment& m, const spawn_tree& tree, const std::vector<bool>& shown, console& io) {
  json out = m.place_json();
  out["coroutines"] = json::array();
  walk(tree, shown, [&](const place& p) {
    json each = m.coroutine_json(*tree.nodes[p.index].coroutine);
    each["depth"] = p.depth;
    each["children"] = json::array();
    for (const std::size_t child : tree.nodes[p.index].children) {
      if (shown[child]) each["children"].push_back(tree.nodes[child].coroutine->record->id);
    }
    out["coroutines"].push_back(std::move(each));
  });
  print_json(out, io);
}

}  // namespace

void declare_tree(arguments& parser, action& chosen) {
  const auto options = std::make_shared<tree_options>();
  parser.add("FILE", options->file, "trace, or - for standard input").required();
  parser.add("--at", options->at, fmt::format("{} (default)", place_help)).value_name("PLACE");
  parser.flag("--live", options->live_only, "leave out what had ended, unless something below it is alive");
  parser.flag("--json", options->json, "print one JSON object, coroutines parents first");
  chosen = [options](console& io) {
    const position where = parse_position(options->at);
    const diary::history trace = open_trace_for_states(options->file, io);
    const moment m(trace, where);
    const spawn_tree tree = build_tree(m);
    const std::vector<bool> shown = options->live_only ? alive_below(tree) : std::vector<bool>(tree.nodes.size(), true);
    options->json ? print_tree_json(m, tree, shown, io) : print_tree_text(m, tree, shown, io);
    return good;
  };
}

}  // namespace weft::viz::cli
