# stint_page(ROOM NAMESPACE name FILES a.js views/b.js): these files of web/ become part of the room, compressed
# (embed.cmake), as `embeddedFiles()` of that namespace.
function(stint_page room)
  cmake_parse_arguments(PAGE "" "NAMESPACE" "FILES" ${ARGN})
  set(web ${PROJECT_SOURCE_DIR}/web)
  list(SORT PAGE_FILES)
  list(TRANSFORM PAGE_FILES PREPEND ${web}/ OUTPUT_VARIABLE sources)
  set(table ${CMAKE_CURRENT_BINARY_DIR}/embedded.cpp)
  add_custom_command(OUTPUT ${table} DEPENDS ${sources} ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
    COMMAND ${CMAKE_COMMAND} -DWEB=${web} "-DFILES=${PAGE_FILES}" -DINTO=${CMAKE_CURRENT_BINARY_DIR} -DTABLE=${table}
            -DNAMESPACE=${PAGE_NAMESPACE} -DPREFIX=stint_${room} -P ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
    COMMENT "Compressing the page of ${room}" VERBATIM)
  target_sources(stint_${room} PRIVATE ${table})
  set_source_files_properties(${table} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()
