# base/version: the facts of this build, as files that its one source includes. After the last folder, which may be a
# part that is left out.
function(stint_facts)
  set(features "")
  foreach(part IN ITEMS fleet=stint-fleetctl manual=stint-man-page netguard=stint-netguard push=stint-push taskmanager=stint-taskmanager
                        wayland=stint-toplevels x11=stint-windows)
    string(REGEX MATCH "^(.*)=(.*)$" matched ${part})
    if(TARGET ${CMAKE_MATCH_2})
      list(APPEND features "\"${CMAKE_MATCH_1}\"")
    endif()
  endforeach()
  list(LENGTH features count)
  list(JOIN features ", " features)
  file(STRINGS src/stintd/store/schema.sql parts REGEX "^-- version [0-9]+")
  list(LENGTH parts schema)
  configure_file(src/base/version/facts.inc.in ${CMAKE_BINARY_DIR}/version/facts.inc @ONLY)
endfunction()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS src/stintd/store/schema.sql)
stint_facts()

set(words -DSOURCE=${CMAKE_SOURCE_DIR} -DINTO=${CMAKE_BINARY_DIR}/version/commit.inc -P ${CMAKE_SOURCE_DIR}/cmake/commit.cmake)
if(CMAKE_BUILD_TYPE STREQUAL Debug AND STINT_TESTS) # it would be linked anew after each commit
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/version/commit.inc CONTENT "constexpr std::string_view builtCommit;\n" @ONLY)
else()
  add_custom_target(stint_commit COMMAND ${CMAKE_COMMAND} ${words} BYPRODUCTS ${CMAKE_BINARY_DIR}/version/commit.inc VERBATIM)
  add_dependencies(stint_version stint_commit)
endif()
