import Collectives
import Testing

@Suite struct MPILauncherTests {
  private func find(_ environment: [String: String]) throws -> MPILauncher? {
    try MPILauncher.find { environment[$0] }
  }

  @Test func aProcessByItselfHasNone() throws {
    #expect(try find([:]) == nil)
    #expect(try find(["SLURM_JOB_ID": "7", "SLURM_NTASKS": "4"]) == nil)
    #expect(try find(["SLURM_STEP_NUM_TASKS": "1", "SLURM_PROCID": "0"]) == nil)
    #expect(try joinProcessGroup(environment: { _ in nil }) is SingleProcess)
  }

  /// What one process does is refused to several, and not to one that a launcher started.
  @Test func oneProcessAlone() throws {
    for environment in [[:], ["OMPI_COMM_WORLD_SIZE": "1"], ["PMI_RANK": "0", "PMI_SIZE": "1"]] {
      try checkIsAlone(doing: "fine-tuning") { environment[$0] }
    }
    let error = #expect(throws: ProcessGroupError.self) {
      try checkIsAlone(doing: "fine-tuning") { ["OMPI_COMM_WORLD_SIZE": "2"][$0] }
    }
    #expect(
      error?.description.hasPrefix(
        "fine-tuning: OpenMPI's mpirun started this process (OMPI_COMM_WORLD_SIZE is 2), one of several")
        == true)
  }

  /// What all of them would say the first one says.
  @Test func ranksThatWereLaunched() {
    for (environment, rank) in [
      ([:], 0), (["OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "1"], 1),
      (["PMI_RANK": "2", "PMI_SIZE": "3"], 2),
      (["SLURM_STEP_NUM_TASKS": "4", "SLURM_PROCID": "3"], 3),
    ] { #expect(launchedRank { environment[$0] } == rank) }
  }

  @Test func mpirunOfOpenMPI() throws {
    // It sets PMIx's variables, too; and Slurm's are there where it runs in a job.
    let found = try find([
      "OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "1", "PMIX_RANK": "1", "SLURM_STEP_NUM_TASKS": "2",
    ])
    #expect(found?.family == .openMPI)
    #expect(found?.size == 4)
  }

  @Test func mpirunOfMPICH() throws {
    let found = try find(["PMI_RANK": "0", "PMI_SIZE": "3", "MPI_LOCALNRANKS": "3", "SLURM_STEP_NUM_TASKS": "1"])
    #expect(found?.family == .mpich)
    #expect(found?.size == 3)
  }

  @Test func srun() throws {
    let pmix = try find(["PMIX_RANK": "1", "SLURM_STEP_NUM_TASKS": "2"])
    #expect(pmix?.family == .openMPI)
    #expect(pmix?.size == 2)
    let pmi2 = try find(["PMI_RANK": "1", "PMI_SIZE": "2", "SLURM_STEP_NUM_TASKS": "2"])
    #expect(pmi2?.family == .mpich)
    let error = #expect(throws: ProcessGroupError.self) { try find(["SLURM_STEP_NUM_TASKS": "2"]) }
    #expect(
      error?.description.hasPrefix(
        "srun started 2 processes (SLURM_STEP_NUM_TASKS is 2) without MPI: each would train alone -> srun --mpi=pmix")
        == true)
  }
}
