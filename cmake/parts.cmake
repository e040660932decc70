# Parts that may be left out, each where what it needs is not here: a package's build wants all of them (ON), so that it
# fails rather than becomes a smaller one.

# stint_part(OPTION WORDS): AUTO, ON or OFF.
function(stint_part option words)
  set(${option} AUTO CACHE STRING "${words}: AUTO (where what it needs is here), ON, OFF")
  set_property(CACHE ${option} PROPERTY STRINGS AUTO ON OFF)
endfunction()

# stint_left_out(OPTION WORDS): what it needs is not here.
function(stint_left_out option words)
  if(NOT ${option} STREQUAL AUTO)
    message(FATAL_ERROR "${words}, and ${option} is ${${option}}")
  endif()
  message(STATUS "${words}: left out")
endfunction()

# The programs that a build runs to make files (completions, the manual) are of another machine where it is built for
# one: they come from a build for this one, or are emulated.
set(STINT_NATIVE "" CACHE PATH "The bin directory of a build for this machine, for a build for another")
if(CMAKE_CROSSCOMPILING AND NOT STINT_NATIVE AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
  message(FATAL_ERROR "This builds for another machine: STINT_NATIVE is to be the bin directory of a build of the same "
                      "tree for this one, or CMAKE_CROSSCOMPILING_EMULATOR what runs the other's programs (qemu-aarch64)")
endif()
# stint_native(TARGET INTO): the program to run in the target's place.
function(stint_native target into)
  if(STINT_NATIVE)
    set(${into} ${STINT_NATIVE}/$<TARGET_FILE_NAME:${target}> PARENT_SCOPE)
  else()
    set(${into} ${CMAKE_CROSSCOMPILING_EMULATOR} $<TARGET_FILE:${target}> PARENT_SCOPE)
  endif()
endfunction()
