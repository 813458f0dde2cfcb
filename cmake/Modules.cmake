# A module is a folder of src/ and a library m2m_<module>; docs/architecture.md has the picture.
include(GNUInstallDirs)

# torch's headers cost about 15 s per file, JSON and fmt about 3: one target compiles each, the others reuse it with
# identical flags. KIND is torch, plain, quick, tests or torch_tests. quick is plain with -O1, for sources without loops over
# samples: they run as fast, and compile in three quarters of the time. The last two have GoogleTest, too, and -O0.
function(m2m_share_precompiled target kind)
  if(kind MATCHES "^torch")
    target_link_libraries(${target} PRIVATE m2m::torch_headers)
  endif()
  if(kind STREQUAL "quick")
    m2m_optimise_less(${target} 1)
  elseif(kind MATCHES "tests$")
    m2m_compile_as_test(${target})
  endif()
  if(M2M_PCH)
    target_precompile_headers(${target} REUSE_FROM m2m_precompiled_${kind})
  endif()
endfunction()

function(m2m_optimise_less target level)
  target_compile_options(${target} PRIVATE $<$<AND:$<CONFIG:Release>,$<COMPILE_LANGUAGE:CXX>>:-O${level}>)
endfunction()

# With fuzz targets, what is tested is instrumented, and the tests are not: that would double the time to compile them.
function(m2m_compile_as_test target)
  m2m_optimise_less(${target} 0)
  if(M2M_FUZZ)
    target_compile_options(${target} PRIVATE -fno-sanitize=all)
  endif()
endfunction()

# m2m_offer(NAME SUFFIX): what users of a module need beside its libraries, and the name by which other projects link it.
function(m2m_offer name suffix)
  set(library m2m_${name}${suffix})
  target_include_directories(${library} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/m2m>)
  target_compile_features(${library} PUBLIC cxx_std_20)
  add_library(m2m::${name}${suffix} ALIAS ${library})
endfunction()

# m2m_module(NAME [TORCH | QUICK] SOURCES ... [CPU ...] [CUDA ...] USES <targets> ... [PRIVATE_USES ...] [CUDA_USES ...])
# A module with torch has one library per variant (Variants.cmake); CPU, CUDA: sources of one variant only.
function(m2m_module name)
  if("TORCH" IN_LIST ARGN)
    m2m_varied_module(${name} ${ARGN})
    return()
  endif()
  cmake_parse_arguments(MODULE "QUICK" "" "SOURCES;USES;PRIVATE_USES" ${ARGN})
  add_library(m2m_${name} STATIC ${MODULE_SOURCES})
  m2m_offer(${name} "")
  target_link_libraries(m2m_${name} PRIVATE m2m_flags PUBLIC ${MODULE_USES} PRIVATE ${MODULE_PRIVATE_USES})
  if(MODULE_QUICK)
    m2m_share_precompiled(m2m_${name} quick)
  else()
    m2m_share_precompiled(m2m_${name} plain)
  endif()
endfunction()

# m2m_app(NAME [TORCH] [TESTS] SOURCES ... [CPU ...] [CUDA ...] USES ... [CUDA_USES ...])
# A program with torch, or with sources of one variant only, is built per variant. TESTS: with the tests' precompiled header.
function(m2m_app name)
  if("TORCH" IN_LIST ARGN OR "CUDA" IN_LIST ARGN)
    m2m_varied_program(${name} ${ARGN})
    return()
  endif()
  cmake_parse_arguments(APP "TESTS" "" "SOURCES;USES" ${ARGN})
  add_executable(${name} ${APP_SOURCES})
  target_link_libraries(${name} PRIVATE m2m_flags ${APP_USES})
  if(APP_TESTS)
    m2m_share_precompiled(${name} tests)
  else()
    m2m_share_precompiled(${name} quick)
  endif()
endfunction()
