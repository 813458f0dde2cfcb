# A room is a folder of src/ and a library m2m_<room>; docs/architecture.md has the picture.

# m2m_room(NAME [TORCH] SOURCES ... USES <targets> ...)
function(m2m_room name)
  cmake_parse_arguments(ROOM "TORCH" "" "SOURCES;USES" ${ARGN})
  add_library(m2m_${name} STATIC ${ROOM_SOURCES})
  target_include_directories(m2m_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(m2m_${name} PUBLIC ${ROOM_USES} m2m_flags)
  if(ROOM_TORCH)
    target_link_libraries(m2m_${name} PUBLIC m2m_torch)
    m2m_share_precompiled_torch(m2m_${name})
  endif()
endfunction()

# <torch/torch.h> costs about 20 s a file: one target compiles it, the others reuse it with identical flags.
function(m2m_share_precompiled_torch target)
  target_link_libraries(${target} PRIVATE m2m_torch)
  target_precompile_headers(${target} REUSE_FROM m2m_precompiled)
endfunction()

# m2m_app(NAME [TORCH] SOURCES ... USES ...)
function(m2m_app name)
  cmake_parse_arguments(APP "TORCH" "" "SOURCES;USES" ${ARGN})
  add_executable(${name} ${APP_SOURCES})
  target_link_libraries(${name} PRIVATE ${APP_USES} m2m_flags)
  if(APP_TORCH)
    m2m_share_precompiled_torch(${name})
  endif()
endfunction()

# m2m_test(NAME [TORCH] [RANKS n ...] [TIMEOUT s] SOURCES ... USES ...)
# One GoogleTest program, registered once, or once per number of MPI ranks. TORCH: links libtorch and shares its header.
function(m2m_test name)
  cmake_parse_arguments(TEST "TORCH" "TIMEOUT" "SOURCES;USES;RANKS" ${ARGN})
  # As scripts/mpi_env.sh: Open MPI as root and in a container.
  set(mpirun_anywhere
    "OMPI_ALLOW_RUN_AS_ROOT=1;OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1;OMPI_MCA_btl_vader_single_copy_mechanism=none")
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 120)
  endif()
  add_executable(${name} ${TEST_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_compile_definitions(${name} PRIVATE M2M_SOURCE_DIR="${CMAKE_SOURCE_DIR}" M2M_BINARY_DIR="${CMAKE_BINARY_DIR}")
  target_link_libraries(${name} PRIVATE ${TEST_USES} GTest::gtest m2m_flags)
  if(TEST_TORCH)
    m2m_share_precompiled_torch(${name})
  endif()
  if(NOT TEST_RANKS)
    target_link_libraries(${name} PRIVATE GTest::gtest_main)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT ${TEST_TIMEOUT} ENVIRONMENT "OMP_NUM_THREADS=1")
  endif()
  foreach(ranks ${TEST_RANKS})
    add_test(NAME ${name}_at_${ranks}_ranks
      COMMAND ${MPIEXEC_EXECUTABLE} --oversubscribe --bind-to none -np ${ranks} $<TARGET_FILE:${name}>)
    set_tests_properties(${name}_at_${ranks}_ranks PROPERTIES TIMEOUT ${TEST_TIMEOUT} PROCESSORS ${ranks}
      ENVIRONMENT "OMP_NUM_THREADS=1;${mpirun_anywhere}")
  endforeach()
endfunction()
