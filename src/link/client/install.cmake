# What a stranger's build needs: the library, its headers, and both ways to find it (find_package(stint), pkg-config).
include(CMakePackageConfigHelpers)

install(TARGETS stint EXPORT stint LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT libstint NAMELINK_COMPONENT dev)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/stint DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/stint)
install(EXPORT stint NAMESPACE stint:: FILE stintConfig.cmake DESTINATION ${package} COMPONENT dev)
write_basic_package_version_file(stintConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/stintConfigVersion.cmake DESTINATION ${package} COMPONENT dev)

stint_pkgconfig(stint dev)
