public import Parallel

extension Engine {
  /// An engine that cuts its work as for a number of threads and computes it on the caller's alone, piece by piece: for asking how
  /// a machine with more processors would do. It computes with weights that were packed with this one.
  ///
  /// - Parameter record: Gets what the pieces took.
  public func simulating(_ threads: Int, noting record: LoopRecord) -> Engine {
    Engine(
      WorkerPool(simulating: threads, noting: record), kernels: kernels, planner: planner, activations: activations,
      quantizes: quantizes, streams: 1)
  }
}
