# A test program of a module, and its entries for ctest.

# The environment of tests in Python: compiled modules are kept in the build folder, as importing pandas and matplotlib takes
# three times as long without, and the checkout stays clean.
set(m2m_python "PYTHONDONTWRITEBYTECODE=;PYTHONPYCACHEPREFIX=${PROJECT_BINARY_DIR}/python")

# m2m_suites(RESULT SOURCE...): the GoogleTest suites that the sources define. CMake runs again if a source changes.
function(m2m_suites result)
  set(suites "")
  list(FILTER ARGN INCLUDE REGEX "_test\\.cu$|_test\\.cpp$")
  foreach(source ${ARGN})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
    file(STRINGS ${source} definitions REGEX "^(TEST|TEST_F|TEST_P|TYPED_TEST)\\(")
    foreach(definition ${definitions})
      string(REGEX REPLACE "^[A-Z_]+\\( *([A-Za-z0-9_]+).*" "\\1" suite ${definition})
      list(APPEND suites ${suite})
    endforeach()
  endforeach()
  list(REMOVE_DUPLICATES suites)
  set(${result} ${suites} PARENT_SCOPE)
endfunction()

# m2m_add_test(NAME FILTER TARGET RANKS TIMEOUT LABELS): registers the tests of an executable that FILTER chooses, once or once
# per number of MPI ranks. An entry is skipped if all of its tests are.
function(m2m_add_test name filter target ranks_list timeout labels)
  # As scripts/mpi_env.sh: Open MPI as root and in a container.
  set(mpirun_anywhere
    "OMPI_ALLOW_RUN_AS_ROOT=1;OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1;OMPI_MCA_btl_vader_single_copy_mechanism=none")
  if(M2M_SANITIZE)
    math(EXPR timeout "4 * ${timeout}")  # a debug build under sanitizers is slower by so much
  endif()
  if(NOT ranks_list)
    add_test(NAME ${name} COMMAND ${target} --gtest_filter=${filter})
    set_tests_properties(${name} PROPERTIES TIMEOUT ${timeout} LABELS "${labels}" SKIP_RETURN_CODE 77
      ENVIRONMENT "OMP_NUM_THREADS=1")
  endif()
  foreach(ranks ${ranks_list})
    add_test(NAME ${name}_at_${ranks}_ranks
      COMMAND ${MPIEXEC_EXECUTABLE} --oversubscribe --bind-to none -np ${ranks} $<TARGET_FILE:${target}>
        --gtest_filter=${filter})
    set_tests_properties(${name}_at_${ranks}_ranks PROPERTIES TIMEOUT ${timeout} PROCESSORS ${ranks} LABELS "${labels}"
      SKIP_RETURN_CODE 77 ENVIRONMENT "OMP_NUM_THREADS=1;${mpirun_anywhere}")
  endforeach()
endfunction()

# Builds the programs of the tests with label unit.
add_custom_target(unit_tests)

