internal import ArgumentParser
internal import Files
internal import Glibc

/// What every command takes that writes files: results that are there stay, unless the call says otherwise.
///
/// Nothing tells a result that may go from one that is still wanted: not its name (two configs share a folder), not its
/// age. So there is one rule for all, as in other tools that work for hours, and it is kept before work is spent.
struct OverwriteOptions: ParsableArguments {
  @Flag(help: "Replace results that are there already; without this they stop the run before it computes.")
  var overwrite = false

  /// Makes sure that files can be written and replace nothing that they may not.
  func check(_ paths: [String], orGive elsewhere: String) throws {
    try checkOutputs(paths, isReplacing: overwrite, elsewhere: elsewhere)
  }
}

/// Refuses a call whose result would replace one of its inputs.
///
/// - Parameters:
///   - output: The file to write; nil where there is none.
///   - option: What names it.
///   - others: What else the call names, by option.
func refuseOverwriting(_ output: String?, by option: String, _ others: [(name: String, path: String?)]) throws {
  guard let output else { return }
  for (name, path) in others {
    if let path, isSameFile(output, path) {
      throw ValidationError("\(option) '\(output)' is the file of \(name) -> write to another file")
    }
  }
}

/// Whether two paths lead to one file, be it there already or not. Devices and pipes are nobody's input to lose.
private func isSameFile(_ a: String, _ b: String) -> Bool {
  var (first, second) = (stat(), stat())
  guard stat(a, &first) == 0, stat(b, &second) == 0 else { return a == b }
  return first.st_mode & S_IFMT == S_IFREG && first.st_dev == second.st_dev && first.st_ino == second.st_ino
}
