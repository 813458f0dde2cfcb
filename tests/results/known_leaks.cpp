// What the leak sanitizer is not to report: HDF5 1.10 keeps some memory of each file that turns out to be damaged,
// or that could not be closed because the disk was full. Other builds never call this.

extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libhdf5\n"; }
