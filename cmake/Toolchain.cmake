# Language level, warnings and output folders, independent of all libraries.
set(CMAKE_CXX_STANDARD 20)  # for this project alone; m2m_offer asks the same of its users
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
# Within another project, folders and build type are that project's.
if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
  set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug or Release" FORCE)
  endif()
endif()

# CMAKE_POSITION_INDEPENDENT_CODE stays unset: it would compile libraries with -fPIC and programs with -fPIE, and a
# precompiled header serves only sources compiled alike. The compiler's own default suits both.
# m2m_flags: what compiles this project's own sources. Linked PRIVATE, so that no user of a module is compiled with it.
add_library(m2m_flags INTERFACE)
target_compile_options(m2m_flags INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wno-unknown-pragmas -Winvalid-pch -Werror=invalid-pch>)
if(M2M_WERROR)
  target_compile_options(m2m_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Werror>)
endif()
# GCC 12 reports these in its own std::string after inlining; the sanitizers check them at run time.
target_compile_options(m2m_flags INTERFACE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-array-bounds -Wno-stringop-overflow -Wno-restrict>)
# GCC 13 mistakes a reference to an element that is found by a temporary key for one to the key; GCC 14 does not.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 13)
  target_compile_options(m2m_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-dangling-reference>)
endif()
# fmt is compiled once; as headers only it would cost each source 2 s. Sources without torch use the system's fmt; the
# others use the one that torch ships, which m2m::torch links.
target_link_libraries(m2m_flags INTERFACE $<LINK_ONLY:fmt::fmt>)

if(M2M_SANITIZE_THREADS)
  set(CMAKE_CXX_FLAGS_DEBUG "-g1 -O1")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
endif()
# Clang knows neither some options of GCC nor the warnings that they switch off.
target_compile_options(m2m_flags INTERFACE
  $<$<COMPILE_LANG_AND_ID:CXX,Clang>:-Wno-unknown-warning-option -Wno-ignored-optimization-argument>)

if(M2M_SANITIZE)
  # Little debug information: it is enough for a line in a report, and torch's headers make a lot of it. Not optimised: with -O1
  # a source takes twice as long to compile, and the tests run hardly faster.
  set(CMAKE_CXX_FLAGS_DEBUG "-g1 -O0")
  add_compile_options(-fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
  add_compile_options($<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-maybe-uninitialized>)  # GCC 12 reports it in its own std::regex
endif()
if(M2M_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL Clang)
    message(FATAL_ERROR "The fuzz targets need clang, found ${CMAKE_CXX_COMPILER_ID}: use the preset cpu-fuzz, or set M2M_FUZZ to OFF.")
  endif()
  # Counts the branches that an input takes, which guides libFuzzer; its main function is linked by the targets alone.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
