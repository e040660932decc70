# cmake -DSOURCE=… -DINTO=… -P commit.cmake: the commit that SOURCE is, as a file that changes only with it. An archive
# says its own, since git has filled it in; a tree asks git.
file(STRINGS ${SOURCE}/cmake/commit.txt commit LIMIT_COUNT 1)
if(NOT commit MATCHES "^[0-9a-f]+$")
  set(commit "")
  find_program(GIT git)
  if(GIT AND EXISTS ${SOURCE}/.git)
    execute_process(COMMAND ${GIT} -C ${SOURCE} describe --always --abbrev=40 --exclude=* --dirty=-changed
                    OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  endif()
endif()
file(CONFIGURE OUTPUT ${INTO} CONTENT "constexpr std::string_view builtCommit = \"${commit}\";\n" @ONLY)
