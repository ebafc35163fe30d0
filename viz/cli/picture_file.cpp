#include "cli/picture_file.hpp"

#include <fstream>
#include <iterator>

#include "cli/output/output_file.hpp"
#include "cli/output/private_folder.hpp"

namespace weft::viz::cli {

void write_picture(picture_request request, const std::string& out, console& io) {
  const private_folder folder;
  request.out = folder.file(out.ends_with(".svg") ? "picture.svg" : "picture.png");
  draw_picture(request);
  std::ifstream picture(request.out, std::ios::binary);
  write_output(out, std::string(std::istreambuf_iterator<char>(picture), {}), io);
}

}  // namespace weft::viz::cli
