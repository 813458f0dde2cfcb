"""Every study of jobs/ is one that the program accepts: nothing is wrong with it but, at most, that data are missing.

Usage: jobs_test.py M2M_SWEEP CHECKOUT
"""
import pathlib
import subprocess
import sys

DONE, BAD_DATA = 0, 65


def main():
    sweep, checkout = sys.argv[1], pathlib.Path(sys.argv[2])
    studies = sorted((checkout / "jobs").glob("*.toml"))
    assert len(studies) > 10, studies
    without_data = 0
    for study in studies:
        done = subprocess.run([sweep, "validate", study], cwd=checkout, text=True, capture_output=True)
        is_template = "needs a checkpoint to start from" in done.stderr  # the file says how it is called
        if done.returncode not in (DONE, BAD_DATA) and not is_template:
            sys.exit(f"{study.name}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        without_data += done.returncode == BAD_DATA
    print(f"{len(studies)} studies, {without_data} of them without their data here")


if __name__ == "__main__":
    main()
