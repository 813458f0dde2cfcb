#!/usr/bin/env bash
# Times a problem class (docs/performance.md): M by default, or the study of the argument. Start with an empty output folder.
# From the project's folder:  . slurm/site.sh && sbatch slurm/bench.sh
#SBATCH --job-name=bench
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=8
#SBATCH --cpus-per-task=4
#SBATCH --gpus-per-node=8
#SBATCH --time=02:00:00
#SBATCH --signal=B:USR1@90
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=%x-%j.log

. slurm/run.sh "${1:-jobs/bench_medium.toml}" || { echo "slurm/bench.sh: submit from the project's folder" >&2; exit 2; }
