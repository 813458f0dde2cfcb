#!/usr/bin/env bash
# The CIFAR columns of the paper's table 2, 8 trials at a time.
# From the project's folder:  . slurm/site.sh && sbatch slurm/table2.sh
#SBATCH --job-name=table2
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=8
#SBATCH --cpus-per-task=4
#SBATCH --gpus-per-node=8
#SBATCH --time=24:00:00
#SBATCH --signal=B:USR1@90
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=%x-%j.log

. slurm/run.sh jobs/table2_cifar.toml || { echo "slurm/table2.sh: submit from the project's folder" >&2; exit 2; }
