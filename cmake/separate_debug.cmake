# cmake -DFILE=installed file -DSTRIP=strip -DOBJCOPY=objcopy -DAR=ar -P separate_debug.cmake
# Takes the debug information out of what was installed: a tenth to a thirtieth of the size remains. That of a program or
# shared library goes to .debug/NAME.debug beside it, where debuggers look. An archive has no such place; in it four
# members keep theirs, which tell weft-gdb.py what schedulers, tasks and saved stacks look like (./dev check install asks it).
get_filename_component(FILE ${FILE} ABSOLUTE)
get_filename_component(folder ${FILE} DIRECTORY)
get_filename_component(name ${FILE} NAME)
function(run)
  execute_process(COMMAND ${ARGV} WORKING_DIRECTORY ${folder} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

if(name MATCHES "\\.a$")
  set(kept context.cpp.o scheduler.cpp.o scheduler_list.cpp.o task_state.cpp.o)
  run(${AR} x ${name} ${kept})
  run(${STRIP} --strip-debug ${name})
  run(${AR} rs ${name} ${kept})
  list(TRANSFORM kept PREPEND ${folder}/)
  file(REMOVE ${kept})
else()
  file(MAKE_DIRECTORY ${folder}/.debug)
  run(${OBJCOPY} --only-keep-debug --compress-debug-sections=zlib ${name} .debug/${name}.debug)
  run(${STRIP} --strip-unneeded ${name})
  run(${OBJCOPY} --add-gnu-debuglink=.debug/${name}.debug ${name})
endif()
