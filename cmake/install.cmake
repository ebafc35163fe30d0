# What `cmake --install` gives to other projects: headers, libweft.a and libweft.so, the CMake package and the pkg-config
# file.
# Every installed file finds its neighbours from its own place, so the tree may be moved. The command installs itself
# in viz/cli.
option(WEFT_INSTALL "Let cmake --install install weft" ${PROJECT_IS_TOP_LEVEL})
if(NOT WEFT_INSTALL)
  return()
endif()

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(weft_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/weft)
set(weft_pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/runtime/include/weft DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.hpp" PATTERN "*.h")
set(weft_installed weft)
if(weft_with_shared)
  list(APPEND weft_installed weft_shared)
endif()
install(TARGETS ${weft_installed} EXPORT weft-targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT weft-targets NAMESPACE weft:: DESTINATION ${weft_package_dir})

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/weft-config.cmake.in
  ${PROJECT_BINARY_DIR}/cmake/weft-config.cmake INSTALL_DESTINATION ${weft_package_dir})
# Before 1.0 a minor version may break its users.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/cmake/weft-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/cmake/weft-config.cmake ${PROJECT_BINARY_DIR}/cmake/weft-config-version.cmake
  DESTINATION ${weft_package_dir})

file(RELATIVE_PATH weft_include_from_pkgconfig
  ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_FULL_INCLUDEDIR})
# As the CMake target weft::weft: beside each other, the linker would take the shared one for -lweft.
set(weft_pkgconfig_libs "\${libdir}/libweft.a")
if(BUILD_SHARED_LIBS)
  set(weft_pkgconfig_libs "-L\${libdir} -lweft")
endif()
configure_file(${PROJECT_SOURCE_DIR}/cmake/weft.pc.in ${PROJECT_BINARY_DIR}/cmake/weft.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/cmake/weft.pc DESTINATION ${weft_pkgconfig_dir})

# For `source`, and where gdb loads it by itself with the command: its auto-load directory and the program's own path
# there, which is known only when it is installed.
set(weft_gdb_script ${PROJECT_SOURCE_DIR}/runtime/gdb/weft-gdb.py)
install(FILES ${weft_gdb_script} DESTINATION ${CMAKE_INSTALL_DATADIR}/weft)
if(WEFT_BUILD_CLI)
  install(CODE "
    get_filename_component(prefix \"\${CMAKE_INSTALL_PREFIX}\" ABSOLUTE)
    file(INSTALL DESTINATION \"\${prefix}/${CMAKE_INSTALL_DATADIR}/gdb/auto-load\${prefix}/${CMAKE_INSTALL_BINDIR}\"
      TYPE FILE FILES \"${weft_gdb_script}\")")
endif()

install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# Debug information goes beside what is installed; see there. After everything of the above, which is in this order.
if(UNIX AND NOT APPLE AND CMAKE_STRIP AND CMAKE_OBJCOPY)
  set(weft_stripped "")
  foreach(library IN LISTS weft_installed)
    list(APPEND weft_stripped ${CMAKE_INSTALL_LIBDIR}/$<TARGET_FILE_NAME:${library}>)
  endforeach()
  if(WEFT_BUILD_CLI)
    list(APPEND weft_stripped ${CMAKE_INSTALL_BINDIR}/$<TARGET_FILE_NAME:weft_command>)
  endif()
  install(CODE "
    foreach(file IN ITEMS ${weft_stripped})
      execute_process(COMMAND \"${CMAKE_COMMAND}\" \"-DFILE=\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/\${file}\"
        -DSTRIP=${CMAKE_STRIP} -DOBJCOPY=${CMAKE_OBJCOPY} -DAR=${CMAKE_AR}
        -P \"${PROJECT_SOURCE_DIR}/cmake/separate_debug.cmake\" COMMAND_ERROR_IS_FATAL ANY)
    endforeach()")
endif()
