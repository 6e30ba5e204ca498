internal import ArgumentParser
internal import Glibc
internal import Runs

/// Where a run keeps its scores, and which part of it is computed.
struct RunOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Keep the run in this folder: config, scores, progress, log. The same command goes on from there; 'slowfast results' \
      (of classify the same command) makes other results of it without the network. It is the default of --output-dir then.
      """, valueName: "dir"), completion: .directory)
  var run: String?

  @Option(
    help: ArgumentHelp(
      """
      Compute one of N equal parts of the run, I from 0; 'slowfast merge' joins them. auto takes I and N from Slurm's, \
      Kubernetes', Open MPI's or torchrun's variables, auto/N only I.
      """, valueName: "I/N"))
  var shard: String?

  func validate() throws {
    if run?.isEmpty == true { throw ValidationError("--run is empty -> give a folder") }
    guard let shard else { return }
    if run == nil {
      throw ValidationError(
        "--shard \(shard) needs a folder that keeps the parts until they are joined -> add --run DIR, the same for all")
    }
    do { _ = try Self.find(shard) } catch let error as ArrayTaskError { throw ValidationError("\(error)") }
  }

  /// Which part is to be computed; says where that was taken from. Nil for all.
  func chosen() throws -> Shard? {
    guard let shard else {
      if let task = try? ArrayTask.find(in: Self.environment), task.shard.count > 1 {
        Console.warn(
          "this is task \(task.shard.index) of \(task.shard.count) (\(task.source)), and each computes the whole run "
            + "-> add --run DIR --shard auto to divide it")
      }
      return nil
    }
    let found = try Self.find(shard)
    if let source = found.source { Console.say("--shard auto: shard \(found.shard), by \(source)") }
    return found.shard
  }

  private static func find(_ text: String) throws -> (shard: Shard, source: String?) {
    if let shard = Shard(text) { return (shard, nil) }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.first == "auto", parts.count <= 2, parts.count == 1 || (Int(parts[1]) ?? 0) > 0 else {
      throw ValidationError(
        "--shard is '\(text)', expected I/N with N from 1 to \(Shard.most), I from 0 to N-1 -> give such as 0/4, or auto, or auto/4"
      )
    }
    guard let task = try ArrayTask.find(in: environment, count: parts.count == 2 ? Int(parts[1]) : nil) else {
      throw ArrayTaskError.none
    }
    return (task.shard, task.source)
  }

  private static var environment: [String: String] {
    var values: [String: String] = [:]
    for name in ArrayTask.variables { values[name] = getenv(name).map { String(cString: $0) } }
    return values
  }
}
