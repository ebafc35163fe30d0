// One declaration for each subcommand, which is defined in the file of its name. See subcommand::declare.
#pragma once

#include "cli/arguments.hpp"
#include "cli/output/console.hpp"

namespace weft::viz::cli {

void declare_view(arguments& parser, action& chosen);
void declare_live(arguments& parser, action& chosen);
void declare_control(arguments& parser, action& chosen);
void declare_ps(arguments& parser, action& chosen);
void declare_tail(arguments& parser, action& chosen);
void declare_demo(arguments& parser, action& chosen);
void declare_record(arguments& parser, action& chosen);
void declare_info(arguments& parser, action& chosen);
void declare_stat(arguments& parser, action& chosen);
void declare_state(arguments& parser, action& chosen);
void declare_tree(arguments& parser, action& chosen);
void declare_why(arguments& parser, action& chosen);
void declare_dump(arguments& parser, action& chosen);
void declare_load(arguments& parser, action& chosen);
void declare_check(arguments& parser, action& chosen);
void declare_validate(arguments& parser, action& chosen);
void declare_diff(arguments& parser, action& chosen);
void declare_export(arguments& parser, action& chosen);
void declare_render(arguments& parser, action& chosen);

}  // namespace weft::viz::cli
