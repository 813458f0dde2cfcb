# Sourced by the scripts that start mpirun: lets Open MPI run in a container and as root, quietly.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
# Containers forbid one process to read another's memory; Open MPI would say so at every start.
export OMPI_MCA_btl_vader_single_copy_mechanism=none
# One thread a rank unless the caller says otherwise: ranks share the processors.
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}
