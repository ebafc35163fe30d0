// A folder that only this user can read, removed with the object: traces show what a program did.
#pragma once

#include <string>

namespace weft::viz::cli {

class private_folder {
 public:
  private_folder();   // under $TMPDIR or /tmp, mode 0700. Throws std::system_error
  ~private_folder();  // removes the folder and its contents
  private_folder(const private_folder&) = delete;
  private_folder& operator=(const private_folder&) = delete;

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace weft::viz::cli
