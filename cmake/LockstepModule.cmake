# Compiler settings shared by everything, and the one way to declare a module or a test.
add_library(lockstep_settings INTERFACE)
target_include_directories(lockstep_settings INTERFACE "${PROJECT_SOURCE_DIR}/include")
target_compile_definitions(lockstep_settings INTERFACE _GNU_SOURCE)
# -ffp-contract=off: a product and a sum become one rounding only where the source says so, so that
# gcc and clang, and the same source for two CPUs, give the same bits.
target_compile_options(lockstep_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wvla
  -ffp-contract=off -fno-math-errno $<$<BOOL:${LOCKSTEP_WERROR}>:-Werror>)
if(LOCKSTEP_SANITIZE) # -g1: lines of a report's frames, and no more; a fifth less to compile
  target_compile_options(lockstep_settings INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -g1)
  target_link_options(lockstep_settings INTERFACE -fsanitize=address,undefined)
  set(is_program $<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>)
  target_sources(lockstep_settings INTERFACE
    $<${is_program}:${PROJECT_SOURCE_DIR}/tests/sanitizer/mpi_keeps.c>)
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

# lockstep_describe_test(<test> <timeout> <labels> [PROPERTY value...]): what all tests have.
# PROCESSORS counts halves of a core, since most tests wait half of their time: ctest -j takes twice
# the number of cores (scripts/test.sh). 1: waits nearly always; 2: a core; 4: more cores, or times
# that another test would disturb. Those that may take the longest start first.
# OMPI_MCA_pml=ob1: Open MPI need not look for fast networks on the one host that tests run on;
# looking alone has two libraries (PSM, PSM2) sleep for a fifth of a second in each process.
# intercept_tls_get_addr=0: LeakSanitizer takes what stands before a library's thread-local block
# for a header of glibc's, and ends with "Tracer caught signal 11" where it is not one.
# A machine's own OPENBLAS_CORETYPE would be respected and warned of; tests about it set it.
function(lockstep_describe_test test timeout labels)
  if(NOT timeout)
    set(timeout 120)
  endif()
  set_tests_properties(${test} PROPERTIES LABELS "${labels}" TIMEOUT ${timeout} COST ${timeout}
    ${ARGN} ENVIRONMENT_MODIFICATION "OPENBLAS_CORETYPE=unset:;OMPI_MCA_pml=set:ob1")
  if(LOCKSTEP_SANITIZE)
    set(address "detect_stack_use_after_return=1:strict_string_checks=1:intercept_tls_get_addr=0")
    set_property(TEST ${test} APPEND PROPERTY ENVIRONMENT_MODIFICATION
      "ASAN_OPTIONS=set:${address}"
      "UBSAN_OPTIONS=set:print_stacktrace=1")
  endif()
endfunction()

# lockstep_test(<name> SOURCES file... USES module... [RANKS n...] [LABELS label...] [TIMEOUT s])
# A cmocka program. Without RANKS it runs alone; with RANKS once under mpirun for each number.
function(lockstep_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;USES;RANKS;LABELS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE
    "${PROJECT_SOURCE_DIR}/tests" "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(${name} PRIVATE lockstep_settings PkgConfig::CMOCKA)
  foreach(module ${arg_USES})
    target_link_libraries(${name} PRIVATE lockstep_${module})
  endforeach()
  if(NOT arg_RANKS)
    add_test(NAME ${name} COMMAND ${name})
    lockstep_describe_test(${name} "${arg_TIMEOUT}" "${arg_LABELS}" PROCESSORS 2)
  endif()
  foreach(ranks ${arg_RANKS})
    add_test(NAME ${name}.${ranks} COMMAND
      "${PROJECT_SOURCE_DIR}/scripts/mpirun-test.sh" ${ranks} $<TARGET_FILE:${name}>)
    lockstep_describe_test(${name}.${ranks} "${arg_TIMEOUT}" "${arg_LABELS}" PROCESSORS 2)
  endforeach()
endfunction()

# lockstep_script_test(<name> COMMAND word... [LABELS label...] [TIMEOUT s] [PROCESSORS n])
# A script; exit code 77 means skipped. It finds the command under test as $LOCKSTEP, the sources
# as $LOCKSTEP_SOURCE.
function(lockstep_script_test name)
  cmake_parse_arguments(arg "" "TIMEOUT;PROCESSORS" "COMMAND;LABELS" ${ARGN})
  if(NOT arg_PROCESSORS)
    set(arg_PROCESSORS 2)
  endif()
  add_test(NAME ${name} COMMAND ${arg_COMMAND})
  lockstep_describe_test(${name} "${arg_TIMEOUT}" "${arg_LABELS}"
    PROCESSORS ${arg_PROCESSORS} SKIP_RETURN_CODE 77
    WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}")
  set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT_MODIFICATION
    "LOCKSTEP=set:${PROJECT_BINARY_DIR}/lockstep"
    "LOCKSTEP_SOURCE=set:${PROJECT_SOURCE_DIR}")
endfunction()
