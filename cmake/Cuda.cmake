# The CUDA language, NCCL, and the wheel's own CMake package, which brings libtorch with its CUDA half.
set(CMAKE_CUDA_ARCHITECTURES 90)
set(CMAKE_CUDA_STANDARD 17)  # CMake 3.25 knows no newer dialect for nvcc 13; host code is C++20 all the same
set(CMAKE_CUDA_STANDARD_REQUIRED ON)
set(CMAKE_CUDA_RUNTIME_LIBRARY Shared)  # as libtorch: one runtime in a process
enable_language(CUDA)
if(CMAKE_CUDA_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR "nvcc ${CMAKE_CUDA_COMPILER_VERSION} found, but torch 2.11 is built with CUDA 13: put nvcc 13 first in PATH.")
endif()

# m2m_nccl: NCCL of the CUDA toolkit or the system, else the one that comes with the wheel.
find_package(CUDAToolkit 13 REQUIRED)
find_path(NCCL_INCLUDE_DIR nccl.h
  HINTS ${NCCL_ROOT} ${CUDAToolkit_INCLUDE_DIRS} ${torch_root}/../nvidia/nccl PATH_SUFFIXES include)
find_library(NCCL_LIBRARY NAMES nccl libnccl.so.2
  HINTS ${NCCL_ROOT} ${CUDAToolkit_LIBRARY_DIR} ${torch_root}/../nvidia/nccl PATH_SUFFIXES lib lib64)
if(NOT NCCL_INCLUDE_DIR OR NOT NCCL_LIBRARY)
  message(FATAL_ERROR "NCCL not found: install libnccl-dev, load its module, run 'scripts/setup.sh gpu', or set NCCL_ROOT.")
endif()
message(STATUS "NCCL: ${NCCL_LIBRARY}")
add_library(m2m_nccl INTERFACE)
target_include_directories(m2m_nccl SYSTEM INTERFACE ${NCCL_INCLUDE_DIR})
target_link_libraries(m2m_nccl INTERFACE ${NCCL_LIBRARY} CUDA::cudart)

# m2m_link_torch_cuda(TARGET ROOT): ROOT is the wheel's torch folder.
function(m2m_link_torch_cuda target root)
  set(TORCH_CUDA_ARCH_LIST 9.0)    # the wheel asks for the architecture under a name of its own,
  unset(CMAKE_CUDA_ARCHITECTURES)  # and warns where CMake's is set; here that ends with the function
  find_package(Torch 2.11 REQUIRED PATHS ${root}/share/cmake/Torch NO_DEFAULT_PATH)
  target_link_libraries(${target} INTERFACE torch)
  # Some libraries that libtorch loads (cuSPARSELt, NVSHMEM, cuFile) are in no toolkit. A machine that only builds
  # need not have them; where the program runs, the loader looks for them in the wheel's environment.
  target_link_options(${target} INTERFACE LINKER:--allow-shlib-undefined)
endfunction()
