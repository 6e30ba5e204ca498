/// What started this process as one of several, as its environment tells.
public struct MPILauncher: Sendable, Equatable {
  /// A family of MPI libraries, which understand only launchers of their own.
  public enum Family: Sendable {
    case openMPI, mpich

    /// What the files of its library are called, on Debian first.
    var libraries: [String] { self == .openMPI ? ["libmpi.so.40"] : ["libmpich.so.12", "libmpi.so.12"] }

    /// The package of Debian and Ubuntu that has the launcher and brings the library.
    var package: String { self == .openMPI ? "openmpi-bin" : "mpich" }
  }

  /// The launcher, and how that is known: the beginning of a message.
  public let found: String
  /// The environment variable that tells.
  public let variable: String
  public let family: Family
  /// How many processes it started; nil where it does not tell.
  public let size: Int?
  /// Which of them this one is, from 0.
  public let rank: Int?

  /// - Parameter value: The value of an environment variable.
  /// - Returns: nil for a process that was started alone.
  /// - Throws: `ProcessGroupError.withoutMPI`.
  public static func find(_ value: (String) -> String?) throws -> MPILauncher? {
    func number(_ name: String) -> Int? { value(name).flatMap { Int($0) } }
    if let size = number("OMPI_COMM_WORLD_SIZE") {
      return MPILauncher(
        found: "OpenMPI's mpirun started this process (OMPI_COMM_WORLD_SIZE is \(size))",
        variable: "OMPI_COMM_WORLD_SIZE",
        family: .openMPI, size: size, rank: number("OMPI_COMM_WORLD_RANK"))
    }
    if let rank = number("PMI_RANK") {
      return MPILauncher(
        found: "MPICH's mpirun, or srun --mpi=pmi2, started this process (PMI_RANK is \(rank))", variable: "PMI_RANK",
        family: .mpich, size: number("PMI_SIZE"), rank: rank)
    }
    if let rank = number("PMIX_RANK") {
      return MPILauncher(
        found: "srun --mpi=pmix started this process (PMIX_RANK is \(rank))", variable: "PMIX_RANK", family: .openMPI,
        size: number("SLURM_STEP_NUM_TASKS"), rank: rank)
    }
    if let count = number("SLURM_STEP_NUM_TASKS"), count > 1 {
      throw ProcessGroupError.withoutMPI(variable: "SLURM_STEP_NUM_TASKS is \(count)", count: count)
    }
    return nil
  }
}
