// Kernels for any processor: the reference for those of the other instruction sets.
#include "kernels/lanes_plain.hpp"
#include "kernels/tiles_plain.hpp"
// The loops follow their lanes and tiles.
#include "kernels/batch_norm_loops.hpp"
#include "kernels/conv3x3_loops.hpp"
#include "kernels/tile_conv_loops.hpp"
#include "kernels/winograd_loops.hpp"

namespace m2m::kernels {

constinit const KernelSet kernels_plain = {
    .float32 = {.conv3x3 = convolve_direct<Float32Products<1, 1>>,
                .batch_norm = &batch_norm_fns<float>,
                .peak = &peak_plain},
    .bf16 = {.conv3x3 = convolve_direct<WidenedProducts<1, 1>>,
             .batch_norm = &batch_norm_fns<Bf16>,
             .peak = &peak_plain},
    .winograd = convolve_winograd<1, 1>,
    .tile_conv = convolve_tiles,
};

}  // namespace m2m::kernels
