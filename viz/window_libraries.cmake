# Finds what the window needs and gives it one name each, whatever the system calls it:
#   weft_imgui  Dear ImGui, 1.86 or later, with its SDL2 and OpenGL3 backends
#   weft_sdl    SDL2
#   PNG::PNG
# The system's own packages come first; WEFT_FETCH=ON downloads pinned versions of what is missing.
include(FetchContent)
find_package(PNG REQUIRED)

find_package(SDL2 QUIET)
add_library(weft_sdl INTERFACE)
if(TARGET SDL2::SDL2)
  target_link_libraries(weft_sdl INTERFACE SDL2::SDL2)
elseif(SDL2_FOUND)
  target_include_directories(weft_sdl SYSTEM INTERFACE ${SDL2_INCLUDE_DIRS})
  target_link_libraries(weft_sdl INTERFACE ${SDL2_LIBRARIES})
elseif(WEFT_FETCH)
  FetchContent_Declare(sdl2 URL https://github.com/libsdl-org/SDL/releases/download/release-2.30.9/SDL2-2.30.9.tar.gz
    URL_HASH SHA256=24b574f71c87a763f50704bbb630cbe38298d544a1f890f099a4696b1d6beba4)
  FetchContent_MakeAvailable(sdl2)
  target_link_libraries(weft_sdl INTERFACE SDL2::SDL2)
else()
  message(FATAL_ERROR "SDL2 is missing: install libsdl2-dev, or configure with -DWEFT_FETCH=ON or -DWEFT_BUILD_VIZ=OFF")
endif()

find_path(WEFT_IMGUI_INCLUDE_DIR imgui.h PATH_SUFFIXES imgui)
find_library(WEFT_IMGUI_LIBRARY imgui)
add_library(weft_imgui INTERFACE)
if(WEFT_IMGUI_INCLUDE_DIR AND WEFT_IMGUI_LIBRARY)
  target_include_directories(weft_imgui SYSTEM INTERFACE ${WEFT_IMGUI_INCLUDE_DIR})
  target_link_libraries(weft_imgui INTERFACE ${WEFT_IMGUI_LIBRARY} weft_sdl ${CMAKE_DL_LIBS})
  # Debian keeps the stb libraries that Dear ImGui brings along in a package of their own.
  find_library(WEFT_STB_LIBRARY stb)
  if(WEFT_STB_LIBRARY)
    target_link_libraries(weft_imgui INTERFACE ${WEFT_STB_LIBRARY})
  endif()
  # With FreeType, small letters are hinted: crisper on ordinary screens.
  find_package(Freetype QUIET)
  if(Freetype_FOUND AND EXISTS ${WEFT_IMGUI_INCLUDE_DIR}/imgui_freetype.h)
    target_compile_definitions(weft_imgui INTERFACE WEFT_IMGUI_FREETYPE)
    target_link_libraries(weft_imgui INTERFACE Freetype::Freetype)
  endif()
elseif(WEFT_FETCH)
  FetchContent_Declare(imgui GIT_REPOSITORY https://github.com/ocornut/imgui.git
    GIT_TAG f401021d5a5d56fe2304056c391e78f81c8d4b8f)  # v1.91.5
  FetchContent_MakeAvailable(imgui)
  add_library(weft_imgui_fetched STATIC
    ${imgui_SOURCE_DIR}/imgui.cpp ${imgui_SOURCE_DIR}/imgui_draw.cpp ${imgui_SOURCE_DIR}/imgui_tables.cpp
    ${imgui_SOURCE_DIR}/imgui_widgets.cpp ${imgui_SOURCE_DIR}/backends/imgui_impl_sdl2.cpp
    ${imgui_SOURCE_DIR}/backends/imgui_impl_opengl3.cpp)
  target_include_directories(weft_imgui_fetched SYSTEM PUBLIC ${imgui_SOURCE_DIR})
  target_link_libraries(weft_imgui_fetched PUBLIC weft_sdl ${CMAKE_DL_LIBS})
  target_link_libraries(weft_imgui INTERFACE weft_imgui_fetched)
else()
  message(FATAL_ERROR "Dear ImGui is missing: install libimgui-dev, or configure with -DWEFT_FETCH=ON or -DWEFT_BUILD_VIZ=OFF")
endif()
