internal import Clocks
internal import Synchronization

/// What the steps of a run cost, added up by those who do them, on whatever thread.
public final class PipelineCosts: Sendable {
  /// A step of the way from a file to the network.
  public enum Step: String, CaseIterable, Sendable {
    /// Opening files and finding out where their frames are.
    case opening
    case decoding
    case resizing
    /// Normalising, and writing the network's input.
    case normalising
  }

  private struct Sums {
    var steps: [Step: Double] = [:]
    var decodedFrames = 0
    var network = 0.0
    var waiting = 0.0
  }

  private let sums = Mutex(Sums())

  public init() {}

  /// The processor's seconds that a step took so far.
  public func seconds(_ step: Step) -> Double { sums.withLock { $0.steps[step] ?? 0 } }
  /// How many frames were decoded for clips.
  public var decodedFrames: Int { sums.withLock(\.decodedFrames) }
  /// Seconds of the clock in which the network computed.
  public var network: Double { sums.withLock(\.network) }
  /// Seconds of the clock in which the network had no clip to compute.
  public var waiting: Double { sums.withLock(\.waiting) }

  /// Does a step and adds what it takes of the calling thread's processor.
  public func measure<Value>(_ step: Step, _ body: () throws -> Value) rethrows -> Value {
    let start = threadSeconds()
    defer {
      let taken = threadSeconds() - start
      sums.withLock {
        $0.steps[step, default: 0] += taken
        if step == .decoding { $0.decodedFrames += 1 }
      }
    }
    return try body()
  }

  /// Lets the network compute and adds the clock's seconds.
  public func compute<Value>(_ body: () throws -> Value) rethrows -> Value {
    let start = monotonicSeconds()
    defer {
      let taken = monotonicSeconds() - start
      sums.withLock { $0.network += taken }
    }
    return try body()
  }

  /// Waits for a clip and adds the clock's seconds.
  public func wait<Value>(_ body: () throws -> Value) rethrows -> Value {
    let start = monotonicSeconds()
    defer {
      let taken = monotonicSeconds() - start
      sums.withLock { $0.waiting += taken }
    }
    return try body()
  }
}
