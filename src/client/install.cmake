# What a stranger's build needs: the library, its headers, and both ways to find it (find_package(stint), pkg-config).
include(CMakePackageConfigHelpers)

install(TARGETS stint EXPORT stint LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/stint DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/stint)
install(EXPORT stint NAMESPACE stint:: FILE stintConfig.cmake DESTINATION ${package})
write_basic_package_version_file(stintConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/stintConfigVersion.cmake DESTINATION ${package})

# It finds its prefix from where it lies, so that it is right wherever it was installed.
set(STINT_PC_LIBDIR ${CMAKE_INSTALL_LIBDIR})
set(STINT_PC_INCLUDEDIR ${CMAKE_INSTALL_INCLUDEDIR})
cmake_path(ABSOLUTE_PATH STINT_PC_LIBDIR BASE_DIRECTORY "\${prefix}")
cmake_path(ABSOLUTE_PATH STINT_PC_INCLUDEDIR BASE_DIRECTORY "\${prefix}")
file(RELATIVE_PATH STINT_PREFIX_FROM_PKGCONFIG ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(stint.pc.in stint.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/stint.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
