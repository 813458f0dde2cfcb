# m2m::hdf5: the HDF5 C library, serial; only src/results and the tests' helpers link it.
set(HDF5_PREFER_PARALLEL FALSE)
find_package(HDF5 1.10 REQUIRED COMPONENTS C)
add_library(m2m::hdf5 INTERFACE IMPORTED)
target_include_directories(m2m::hdf5 SYSTEM INTERFACE ${HDF5_C_INCLUDE_DIRS})
# A shared HDF5 loads its dependencies; only a static one needs them here (compression, downloads).
set(hdf5_libraries ${HDF5_C_LIBRARIES})
list(FILTER hdf5_libraries INCLUDE REGEX "libhdf5[^/]*\\.so")
if(NOT hdf5_libraries)
  set(hdf5_libraries ${HDF5_C_LIBRARIES})
endif()
target_link_libraries(m2m::hdf5 INTERFACE ${hdf5_libraries})
if(HDF5_IS_PARALLEL)
  # The module of a cluster may have only a parallel HDF5, whose hdf5.h includes mpi.h. It is used as a serial library.
  target_link_libraries(m2m::hdf5 INTERFACE m2m::mpi)
endif()
