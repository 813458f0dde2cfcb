# m2m::hdf5: the HDF5 C library, serial; only src/results and the tests' helpers link it.
set(HDF5_PREFER_PARALLEL FALSE)
find_package(HDF5 1.10 REQUIRED COMPONENTS C)
add_library(m2m::hdf5 INTERFACE IMPORTED)
target_include_directories(m2m::hdf5 SYSTEM INTERFACE ${HDF5_C_INCLUDE_DIRS})
# A shared HDF5 brings what it needs itself; only a static one has to be told (compression, downloads ...).
set(hdf5_libraries ${HDF5_C_LIBRARIES})
list(FILTER hdf5_libraries INCLUDE REGEX "libhdf5[^/]*\\.so")
if(NOT hdf5_libraries)
  set(hdf5_libraries ${HDF5_C_LIBRARIES})
endif()
target_link_libraries(m2m::hdf5 INTERFACE ${hdf5_libraries})
if(HDF5_IS_PARALLEL)
  # A cluster's module may have no other: its hdf5.h includes mpi.h. It is still used as a serial library.
  target_link_libraries(m2m::hdf5 INTERFACE MPI::MPI_C)
endif()
