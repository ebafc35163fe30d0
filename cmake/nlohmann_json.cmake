# What reads back the JSON that the command writes: in tests and fuzzers only.
include(${CMAKE_CURRENT_LIST_DIR}/command_libraries.cmake)
weft_command_library(nlohmann_json nlohmann_json::nlohmann_json nlohmann-json3-dev
  https://github.com/nlohmann/json/releases/download/v3.11.2/json.tar.xz
  8c4b26bf4b422252e13f332bc5e388ec0ab5c3443d24399acb675e68278d341f)
