internal import Wording

/// Why ranks cannot work together.
public enum ProcessGroupError: Error, Equatable, CustomStringConvertible {
  /// What some ranks have to say.
  public struct Saying: Sendable, Equatable {
    public var ranks: [Int]
    public var text: String

    public init(ranks: [Int], text: String) {
      self.ranks = ranks
      self.text = text
    }
  }

  /// A launcher started the process, but its MPI library cannot be loaded.
  ///
  /// `launcher` says which and how that is known; `reasons` are the system's.
  case noLibrary(launcher: String, variable: String, package: String, reasons: [String])
  /// Slurm started several processes that know nothing of each other.
  case withoutMPI(variable: String, count: Int)
  /// A launcher started several processes of what is one.
  case onlyOne(doing: String, launcher: String)
  /// The launcher started more processes, or fewer, than the library knows of.
  case otherSize(launcher: String, variable: String, launched: Int, library: String, rank: Int, size: Int)
  case notStarted(library: String, reason: String)
  /// Ranks began different collectives.
  case outOfStep([Saying])
  /// MPI reported an error.
  case failed(what: String, rank: Int, reason: String)
  /// Another rank gave up.
  case aborted(rank: Int, message: String)
  /// A collective after the group's end, or a group that ends with collectives under way.
  case ended(what: String)
  /// Something failed on these ranks.
  case ranksFailed([Saying], of: Int)
  /// Ranks do not have the same of something.
  case ranksDiffer(what: String, [Saying])
  /// Gradients that were not there when a step's sums were to be taken.
  case notReady(parameters: [Int])

  public var description: String {
    switch self {
    case .noLibrary(let launcher, let variable, let package, let reasons):
      return "MPI: \(launcher), but its library cannot be loaded: \(reasons.joined(separator: "; "))"
        + " -> on every machine, apt-get install \(package); for an MPI that lies elsewhere,"
        + " \(libraryVariable)=FILE names its library; for a process by itself, unset \(variable)"
    case .withoutMPI(let variable, let count):
      return "srun started \(count) processes (\(variable)) without MPI: each would train alone"
        + " -> srun --mpi=pmix for OpenMPI, --mpi=pmi2 for MPICH (srun --mpi=list says what this Slurm has);"
        + " or one process: srun --ntasks=1"
    case .onlyOne(let doing, let launcher):
      return "\(doing): \(launcher), one of several, and this is done by one process"
        + " -> start it without mpirun or srun; slowfast train is done by several (docs/training.md)"
    case .otherSize(let launcher, let variable, let launched, let library, let rank, let size):
      return "MPI: \(launcher), but to \(library) this is rank \(rank) of \(size), expected one of \(launched)"
        + " -> start with the launcher that belongs to this library; or name the launcher's own library by"
        + " \(libraryVariable)=FILE; for a process by itself, unset \(variable)"
    case .notStarted(let library, let reason):
      return
        "starting \(library): \(reason) -> see what it says above; mpirun -n 2 hostname tells whether its launcher works"
    case .outOfStep(let sayings):
      return "ranks are out of step: " + merged(sayings).map { "\($0.who): \($0.text)" }.joined(separator: "; ")
        + " -> give all ranks the same program, command, config and files"
    case .failed(let what, let rank, let reason):
      return "\(what) on rank \(rank): MPI says \"\(reason)\""
        + " -> see whether all machines of the job are up and reach each other; TRAIN.AUTO_RESUME True, without"
        + " --overwrite, goes on from the last checkpoint"
    case .aborted(let rank, let message): return "rank \(rank): \(message)"
    case .ended(let what): return "\(what): the group of ranks had ended, or ended before it was done"
    case .ranksFailed(let sayings, let size):
      return merged(sayings).map { $0.failure(of: size) }.joined(separator: "\n")
    case .ranksDiffer(let what, let sayings):
      return "\(what) is not the same on all ranks: "
        + merged(sayings).map { "\($0.who) \($0.ranks.count == 1 ? "says" : "say") \($0.text)" }.joined(separator: "; ")
        + " -> give all ranks the same program, command, config and files"
    case .notReady(let parameters):
      return "no gradient of \(parameters.count == 1 ? "parameter" : "parameters")"
        + " \(listed(parameters.map(String.init))) was there to be summed over ranks"
        + " -> exclude parameters that a step does not use from training"
    }
  }

  /// Whether every rank gets the same error.
  var isOfAllRanks: Bool {
    switch self {
    case .outOfStep, .ranksFailed, .ranksDiffer: true
    default: false
    }
  }

  /// Those who say the same, together, in the order of their first ranks.
  private func merged(_ sayings: [Saying]) -> [Saying] {
    var merged: [Saying] = []
    for saying in sayings {
      if let place = merged.firstIndex(where: { $0.text == saying.text }) {
        merged[place].ranks += saying.ranks
      } else {
        merged.append(saying)
      }
    }
    return merged
  }
}

extension ProcessGroupError.Saying {
  fileprivate var who: String {
    (ranks.count == 1 ? "rank " : "ranks ") + listed(ranks.map(String.init))
  }

  fileprivate func failure(of size: Int) -> String { ranks.count == size ? text : "\(who) of \(size): \(text)" }
}

/// The environment variable that names the file of an MPI library.
let libraryVariable = "SLOWFAST_MPI_LIBRARY"