# m2m_test(NAME [TORCH] [OPTIMISED] [RANKS n ...] [TIMEOUT s] [LABELS ...] SOURCES ... [CUDA ...] USES ... [CUDA_USES ...])
# One GoogleTest program, NAME_test. Each of its suites is registered as NAME.SUITE, once, or once per number of MPI ranks.
# TORCH: links libtorch, shares its header and seeds its random numbers; left out without M2M_TORCH. Such a test, and one with
# sources for CUDA, is built and registered per variant. OPTIMISED: the sources have loops that would take long without. Labels:
# torch, mpi and those given; unit if there are none; twin for an entry of the GPU programs that those for the CPU have too:
# without a GPU scripts/check.sh leaves it out.
function(m2m_test name)
  cmake_parse_arguments(TEST "TORCH;OPTIMISED" "TIMEOUT" "SOURCES;CUDA;USES;CUDA_USES;RANKS;LABELS" ${ARGN})
  if(TEST_TORCH AND NOT M2M_TORCH)
    return()
  endif()
  set(program ${name}_test)
  set(libraries ${TEST_USES})
  set(labels ${TEST_LABELS})
  if(TEST_RANKS)
    list(APPEND labels mpi)
  else()
    list(APPEND libraries m2m_test_main)
  endif()
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 120)
  endif()
  set(kind "")
  if(TEST_TORCH)
    list(APPEND kind TORCH)
    list(APPEND labels torch)
    list(APPEND TEST_SOURCES ${PROJECT_SOURCE_DIR}/tests/support/torch_seed.cpp)
  endif()
  if(NOT TEST_OPTIMISED)
    list(APPEND kind TESTS)
  endif()
  if(NOT labels)
    set(labels unit)
    add_dependencies(unit_tests ${program})
  endif()
  set(variants ${m2m_first_variant})
  set(compiled ${program})
  if(TEST_TORCH OR "CUDA" IN_LIST ARGN)
    set(variants ${m2m_variants})
    set(compiled ${program}_objects)
    m2m_varied_program(${program} ${kind} SOURCES ${TEST_SOURCES} CUDA ${TEST_CUDA} USES ${libraries}
      CUDA_USES ${TEST_CUDA_USES})
  else()
    m2m_app(${program} ${kind} SOURCES ${TEST_SOURCES} USES ${libraries})
  endif()
  foreach(target ${program} ${compiled})
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  endforeach()
  target_compile_definitions(${compiled} PRIVATE M2M_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  foreach(variant ${variants})
    m2m_suffix(suffix ${variant})
    m2m_suites(suites ${TEST_SOURCES})
    set(suites_of_cuda "")
    if(variant STREQUAL "cuda")
      m2m_suites(suites_of_cuda ${TEST_CUDA})
      list(REMOVE_ITEM suites ${suites_of_cuda} "")
    endif()
    foreach(suite ${suites} ${suites_of_cuda})
      set(of_entry ${labels})
      if(variant STREQUAL "cuda" AND "cpu" IN_LIST variants AND NOT suite IN_LIST suites_of_cuda)
        list(APPEND of_entry twin)
      endif()
      # The last three: with parameters, with types, with both.
      set(filter "${suite}.*:*/${suite}.*:${suite}/*.*:*/${suite}/*.*")
      m2m_add_test(${name}${suffix}.${suite} ${filter} ${program}${suffix} "${TEST_RANKS}" ${TEST_TIMEOUT} "${of_entry}")
    endforeach()
  endforeach()
endfunction()

# m2m_device_test(NAME FILTER): registers the tests of NAME_test that FILTER chooses once more, as NAME_on_gpu with label gpu, for
# the first GPU. Skipped if there is no GPU.
function(m2m_device_test name filter)
  if(NOT M2M_CUDA)
    return()
  endif()
  add_test(NAME ${name}_on_gpu COMMAND ${name}_test --gtest_filter=${filter})
  set_tests_properties(${name}_on_gpu PROPERTIES TIMEOUT 600 LABELS gpu SKIP_RETURN_CODE 77 RUN_SERIAL ON
    ENVIRONMENT "OMP_NUM_THREADS=1;M2M_TEST_DEVICE=cuda:0")
endfunction()

# m2m_interpreted_test(NAME CAPABILITY FILTER [VARIABLE=VALUE ...]): registers the tests of NAME_test that FILTER chooses once
# more, as NAME_interpreted_CAPABILITY: their device code runs in the interpreter of tests/support/ptx, as for a GPU of that
# compute capability, if the build has code for it. Not one of them may be skipped.
function(m2m_interpreted_test name capability filter)
  if(NOT TARGET m2m_ptx_runtime OR NOT capability IN_LIST CMAKE_CUDA_ARCHITECTURES)
    return()
  endif()
  set(entry ${name}_interpreted_${capability})
  add_test(NAME ${entry} COMMAND ${name}_test --gtest_filter=${filter})
  set_tests_properties(${entry} PROPERTIES TIMEOUT 600 LABELS interpreted
    ENVIRONMENT "OMP_NUM_THREADS=1;LD_PRELOAD=$<TARGET_FILE:m2m_ptx_runtime>;M2M_PTX_CAPABILITY=${capability};${ARGN}")
endfunction()
