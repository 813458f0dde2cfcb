# The CUDA language, NCCL, and the CMake package of the wheel, which provides libtorch with CUDA.
# The GPUs to compile for: 80 is Ampere, 90 Hopper, 100 Blackwell. Another list: -DCMAKE_CUDA_ARCHITECTURES="86;120".
if(NOT CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 80 90 100)
endif()
if(NOT CMAKE_CUDA_STANDARD)  # of another project, which uses an installation
  set(CMAKE_CUDA_STANDARD 17)  # CMake 3.25 knows no newer dialect for nvcc 13; host code is C++20
  set(CMAKE_CUDA_STANDARD_REQUIRED ON)
endif()
set(CMAKE_CUDA_RUNTIME_LIBRARY Shared)  # as libtorch: one runtime in a process
enable_language(CUDA)

# Programs load one CUDA runtime, the wheel's: nvcc has to be of its major version.
file(STRINGS ${torch_root}/version.py wheel_cuda REGEX "^cuda.*'[0-9]+\\.")
string(REGEX REPLACE ".*'([0-9]+)\\..*" "\\1" wheel_cuda "${wheel_cuda}")
string(REGEX MATCH "^[0-9]+" nvcc_major "${CMAKE_CUDA_COMPILER_VERSION}")
if(NOT wheel_cuda)
  message(FATAL_ERROR "The torch wheel in ${torch_root} is for CPUs only: run 'scripts/setup.sh gpu', or set M2M_TORCH_ROOT to one with CUDA.")
elseif(NOT nvcc_major STREQUAL wheel_cuda)
  message(FATAL_ERROR "nvcc ${CMAKE_CUDA_COMPILER_VERSION} found, but the torch wheel in ${torch_root} is built with CUDA ${wheel_cuda}: put nvcc ${wheel_cuda} first in PATH, or set M2M_TORCH_ROOT to a wheel for CUDA ${nvcc_major}.")
endif()

# m2m::nccl: NCCL of the CUDA toolkit or the system, else the one that comes with the wheel.
find_package(CUDAToolkit REQUIRED)
find_path(NCCL_INCLUDE_DIR nccl.h
  HINTS ${NCCL_ROOT} ${CUDAToolkit_INCLUDE_DIRS} ${torch_root}/../nvidia/nccl PATH_SUFFIXES include)
find_library(NCCL_LIBRARY NAMES nccl libnccl.so.2
  HINTS ${NCCL_ROOT} ${CUDAToolkit_LIBRARY_DIR} ${torch_root}/../nvidia/nccl PATH_SUFFIXES lib lib64)
if(NOT NCCL_INCLUDE_DIR OR NOT NCCL_LIBRARY)
  message(FATAL_ERROR "NCCL not found: install libnccl-dev, load its module, run 'scripts/setup.sh gpu', or set NCCL_ROOT.")
endif()
message(STATUS "NCCL: ${NCCL_LIBRARY}")
add_library(m2m::nccl INTERFACE IMPORTED)
target_include_directories(m2m::nccl SYSTEM INTERFACE ${NCCL_INCLUDE_DIR})
target_link_libraries(m2m::nccl INTERFACE ${NCCL_LIBRARY} CUDA::cudart)

# m2m_link_torch_cuda(TARGET ROOT): ROOT is the wheel's torch folder.
function(m2m_link_torch_cuda target root)
  # The wheel expects the architectures under another name and in another form,
  string(REGEX REPLACE "([0-9]+)([0-9])" "\\1.\\2" TORCH_CUDA_ARCH_LIST "${CMAKE_CUDA_ARCHITECTURES}")
  unset(CMAKE_CUDA_ARCHITECTURES)  # and warns if CMake's variable is set; it is unset within this function only
  set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)  # the wheel names its targets in expressions that users of m2m::train evaluate
  find_package(Torch 2.11 REQUIRED PATHS ${root}/share/cmake/Torch NO_DEFAULT_PATH)
  target_link_libraries(${target} INTERFACE torch)
  # Some libraries that libtorch loads (cuSPARSELt, NVSHMEM, cuFile) are in no toolkit. A machine that only builds
  # need not have them; at run time the loader finds them in the environment of the wheel.
  target_link_options(${target} INTERFACE LINKER:--allow-shlib-undefined)
endfunction()
