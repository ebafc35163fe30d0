/* plain_host PLUGIN: a program that knows nothing of weft loads a plugin that uses it, as Python would. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char** argv) {
  void* plugin;
  const char* (*function)(void);
  if (argc != 2 || (plugin = dlopen(argv[1], RTLD_NOW)) == NULL) return puts(dlerror()), 1;
  *(void**)&function = dlsym(plugin, "run_on_your_thread");
  if (function == NULL) return puts(dlerror()), 1;
  puts(function());
  return strcmp(function(), "ran") == 0 ? 0 : 1;
}
