# Finds what Debian 12 packages. Each missing one gives one line that names the package.
function(lockstep_missing what packages)
  message(FATAL_ERROR
    " ${what} is missing: run scripts/install-deps.sh, or apt-get install ${packages}")
endfunction()

find_package(PkgConfig QUIET)
if(NOT PkgConfig_FOUND)
  lockstep_missing(pkg-config pkgconf)
endif()

# lockstep_require(<pkg-config name> <Debian package>) makes the target PkgConfig::<NAME>.
function(lockstep_require module package)
  string(TOUPPER "${module}" name)
  string(REGEX REPLACE "[^A-Z0-9]" "_" name "${name}")
  pkg_check_modules(${name} QUIET IMPORTED_TARGET GLOBAL ${module})
  if(NOT ${name}_FOUND)
    lockstep_missing(${module} ${package})
  endif()
endfunction()

# lockstep_require_header(<header> <Debian package>) for libraries that are headers alone.
include(CheckIncludeFile)
function(lockstep_require_header header package)
  string(MAKE_C_IDENTIFIER "HAVE_${header}" name)
  check_include_file(${header} ${name})
  if(NOT ${name})
    unset(${name} CACHE) # so that the next run, after an installation, looks again
    lockstep_missing(${header} ${package})
  endif()
endfunction()

find_package(Threads REQUIRED)
if(NOT LOCKSTEP_FUZZ) # parsers alone need none of these
  find_package(MPI QUIET COMPONENTS C)
  if(NOT MPI_C_FOUND)
    lockstep_missing(MPI "libopenmpi-dev openmpi-bin")
  endif()
  lockstep_require(hdf5-openmpi libhdf5-openmpi-dev)
  lockstep_require(libpng libpng-dev)
endif()
lockstep_require(openblas libopenblas-dev)
# Small products by libxsmm: auto = where it is installed. No other version than the one whose sums
# have the bits of own ones.
set(LOCKSTEP_XSMM auto CACHE STRING "Small products by libxsmm: auto, on or off")
if(NOT LOCKSTEP_XSMM STREQUAL off)
  pkg_check_modules(XSMM QUIET IMPORTED_TARGET GLOBAL "libxsmm = 1.17.0")
  if(LOCKSTEP_XSMM STREQUAL on AND NOT XSMM_FOUND)
    lockstep_missing("libxsmm 1.17" libxsmm-dev)
  endif()
endif()
lockstep_require(zlib zlib1g-dev)
lockstep_require(inih libinih-dev)
lockstep_require(libxxhash libxxhash-dev)
lockstep_require_header(Random123/philox.h librandom123-dev)
if(LOCKSTEP_TESTS AND NOT LOCKSTEP_FUZZ)
  lockstep_require(cmocka libcmocka-dev)
endif()
