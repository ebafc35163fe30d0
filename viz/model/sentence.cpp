#include "model/sentence.hpp"

namespace weft::viz {

std::string event_sentence::text() const {
  std::string all;
  for (const sentence_piece& piece : pieces) all += piece.text;
  return all;
}

}  // namespace weft::viz
