#include "cli/output/private_folder.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace weft::viz::cli {

private_folder::private_folder() {
  const char* const base = std::getenv("TMPDIR");
  path_ = std::string(base && *base ? base : "/tmp") + "/weft-XXXXXX";
  if (!::mkdtemp(path_.data())) throw std::system_error(errno, std::generic_category(), path_ + ": cannot create");
}

private_folder::~private_folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace weft::viz::cli
