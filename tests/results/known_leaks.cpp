// Leaks that the leak sanitizer ignores: HDF5 1.10 keeps some memory of each damaged file, and of each file that
// could not be closed because the disk was full. Other builds never call this.

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): the sanitizer's name
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libhdf5\n"; }
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
