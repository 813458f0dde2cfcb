# Sourced by the scripts that start mpirun, and by you in a shell of your own: lets Open MPI run as root, in a container, and
# with more ranks than processors, quietly.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
# More ranks than processors: the variables of Open MPI 4 and 5.
export OMPI_MCA_rmaps_base_oversubscribe=1 PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe
# Containers forbid one process to read another's memory; Open MPI would warn at every start.
export OMPI_MCA_btl_vader_single_copy_mechanism=none
# One thread per rank by default: ranks share the processors.
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}
