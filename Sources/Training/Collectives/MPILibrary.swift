internal import CMPI

/// The loaded MPI library. To be used by one thread alone.
struct MPILibrary {
  /// "Open MPI v4.1.4".
  let name: String
  let rank: Int
  let size: Int

  /// Loads the library of a launcher and starts it.
  ///
  /// - Parameter files: What to load instead of the launcher's family.
  /// - Throws: `ProcessGroupError.noLibrary`, `.notStarted`, `.otherSize`.
  init(of launcher: MPILauncher, files: [String]?) throws {
    var reasons: [String] = []
    for file in files ?? launcher.family.libraries {
      guard let reason = slowfast_mpi_load(file) else {
        reasons = []
        break
      }
      reasons.append(String(cString: reason))
    }
    if !reasons.isEmpty {
      throw ProcessGroupError.noLibrary(
        launcher: launcher.found, variable: launcher.variable, package: launcher.family.package, reasons: reasons)
    }
    let name = Self.shortened(text { slowfast_mpi_library_text($0, $1) })
    var (rank, size): (Int32, Int32) = (0, 0)
    for step in [{ slowfast_mpi_start() }, { slowfast_mpi_rank(&rank) }, { slowfast_mpi_size(&size) }] {
      let code = step()
      if code != 0 { throw ProcessGroupError.notStarted(library: name, reason: errorText(code)) }
    }
    if let launched = launcher.size, launched != Int(size) {
      throw ProcessGroupError.otherSize(
        launcher: launcher.found, variable: launcher.variable, launched: launched, library: name, rank: Int(rank),
        size: Int(size))
    }
    self.name = name
    self.rank = Int(rank)
    self.size = Int(size)
  }

  /// The name and version in what a library says of itself: OpenMPI goes on after a comma, MPICH for many lines.
  private static func shortened(_ text: String) -> String {
    let line = text.split(whereSeparator: { $0.isNewline || $0 == "," }).first ?? "MPI"
    return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
      .replacing("MPICH Version:", with: "MPICH")
  }
}

/// What MPI says of an error's code.
func errorText(_ code: Int32) -> String { text { slowfast_mpi_error_text(code, $0, $1) } }

private func text(_ write: (UnsafeMutablePointer<CChar>, Int32) -> Void) -> String {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) {
    $0[0] = 0
    write($0.baseAddress!, Int32($0.count))
    return String(cString: $0.baseAddress!)
  }
}
