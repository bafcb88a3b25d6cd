# What `cmake --install` puts where, and what `cpack` makes of it: one .deb with the program, the library and the bundled data.
include(GNUInstallDirs)

file(RELATIVE_PATH RS_INCLUDE_FROM_LIB ${CMAKE_INSTALL_FULL_LIBDIR} ${CMAKE_INSTALL_FULL_INCLUDEDIR})
configure_file(cmake/ringscope.pc.in ringscope.pc @ONLY)

install(TARGETS ringscope libringscope)
install(FILES src/api/ringscope.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/ringscope.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(DIRECTORY datasets/city datasets/toy datasets/mappings DESTINATION ${CMAKE_INSTALL_DATADIR}/ringscope)
install(FILES README.md README.zh.md CHANGELOG.md LICENSE SECURITY.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs notebooks DESTINATION ${CMAKE_INSTALL_DOCDIR} PATTERN __pycache__ EXCLUDE PATTERN .ipynb_checkpoints EXCLUDE)
if(SCDOC)
  install(DIRECTORY ${RS_MAN}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 OPTIONAL FILES_MATCHING PATTERN "*.1")
  install(DIRECTORY ${RS_MAN}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man7 OPTIONAL FILES_MATCHING PATTERN "*.7")
  install(FILES ${RS_MAN}/ringscope.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME ringscope OPTIONAL)
  install(FILES ${RS_MAN}/_ringscope DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions OPTIONAL)
  install(FILES ${RS_MAN}/ringscope.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d OPTIONAL)
endif()
install(FILES tests/api/example.c DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ringscope)
set(CPACK_PACKAGE_CONTACT "the ringscope maintainers <maintainers@ringscope.invalid>")
set(CPACK_PACKAGE_DESCRIPTION "Reads medical insurance claims, finds groups of insured persons, doctors and outlets that recur together
more than chance allows, ranks them with reasons and counter-reasons, and writes graphs for Gephi.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)      # needs dpkg-shlibdeps, of dpkg-dev
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
include(CPack)
