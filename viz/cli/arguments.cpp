#include "cli/arguments.hpp"

#include <CLI/CLI.hpp>
#include <set>

namespace weft::viz::cli {
namespace {

// CLI11 does not know that a program follows.
class program_formatter : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App* app, std::string) const override {
    return "Usage: " + app->get_name() + " [OPTIONS] -- PROGRAM ARGS\n";
  }
};

}  // namespace

struct arguments::impl {
  CLI::App app;
  std::vector<std::string>* program = nullptr;
};

arguments::arguments(std::string_view command, std::string_view summary) : impl_(std::make_unique<impl>()) {
  const std::string name = "weft " + std::string(command);
  impl_->app.name(name);
  impl_->app.description(name + ": " + std::string(summary));
  impl_->app.set_help_flag("-h,--help", "this text");
  impl_->app.set_version_flag("--version", "", "the version");
}

arguments::~arguments() = default;

const arguments::option& arguments::option::required() const {
  option_.required();
  return *this;
}

const arguments::option& arguments::option::value_name(const char* name) const {
  option_.type_name(name);
  return *this;
}

const arguments::option& arguments::option::one_of(std::initializer_list<const char*> words) const {
  option_.check(CLI::IsMember(std::vector<std::string>(words.begin(), words.end())));
  return *this;
}

const arguments::option& arguments::option::between(double low, double high) const {
  option_.check(CLI::Range(low, high).description(""));
  return *this;
}

arguments::option arguments::add(const char* names, std::string& value, const std::string& about) {
  return option(*impl_->app.add_option(names, value, about));
}

arguments::option arguments::add(const char* names, std::vector<std::string>& values, const std::string& about) {
  CLI::Option* const o = impl_->app.add_option(names, values, about);
  if (!o->get_positional()) o->allow_extra_args(false);  // else the option would also consume the words after its value
  return option(*o);
}

arguments::option arguments::add(const char* names, std::optional<std::uint64_t>& value, const std::string& about) {
  CLI::Option* const o = impl_->app.add_option(names, value, about);
  o->check(CLI::TypeValidator<std::uint64_t>("").description(""));
  return option(*o);
}

arguments::option arguments::add(const char* names, std::optional<double>& value, const std::string& about) {
  return option(*impl_->app.add_option(names, value, about));
}

void arguments::flag(const char* names, bool& value, const std::string& about) {
  impl_->app.add_flag(names, value, about);
}

void arguments::footer(std::string_view text) { impl_->app.footer(std::string(text)); }

void arguments::ends_with_program(std::vector<std::string>& program) {
  impl_->app.prefix_command();
  impl_->app.formatter(std::make_shared<program_formatter>());
  impl_->program = &program;
}

arguments::result arguments::parse(const std::vector<std::string>& words) {
  CLI::App& app = impl_->app;
  for (CLI::Option* const o : app.get_options()) {
    if (o->get_positional()) o->type_name("");
  }
  try {
    std::vector<std::string> reversed(words.rbegin(), words.rend());  // the order that CLI11 expects
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    return {outcome::help_wanted, app.help()};
  } catch (const CLI::CallForVersion&) {
    return {outcome::version_wanted, ""};
  } catch (const CLI::ParseError& e) {
    return {outcome::wrong, e.what()};
  }
  if (impl_->program) {
    std::vector<std::string>& program = *impl_->program;
    program = app.remaining();
    if (!program.empty() && program.front() == "--") program.erase(program.begin());
  }
  return {outcome::parsed, ""};
}

}  // namespace weft::viz::cli
