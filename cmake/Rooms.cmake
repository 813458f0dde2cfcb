# A room is a folder of src/ and a library m2m_<room>; docs/architecture.md has the picture.

# torch's headers cost about 15 s a file, JSON and fmt about 3: one target compiles each, the others reuse it with
# identical flags. KIND is torch, plain, or quick: plain with -O1, for sources that loop over no samples. These are as fast
# with it, and compiled in three quarters of the time.
function(m2m_share_precompiled target kind)
  if(kind STREQUAL "torch")
    target_link_libraries(${target} PRIVATE m2m_torch_headers)
  elseif(kind STREQUAL "quick")
    m2m_optimise_less(${target})
  endif()
  target_precompile_headers(${target} REUSE_FROM m2m_precompiled_${kind})
endfunction()

function(m2m_optimise_less target)
  target_compile_options(${target} PRIVATE $<$<AND:$<CONFIG:Release>,$<COMPILE_LANGUAGE:CXX>>:-O1>)
endfunction()

# m2m_room(NAME [TORCH | QUICK] SOURCES ... [CPU ...] [CUDA ...] USES <targets> ... [PRIVATE_USES ...] [CUDA_USES ...])
# A room that links torch exists once a variant (Variants.cmake); CPU, CUDA: sources of one variant alone.
function(m2m_room name)
  if("TORCH" IN_LIST ARGN)
    m2m_varied_room(${name} ${ARGN})
    return()
  endif()
  cmake_parse_arguments(ROOM "QUICK" "" "SOURCES;USES;PRIVATE_USES" ${ARGN})
  add_library(m2m_${name} STATIC ${ROOM_SOURCES})
  target_include_directories(m2m_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(m2m_${name} PUBLIC ${ROOM_USES} m2m_flags PRIVATE ${ROOM_PRIVATE_USES})
  if(ROOM_QUICK)
    m2m_share_precompiled(m2m_${name} quick)
  else()
    m2m_share_precompiled(m2m_${name} plain)
  endif()
endfunction()

# m2m_app(NAME [TORCH] SOURCES ... [CPU ...] [CUDA ...] USES ... [CUDA_USES ...])
# A program with torch, or with sources of one variant alone, exists once a variant.
function(m2m_app name)
  if("TORCH" IN_LIST ARGN OR "CUDA" IN_LIST ARGN)
    m2m_varied_program(${name} ${ARGN})
    return()
  endif()
  cmake_parse_arguments(APP "" "" "SOURCES;USES" ${ARGN})
  add_executable(${name} ${APP_SOURCES})
  target_link_libraries(${name} PRIVATE ${APP_USES} m2m_flags)
  m2m_share_precompiled(${name} quick)
endfunction()

# m2m_add_test(NAME RANKS TIMEOUT TARGET): registers one executable, once or once per number of MPI ranks.
function(m2m_add_test name ranks_list timeout target)
  # As scripts/mpi_env.sh: Open MPI as root and in a container.
  set(mpirun_anywhere
    "OMPI_ALLOW_RUN_AS_ROOT=1;OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1;OMPI_MCA_btl_vader_single_copy_mechanism=none")
  if(NOT ranks_list)
    add_test(NAME ${name} COMMAND ${target})
    set_tests_properties(${name} PROPERTIES TIMEOUT ${timeout} ENVIRONMENT "OMP_NUM_THREADS=1")
  endif()
  foreach(ranks ${ranks_list})
    add_test(NAME ${name}_at_${ranks}_ranks
      COMMAND ${MPIEXEC_EXECUTABLE} --oversubscribe --bind-to none -np ${ranks} $<TARGET_FILE:${target}>)
    set_tests_properties(${name}_at_${ranks}_ranks PROPERTIES TIMEOUT ${timeout} PROCESSORS ${ranks}
      ENVIRONMENT "OMP_NUM_THREADS=1;${mpirun_anywhere}")
  endforeach()
endfunction()

# m2m_test(NAME [TORCH] [RANKS n ...] [TIMEOUT s] SOURCES ... [CUDA ...] USES ... [CUDA_USES ...])
# One GoogleTest program, registered once, or once per number of MPI ranks. TORCH: links libtorch and shares its header;
# such a test, and one with sources for CUDA, is made and registered once a variant.
function(m2m_test name)
  cmake_parse_arguments(TEST "TORCH" "TIMEOUT" "SOURCES;CUDA;USES;CUDA_USES;RANKS" ${ARGN})
  set(libraries ${TEST_USES} GTest::gtest)
  if(NOT TEST_RANKS)
    list(APPEND libraries GTest::gtest_main)
  endif()
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 120)
  endif()
  set(torch "")
  if(TEST_TORCH)
    set(torch TORCH)
  endif()
  set(variants ${m2m_first_variant})
  set(compiled ${name})
  if(TEST_TORCH OR "CUDA" IN_LIST ARGN)
    set(variants ${m2m_variants})
    set(compiled ${name}_objects)
    m2m_varied_program(${name} ${torch} SOURCES ${TEST_SOURCES} CUDA ${TEST_CUDA} USES ${libraries}
      CUDA_USES ${TEST_CUDA_USES})
  else()
    m2m_app(${name} SOURCES ${TEST_SOURCES} USES ${libraries})
  endif()
  foreach(target ${name} ${compiled})
    target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  endforeach()
  target_compile_definitions(${compiled} PRIVATE M2M_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  foreach(variant ${variants})
    m2m_suffix(suffix ${variant})
    m2m_add_test(${name}${suffix} "${TEST_RANKS}" ${TEST_TIMEOUT} ${name}${suffix})
  endforeach()
endfunction()

# m2m_device_test(TARGET FILTER): registers the tests of TARGET that FILTER chooses once more, as TARGET_on_gpu with label gpu,
# for the first GPU. Skipped where there is none.
function(m2m_device_test target filter)
  if(NOT M2M_CUDA)
    return()
  endif()
  add_test(NAME ${target}_on_gpu COMMAND ${target} --gtest_filter=${filter})
  set_tests_properties(${target}_on_gpu PROPERTIES TIMEOUT 600 LABELS gpu SKIP_RETURN_CODE 77 RUN_SERIAL ON
    ENVIRONMENT "OMP_NUM_THREADS=1;M2M_TEST_DEVICE=cuda:0")
endfunction()
