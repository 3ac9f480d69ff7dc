# The preset `fuzz`: everything is instrumented, and of io and data only the parsers are built, so
# that neither MPI nor HDF5 is needed.
if(NOT CMAKE_C_COMPILER_ID STREQUAL Clang)
  message(FATAL_ERROR " Fuzzing needs clang and its runtime: scripts/install-deps.sh --dev, "
    "then cmake --preset fuzz")
endif()
set(sanitizers address,undefined)
target_compile_options(lockstep_settings INTERFACE
  -fsanitize=fuzzer-no-link,${sanitizers} -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
target_link_options(lockstep_settings INTERFACE
  $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-fsanitize=fuzzer,${sanitizers}>)

# Each unknown name is compared with all known ones: to trace that would halve the speed.
set_property(SOURCE "${PROJECT_SOURCE_DIR}/src/base/nearest.c" TARGET_DIRECTORY lockstep_base
  PROPERTY COMPILE_OPTIONS -fno-sanitize-coverage=trace-cmp)

set(io_parsers archive.c inflate.c seal.c files.c folder.c)
list(TRANSFORM io_parsers PREPEND "${PROJECT_SOURCE_DIR}/src/io/")
set(data_parsers cifar.c cifar_files.c cifar_archive.c cifar_folder.c)
list(TRANSFORM data_parsers PREPEND "${PROJECT_SOURCE_DIR}/src/data/")

lockstep_module(comm SOURCES comm_alone.c USES base)
lockstep_module(io SOURCES ${io_parsers} USES base LIBRARIES PkgConfig::ZLIB)
lockstep_module(data SOURCES ${data_parsers} USES base tensor config comm io)
