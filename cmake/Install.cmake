# cmake --install: programs into bin; studies, job scripts and the data that ship with the project into share/m2m.
include(GNUInstallDirs)
# Programs find libraries outside the system's folders where they were linked. CMake leaves out the folders below the
# checkout, those of the wheel in .venv.
set(wheel_folders "")
if(M2M_TORCH)
  list(APPEND wheel_folders ${torch_root}/lib)
endif()
if(M2M_CUDA)
  cmake_path(GET NCCL_LIBRARY PARENT_PATH nccl_folder)
  list(APPEND wheel_folders ${nccl_folder})
endif()
get_property(varied GLOBAL PROPERTY m2m_varied_targets)
foreach(program m2m-sweep m2m-report m2m-doctor)
  if(TARGET ${program})
    set_target_properties(${program} PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
    if(program IN_LIST varied)
      set_target_properties(${program} PROPERTIES INSTALL_RPATH "${wheel_folders}")
    endif()
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endforeach()
install(DIRECTORY jobs slurm datasets DESTINATION ${CMAKE_INSTALL_DATADIR}/m2m USE_SOURCE_PERMISSIONS
  PATTERN "cifar-*" EXCLUDE)
