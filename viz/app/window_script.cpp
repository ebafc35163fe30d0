#include "app/window_script.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "app/script_keys.hpp"

namespace weft::viz {
namespace {

using namespace script;

constexpr std::size_t longest_line = 65536;
constexpr int least_size = 320, most_size = 16384;  // the limits of pictures
constexpr int farthest = 100'000;                   // a mouse may leave the window, but stays near it
constexpr int longest_wait_ms = 3'600'000;
constexpr float most_notches = 1000;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> words_in(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    text = trimmed(text);
    if (text.empty()) return words;
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

// The part of a line that an error message repeats.
std::string shown(std::string_view text) {
  constexpr std::size_t most_bytes = 60;
  if (text.size() <= most_bytes) return std::string(text);
  std::size_t end = most_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // whole characters
  return std::string(text.substr(0, end)) + "…";
}

// Splits UTF-8 text into characters. Returns nothing if the text is malformed.
std::optional<std::vector<std::string>> characters_of(std::string_view text) {
  std::vector<std::string> characters;
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t length = first < 0x80   ? 1
                               : first < 0xc2 ? 0
                               : first < 0xe0 ? 2
                               : first < 0xf0 ? 3
                               : first < 0xf5 ? 4
                                              : 0;
    if (length == 0 || length > text.size()) return std::nullopt;
    char32_t code = length == 1 ? first : first & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
      const auto c = static_cast<unsigned char>(text[i]);
      if ((c & 0xc0) != 0x80) return std::nullopt;
      code = code << 6 | (c & 0x3f);
    }
    const bool is_overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    if (is_overlong || (code >= 0xd800 && code < 0xe000) || code > 0x10ffff) return std::nullopt;
    characters.emplace_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return characters;
}

// Parses one line of a script.
class line_reader {
 public:
  line_reader(std::size_t number, std::string_view text) : number_(number), text_(text) {
    const std::string_view line = trimmed(text);
    name_ = line.substr(0, std::min(line.find_first_of(" \t"), line.size()));
    rest_ = line.substr(name_.size());
    words_ = words_in(rest_);
  }

  command read() {
    if (name_ == "type") return read_text();
    if (name_ == "shot") return read_shot();
    // A comment may follow all other commands; '#' is also the name of a key.
    const std::size_t needed = name_ == "key" ? 1 : 0;
    const auto comment = std::find_if(words_.begin() + static_cast<std::ptrdiff_t>(std::min(needed, words_.size())),
                                      words_.end(), [](std::string_view word) { return word.front() == '#'; });
    words_.erase(comment, words_.end());
    if (name_ == "size") return read_size();
    if (name_ == "key") return read_key();
    if (name_ == "move") return read_move();
    if (name_ == "click") return read_click();
    if (name_ == "drag") return read_drag();
    if (name_ == "wheel") return read_wheel();
    if (name_ == "wait") return read_wait();
    if (name_ == "say") return expect_words(0, "say"), say{};
    if (name_ == "quit") return expect_words(0, "quit"), quit{};
    fail("unknown command: one of size, key, type, move, click, drag, wheel, wait, shot, say, quit", name_);
  }

 private:
  [[noreturn]] void fail(const std::string& why, std::string_view at) const {
    throw script_error(number_, shown(at) + ": " + why);
  }
  [[noreturn]] void fail_form(const char* form) const {
    throw script_error(number_, shown(trimmed(text_)) + ": write " + form);
  }
  void expect_words(std::size_t count, const char* form) const {
    if (words_.size() != count) fail_form(form);
  }
  int number(std::size_t i, int least, int most) const {
    const std::string_view word = words_[i];
    int value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error == std::errc::invalid_argument || end != word.data() + word.size()) fail("not a whole number", word);
    if (error != std::errc{} || value < least || value > most) {
      fail("out of range: " + std::to_string(least) + " to " + std::to_string(most), word);
    }
    return value;
  }
  int place(std::size_t i) const { return number(i, -farthest, farthest); }

  command read_size() const {
    expect_words(2, "size W H");
    return size{number(0, least_size, most_size), number(1, least_size, most_size)};
  }
  command read_key() const {
    if (words_.empty()) fail_form("key NAME");
    std::string name;
    for (const std::string_view word : words_) name += (name.empty() ? "" : " ") + std::string(word);
    const std::optional<press_key> key = script_key(name);
    if (!key) fail("unknown key: write Right, PageDown, F, slash, ctrl+shift+p", name);
    return *key;
  }
  command read_text() const {
    if (rest_.empty()) fail_form("type TEXT");
    // Everything after the first blank, including the blanks at the end.
    const std::size_t begin = static_cast<std::size_t>(rest_.data() - text_.data()) + 1;
    const std::string_view text = text_.substr(begin);
    const auto characters = characters_of(text);
    if (!characters) fail("not UTF-8", "type");
    const bool has_control =
        std::any_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; });
    if (has_control) fail("has a control character: key types those", "type");
    return type_text{*characters};
  }
  command read_move() const {
    expect_words(2, "move X Y");
    return move_mouse{place(0), place(1)};
  }
  command read_click() const {
    constexpr const char* form = "click X Y, click X Y right or click X Y double";
    if (words_.size() == 3 && words_[2] != "right" && words_[2] != "double") fail_form(form);
    if (words_.size() != 3) expect_words(2, form);
    const auto how = words_.size() == 2     ? click::kind::once
                     : words_[2] == "right" ? click::kind::right
                                            : click::kind::twice;
    return click{place(0), place(1), how};
  }
  command read_drag() const {
    expect_words(4, "drag X1 Y1 X2 Y2");
    return drag{place(0), place(1), place(2), place(3)};
  }
  command read_wheel() const {
    expect_words(3, "wheel X Y N");
    const std::string_view word = words_[2];
    float notches = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), notches);
    if (error == std::errc::invalid_argument || end != word.data() + word.size()) fail("not a number", word);
    if (error != std::errc{} || !(std::abs(notches) <= most_notches)) fail("out of range: -1000 to 1000", word);
    return turn_wheel{place(0), place(1), notches};
  }
  command read_wait() const {
    expect_words(1, "wait idle or wait MS");
    if (words_[0] == "idle") return wait_until_idle{};
    return wait_for{number(0, 0, longest_wait_ms)};
  }
  command read_shot() const {
    const std::string_view file = trimmed(rest_);
    if (file.empty()) fail_form("shot FILE.png or shot FILE.svg");
    if (!file.ends_with(".png") && !file.ends_with(".svg")) fail("the picture's name must end in .png or .svg", file);
    return shoot{std::string(file)};
  }

  std::size_t number_;
  std::string_view text_, name_, rest_;
  std::vector<std::string_view> words_;
};

}  // namespace

std::vector<script_step> parse_window_script(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  std::vector<script_step> steps;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::string_view inside = trimmed(line);
    if (inside.empty() || inside.front() == '#') continue;
    if (line.size() > longest_line) {
      throw script_error(number, shown(inside) + ": longer than " + std::to_string(longest_line) + " bytes");
    }
    if (line.find('\0') != std::string_view::npos) throw script_error(number, "has a NUL byte");
    steps.push_back({number, line_reader(number, line).read()});
  }
  return steps;
}

}  // namespace weft::viz
