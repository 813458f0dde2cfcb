#!/usr/bin/env bash
# CIFAR-LT-10 rho=100: the ablations of M2m and the methods that it is compared with, six seeds, 8 trials at a time.
# From the project's folder:  . slurm/site.sh && sbatch slurm/ablation_cifar10.sh
#SBATCH --job-name=ablation_cifar10
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=8
#SBATCH --cpus-per-task=4
#SBATCH --gpus-per-node=8
#SBATCH --time=12:00:00
#SBATCH --signal=B:USR1@90
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=%x-%j.log

. slurm/run.sh jobs/ablation_cifar10.toml || { echo "slurm/ablation_cifar10.sh: submit from the project's folder" >&2; exit 2; }
