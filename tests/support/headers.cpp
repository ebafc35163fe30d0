// The common headers of all tests are compiled here (tests/CMakeLists.txt).
