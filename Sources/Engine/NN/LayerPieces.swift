public import Parallel

/// One operator of a plan, with what the pieces took that it was cut to.
public struct LayerPieces: Sendable {
  /// Its seconds are those of all pieces after each other.
  public var layer: LayerReport
  /// By loop, the seconds of every piece.
  public let loops: [[Double]]

  public init(layer: LayerReport, loops: [[Double]]) {
    self.layer = layer
    self.loops = loops
  }

  /// The seconds outside of loops, which one thread computes whatever the others do.
  public var alone: Double { max(0, layer.seconds - loops.joined().reduce(0, +)) }

  /// The seconds on a number of cores, without what their barriers and the memory they share take: the pieces of a loop are taken in
  /// order by the core that is free first, as `WorkerPool` has it.
  public func seconds(on cores: Int) -> Double {
    loops.reduce(alone) { $0 + NN.seconds(of: $1, on: cores) }
  }

  /// The pieces of the loop that takes longest: a layer that runs frame by frame has one for each group of frames.
  public var pieces: Int { loops.max { $0.reduce(0, +) < $1.reduce(0, +) }?.count ?? 1 }
}

extension NetworkPlan {
  /// Runs once and takes the seconds of every piece of every operator.
  ///
  /// - Parameters:
  ///   - bound: As for `run`.
  ///   - record: That of the engine that the network is on (`Engine.simulating`).
  public func timedPieces(_ bound: [BoundInput], _ record: LoopRecord) -> [LayerPieces] {
    _ = record.take()
    var loops = [[[Double]]](repeating: [], count: network.nodes.count)
    let seconds = timedSteps(bound) { index in loops[index] += record.take() }
    return indicesOfWork.map { index in
      var report = layer(index)
      report.seconds = seconds[index]
      return LayerPieces(layer: report, loops: loops[index])
    }
  }
}

/// The seconds until all pieces are done, each taken in order by the thread that is free first.
func seconds(of pieces: [Double], on threads: Int) -> Double {
  if threads == 1 { return pieces.reduce(0, +) }
  var ends = [Double](repeating: 0, count: min(threads, max(1, pieces.count)))
  for piece in pieces {
    var first = 0
    for thread in ends.indices where ends[thread] < ends[first] { first = thread }
    ends[first] += piece
  }
  return ends.max() ?? 0
}
