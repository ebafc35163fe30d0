// host PLUGIN FUNCTION EXPECTED: loads the plugin in a coroutine, calls its function there, and compares its result
// with EXPECTED: that text, or *TEXT, a text that must be in it.
#include <dlfcn.h>

#include <cstdio>
#include <string>
#include <weft/run.hpp>
#include <weft/this_coroutine.hpp>

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  return weft::run([argv] {
    weft::yield();
    void* const plugin = dlopen(argv[1], RTLD_NOW);
    if (plugin == nullptr) return std::puts(dlerror()), 1;
    const auto function = reinterpret_cast<const char* (*)()>(dlsym(plugin, argv[2]));
    if (function == nullptr) return std::puts(dlerror()), 1;
    const std::string said = function(), expected = argv[3];
    std::printf("%s: %s\n", argv[2], said.c_str());
    const bool good = expected[0] == '*' ? said.find(expected.substr(1)) != said.npos : said == expected;
    return good ? 0 : 1;
  });
}
