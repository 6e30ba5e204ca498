internal import Glibc

extension LayerReport {
  /// Runs a step that stands in no plan, such as one of a head, under the clock.
  ///
  /// - Parameters:
  ///   - output: The shape of what it makes.
  ///   - macs: Its multiply-adds.
  ///   - bytes: The bytes of all inputs, weights and outputs.
  public init(timing operation: String, output: String, macs: Int, bytes: Int, _ body: () throws -> Void) rethrows {
    var start = timespec()
    var end = timespec()
    clock_gettime(CLOCK_MONOTONIC, &start)
    try body()
    clock_gettime(CLOCK_MONOTONIC, &end)
    self.init(operation: operation, algorithm: "", output: output, macs: macs, bytes: bytes)
    seconds = Double(end.tv_sec - start.tv_sec) + Double(end.tv_nsec - start.tv_nsec) * 1e-9
  }
}
