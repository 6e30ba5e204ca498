/// The processes that train one network together, seen from one of them. They are numbered: a process is a rank.
///
/// A group may be used by several threads, but all ranks must begin the same collectives in the same order. Each rank tells
/// the others what it begins, and ranks that are out of step get `ProcessGroupError.outOfStep`, all of them.
///
/// Where a rank fails alone, it calls `abort`: the others wait for it otherwise.
public protocol ProcessGroup: AnyObject, Sendable {
  /// From 0.
  var rank: Int { get }
  var size: Int { get }
  /// This rank's place among those on the same machine, from 0.
  var localRank: Int { get }
  /// How many ranks there are on this machine: they share its processors and memory.
  var localSize: Int { get }
  /// What carries the numbers, for logs: "Open MPI v4.1.4".
  var carrier: String { get }

  /// Begins a collective and comes back at once. Several may be under way.
  ///
  /// - Parameters:
  ///   - collective: Its memory must stay, and be left alone, until `wait` comes back.
  ///   - label: Must be the same on all ranks, at least 0; it is named where ranks are out of step.
  func begin(_ collective: Collective, label: Int?) -> PendingCollective

  /// Ends the other ranks, because this one cannot go on.
  ///
  /// Of several processes none comes back from it: the error is printed, once where all ranks have it, and the launcher ends
  /// the job with an exit status other than 0. Otherwise it comes back, for the caller to throw the error.
  func abort(_ error: any Error)

  /// Ends the group, in which no collective may be under way: the last thing that all ranks do together.
  ///
  /// - Throws: `ProcessGroupError`.
  func end() throws
}

/// Collectives that are waited for. All throw `ProcessGroupError`.
extension ProcessGroup {
  /// Replaces each number by the sum of all ranks' numbers in its place.
  ///
  /// MPI's standard recommends that the same numbers on the same ranks give the same bits, in every run and on all ranks, but
  /// does not demand it. OpenMPI 4.1.4 and MPICH 4.0.2 do so for 2 to 4 ranks on one machine. Another number of ranks adds in
  /// another order.
  public func allReduceSum(_ values: UnsafeMutableBufferPointer<Float>, label: Int? = nil) throws {
    try begin(.sumOfFloats(values), label: label).wait()
  }

  public func allReduceSum(_ values: UnsafeMutableBufferPointer<Double>, label: Int? = nil) throws {
    try begin(.sumOfDoubles(values), label: label).wait()
  }

  public func allReduceSum(_ values: inout [Float], label: Int? = nil) throws {
    try values.withUnsafeMutableBufferPointer { try allReduceSum($0, label: label) }
  }

  public func allReduceSum(_ values: inout [Double], label: Int? = nil) throws {
    try values.withUnsafeMutableBufferPointer { try allReduceSum($0, label: label) }
  }

  /// Gives all ranks the bytes of one, of as many on each.
  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int = 0, label: Int? = nil) throws {
    precondition((0..<size).contains(root), "there is no rank \(root) of \(size) to broadcast from")
    try begin(.broadcast(bytes, root: root), label: label).wait()
  }

  public func broadcast<Value: BitwiseCopyable>(
    _ values: inout [Value], from root: Int = 0, label: Int? = nil
  ) throws {
    try values.withUnsafeMutableBytes { try broadcast($0, from: root, label: label) }
  }

  public func barrier(label: Int? = nil) throws { try begin(.barrier, label: label).wait() }

  /// Gives all ranks the values of all, in the order of ranks. Ranks may have different numbers of them.
  public func allGather<Value: BitwiseCopyable>(_ values: [Value], label: Int? = nil) throws -> [[Value]] {
    let counts = try gather([Int64(values.count)], label).map { Int($0) }
    let longest = counts.max() ?? 0
    precondition(longest * MemoryLayout<Value>.stride <= Int32.max, "more than 2 GiB of a rank cannot be gathered")
    // Memory of the right alignment, whatever the values are. All ranks send as many as the one that has most.
    let own = UnsafeMutableBufferPointer<Value>.allocate(capacity: longest)
    let all = UnsafeMutableBufferPointer<Value>.allocate(capacity: longest * size)
    defer {
      own.deallocate()
      all.deallocate()
    }
    UnsafeMutableRawBufferPointer(own).initializeMemory(as: UInt8.self, repeating: 0)
    _ = own.update(fromContentsOf: values)
    try begin(.gather(UnsafeRawBufferPointer(own), into: UnsafeMutableRawBufferPointer(all)), label: label).wait()
    return counts.enumerated().map { Array(all[$0 * longest..<$0 * longest + $1]) }
  }

  /// Gives all ranks the texts of all, in the order of ranks.
  public func allGather(_ text: String, label: Int? = nil) throws -> [String] {
    try allGather(Array(text.utf8), label: label).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Gathers arrays of the same length.
  private func gather(_ values: [Int64], _ label: Int?) throws -> [Int64] {
    var all = [Int64](repeating: 0, count: values.count * size)
    try values.withUnsafeBytes { values in
      try all.withUnsafeMutableBytes { try begin(.gather(values, into: $0), label: label).wait() }
    }
    return all
  }

  // MARK: Errors

  /// Does something that may fail on some ranks and not on others, such as reading files.
  ///
  /// - Throws: `ProcessGroupError.ranksFailed` on every rank if it failed on any; in a single process, the error itself.
  public func together<Value>(_ body: () throws -> Value) throws -> Value {
    if size == 1 { return try body() }
    let result = Result { try body() }
    var fault = ""
    if case .failure(let error) = result { fault = "\(error)" }
    // The first byte says whether it failed: an error may have no text.
    let isFault = if case .failure = result { true } else { false }
    let faults = try allGather((isFault ? "1" : "0") + fault).enumerated().filter { $1.hasPrefix("1") }
    if !faults.isEmpty {
      throw ProcessGroupError.ranksFailed(
        faults.map { .init(ranks: [$0], text: String($1.dropFirst())) }, of: size)
    }
    return try result.get()
  }

  /// Makes sure that all ranks have the same of something.
  ///
  /// - Parameters:
  ///   - text: The thing, or what stands for it, such as a checksum.
  ///   - what: Its name in a message, such as "the configuration".
  /// - Throws: `ProcessGroupError.ranksDiffer` on every rank if it is not the same.
  public func requireEqual(_ text: String, _ what: String) throws {
    let texts = try allGather(text)
    if Set(texts).count > 1 {
      throw ProcessGroupError.ranksDiffer(
        what: what, texts.enumerated().map { .init(ranks: [$0], text: $1) })
    }
  }
}
