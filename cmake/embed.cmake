# cmake -DWEB=DIRECTORY -DFILES=a.js;views/b.js -DINTO=DIRECTORY -DTABLE=FILE.cpp -P embed.cmake: compresses the files of
# the page and writes the table of them (src/faces/taskmanager/pages.hpp), by path. The assembler takes the bytes in.
set(blobs "")
set(rows "")
set(number 0)
foreach(file IN LISTS FILES)
  set(gzip ${INTO}/${number}.gz)
  execute_process(COMMAND gzip -9n INPUT_FILE ${WEB}/${file} OUTPUT_FILE ${gzip} COMMAND_ERROR_IS_FATAL ANY)
  file(SHA256 ${WEB}/${file} hash)
  string(SUBSTRING ${hash} 0 32 hash)
  string(APPEND blobs "asm(\".section .rodata\\n\"
    \".global stint_page_${number}, stint_page_${number}_end\\n\"
    \"stint_page_${number}: .incbin \\\"${gzip}\\\"\\n\"
    \"stint_page_${number}_end: .byte 0\\n\"
    \".previous\\n\");
extern const char stint_page_${number}[], stint_page_${number}_end[];\n")
  string(APPEND rows "        {\"/${file}\", \"\\\"${hash}\\\"\", {stint_page_${number}, stint_page_${number}_end}},\n")
  math(EXPR number "${number} + 1")
endforeach()

if(number EQUAL 0)
  set(table "    return {};")
else()
  set(table "    static const EmbeddedFile files[]{\n${rows}    };\n    return files;")
endif()
file(WRITE ${TABLE}.new "// Made by cmake/embed.cmake.
#include \"faces/taskmanager/pages.hpp\"

extern \"C\" {
${blobs}}

namespace stint::taskmanager {

std::span<const EmbeddedFile> embeddedFiles() {
${table}
}

} // namespace stint::taskmanager
")
file(RENAME ${TABLE}.new ${TABLE})
