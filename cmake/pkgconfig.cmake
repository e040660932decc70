# stint_pkgconfig(NAME COMPONENT): NAME.pc of NAME.pc.in, installed. It finds its prefix from where it lies, so that it
# is right wherever it was installed.
function(stint_pkgconfig name component)
  set(STINT_PC_LIBDIR ${CMAKE_INSTALL_LIBDIR})
  set(STINT_PC_INCLUDEDIR ${CMAKE_INSTALL_INCLUDEDIR})
  cmake_path(ABSOLUTE_PATH STINT_PC_LIBDIR BASE_DIRECTORY "\${prefix}")
  cmake_path(ABSOLUTE_PATH STINT_PC_INCLUDEDIR BASE_DIRECTORY "\${prefix}")
  file(RELATIVE_PATH STINT_PREFIX_FROM_PKGCONFIG ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
  configure_file(${name}.pc.in ${name}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT ${component})
endfunction()
