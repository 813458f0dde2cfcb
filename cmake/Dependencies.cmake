# Every library that the project uses, as one imported target each. A project that uses an installation includes this, too.
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(ZLIB REQUIRED)
find_package(JPEG REQUIRED)
find_package(PNG REQUIRED)
find_package(MPI REQUIRED COMPONENTS C)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)
if(M2M_BUILD_TESTS)
  find_package(GTest REQUIRED)
  find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)  # tests of scripts and of the sources; standard library only
endif()
if(M2M_BUILD_BENCH)
  find_package(benchmark REQUIRED)
endif()
include(${CMAKE_CURRENT_LIST_DIR}/Hdf5.cmake)
if(M2M_TORCH)
  include(${CMAKE_CURRENT_LIST_DIR}/Torch.cmake)
endif()

# m2m::mpi: without the C++ classes of mpi.h, which left the standard in 2012 and need another library.
add_library(m2m::mpi INTERFACE IMPORTED)
target_link_libraries(m2m::mpi INTERFACE MPI::MPI_C)
target_compile_definitions(m2m::mpi INTERFACE OMPI_SKIP_MPICXX=1 MPICH_SKIP_MPICXX=1)
if(M2M_SANITIZE)
  # An object file, not a library: every program that links MPI, also indirectly, has to contain it.
  add_library(m2m_leaks_of_mpi OBJECT ${PROJECT_SOURCE_DIR}/cmake/leaks_of_mpi.cpp)
  target_link_libraries(m2m::mpi INTERFACE $<TARGET_OBJECTS:m2m_leaks_of_mpi>)
endif()

# Random123 consists of headers and has no CMake package.
find_path(RANDOM123_INCLUDE_DIR Random123/philox.h REQUIRED)
add_library(m2m::random123 INTERFACE IMPORTED)
target_include_directories(m2m::random123 SYSTEM INTERFACE ${RANDOM123_INCLUDE_DIR})

# Debian's CMake package of libzip also asks for its command-line tools, which are packages of their own.
find_path(LIBZIP_INCLUDE_DIR zip.h REQUIRED)
find_library(LIBZIP_LIBRARY zip REQUIRED)
add_library(m2m::libzip INTERFACE IMPORTED)
target_include_directories(m2m::libzip SYSTEM INTERFACE ${LIBZIP_INCLUDE_DIR})
target_link_libraries(m2m::libzip INTERFACE ${LIBZIP_LIBRARY})
