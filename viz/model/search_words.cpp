#include "model/search_words.hpp"

#include <algorithm>
#include <sstream>

namespace weft::viz {

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

bool contains_letters(const std::string& text, const std::string& part) {
  return lower_case(text).find(lower_case(part)) != std::string::npos;
}

std::vector<std::string> search_words(const std::string& text) {
  std::vector<std::string> words;
  std::istringstream in(lower_case(text));
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

bool contains_all(const std::string& line, const std::vector<std::string>& words) {
  const std::string text = lower_case(line);
  return std::all_of(words.begin(), words.end(),
                     [&](const std::string& word) { return text.find(word) != std::string::npos; });
}

}  // namespace weft::viz
