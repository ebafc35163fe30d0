// One declaration for each subcommand; each is defined in the file of its name. See subcommand::declare.
#pragma once

#include "cli/console.hpp"

namespace CLI {
class App;
}

namespace weft::viz::cli {

void declare_view(CLI::App& parser, action& chosen);
void declare_live(CLI::App& parser, action& chosen);
void declare_ps(CLI::App& parser, action& chosen);
void declare_demo(CLI::App& parser, action& chosen);
void declare_record(CLI::App& parser, action& chosen);
void declare_info(CLI::App& parser, action& chosen);
void declare_stat(CLI::App& parser, action& chosen);
void declare_state(CLI::App& parser, action& chosen);
void declare_tree(CLI::App& parser, action& chosen);
void declare_dump(CLI::App& parser, action& chosen);
void declare_load(CLI::App& parser, action& chosen);
void declare_validate(CLI::App& parser, action& chosen);
void declare_render(CLI::App& parser, action& chosen);

}  // namespace weft::viz::cli
