# Compiler settings shared by everything, and the one way to declare a module or a test.
add_library(lockstep_settings INTERFACE)
target_include_directories(lockstep_settings INTERFACE "${PROJECT_SOURCE_DIR}/include")
target_compile_definitions(lockstep_settings INTERFACE _GNU_SOURCE)
# -ffp-contract=off: a product and a sum become one rounding only where the source says so, so that
# gcc and clang, and the same source for two CPUs, give the same bits.
target_compile_options(lockstep_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wvla
  -ffp-contract=off -fno-math-errno $<$<BOOL:${LOCKSTEP_WERROR}>:-Werror>)
if(LOCKSTEP_SANITIZE)
  target_compile_options(lockstep_settings INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_link_options(lockstep_settings INTERFACE -fsanitize=address,undefined)
endif()

# lockstep_module(<name> SOURCES file... [USES module...] [LIBRARIES target...])
function(lockstep_module name)
  cmake_parse_arguments(arg "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  add_library(lockstep_${name} STATIC ${arg_SOURCES})
  target_link_libraries(lockstep_${name} PUBLIC lockstep_settings)
  foreach(module ${arg_USES})
    target_link_libraries(lockstep_${name} PUBLIC lockstep_${module})
  endforeach()
  target_link_libraries(lockstep_${name} PRIVATE ${arg_LIBRARIES})
endfunction()

# lockstep_test(<name> SOURCES file... USES module... [RANKS n...] [LABELS label...] [TIMEOUT s])
# A cmocka program. Without RANKS it runs alone; with RANKS once under mpirun for each number.
function(lockstep_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;USES;RANKS;LABELS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests" "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(${name} PRIVATE lockstep_settings PkgConfig::CMOCKA)
  foreach(module ${arg_USES})
    target_link_libraries(${name} PRIVATE lockstep_${module})
  endforeach()
  if(arg_RANKS)
    foreach(ranks ${arg_RANKS})
      add_test(NAME ${name}.${ranks} COMMAND "${PROJECT_SOURCE_DIR}/scripts/mpirun-test.sh" ${ranks} $<TARGET_FILE:${name}>)
      set_tests_properties(${name}.${ranks} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} PROCESSORS 2)
    endforeach()
  else()
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT})
  endif()
endfunction()
