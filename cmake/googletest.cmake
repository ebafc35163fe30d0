# Provides GTest::gtest, GTest::gtest_main, GTest::gmock and GTest::gmock_main.
# Natively the installed library; for another machine or under a sanitizer (whose view of the program an uninstrumented
# library would leave incomplete) or with another C++ library the sources that Debian and Ubuntu ship in googletest; without either, the internet.
if(TARGET GTest::gmock)
  return()
endif()

set(WEFT_GOOGLETEST_SOURCE_DIR /usr/src/googletest CACHE PATH "GoogleTest sources, for cross and sanitizer builds")

if(NOT CMAKE_CROSSCOMPILING AND NOT WEFT_SANITIZE AND NOT CMAKE_CXX_FLAGS MATCHES "-stdlib=")
  find_package(GTest QUIET)
  if(GTest_FOUND AND TARGET GTest::gmock)
    return()
  endif()
endif()

set(INSTALL_GTEST OFF CACHE BOOL "" FORCE)
set(BUILD_GMOCK ON CACHE BOOL "" FORCE)
if(EXISTS ${WEFT_GOOGLETEST_SOURCE_DIR}/CMakeLists.txt)
  add_subdirectory(${WEFT_GOOGLETEST_SOURCE_DIR} ${PROJECT_BINARY_DIR}/googletest EXCLUDE_FROM_ALL)
  if(CMAKE_CROSSCOMPILING)
    # Two files that are a tenth of the whole build when they are optimised.
    foreach(library IN ITEMS gtest gtest_main gmock)
      target_compile_options(${library} PRIVATE -O0 -g0)
    endforeach()
  endif()
else()
  include(FetchContent)
  FetchContent_Declare(googletest
    GIT_REPOSITORY https://github.com/google/googletest.git
    GIT_TAG 58d77fa8070e8cec2dc1ed015d66b454c8d78850)  # release-1.12.1
  FetchContent_MakeAvailable(googletest)
endif()
