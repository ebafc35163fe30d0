// How the window's filters and lists compare what was typed with a name or a line: ASCII letters match in either case.
#pragma once

#include <string>
#include <vector>

namespace weft::viz {

std::string lower_case(std::string text);
// True if `text` contains `part`.
bool contains_letters(const std::string& text, const std::string& part);
// The words of a text, in lower case; blanks separate them.
std::vector<std::string> search_words(const std::string& text);
// True if `line` contains each of search_words()'s words.
bool contains_all(const std::string& line, const std::vector<std::string>& words);

}  // namespace weft::viz
