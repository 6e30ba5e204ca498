internal import ArgumentParser
internal import Files
internal import Runs
internal import Video

/// What every command takes that writes files: results that are there stay, unless the call says otherwise.
///
/// Nothing tells a result that may go from one that is still wanted: not its name (two configs share a folder), not its
/// age. So there is one rule for all, as in other tools that work for hours, and it is kept before work is spent.
struct OverwriteOptions: ParsableArguments {
  @Flag(help: "Replace results that are there already; without this they stop the run before it computes.")
  var overwrite = false

  /// Makes sure that files can be written and replace nothing that they may not: results without `--overwrite`, and
  /// what the run reads with it either.
  ///
  /// - Parameters:
  ///   - inputs: What the run reads.
  ///   - journal: Of a run that may go on: the results that it had begun to write are its own.
  ///   - makesFolders: False for a call that writes nothing.
  func check(
    _ paths: [String], reading inputs: RunInputs = RunInputs(), begunIn journal: String? = nil,
    orGive elsewhere: String,
    makesFolders: Bool = true
  ) throws {
    if paths.contains("") {
      throw ValidationError("writing the results: the name of one is empty -> give one, or leave the option out")
    }
    let paths = paths.map(settledPath)
    var guards = inputs.guards
    var written: Set<String> = []
    for path in paths {
      if guards.replaces(path) { throw InputReplaced(path: path, elsewhere: elsewhere) }
      try guards.refuseJoining(path, orGive: elsewhere)
      if !isDevice(path), !written.insert(resolvedPath(path)).inserted { throw WrittenTwice(path: path) }
    }
    // A folder's runs once: there may be thousands of images.
    for (folder, paths) in Dictionary(grouping: paths, by: { splitPath($0).folder }) {
      let run = RunDirectory(folder)
      guard run.keepsRun else { continue }
      let kept = Set(run.files.filter(pathExists).map(resolvedPath))
      if let path = paths.first(where: { kept.contains(resolvedPath($0)) }) {
        throw KeptByRun(path: path, folder: run.path, elsewhere: elsewhere)
      }
    }
    let begun = Set(journal.map { RunJournal.resultsBegun(at: $0) } ?? [])
    let isOwn = { begun.contains(resolvedPath($0)) }
    try checkOutputs(
      paths.filter { !isOwn($0) }, isReplacing: overwrite, elsewhere: elsewhere, makesFolders: makesFolders)
    try checkOutputs(paths.filter(isOwn), isReplacing: true, elsewhere: elsewhere, makesFolders: makesFolders)
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

/// A result that would take the place of a file that the same run reads.
private struct InputReplaced: Error, CustomStringConvertible {
  let path: String
  let elsewhere: String

  var description: String {
    "writing the results: '\(path)' is read by the same run, or kept by it -> \(elsewhere)"
      + (elsewhere.hasSuffix("another name") ? "" : ", or another name")
  }
}

/// A result that would take the place of what a run keeps, its scores perhaps.
private struct KeptByRun: Error, CustomStringConvertible {
  let path: String
  let folder: String
  let elsewhere: String

  var description: String {
    "writing the results: '\(path)' is kept by the run in '\(folder)' -> \(elsewhere)"
      + (elsewhere.hasSuffix("another name") ? "" : ", or another name")
  }
}

/// Two results of one name.
private struct WrittenTwice: Error, CustomStringConvertible {
  let path: String

  var description: String {
    "writing the results: two of them are to be '\(path)' -> give the one that an option names another name"
  }
}

/// Whether a path leads to what holds no results: a terminal, a pipe.
func isDevice(_ path: String) -> Bool { pathExists(path) && FileIdentity(path) == nil }

/// Whether two paths lead to one file, be it there already or not. Devices and pipes are nobody's input to lose.
func isSameFile(_ a: String, _ b: String) -> Bool {
  let (a, b) = (settledPath(a), settledPath(b))
  guard let first = FileIdentity(a), let second = FileIdentity(b) else { return a == b && !pathExists(a) }
  return first == second
}
