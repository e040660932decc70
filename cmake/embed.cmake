# cmake -DWEB=DIRECTORY -DFILES=a.js;views/b.js -DINTO=DIRECTORY -DTABLE=FILE.cpp -DNAMESPACE=stint::taskmanager
# -DPREFIX=stint_taskmanager -P embed.cmake: compresses the files of a page and writes the table of them
# (src/entrance/pages.hpp), by path. The assembler takes the bytes in, under names that begin with the prefix.
set(blobs "")
set(rows "")
set(number 0)
foreach(file IN LISTS FILES)
  set(gzip ${INTO}/${number}.gz)
  execute_process(COMMAND gzip -9n INPUT_FILE ${WEB}/${file} OUTPUT_FILE ${gzip} COMMAND_ERROR_IS_FATAL ANY)
  file(SHA256 ${WEB}/${file} hash)
  string(SUBSTRING ${hash} 0 32 hash)
  string(APPEND blobs "asm(\".section .rodata\\n\"
    \".global ${PREFIX}_${number}, ${PREFIX}_${number}_end\\n\"
    \"${PREFIX}_${number}: .incbin \\\"${gzip}\\\"\\n\"
    \"${PREFIX}_${number}_end: .byte 0\\n\"
    \".previous\\n\");
extern const char ${PREFIX}_${number}[], ${PREFIX}_${number}_end[];\n")
  string(APPEND rows "        {\"/${file}\", \"\\\"${hash}\\\"\", {${PREFIX}_${number}, ${PREFIX}_${number}_end}},\n")
  math(EXPR number "${number} + 1")
endforeach()

if(number EQUAL 0)
  set(table "    return {};")
else()
  set(table "    static const entrance::EmbeddedFile files[]{\n${rows}    };\n    return files;")
endif()
file(WRITE ${TABLE}.new "// Made by cmake/embed.cmake.
#include \"entrance/pages.hpp\"

extern \"C\" {
${blobs}}

namespace ${NAMESPACE} {

std::span<const entrance::EmbeddedFile> embeddedFiles() {
${table}
}

} // namespace ${NAMESPACE}
")
file(RENAME ${TABLE}.new ${TABLE})
