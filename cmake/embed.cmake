# cmake -DOUTPUT=x.c -DPREFIX=rs_mapping_text_ -DFILES="a.ini|b.ini" -P embed.cmake
# Turns files into C arrays PREFIX<name>[] and PREFIX<name>_length, so that the program runs from anywhere.
string(REPLACE "|" ";" FILES "${FILES}")
set(code "/* Made by cmake/embed.cmake. */\n#include <stddef.h>\n")
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME_WE)
  string(MAKE_C_IDENTIFIER "${PREFIX}${name}" symbol)
  file(READ "${file}" bytes HEX)
  string(LENGTH "${bytes}" digits)
  math(EXPR length "${digits} / 2")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(REPEAT "0x..," 24 line)
  string(REGEX REPLACE "(${line})" "\\1\n" bytes "${bytes}")
  string(APPEND code "extern const unsigned char ${symbol}[];\nextern const size_t ${symbol}_length;\n"
    "const unsigned char ${symbol}[] = {\n${bytes}0};\nconst size_t ${symbol}_length = ${length};\n")
endforeach()
file(WRITE "${OUTPUT}" "${code}")
