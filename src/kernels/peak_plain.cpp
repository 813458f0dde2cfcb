#include "kernels/lanes_plain.hpp"
// First the lanes.
#include "kernels/peak_loops.hpp"

namespace m2m::kernels {

const PeakLoop peak_plain = loop_of<3>;

}  // namespace m2m::kernels
