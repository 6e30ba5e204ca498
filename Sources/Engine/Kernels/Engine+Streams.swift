internal import Parallel

extension Engine {
  /// An engine for each stream: threads and scratch memory of its own, and weights that were packed with this one.
  ///
  /// The threads are divided evenly; where that leaves some over, the first streams have one more. Results do not depend on
  /// that.
  ///
  /// - Returns: This engine alone where there is one stream.
  public func divided() -> [Engine] {
    if streams == 1 { return [self] }
    let (each, rest) = pool.threads.quotientAndRemainder(dividingBy: streams)
    return (0..<streams).map { stream in
      let own = each + (stream < rest ? 1 : 0)
      return Engine(
        WorkerPool(threads: own, besides: pool.threads - own), kernels: kernels, planner: planner,
        activations: activations, quantizes: quantizes, streams: 1)
    }
  }
}
