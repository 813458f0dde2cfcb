# CPack: m2m-VERSION-Linux-x86_64.tar.gz and m2m_VERSION_amd64.deb, the programs and what they need. scripts/package.sh makes both.
set(CPACK_GENERATOR TGZ DEB)
set(CPACK_PACKAGE_VENDOR "the m2m developers")
set(CPACK_PACKAGE_CONTACT "the m2m developers")
set(CPACK_PACKAGE_FILE_NAME m2m-${PROJECT_VERSION}-Linux-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL programs)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_COMPONENT_INCLUDE_TOPLEVEL_DIRECTORY ON)  # of the archive
set(CPACK_DEB_COMPONENT_INSTALL ON)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_NAME m2m)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
  "Trains M2m and the methods that it is compared with over grids of settings and seeds, on one node or many, and makes tables with means and deviations.")
# dpkg-shlibdeps finds the packages of the libraries that are not bundled.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS openmpi-bin)
if(M2M_BUNDLE_TORCH)
  file(GLOB nvidia_folders ${torch_root}/../nvidia/*/lib)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${torch_root}/lib ${nvidia_folders})
endif()
include(CPack)
