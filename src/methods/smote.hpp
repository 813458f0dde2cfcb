#pragma once
// SMOTE: adds training samples between neighbours. Chawla et al., JAIR 2002.
#include "core/philox.hpp"
#include "data/data_set.hpp"

namespace m2m::methods {

/// Adds samples until every class of the training part has N_1. Local, deterministic.
///
/// The i-th new sample of a class of n is u x_r + (1 - u) x_j with r = i mod n, j the (i div n)-th nearest
/// neighbour of r in turn (by L2, ties by position) and u uniform per sample; bytes are rounded half to even. The
/// M2m authors' program does the same, but its distances wrap around in uint8; here they are exact. A class of one
/// sample is copied. New samples follow the old ones in the training pool and in split.train; split.counts stays.
void oversample(data::DataSet& data, data::Split& split, Key key);

}  // namespace m2m::methods
