#pragma once
// SMOTE: a training set filled up with samples between neighbours. Chawla et al., JAIR 2002.
#include "core/philox.hpp"
#include "data/data_set.hpp"

namespace m2m::methods {

/// Fills every class of the training part up to N_1.
///
/// The i-th new sample of a class of n is u x_r + (1 - u) x_j with r = i mod n, j the (i div n)-th nearest
/// neighbour of r in turn (by L2, ties by position) and u uniform per sample; rounded half to even where samples
/// are bytes. So the M2m authors' program does it, whose distances, however, wrap round in uint8. A class of one
/// sample is copied. New samples stand behind the old ones in the training pool and in split.train; the counts stay
/// those of before. Local, deterministic; distances of bytes are exact.
void oversample(data::DataSet& data, data::Split& split, Key key);

}  // namespace m2m::methods
