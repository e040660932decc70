# A room is one folder, with the rooms inside it, and one static library; it links the rooms of rooms.txt that it uses,
# and so do its includes. In one that WAITS (for people, files, other programs) nobody feels how fast its code is: a
# release compiles it for the sake of who waits for ./run.

function(stint_room name)
  cmake_parse_arguments(ROOM "WAITS" "" "USES;LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$|/exec/[a-z_]+\\.cpp$") # programs of their own
  add_library(stint_${name} STATIC ${sources})
  target_include_directories(stint_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  foreach(used IN LISTS ROOM_USES)
    target_link_libraries(stint_${name} PUBLIC stint_${used})
  endforeach()
  target_link_libraries(stint_${name} PUBLIC fmt::fmt ${ROOM_LIBRARIES})
  if(ROOM_WAITS)
    target_compile_options(stint_${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  endif()
endfunction()

# tests/ROOM/*_test.cpp become one doctest program, known to ctest by the room's name.
function(stint_tests name)
  cmake_parse_arguments(TESTS "" "" "USES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  add_executable(${name}_tests ${sources} $<TARGET_OBJECTS:stint_test_main>)
  target_include_directories(${name}_tests PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  foreach(used IN LISTS TESTS_USES)
    target_link_libraries(${name}_tests PRIVATE stint_${used})
  endforeach()
  add_test(NAME ${name} COMMAND ${name}_tests)
endfunction()
