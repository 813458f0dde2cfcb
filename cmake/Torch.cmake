# m2m::torch, one target per variant: libtorch from the PyPI wheel. M2M_PYTHON: the Python of the wheel's environment.
set(M2M_TORCH_ROOT "" CACHE PATH "The wheel's torch folder (site-packages/torch); found in .venv-gpu or .venv by default")

# Finds the wheel in the first of the given environments that has one.
function(m2m_find_wheel result)
  foreach(environment ${ARGN})
    file(GLOB folders ${PROJECT_SOURCE_DIR}/${environment}/lib/python3*/site-packages/torch)
    if(folders)
      list(GET folders 0 folder)
      set(${result} ${folder} PARENT_SCOPE)
      return()
    endif()
  endforeach()
  message(FATAL_ERROR "No torch wheel in ${PROJECT_SOURCE_DIR}/.venv: run 'make setup', set M2M_TORCH_ROOT to a wheel's torch folder, or build without libtorch: -DM2M_TORCH=OFF.")
endfunction()

if(M2M_TORCH_ROOT)
  set(torch_root ${M2M_TORCH_ROOT})
elseif(M2M_CUDA)
  # .venv suffices for compiling and linking; running on a GPU needs .venv-gpu.
  m2m_find_wheel(torch_root .venv-gpu .venv)
else()
  m2m_find_wheel(torch_root .venv)
endif()
if(NOT EXISTS "${torch_root}/include/torch/csrc")
  message(FATAL_ERROR "M2M_TORCH_ROOT is ${torch_root}, which is no torch folder of a wheel: it has no include/torch.")
endif()
message(STATUS "Torch wheel: ${torch_root}")
get_filename_component(torch_environment ${torch_root}/../../../.. ABSOLUTE)
set(M2M_PYTHON ${torch_environment}/bin/python)

# m2m::torch_headers: flags and headers for compiling, equal for all variants.
add_library(m2m::torch_headers INTERFACE IMPORTED)
# at::parallel_for is OpenMP in a header: it uses libtorch's threads if it is compiled as OpenMP and linked with the runtime
# of libtorch. A second runtime in the process would start more threads.
target_compile_options(m2m::torch_headers INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fopenmp>)
target_include_directories(m2m::torch_headers SYSTEM INTERFACE
  ${torch_root}/include ${torch_root}/include/torch/csrc/api/include)

# The wheel's own CMake package would ask for a CUDA toolkit, so two imported targets stand in for it.
function(m2m_link_torch_cpu target root)
  foreach(library torch_cpu c10)
    if(NOT TARGET m2m_wheel_${library})
      add_library(m2m_wheel_${library} SHARED IMPORTED)
      set_target_properties(m2m_wheel_${library} PROPERTIES IMPORTED_LOCATION ${root}/lib/lib${library}.so)
    endif()
    target_link_libraries(${target} INTERFACE m2m_wheel_${library})
  endforeach()
  # The folders of the libraries that the wheel's libraries load (libcudart, libcupti), also for the linker.
  file(GLOB nvidia_folders ${root}/../nvidia/*/lib)
  foreach(folder ${nvidia_folders})
    target_link_options(${target} INTERFACE LINKER:-rpath-link,${folder})
  endforeach()
endfunction()

if(M2M_CUDA)
  include(${CMAKE_CURRENT_LIST_DIR}/Cuda.cmake)
endif()
foreach(variant ${m2m_variants})
  m2m_suffix(suffix ${variant})
  add_library(m2m::torch${suffix} INTERFACE IMPORTED)
  # The wheel's libraries export copies of code of libstdc++, such as std::filesystem of another compiler. The loader takes a
  # symbol from the first library that has it, and a mixture of two copies crashes: so libstdc++ comes first.
  target_link_options(m2m::torch${suffix} INTERFACE "SHELL:-Wl,--push-state,--no-as-needed -lstdc++ -Wl,--pop-state")
  cmake_language(CALL m2m_link_torch_${variant} m2m::torch${suffix} ${torch_root})
  target_link_libraries(m2m::torch${suffix} INTERFACE m2m::torch_headers ${torch_root}/lib/libgomp.so.1
    $<LINK_ONLY:m2m::fmt_of_torch>)
endforeach()
