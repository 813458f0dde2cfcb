// Linked into every program that uses MPI when building with sanitizers. Open MPI leaves memory of modules that it has
// already unloaded, so its reports name no function that a suppression could match: leaks are not searched there.
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }
