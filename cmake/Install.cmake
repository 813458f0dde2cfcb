# cmake --install: programs into bin; their manual pages and completions; studies, job scripts, the scripts for results, the
# data that ship with the project and all licences into share/m2m; for other projects, libraries, headers and the CMake package.

# Programs find libraries outside the system's folders where they were linked, or, with M2M_BUNDLE_TORCH, in lib/m2m. CMake
# leaves out the folders below the checkout, those of the wheel in .venv.
set(wheel_folders "")
if(M2M_TORCH)
  list(APPEND wheel_folders ${torch_root}/lib)
endif()
if(M2M_CUDA)
  cmake_path(GET NCCL_LIBRARY PARENT_PATH nccl_folder)
  list(APPEND wheel_folders ${nccl_folder})
endif()
if(M2M_BUNDLE_TORCH)
  file(RELATIVE_PATH bundle ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR}/m2m)
  set(installed_rpath $ORIGIN/${bundle})
else()
  set(installed_rpath ${wheel_folders})
  set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)
endif()
get_property(varied GLOBAL PROPERTY m2m_varied_targets)
foreach(program m2m-sweep m2m-report m2m-doctor m2m-bench)
  if(NOT TARGET ${program})
    continue()
  endif()
  set_target_properties(${program} PROPERTIES INSTALL_RPATH_USE_LINK_PATH "${CMAKE_INSTALL_RPATH_USE_LINK_PATH}")
  if(program IN_LIST varied OR M2M_BUNDLE_TORCH)
    set_target_properties(${program} PROPERTIES INSTALL_RPATH "${installed_rpath}")
  endif()
  # 'make programs' builds no m2m-bench.
  install(TARGETS ${program} RUNTIME_DEPENDENCY_SET bundled RUNTIME COMPONENT programs OPTIONAL)
endforeach()
if(M2M_BUNDLE_TORCH)
  file(GLOB nvidia_folders ${torch_root}/../nvidia/*/lib)
  install(RUNTIME_DEPENDENCY_SET bundled DIRECTORIES ${wheel_folders} ${nvidia_folders}
    PRE_EXCLUDE_REGEXES "^ld-linux" "^lib(c|m|dl|rt|pthread|stdc\\+\\+|gcc_s)\\." POST_EXCLUDE_REGEXES "^/(usr/)?lib"
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/m2m COMPONENT programs)
  # Their licences: a folder for each wheel.
  file(GLOB licence_folders ${torch_root}/../torch-*.dist-info/licenses ${torch_root}/../nvidia_*.dist-info/licenses)
  foreach(folder ${licence_folders})
    cmake_path(GET folder PARENT_PATH wheel)
    cmake_path(GET wheel STEM LAST_ONLY wheel)
    install(DIRECTORY ${folder}/ DESTINATION ${CMAKE_INSTALL_DATADIR}/m2m/LICENSES/${wheel} COMPONENT programs)
  endforeach()
endif()

set(shared_folder ${CMAKE_INSTALL_DATADIR}/m2m)
install(DIRECTORY jobs slurm datasets LICENSES DESTINATION ${shared_folder} COMPONENT programs USE_SOURCE_PERMISSIONS
  PATTERN "cifar-*" EXCLUDE REGEX "/datasets/(svhn|cinic10|tiny-imagenet-200|places-lt|inaturalist18|[.][^/]*)$" EXCLUDE)
file(GLOB result_scripts results/*.py)
install(PROGRAMS ${result_scripts} DESTINATION ${shared_folder}/results COMPONENT programs)
install(FILES results/study.ipynb DESTINATION ${shared_folder}/results COMPONENT programs)
install(DIRECTORY python/m2m_results DESTINATION ${shared_folder}/python COMPONENT programs PATTERN __pycache__ EXCLUDE)
install(FILES python/pyproject.toml DESTINATION ${shared_folder}/python COMPONENT programs)
install(DIRECTORY packaging/jube packaging/modulefiles packaging/ramble packaging/reframe DESTINATION ${shared_folder}/packaging
  COMPONENT programs PATTERN __pycache__ EXCLUDE)
install(FILES LICENSE REUSE.toml CITATION.cff DESTINATION ${shared_folder} COMPONENT programs)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/m2m COMPONENT programs RENAME copyright)

# Manual pages: help2man makes them from --help, so the programs have to run on this machine. The target is 'man'.
add_custom_target(man
  COMMAND ${PROJECT_SOURCE_DIR}/scripts/manual_pages.sh $<TARGET_FILE_DIR:m2m-report> ${PROJECT_BINARY_DIR}/man VERBATIM)
add_dependencies(man programs)
if(TARGET m2m-bench)
  add_dependencies(man m2m-bench)
endif()
install(DIRECTORY ${PROJECT_BINARY_DIR}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT programs OPTIONAL)
foreach(program m2m-sweep m2m-report m2m-doctor m2m-bench)  # bash looks for a file of the program's name
  install(FILES packaging/completion/m2m.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
    COMPONENT programs RENAME ${program})
endforeach()
install(FILES packaging/completion/_m2m DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT programs)

# The package for find_package(m2m): what cmake/m2mConfig.cmake.in says.
set(libraries core settings kernels comm_messages results data study report sweep)
set(support flags)
if(M2M_TORCH)
  list(APPEND libraries comm_tensors nn checkpoints methods train stages)
  list(APPEND support fmt_of_torch)
endif()
if(M2M_CUDA)
  list(APPEND libraries kernels_cuda)
endif()
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/m2m)
foreach(library ${libraries} ${support})
  set_target_properties(m2m_${library} PROPERTIES EXPORT_NAME ${library})
  install(TARGETS m2m_${library} EXPORT m2m ARCHIVE COMPONENT development)
endforeach()
install(EXPORT m2m NAMESPACE m2m:: FILE m2mTargets.cmake DESTINATION ${package_folder} COMPONENT development)
install(DIRECTORY src/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/m2m COMPONENT development
  FILES_MATCHING PATTERN "*.hpp" PATTERN apps EXCLUDE PATTERN bench EXCLUDE)
include(CMakePackageConfigHelpers)
configure_package_config_file(cmake/m2mConfig.cmake.in ${PROJECT_BINARY_DIR}/m2mConfig.cmake
  INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/m2mConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/m2mConfig.cmake ${PROJECT_BINARY_DIR}/m2mConfigVersion.cmake
  cmake/Variants.cmake cmake/Dependencies.cmake cmake/Hdf5.cmake cmake/Torch.cmake cmake/Cuda.cmake
  DESTINATION ${package_folder} COMPONENT development)

add_custom_target(uninstall
  COMMAND ${CMAKE_COMMAND} -DBUILD=${PROJECT_BINARY_DIR} -P ${PROJECT_SOURCE_DIR}/cmake/Uninstall.cmake
  VERBATIM)
