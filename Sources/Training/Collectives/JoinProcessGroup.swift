public import Glibc

/// Joins the processes that a launcher (mpirun, srun --mpi) started together with this one; a process that was started
/// alone is a group by itself, and needs no MPI.
///
/// To be called once in the life of a process. Waits for all ranks.
///
/// - Parameter environment: The value of an environment variable.
/// - Throws: `ProcessGroupError.noLibrary`, `.withoutMPI`, `.otherSize`, `.notStarted`: of each rank, for they
///   know nothing of each other yet.
public func joinProcessGroup(
  environment: (String) -> String? = { getenv($0).map { String(cString: $0) } }
) throws -> any ProcessGroup {
  guard let launcher = try MPILauncher.find(environment) else { return SingleProcess() }
  return try MPIProcessGroup.join(launcher, files: environment(libraryVariable).map { [$0] })
}

/// Runs something as a rank of the group that a launcher started, and ends the group; where a rank fails, all end.
///
/// - Throws: `ProcessGroupError`; of a process that was started alone, what the body throws.
public func withProcessGroup<Value>(_ body: (any ProcessGroup) throws -> Value) throws -> Value {
  let group = try joinProcessGroup()
  do {
    let value = try body(group)
    try group.end()
    return value
  } catch {
    group.abort(error)
    throw error
  }
}

/// Refuses to do something in several processes that one does by itself.
///
/// - Throws: `ProcessGroupError.onlyOne`, `.withoutMPI`.
public func checkIsAlone(
  doing: String, environment: (String) -> String? = { getenv($0).map { String(cString: $0) } }
) throws {
  guard let launcher = try MPILauncher.find(environment), launcher.size != 1 else { return }
  throw ProcessGroupError.onlyOne(doing: doing, launcher: launcher.found)
}

/// Which of the processes that a launcher started this one is, from 0; 0 for one that was started alone. Nobody is waited for.
public func launchedRank(
  environment: (String) -> String? = { getenv($0).map { String(cString: $0) } }
) -> Int {
  if let rank = (try? MPILauncher.find(environment))?.rank { return rank }
  return environment("SLURM_PROCID").flatMap { Int($0) } ?? 0
}
