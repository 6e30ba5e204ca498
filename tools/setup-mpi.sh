#!/bin/sh
# Makes sure that there is an MPI for the tests that train in several processes. Only continuous integration asks for it:
# elsewhere those tests say that they were skipped.
set -eu

if [ -x /usr/bin/mpirun.openmpi ]; then exit 0; fi

if [ "$(id -u)" -ne 0 ]; then
  echo "setup-mpi: there is no OpenMPI for the tests of several processes. Run this line, then this command again:" >&2
  echo "    sudo apt-get update && sudo apt-get install -y openmpi-bin" >&2
  exit 1
fi

echo "setup-mpi: installing openmpi-bin" >&2
apt-get update -qq
if ! DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends openmpi-bin >/dev/null; then
  echo "setup-mpi: Debian's package openmpi-bin could not be installed; apt's message stands above" >&2
  echo "    -> check the network and /etc/apt/sources.list, or install an OpenMPI as /usr/bin/mpirun.openmpi" >&2
  exit 1
fi
