#include "kernels/lanes_avx512_bf16.hpp"
#include "kernels/tiles_amx.hpp"
// First the lanes and tiles.
#include "kernels/tile_conv_loops.hpp"
#include "kernels/tile_conv_variants.hpp"

namespace m2m::kernels {

void tile_conv_amx(const TileConvolution& conv, const ConvBuffers<Bf16>& memory) { convolve(conv, memory); }

}  // namespace m2m::kernels
